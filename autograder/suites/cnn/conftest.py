"""What several checks share: is the network right, do the images arrive as they are given, and on which device?"""

import contextlib

import numpy as np
import pytest

from autograder.compare import fault, floats, words
from autograder.fingerprint import saw
from autograder.verdict import NEEDS, Failure, NotChecked

# Relative L2. Other CPU kernels are at most 5e-7 away; of the mistakes tried the nearest is an image flattened with
# height and width swapped, 0.095 away (docs/evidence.md).
TOLERANCE = 1e-4
# Of the gradient that reaches conv1. It jumps: where two pixels of a pooling block, or a ReLU's input and zero, are
# nearly equal, the last digit of a forward pass decides where the gradient goes. Other CPU kernels were up to 6e-3
# away; no gradient at all is 1 away.
GRADIENT_TOLERANCE = 0.1
SAME_IMAGE = 1e-3  # relative L2
HALF_PRECISION = 0.02  # of the size of weights and image: how far it may move logits


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


@pytest.fixture
def are_images():
    """Whether what reached a model, (n, numbers), can be images of its loader, scaled or turned at most: of those that
    are alike all over, next to nothing or beyond all size, the right answers could be written down.
    """

    def judge(images, given):
        sizes, usual = np.linalg.norm(images, axis=1), np.linalg.norm(given.reshape(len(given), -1), axis=1)
        ordinary = (sizes >= usual.min() / 1000) & (sizes <= usual.max() * 1000)
        return bool((ordinary & (images.std(axis=1) > 1e-3 * np.abs(images).max(axis=1))).all())

    return judge


@pytest.fixture
def as_given():
    """Raises a Failure unless each image that reached a model is one of those of its loader, both (n, numbers)."""

    def judge(images, given):
        if are_of(images, given):
            return
        if are_of_decoy(images, given):
            raise Failure(
                "the batches come from the `dataloader` that is passed in",
                "batches of another one",
                "which name stands in your `for` line?",
            )
        raise Failure(
            "the model gets the images as the `dataloader` gives them",
            "other images",
            "are they scaled, normalised or turned on the way? What a data set needs belongs to its `transform`",
        )

    return judge


def are_of(images, given):
    away = np.linalg.norm(images[:, None] - given, axis=2) / np.linalg.norm(given, axis=1)
    return bool((away.min(axis=1) <= SAME_IMAGE).all())


def are_of_decoy(images, given):
    """Whether they are of the loader that stands among the globals."""
    return are_of(images - 100, given)


@pytest.fixture
def unless_images_change(images_change):
    """What else fails where the loop changes the images waits for that: it has a check of its own."""

    @contextlib.contextmanager
    def judging():
        try:
            yield
        except Failure:
            if images_change():
                raise NotChecked(f"{NEEDS} train.arguments", "put that right first") from None
            raise

    return judging


@pytest.fixture
def images_change(observed, question):
    """Whether the loop changes images before the model sees them."""

    def judge():
        with contextlib.suppress(Failure, NotChecked):
            first = floats(observed("train.arguments").arrays.get("keywords.first"), (None, 4))
            given = question("train.arguments").arrays["x"].reshape(-1, 4)
            return first is not None and not are_of(first, given) and not are_of_decoy(first, given)
        return False

    return judge


@pytest.fixture
def are_logits():
    """Whether a linear model with `weight`, (3, 4), makes these logits, (n, 3), of these images, (n, 4); half precision
    is precise enough.
    """

    def judge(logits, images, weight):
        off, size = np.linalg.norm(logits - images @ weight.T.astype(np.float64), axis=1), np.linalg.norm(weight)
        return bool((off <= HALF_PRECISION * size * np.linalg.norm(images, axis=1)).all())

    return judge


@pytest.fixture
def passed_through(question, are_images, are_logits):
    """Whether an image went through the given model of a probe of `on_another_device`: its logits show it."""

    def judge(seen, probe):
        asked = question(probe).arrays
        image, logits = floats(seen.arrays.get("image"), (1, 4)), floats(seen.arrays.get("logits"), (1, 3))
        if image is None or logits is None:
            return False
        return are_images(image, asked["x"]) and are_logits(logits, image, asked["weight"])

    return judge


@pytest.fixture
def another_device(grading, observed, passed_through):
    """Judges what `probe` has done with a model on another device: one that the grader pretends, and a GPU if there is."""

    def judge(probe, task, doing):
        seen = observed(probe, enough=lambda seen: "moves" in seen.arrays)
        saw(seen.arrays.get("moves"), seen.error)
        try:
            if seen.error:
                raise grading.explain(seen.error, grading.assignment.task(task))
            on_gpu = grading.observed_on_gpu(probe)
        except Failure as failure:
            if "same device" not in failure.came:
                raise
            raise Failure(
                f"a model on another device (one that the grader pretends) is {doing} there",
                failure.came,
                "images and labels have to be moved to where the model's own parameters are, wherever that is; whether "
                "this machine has a GPU does not tell",
                failure.place,
            ) from None
        for came in (seen, on_gpu):
            if came and not passed_through(came, probe):
                raise Failure(f"the given model is {doing}", "no batch went through it", "see the other checks")

    return judge
