"""How the loop treats what it is given: the model's mode, the arguments themselves, the model's device."""

import numpy as np
import pytest

from autograder.compare import distance, integers, within
from autograder.fingerprint import saw
from autograder.verdict import Failure

# Relative L2. What a batch norm makes of a batch differs by 1e-7 between CPU kernels, and by 0.3 between its modes.
TOLERANCE = 1e-4


@pytest.mark.task("train.mode")
def test_mode(grading, observed, expected):
    """The model is in training mode for each batch of each epoch."""
    seen, right = (
        observed("train.mode", enough=lambda seen: len(integers(seen.arrays.get("order"))) > 0),
        expected("train.mode"),
    )
    with grading.error_first(seen, "train"):
        judge_mode(seen, right)


def judge_mode(seen, right):
    by_batch = dict(zip(right.arrays["order"].tolist(), right.arrays["inner"], strict=True))
    came, inner = integers(seen.arrays.get("order")), seen.arrays.get("inner")
    saw(came, inner, seen.error)
    if not len(came) or not isinstance(inner, np.ndarray) or inner.shape != (len(came), right.arrays["inner"].shape[1]):
        raise Failure("the given model is trained", "no batch went backward through it", "see the check of the update")
    for position, (batch, row) in enumerate(zip(came.tolist(), inner, strict=True)):
        if batch not in by_batch or not within(distance(row, by_batch[batch]), TOLERANCE):
            raise Failure(
                "batch norm and dropout behave as in training",
                "as in evaluation, from the first batch on" if position == 0 else "so at first, but not later",
                "the model may come to you in either mode" if position == 0 else "what switches the mode in between?",
            )


@pytest.mark.task("train.arguments")
def test_arguments(observed, expected, question):
    """It trains what it is given: this model, loader, loss and optimizer; 5 epochs unless told otherwise."""
    seen = observed("train.arguments")
    asked = question("train.arguments").values["epochs"]
    saw(*(seen.arrays.get(f"{call}.{what}") for call in ("keywords", "default") for what in ("order", "used")))
    runs = {}
    for call in ("keywords", "default"):
        came, used = integers(seen.arrays.get(f"{call}.order")), integers(seen.arrays.get(f"{call}.used"))
        if used.shape != (3,):
            raise Failure("the given objects are used", "nothing was seen of them", "use the arguments")
        through_loss, steps, trained = used
        # Without any step there is no other optimizer either: that is the check of the update.
        for what, ok in (("model", len(came)), ("loss_fn", through_loss), ("optimizer", steps or not trained)):
            if not ok:
                raise Failure(
                    f"the `{what}` that is passed in is used",
                    f"another one was used in its place, while a global `{what}` stood beside it",
                    f"look for every `{what}` in the body: is it the argument, a name from outside, or a new one?",
                )
        if (came < 0).any():
            raise Failure(
                "the batches come from the `dataloader` that is passed in",
                "batches of another one",
                "which name stands in your `for` line?",
            )
        runs[call] = 1 + int((np.diff(came) <= 0).sum())  # a new epoch begins where the number does not grow
    if runs["keywords"] == asked and runs["default"] != 5:
        raise Failure("without `epochs`, 5 epochs", f"{runs['default']}", "keep the first line as the starter has it")


@pytest.mark.task("train.device")
def test_device(grading, observed, expected):
    """Each batch is moved to the device on which the model's parameters are."""
    seen = observed("train.device", enough=lambda seen: "moves" in seen.arrays)
    saw(seen.arrays.get("moves"), seen.error)
    try:
        if seen.error:
            raise grading.explain(seen.error, grading.assignment.task("train"))
        on_gpu = grading.observed_on_gpu("train.device")
    except Failure as failure:
        if "same device" not in failure.came:
            raise
        raise Failure(
            "a model on another device (one that the grader pretends) is trained there",
            failure.came,
            "images and labels have to be moved to where the model's own parameters are, wherever that is; whether "
            "this machine has a GPU does not tell",
            failure.place,
        ) from None
    for came in (seen, on_gpu):
        if came and not integers(came.arrays.get("passes")).any():
            raise Failure("the given model is trained", "no batch went backward through it", "see the other checks")
