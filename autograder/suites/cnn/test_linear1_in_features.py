import pytest

from autograder.compare import number, words
from autograder.verdict import Failure


@pytest.mark.task("linear1_in_features")
def test_linear1_in_features(grading, observed, expected, question):
    """How many numbers of one image reach linear1, for any size of the image."""
    seen, right = observed("linear1_in_features").values, expected("linear1_in_features").values
    sizes = question("linear1_in_features").values["sizes"]
    attempts = [differences(seen, right, attempt, sizes) for attempt in ("own", "helped")]
    if [] in attempts:
        return
    # What comes with a right conv_output_size is this task's own mistake.
    wrong = attempts[1] if attempts[1] is not None else attempts[0]
    if wrong is None:
        raise grading.explain(seen.get("error", {}), grading.assignment.task("linear1_in_features"))
    size, came = wrong[0]
    expectation = f"for an image of {size}x{size}: channels * height * width after pool2"
    raise Failure(expectation, words(came), hint(wrong, sizes))


def differences(seen, right, attempt, sizes):
    """(image size, what came) where it is wrong; None if the attempt did not come to its end."""
    if not isinstance(seen.get(attempt), list) or f"{attempt}.default" not in seen:
        return None
    pairs = zip(
        [*sizes, 28],
        [*seen[attempt], seen[f"{attempt}.default"]],
        [*right["own"], right["own.default"]],
    )
    return [(size, came) for size, came, due in pairs if number(came) != due["number"]]


def hint(wrong, sizes):
    if len({number(came) for _, came in wrong}) == 1 and len(wrong) > 1 and 28 not in [size for size, _ in wrong]:
        return "it is right for 28 pixels only: compute it from `image_size`"
    if all(size % 4 for size, _ in wrong) and len(wrong) < len(sizes):
        return "a row of 29 pixels does not halve evenly: what does a 2x2 pooling do with the pixel left over?"
    return "follow one image through the two blocks: what do conv1, pool1, conv2 and pool2 make of its height?"
