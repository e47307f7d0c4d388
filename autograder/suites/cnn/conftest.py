"""What the checks of layers and of the forward pass share: is the network right?"""

import numpy as np
import pytest

from autograder.compare import fault, words
from autograder.verdict import Failure

# Relative L2. Other CPU kernels are at most 5e-7 away; of the mistakes tried the nearest is an image flattened with
# height and width swapped, 0.095 away (docs/evidence.md).
TOLERANCE = 1e-4
# Of the gradient that reaches conv1. It jumps: where two pixels of a pooling block, or a ReLU's input and zero, are
# nearly equal, the last digit of a forward pass decides where the gradient goes. Other CPU kernels were up to 6e-3
# away; no gradient at all is 1 away.
GRADIENT_TOLERANCE = 0.1


@pytest.fixture
def network_failure(grading, observed, expected):
    """What is wrong with the network in some layers (see the probe `forward`), as a Failure; None if nothing is."""

    def failure(layers):
        seen, right = observed("forward", layers=layers), expected("forward")
        facts = seen.values

        def wrong(part, tolerance=TOLERANCE, what="distance"):
            return fault(seen.arrays.get(part), right.arrays[part], tolerance, what)

        if "returned" not in facts and isinstance(facts.get("error"), dict):
            return grading.explain(facts["error"], grading.assignment.task("forward"))
        if problem := wrong("logits"):
            return logits_failure(problem, facts, seen.arrays.get("logits"))
        if isinstance(facts.get("error"), dict):
            return grading.explain(facts["error"], grading.assignment.task("forward"))
        if problem := wrong("one_image"):
            return Failure(
                "a batch of one image gives logits of shape (1, 10)",
                problem,
                "is a batch size written down somewhere, or a `squeeze`?",
            )
        if wrong("again"):
            return Failure("the same images twice give the same logits", "other numbers", "what is random in it?")
        if wrong("training"):
            return Failure(
                "this network computes the same in training and in evaluation mode",
                "other numbers in training mode",
                "it has no dropout and no batch norm; leave them out here",
            )
        if wrong("gradient", GRADIENT_TOLERANCE, "gradient"):
            return Failure(
                "gradients reach the first layer",
                "no gradient, or another one",
                "is something detached, under `no_grad`, or turned into plain numbers on the way?",
            )
        return None

    return failure


def logits_failure(problem, facts, logits):
    if problem.startswith("NaN"):
        return Failure("ten finite numbers per image", problem, "where is divided, or a logarithm taken?")
    if problem != "other numbers" or logits is None:
        return Failure(
            "logits of shape (7, 10) for 7 images", words(facts.get("returned")), "what does `forward` return?"
        )
    if np.allclose(logits.sum(axis=1), 1, atol=1e-4) and (logits >= 0).all():
        return Failure(
            "logits: ten real numbers per image, as linear2 puts them out",
            "numbers that add up to 1 for each image",
            "the loss function does softmax itself; doing it twice makes the gradients small",
        )
    if np.allclose(np.exp(logits.astype(np.float64)).sum(axis=1), 1, atol=1e-4):
        return Failure(
            "logits: ten real numbers per image, as linear2 puts them out",
            "logarithms of probabilities",
            "the loss function does log-softmax itself; return what linear2 gives",
        )
    return Failure(
        "with the grader's weights, the logits of the network in the table",
        "ten other numbers per image",
        "follow `x` line by line: each of the ten layers once, in the order of the table, and each image "
        "flattened as channels, height, width",
    )
