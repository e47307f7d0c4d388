import numpy as np
import pytest

from autograder.compare import integers, within
from autograder.fingerprint import saw
from autograder.verdict import Failure

# Relative L2 distance after a step, against how far the weights should have moved by then, in float64. The reference,
# in float32 and with any kernels, is at most 6e-6 away, the nearest mistake 1.8e-3 (docs/evidence.md).
TOLERANCE = 1e-4
MOST_STATES = 51  # that the probe sends


@pytest.mark.task("train.update")
def test_update(grading, observed, question, unless_images_change):
    """Each batch changes the weights by one step along its own gradient."""
    asked = question("train.update")
    seen = observed("train.update", enough=lambda seen: len(integers(seen.arrays.get("order"))) > 0)
    with unless_images_change(), grading.error_first(seen, "train"):
        judge(seen, asked)


def judge(seen, asked):
    came, states = integers(seen.arrays.get("order")), seen.arrays.get("states")
    enough = isinstance(states, np.ndarray) and states.ndim == 2 and len(states) == len(came) + 1 <= MOST_STATES
    due = right_states(asked, came) if enough else None
    saw(came, states[1:] - states[0] if enough and states.dtype.kind == "f" else None, seen.error)
    saw(seen.arrays.get("steps"))
    if not enough or states.shape != due.shape or not np.abs(states - states[0]).max() > 0:
        raise Failure(
            "the weights of the model that is passed in move",
            "they are what they were before",
            "which of the five steps is missing, or comes at the wrong time?",
        )
    batches = -(-len(asked.arrays["x"]) // asked.values["batch"])
    # A batch that never was has no gradient, and after it no weights are wrong.
    if not ((came >= 0) & (came < batches)).all() or not np.array_equal(states[0], due[0]):
        raise update_failure(1, batches)
    for step in range(1, len(due)):
        away = np.linalg.norm(states[step].astype(np.float64) - due[step])
        if not within(away / max(np.linalg.norm(due[step] - due[0]), 1e-9), TOLERANCE):
            raise update_failure(step, batches)


def right_states(asked, batches):
    """The parameters after SGD with momentum on these batches, float64, (batches + 1, parameters).

    Computed here for the batches that were seen, so that a batch left out costs the check for that, not this one.
    """
    names = ("1.weight", "1.bias", "3.weight", "3.bias")
    weights = [asked.arrays[name].astype(np.float64) for name in names]
    velocity = [np.zeros_like(weight) for weight in weights]
    size, states = asked.values["batch"], [np.concatenate([weight.ravel() for weight in weights])]
    for batch in batches.tolist():
        x = asked.arrays["x"][batch * size :][:size].reshape(-1, 6).astype(np.float64)  # (B, 6)
        y = asked.arrays["y"][batch * size :][:size]
        for position, gradient in enumerate(gradients(x, y, *weights)):
            velocity[position] = asked.values["momentum"] * velocity[position] + gradient
            weights[position] = weights[position] - asked.values["rate"] * velocity[position]
        states.append(np.concatenate([weight.ravel() for weight in weights]))
    return np.stack(states)


def gradients(x, y, weight1, bias1, weight2, bias2):
    """Of the cross entropy of linear, tanh, linear, for each of the four parameters."""
    hidden = np.tanh(x @ weight1.T + bias1)  # (B, 11)
    logits = hidden @ weight2.T + bias2  # (B, 5)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    at_logits = (exponentials / exponentials.sum(axis=1, keepdims=True) - np.eye(logits.shape[1])[y]) / len(y)
    at_hidden = (at_logits @ weight2) * (1 - hidden**2)
    return at_hidden.T @ x, at_hidden.sum(axis=0), at_logits.T @ hidden, at_logits.sum(axis=0)


def update_failure(step, batches):
    if step == 1:
        return Failure(
            "after the first batch: the weights after one step of the given optimizer on the given loss",
            "other weights",
            "is what goes backward the loss of this batch alone, as `loss_fn` gives it, and is there one step?",
        )
    if step == batches + 1:
        return Failure(
            f"after the first batch of the second epoch: the weights after {step} such steps",
            "other weights; those of the first epoch were right",
            "what happens between two epochs: does the learning rate change, or is something left over?",
        )
    return Failure(
        f"after batch {step}: the weights after {step} such steps",
        "other weights, though the first step was right" if step == 2 else "other weights; the steps before were right",
        "something is carried over from one batch to the next: what has to be cleared?",
    )
