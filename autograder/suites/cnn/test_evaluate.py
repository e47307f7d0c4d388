import numpy as np
import pytest

from autograder.compare import distance, number, words
from autograder.verdict import Failure

# A fraction of 38 samples: the nearest other one is 0.026 away.
TOLERANCE = 1e-4


@pytest.mark.task("evaluate.accuracy")
def test_accuracy(observed, question):
    """The fraction of all images whose largest logit is the right one."""
    came = observed("evaluate.accuracy").values.get("returned")
    asked = question("evaluate.accuracy")
    right = asked.arrays["x"].argmax(axis=1) == asked.arrays["y"]
    value, due = number(came), float(right.mean())
    if value is not None and abs(value - due) <= TOLERANCE:
        return
    expectation = "right images divided by all images, a number between 0 and 1"
    if value is None:
        raise Failure(expectation, words(came), "what is after `return`?")
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
    )  # fmt: skip
    for other, name, hint in explanations:
        if abs(value - other) <= TOLERANCE * max(1, abs(other)):
            raise Failure(expectation, f"{value:.4g}: {name}", hint)
    raise Failure(
        expectation,
        f"{value:.6g}",
        "take one batch, and compare your predictions with the labels by hand",
    )


@pytest.mark.task("evaluate.mode")
def test_mode(observed, expected):
    """The model is in evaluation mode while it is measured."""
    seen, right = observed("evaluate.mode", enough=has_passes("inner")), expected("evaluate.mode")
    by_batch = dict(zip(right.arrays["order"].tolist(), right.arrays["inner"], strict=True))
    came, inner = seen.arrays.get("order"), seen.arrays.get("inner")
    if not isinstance(came, np.ndarray) or not came.size or not isinstance(inner, np.ndarray):
        raise Failure("the given model is measured", "no batch went through it", "use the arguments")
    if inner.shape != (len(came), right.arrays["inner"].shape[1]) or not all(
        batch in by_batch and distance(row, by_batch[batch]) <= TOLERANCE
        for batch, row in zip(came.tolist(), inner, strict=True)
    ):
        raise Failure(
            "batch norm and dropout behave as in evaluation",
            "as in training",
            "the model may come to you in either mode: put it in the one that you need",
        )


@pytest.mark.task("evaluate.gradients")
def test_gradients(observed, expected):
    """No gradients are computed, and nothing is learned, while the model is measured."""
    seen, right = observed("evaluate.gradients", enough=has_passes("rows")), expected("evaluate.gradients")
    by_batch = {int(row[0]): row for row in right.arrays["rows"]}
    rows, weight, due = seen.arrays.get("rows"), seen.arrays.get("weight"), right.arrays["weight"]
    if not isinstance(rows, np.ndarray) or rows.shape[1:] != right.arrays["rows"].shape[1:] or not len(rows):
        raise Failure("the given model is measured", "no batch went through it", "use the arguments")
    if not isinstance(weight, np.ndarray) or weight.shape != due.shape or not distance(weight, due) <= TOLERANCE:
        raise Failure("the weights stay as they are", "they have changed", "nothing is trained here")
    if not all(int(row[0]) in by_batch and distance(row, by_batch[int(row[0])]) <= TOLERANCE for row in rows):
        raise Failure(
            "the forward passes keep no graph for gradients",
            "logits with a graph",
            "they cost time and memory: tell PyTorch that it need not prepare to go backward",
        )


def has_passes(name):
    """Whether batches went through the model before an exception ended it."""
    return lambda seen: isinstance(seen.arrays.get(name), np.ndarray) and len(seen.arrays[name]) > 0
