"""How the loop treats what it is given: the model's mode, the arguments themselves, the model's device."""

import numpy as np
import pytest

from autograder.compare import distance, floats, integers, within
from autograder.fingerprint import saw
from autograder.verdict import Failure

# Relative L2. What a batch norm makes of a batch differs by 1e-7 between CPU kernels, and by 0.3 between its modes.
TOLERANCE = 1e-4


@pytest.mark.task("train.mode")
def test_mode(grading, observed, question, are_images):
    """The model is in training mode for each batch of each epoch."""
    seen = observed("train.mode", enough=lambda seen: len(integers(seen.arrays.get("sizes"))) > 0)
    with grading.error_first(seen, "train"):
        judge_mode(seen, question("train.mode").arrays, are_images)


def judge_mode(seen, asked, are_images):
    sizes = integers(seen.arrays.get("sizes"))
    images, inner = (floats(seen.arrays.get(name), (None, 24)) for name in ("images", "inner"))
    saw(sizes, images, inner, seen.error)
    whole = images is not None and inner is not None and len(sizes) and (sizes > 0).all() and sizes.sum() == len(images)
    # Each channel for itself, since batch norm looks at one.
    if not whole or not all(are_images(half, asked["x"]) for half in (images[:, :12], images[:, 12:])):
        raise Failure("the given model is trained", "no batch went backward through it", "see the check of the update")
    ends = np.cumsum(sizes)[:-1]
    for position, (batch, came) in enumerate(zip(np.split(images, ends), np.split(inner, ends), strict=True)):
        if came.shape != batch.shape or not within(distance(came, as_in_training(batch, asked)), TOLERANCE):
            raise Failure(
                "batch norm and dropout behave as in training",
                "as in evaluation, from the first batch on" if position == 0 else "so at first, but not later",
                "the model may come to you in either mode" if position == 0 else "what switches the mode in between?",
            )


def as_in_training(images, asked):
    """What batch norm and the mask make of a batch, (B, 24): two channels, each with the statistics of this batch."""
    channels = images.reshape(len(images), 2, 12)
    mean, variance = channels.mean(axis=(0, 2), keepdims=True), channels.var(axis=(0, 2), keepdims=True)
    return ((channels - mean) / np.sqrt(variance + 1e-5)).reshape(images.shape) * asked["mask"].reshape(24)


@pytest.mark.task("train.arguments")
def test_arguments(observed, question, as_given):
    """It trains what it is given: this model, loader, loss and optimizer; 5 epochs unless told otherwise."""
    seen = observed("train.arguments")
    asked, given = question("train.arguments").values["epochs"], question("train.arguments").arrays["x"].reshape(-1, 4)
    saw(*(seen.arrays.get(f"{call}.{what}") for call in ("keywords", "default") for what in ("order", "first", "used")))
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
        first = floats(seen.arrays.get(f"{call}.first"), (len(came), 4))
        as_given(first if first is not None else np.zeros((0, 4)), given)
        runs[call] = 1 + int((np.diff(came) <= 0).sum())  # a new epoch begins where the number does not grow
    if runs["keywords"] == asked and runs["default"] != 5:
        raise Failure("without `epochs`, 5 epochs", f"{runs['default']}", "keep the first line as the starter has it")


@pytest.mark.task("train.device")
def test_device(another_device):
    """Each batch is moved to the device on which the model's parameters are."""
    another_device("train.device", "train", "trained")
