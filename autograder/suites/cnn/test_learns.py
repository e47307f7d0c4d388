import contextlib

import pytest

from autograder.compare import distance, fault, within
from autograder.verdict import NEEDS, Failure, NotChecked

# Distance of the end logits from the reference's (relative L2): the reference on other CPU kernels at most 0.089 (600
# seeds, the median 3e-7). A network and a training that are nearly right end 0.10 to 0.14 away, and have checks that see
# them; a step with the gradients of the batch before, or a batch too few, is mostly more than 0.2 away, all else farther.
# The reference's accuracy is 0.42 to 0.86. See docs/evidence.md.
#
# Accuracy alone does not tell; it is here for what does not learn at all. The distance does.
MIN_ACCURACY = 0.3
MAX_DISTANCE = 0.2
TASKS = ("layers", "forward", "train")


@pytest.mark.task("learns")
def test_learns(grading, observed, expected, questions, random_state):
    """Your network learns with your loop: 24 batches of permuted digits, then 300 digits that it has never seen."""
    try:
        judge("learns", grading, observed, expected, questions, random_state)
    except (Failure, NotChecked):
        # What keeps it from learning has been said already, in better words.
        needs = [check for check in grading.results.values() if check.id.partition(".")[0] in TASKS]
        open_check = next((check for check in needs if check.status != "passed"), None)
        if open_check:
            raise NotChecked(f"{NEEDS} {open_check.id}", "put that right first", open_check.line) from None
        # A forward pass that divides by 255 where it sees more than 1, or clamps, is right on the lesson's images.
        with contextlib.suppress(Failure, NotChecked):
            judge("learns.unit", grading, observed, expected, questions, random_state)
            return
        raise


def judge(probe, grading, observed, expected, questions, random_state):
    labels = questions.permuted_digits(random_state(probe))["test_labels"]
    due = expected(probe).arrays["end_logits"]
    for seen in (observed(probe), grading.observed_on_gpu(probe)):
        if seen is None:
            continue
        if isinstance(seen.values.get("error"), dict):
            raise grading.explain(seen.values["error"], grading.assignment.task("learns"))
        logits = seen.arrays.get("end_logits")
        problem = fault(logits, due, MAX_DISTANCE)
        if problem and problem != "other numbers":
            raise Failure("logits of shape (300, 10)", problem, "see the checks of `layers` and `forward`")
        accuracy = float((logits.argmax(axis=1) == labels).mean())
        if not within(1 - accuracy, 1 - MIN_ACCURACY, "wrong digits"):
            raise Failure(
                f"an accuracy of at least {MIN_ACCURACY:.0%} after 24 batches of 16",
                f"{accuracy:.1%}",
                "see the checks of `layers`, `forward` and `train`: one of them tells why",
            )
        if problem:
            raise Failure(
                "the network ends where the same training of the same network ends",
                f"it learns ({accuracy:.1%}), but ends elsewhere (its logits are {distance(logits, due):.0%} away)",
                "something is trained in another way: see the checks of `layers`, `forward` and `train`",
            )
        # One layer that stays as it was ends near enough.
        unmoved = seen.values.get("unmoved")
        if isinstance(unmoved, list) and unmoved:
            raise Failure(
                "every weight and bias of the network is trained",
                f"{unmoved[0]} is after the training what it was before",
                "what stops its gradient, in `forward` or in `train`?",
            )
