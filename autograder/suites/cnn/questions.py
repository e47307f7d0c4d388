"""The questions of the assignment, drawn by the judge with numpy: one function for each probe of `probes/`.

Every draw takes its own random generator, so that the questions of one probe do not depend on those of another.
Sizes are pairwise distinct (batch 7, 5 classes, ...), so that swapped axes and hard-coded sizes show.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random import RandomState

from autograder.mnist import RAW, course_sample, read_idx
from autograder.session import Question

LAYERS = ("conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "linear1", "relu3", "linear2")
BATCH = 7
PROBES = (
    "architecture",  # first: others build on it
    "conv_output_size",
    "predicted_shapes",
    "linear1_in_features",
    "layers",
    "forward",
    "train.update",
    "train.epochs",
    "train.mode",
    "train.arguments",
    "train.device",
    "evaluate.accuracy",
    "evaluate.arguments",
    "evaluate.mode",
    "evaluate.gradients",
    "evaluate.device",
    "learns",
    "learns.unit",
)

Facts = dict[str, dict[str, Any]]  # what the reference has answered to the probes before, by probe

# How far a recorded array may be from what the reference gives today (relative L2) before it is recorded anew, where
# the usual 1e-5 is too strict: the short training run is chaotic, and other CPU kernels end elsewhere.
RECORDING_LIMITS = {"end_logits": 0.05, "losses": 0.05}


def architecture(rng: RandomState, facts: Facts) -> Question:
    return Question(values={"layers": list(LAYERS)})


def conv_output_size(rng: RandomState, facts: Facts) -> Question:
    """Cases (size, kernel, padding, stride): textbook ones first, so that a message names one of them."""
    cases = [(28, 3, 1, 1), (28, 2, 0, 2), (7, 3, 0, 1), (7, 3, 0, 3), (29, 2, 0, 2), (32, 5, 2, 1), (5, 5, 0, 1)]
    while len(cases) < 40:
        kernel, padding, stride = rng.randint(1, 8), rng.randint(0, 4), rng.randint(1, 5)
        cases.append((kernel + rng.randint(0, 60), kernel, padding, stride))
    return Question(values={"cases": [[int(number) for number in case] for case in cases]})


def predicted_shapes(rng: RandomState, facts: Facts) -> Question:
    return Question(values={"layers": list(LAYERS)})


def linear1_in_features(rng: RandomState, facts: Facts) -> Question:
    sizes = [28, 32, 29, 4, *rng.randint(5, 70, size=8)]
    return Question(values={"sizes": [int(size) for size in sizes]})


def layers(rng: RandomState, facts: Facts) -> Question:
    """Each layer alone: small inputs for what it computes, one of the real size for the shape that comes out."""
    small = {
        "conv1": (BATCH, 1, 5, 6),
        "pool1": (BATCH, 3, 8, 10),
        "conv2": (BATCH, 32, 5, 6),
        "pool2": (BATCH, 3, 8, 10),
        "flatten": (BATCH, 4, 3, 5),
        "linear1": (BATCH, facts["architecture"]["parameters"]["linear1.weight"][1]),
        "linear2": (BATCH, facts["architecture"]["parameters"]["linear2.weight"][1]),
    }
    # Large, so that a ReLU with a ceiling shows.
    inputs = {f"in.{layer}": 20 * normal(rng, *small.get(layer, (BATCH, 11))) for layer in LAYERS}
    return Question(
        arrays=inputs | network_weights(rng, facts),
        values={"layers": list(LAYERS), "input_shapes": facts["architecture"]["input_shapes"]},
    )


def forward(rng: RandomState, facts: Facts) -> Question:
    arrays = network_weights(rng, facts)
    arrays["images"] = rng.uniform(0, 1, size=(BATCH, 1, 28, 28)).astype(np.float32)
    arrays["one_image"] = rng.uniform(0, 1, size=(1, 1, 28, 28)).astype(np.float32)
    arrays["direction"] = normal(rng, BATCH, 10)
    return Question(arrays, values={"layers": "own"})


def train_update(rng: RandomState, facts: Facts) -> Question:
    """SGD with momentum on two layers, two epochs of three batches; Adam would hide the scale of the gradients.

    Inputs are large, so that the gradients are too (norm above 10) and clipping them shows.
    """
    return Question(
        arrays={
            "x": normal(rng, 18, 1, 2, 3) * 20,  # batches of 7, 7 and 4
            "y": rng.randint(0, 5, size=18),
            "1.weight": normal(rng, 11, 6) / 50,
            "1.bias": normal(rng, 11) / 5,
            "3.weight": normal(rng, 5, 11),
            "3.bias": normal(rng, 5),
        },
        values={"batch": BATCH, "rate": 2e-3, "momentum": 0.9, "epochs": 2},
    )


def train_epochs(rng: RandomState, facts: Facts) -> Question:
    """Two epochs of 205 batches, the last one short. The weights do not move, so that every loss is known."""
    samples = 204 * BATCH + 3
    x, y = normal(rng, samples, 5), rng.randint(0, 5, size=samples)
    nearly_right = slice(120 * BATCH, 121 * BATCH)  # one batch, so that stopping at a low loss shows
    x[nearly_right] = 10 * np.eye(5, dtype=np.float32)[y[nearly_right]]
    return Question(arrays={"x": x.reshape(samples, 1, 1, 5), "y": y}, values={"batch": BATCH, "epochs": 2})


def train_mode(rng: RandomState, facts: Facts) -> Question:
    return Question(
        arrays={
            "x": normal(rng, 18, 2, 3, 4),
            "y": rng.randint(0, 5, size=18),
            "mask": 1 + rng.uniform(0.5, 1.5, size=(2, 3, 4)).astype(np.float32),
            "mean": normal(rng, 2),
            "weight": normal(rng, 5, 24),
            "bias": normal(rng, 5),
        },
        values={"batch": BATCH, "epochs": 2},
    )


def train_arguments(rng: RandomState, facts: Facts) -> Question:
    return Question(
        arrays={"x": normal(rng, 18, 1, 2, 2), "y": rng.randint(0, 3, size=18), "weight": normal(rng, 3, 4)},
        values={"batch": BATCH, "epochs": 6},
    )


def train_device(rng: RandomState, facts: Facts) -> Question:
    return Question(
        arrays={"x": normal(rng, 18, 1, 2, 2), "y": rng.randint(0, 3, size=18), "weight": normal(rng, 3, 4)},
        values={"batch": BATCH, "device": "cuda:0"},
    )


def evaluate_accuracy(rng: RandomState, facts: Facts) -> Question:
    """Three sets of inputs that are logits themselves, since many mistakes give the same fraction of one.

    Of the first 20 to 28 of 38 are right, one of them in the short last batch, so that no other count, and no average
    of averages, gives the same fraction; how many is drawn, too, or it could be written down. In the second some batches
    are right as a whole, and the largest logit of a batch is its first image's. The third is long.
    """
    logits, wrong_by = logits_and_errors(rng, 5, rng.randint(19, 28))
    wrong_by[-1] = 0
    more, more_wrong_by = logits_and_errors(rng, 5, rng.randint(12, 20))
    more_wrong_by[[*range(0, 5 * BATCH, BATCH), *range(2 * BATCH, 3 * BATCH), -1, -2, -3]] = 0
    first = np.arange(0, len(more), BATCH)
    more[first, more[first].argmax(axis=1)] += 10
    many, many_wrong_by = logits_and_errors(rng, 120, rng.randint(400, 600))
    sets = {"": (logits, wrong_by), "2": (more, more_wrong_by), "3": (many, many_wrong_by)}
    arrays: dict[str, np.ndarray] = {}
    for name, (x, wrong) in sets.items():
        arrays |= {f"x{name}": x.reshape(-1, 1, 2, 5), f"y{name}": (x.argmax(axis=1) + wrong) % 10}
    return Question(arrays=arrays, values={"batch": BATCH})


def logits_and_errors(rng: RandomState, batches: int, right: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits of full batches and a short one of 3, and by how much each label is off: 0 for `right` of the full ones."""
    logits = normal(rng, batches * BATCH + 3, 10)
    wrong_by = rng.randint(1, 10, size=len(logits))
    wrong_by[rng.permutation(batches * BATCH)[:right]] = 0
    return logits, wrong_by


