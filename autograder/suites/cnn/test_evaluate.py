import numpy as np
import pytest

from autograder.compare import fault, floats, integers, kind, number, within, words
from autograder.fingerprint import saw
from autograder.verdict import Failure

# Of fractions of 38 and 843 samples: the nearest other one is 0.0012 away. Rounded to two digits or three they are right,
# too. Of what else is compared here CPU kernels move nothing by more than 1e-6.
TOLERANCE = 1e-4
SETS = ("", "2", "3")


@pytest.mark.task("evaluate.accuracy")
def test_accuracy(observed, question):
    """The fraction of all images whose largest logit is the right one."""
    returned = observed("evaluate.accuracy").values.get("returned")
    came = returned if isinstance(returned, list) and len(returned) == len(SETS) else [None] * len(SETS)
    saw(*came, kind(came[0]) == "int")
    asked = question("evaluate.accuracy")
    for name, value in zip(SETS, came, strict=True):
        x, y = asked.arrays[f"x{name}"], asked.arrays[f"y{name}"]
        judge_accuracy(value, x.reshape(len(x), 10).argmax(axis=1) == y, asked.values["batch"])


def judge_accuracy(came, right, size):
    """`right`: whether each image is, in batches of `size`."""
    value, due = number(came), float(right.mean())
    rounded = value is not None and any(abs(value - round(due, digits)) < 1e-6 for digits in (2, 3))
    if value is not None and (within(abs(value - due), TOLERANCE) or rounded):
        return
    expectation = "right images divided by all images, a number between 0 and 1"
    if value is None:
        raise Failure(expectation, words(came), "is there a `return`, and what is after it?")
    batches = [right[start : start + size] for start in range(0, len(right), size)]
    explanations = (
        (100 * due, "a percentage", "0.5 means half of them"),
        (float(right.sum()), "how many were right", "divide by how many images there were"),
        (float(np.mean([batch.mean() for batch in batches])), "the average of the batches' accuracies",
         "the last batch is shorter, so its images weigh more: count over all images"),
        (right.sum() / len(batches), "right images divided by the number of batches", "what does len(dataloader) count?"),
        (right.sum() / (len(batches) * size), "a division by more images than there were", "the last batch is shorter"),
        (1 - due, "the fraction of wrong images", "count those that are right"),
        (float(batches[0].mean()), "the accuracy of the first batch alone", "is the `return` inside the loop?"),
        (float(batches[-1].mean()), "the accuracy of the last batch alone", "what is set to zero, or anew, each time?"),
        (batches[-1].sum() / len(right), "the right images of the last batch alone, divided by all images",
         "is the count added up, or set anew for each batch?"),
    )  # fmt: skip
    for other, name, hint in explanations:
        if abs(value - other) <= TOLERANCE * max(1, abs(other)):
            raise Failure(expectation, f"{value:.4g}: {name}", hint)
    for count in range(2, len(batches)):
        if abs(value - np.concatenate(batches[:count]).mean()) < 1e-6:
            raise Failure(expectation, f"the accuracy of the first {count} batches", "what ends the loop early?")
    raise Failure(expectation, f"{value:.6g}", "take one batch, and compare your predictions with the labels by hand")


@pytest.mark.task("evaluate.arguments")
def test_arguments(grading, observed, question, as_given):
    """It measures what it is given: this model, on the images of this loader as they are."""
    seen, given = observed("evaluate.arguments", enough=has_images), question("evaluate.arguments").arrays["x"]
    with grading.error_first(seen, "evaluate"):
        images = images_of(seen, 4)
        saw(images, seen.error)
        if not len(images):
            raise Failure(
                "the `model` that is passed in is measured",
                "no image went through it, while a global `model` stood beside it",
                "look for every `model` in the body: is it the argument, or a name from outside?",
            )
        as_given(images, given.reshape(-1, 4))


@pytest.mark.task("evaluate.mode")
def test_mode(grading, observed, question, are_images):
    """The model is in evaluation mode while it is measured."""
    seen, asked = observed("evaluate.mode", enough=has_images), question("evaluate.mode")
    with grading.error_first(seen, "evaluate"):
        images, inner = images_of(seen, 24), seen.arrays.get("inner")
        saw(images, inner, seen.error)
        if not len(images) or not are_images(images, asked.arrays["x"]):
            raise Failure("the given model is measured", "no batch went through it", "use the arguments")
        # Batch norm with the statistics that the model has kept, whose variance is 1, and no mask.
        due = (images - np.repeat(asked.arrays["mean"], 12)) / np.sqrt(1 + 1e-5)
        if fault(inner, due, TOLERANCE):
            raise Failure(
                "batch norm and dropout behave as in evaluation",
                "as in training",
                "the model may come to you in either mode: put it in the one that you need",
            )


@pytest.mark.task("evaluate.gradients")
def test_gradients(grading, observed, question, are_images, are_logits):
    """No gradients are computed, and nothing is learned, while the model is measured."""
    seen, asked = observed("evaluate.gradients", enough=has_images), question("evaluate.gradients").arrays
    with grading.error_first(seen, "evaluate"):
        images, weight, afterwards = images_of(seen, 4), seen.arrays.get("weight"), seen.arrays.get("afterwards")
        logits = floats(seen.arrays.get("logits"), (len(images), 3))
        saw(weight, images, logits, afterwards, seen.error)
        if fault(weight, asked["weight"], TOLERANCE):
            raise Failure("the weights stay as they are", "they have changed", "nothing is trained here")
        if not len(images) or logits is None or not are_images(images, asked["x"]):
            raise Failure("the given model is measured", "no batch went through it", "use the arguments")
        away = logits - images @ asked["weight"].T.astype(np.float64)
        if (np.linalg.norm(away - asked["constant"], axis=1) < np.linalg.norm(away, axis=1)).any():
            raise Failure(
                "the forward passes keep no graph for gradients",
                "logits with a graph",
                "they cost time and memory: tell PyTorch that it need not prepare to go backward",
            )
        if not are_logits(logits, images, asked["weight"]):
            raise Failure("the given model is measured", "logits that it does not give", "use the arguments")
        if isinstance(afterwards, np.ndarray) and not afterwards.any():
            raise Failure(
                "whoever trains the model afterwards gets gradients again",
                "none are computed any more",
                "what is switched off for the measurement has to be on again when it ends: a `with` block does that",
            )


@pytest.mark.task("evaluate.device")
def test_device(observed, another_device, passed_through):
    """Each batch is moved to the device on which the model's parameters are."""
    seen = observed("evaluate.device", enough=lambda seen: "moves" in seen.arrays)
    moved = integers(seen.arrays.get("moves"))[:1].any()
    another_error = seen.error and "same device" not in str(seen.error.get("message"))
    if another_error and moved and passed_through(seen, "evaluate.device"):
        return  # it went wrong afterwards, which other checks say
    another_device("evaluate.device", "evaluate", "measured")


def has_images(seen):
    """Whether images went through the model before an exception ended it."""
    return "images" in seen.arrays and len(seen.arrays["images"]) > 0


def images_of(seen, numbers):
    """The images that reached the model, (n, numbers), float64; none for whatever else came."""
    images = floats(seen.arrays.get("images"), (None, numbers))
    return np.zeros((0, numbers)) if images is None else images
