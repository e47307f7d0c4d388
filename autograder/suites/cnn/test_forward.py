import numpy as np
import pytest

from autograder.compare import distance
from autograder.fingerprint import MATCH, saw
from autograder.verdict import NotChecked


@pytest.mark.task("forward")
def test_forward(observed, network_failure):
    """The forward pass: raw logits for a batch of any size, with gradients down to the first layer."""
    own = observed("forward")
    # What is judged: in the student's layers where these take the weights, else in the grader's.
    saw(*views(own if "logits" in own.arrays else observed("forward", layers="all")))
    # In the student's layers, or with the grader's under their names: mistakes of layers have a task of their own.
    failures = []
    for layers in ("own", "parametric", "all"):
        failure = network_failure(layers)
        if failure is None:
            return
        failures.append(failure)
    raise next((failure for failure in failures if isinstance(failure, NotChecked)), failures[-1])


def views(seen):
    logits, one_image, training, gradient = (
        seen.arrays.get(part) for part in ("logits", "one_image", "training", "gradient")
    )
    # Dropout is random, and the last digits of a gradient jump between CPU kernels (see conftest.py): of these two only
    # whether the mode matters, and whether there is a gradient.
    steady = all(map(is_floats, (logits, training))) and logits.shape == training.shape
    steady = steady and distance(training, logits) <= MATCH
    flows = is_floats(gradient) and bool(np.any(gradient))
    return [seen.values.get("returned"), logits, one_image, steady, flows, seen.values.get("error")]


def is_floats(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and bool(np.isfinite(value).all())
