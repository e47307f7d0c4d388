import pytest

from autograder.compare import distance, fault
from autograder.verdict import Failure

MIN_ACCURACY = 0.6
MAX_DISTANCE = 0.1


@pytest.mark.task("learns")
def test_learns(grading, observed, expected, questions, random_state):
    """Your network learns with your loop: 60 batches of permuted digits, then 1,000 digits that it has never seen."""
    labels = questions.permuted_digits(random_state("learns"))["test_labels"]
    due = expected("learns").arrays["end_logits"]
    for seen in (observed("learns"), grading.observed_on_gpu("learns")):
        if seen is None:
            continue
        if isinstance(seen.values.get("error"), dict):
            raise grading.explain(seen.values["error"], grading.assignment.task("learns"))
        logits = seen.arrays.get("end_logits")
        problem = fault(logits, due, MAX_DISTANCE)
        if problem and problem != "other numbers":
            raise Failure("logits of shape (1000, 10)", problem, "see the checks of `layers` and `forward`")
        accuracy = float((logits.argmax(axis=1) == labels).mean())
        if accuracy < MIN_ACCURACY:
            raise Failure(
                f"an accuracy of at least {MIN_ACCURACY:.0%} after 60 batches of 32",
                f"{accuracy:.1%}",
                "see the checks of `layers`, `forward` and `train`: one of them tells why",
            )
        if problem:
            raise Failure(
                "the network ends where the same training of the same network ends",
                f"it learns ({accuracy:.1%}), but ends elsewhere (its logits are {distance(logits, due):.0%} away)",
                "something is trained in another way: see the checks of `layers`, `forward` and `train`",
            )