def evaluate_arguments(rng: RandomState, facts: Facts) -> Question:
    return evaluate_gradients(rng, facts)


def evaluate_device(rng: RandomState, facts: Facts) -> Question:
    return train_device(rng, facts)


def evaluate_mode(rng: RandomState, facts: Facts) -> Question:
    return train_mode(rng, facts)


def evaluate_gradients(rng: RandomState, facts: Facts) -> Question:
    question = train_arguments(rng, facts)
    question.arrays["constant"] = normal(rng, 3)
    return question


def learns(rng: RandomState, facts: Facts) -> Question:
    """24 batches of 16 in this order, labels permuted, from these weights; `test_learns.py` has the limits.

    Images of mean 0 and standard deviation 1 over all of MNIST, plain SGD, and weights 1.4 times PyTorch's: a short run
    learns more, and of what was tried its end hangs least on the last digits of other CPU kernels.
    """
    return short_training(rng, facts, gain=1.4, mean=0.1307, deviation=0.3081, rate=0.02)


def learns_unit(rng: RandomState, facts: Facts) -> Question:
    """The same on images from 0 to 1, as the lesson has them."""
    return short_training(rng, facts, gain=2.5, mean=0.0, deviation=1.0, rate=0.03)


def short_training(rng: RandomState, facts: Facts, gain: float, **values: float) -> Question:
    digits = permuted_digits(rng)
    del digits["test_labels"]
    weights = {name: np.float32(gain) * value for name, value in network_weights(rng, facts).items()}
    return Question(digits | weights, values={"batch": 16, "momentum": 0.9, **values}, limit="training")


