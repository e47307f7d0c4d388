"""The questions: logits of ordinary size, and some that would overflow."""

import numpy as np

from autograder.session import Question

PROBES = ("softmax", "probabilities")


def softmax(rng, facts):
    logits = rng.standard_normal((3, 5)).astype(np.float32)
    return Question(arrays={"logits": logits, "large": logits * 1000})


def probabilities(rng, facts):
    return Question(values={"names": ["equal", "alone"]})
