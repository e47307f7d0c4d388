import numpy as np
import pytest

from autograder.compare import fault, integers, kind, number, within, words
from autograder.fingerprint import saw
from autograder.verdict import Failure

# A fraction of 38 samples: the nearest other one is 0.026 away. Rounded to two digits or three it is right, too.
TOLERANCE = 1e-4


@pytest.mark.task("evaluate.accuracy")
def test_accuracy(observed, question):
    """The fraction of all images whose largest logit is the right one."""
    came = observed("evaluate.accuracy").values.get("returned")
    saw(came, kind(came) == "int")
    asked = question("evaluate.accuracy")
    right = asked.arrays["x"].reshape(-1, 10).argmax(axis=1) == asked.arrays["y"]
    value, due = number(came), float(right.mean())
    rounded = value is not None and any(abs(value - round(due, digits)) < 1e-6 for digits in (2, 3))
    if value is not None and (within(abs(value - due), TOLERANCE) or rounded):
        return
    expectation = "right images divided by all images, a number between 0 and 1"
    if value is None:
        raise Failure(expectation, words(came), "is there a `return`, and what is after it?")
    size = asked.values["batch"]
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
    )  # fmt: skip
    for other, name, hint in explanations:
        if abs(value - other) <= TOLERANCE * max(1, abs(other)):
            raise Failure(expectation, f"{value:.4g}: {name}", hint)
    raise Failure(expectation, f"{value:.6g}", "take one batch, and compare your predictions with the labels by hand")


@pytest.mark.task("evaluate.mode")
def test_mode(grading, observed, expected):
    """The model is in evaluation mode while it is measured."""
    seen = observed("evaluate.mode", enough=has_passes)
    with grading.error_first(seen, "evaluate"):
        if not passes_agree(seen, expected("evaluate.mode"), "inner"):
            raise Failure(
                "batch norm and dropout behave as in evaluation",
                "as in training",
                "the model may come to you in either mode: put it in the one that you need",
            )


@pytest.mark.task("evaluate.gradients")
def test_gradients(grading, observed, expected):
    """No gradients are computed, and nothing is learned, while the model is measured."""
    seen, right = observed("evaluate.gradients", enough=has_passes), expected("evaluate.gradients")
    saw(seen.arrays.get("weight"))
    with grading.error_first(seen, "evaluate"):
        agrees = passes_agree(seen, right, "logits")
        if fault(seen.arrays.get("weight"), right.arrays["weight"], TOLERANCE):
            raise Failure("the weights stay as they are", "they have changed", "nothing is trained here")
        if not agrees:
            raise Failure(
                "the forward passes keep no graph for gradients",
                "logits with a graph",
                "they cost time and memory: tell PyTorch that it need not prepare to go backward",
            )


def has_passes(seen):
    """Whether batches went through the model before an exception ended it."""
    return len(integers(seen.arrays.get("order"))) > 0


def passes_agree(seen, right, name):
    """Whether each pass through the model gave what the reference's pass of the same batch gave."""
    order, rows = integers(seen.arrays.get("order")), seen.arrays.get(name)
    saw(order, rows, seen.error)
    if not len(order):
        raise Failure("the given model is measured", "no batch went through it", "use the arguments")
    due = dict(zip(right.arrays["order"].tolist(), right.arrays[name], strict=True))
    if not due.keys() >= set(order.tolist()):  # of what was never asked
        return False
    return fault(rows, np.stack([due[sample] for sample in order.tolist()]), TOLERANCE) is None