def permuted_digits(rng: RandomState) -> dict[str, np.ndarray]:
    """384 training and 300 test images of the sample, uint8 (N, 1, 28, 28), and their permuted labels, (N,)."""
    permutation = permuted_labels(rng)
    digits = {}
    for name, file, count in (("train", "train", 24 * 16), ("test", "t10k", 300)):
        images, labels = sample(file)
        chosen = rng.permutation(len(images))[:count]
        digits[f"{name}_images"] = images[chosen][:, None]
        digits[f"{name}_labels"] = permutation[labels[chosen]].astype(np.int64)
    return digits


@lru_cache
def sample(file: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of one half of the course's sample: `train` or `t10k`."""
    raw = course_sample() / RAW
    return read_idx(raw / f"{file}-images-idx3-ubyte"), read_idx(raw / f"{file}-labels-idx1-ubyte")


def permuted_labels(rng: RandomState) -> np.ndarray:
    """The label that each digit gets, (10,): the first draw of `permuted_digits`."""
    return rng.permutation(10)


def network_weights(rng: RandomState, facts: Facts) -> dict[str, np.ndarray]:
    """Weights for the four layers that have some, uniform within 1/sqrt(fan in) as PyTorch draws them."""
    weights = {}
    shapes = facts["architecture"]["parameters"]
    for name, shape in shapes.items():
        layer = name.partition(".")[0]
        fan_in = int(np.prod(shapes[f"{layer}.weight"][1:]))
        weights[name] = (rng.uniform(-1, 1, size=shape) / np.sqrt(fan_in)).astype(np.float32)
    return weights


def normal(rng: RandomState, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)
