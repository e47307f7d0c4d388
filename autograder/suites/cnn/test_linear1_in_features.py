import contextlib

import pytest

from autograder.compare import kind, number, words
from autograder.fingerprint import saw
from autograder.verdict import Failure, NotChecked


@pytest.mark.task("linear1_in_features")
def test_linear1_in_features(observed, expected, question):
    """How many numbers of one image reach linear1, for any size of the image."""
    right = expected("linear1_in_features").values
    sizes = question("linear1_in_features").values["sizes"]

    def differences(**values):
        """(image size, what came) where it is wrong."""
        seen = observed("linear1_in_features", **values).values
        came = seen.get("returned") if isinstance(seen.get("returned"), list) else []
        came = [*came, *[None] * len(sizes)][: len(sizes)]
        if not values:
            saw(came, seen.get("default"))
        pairs = zip([*sizes, 28], [*came, seen.get("default")], [*right["returned"], right["default"]], strict=True)
        return [(size, came) for size, came, due in pairs if number(came) != due["number"]]

    try:
        wrong = differences()
        if not wrong:
            return
        due = {size: value["number"] for size, value in zip(sizes, right["returned"], strict=True)}
        failure = wrong_number(wrong, sizes, due)
    except (Failure, NotChecked) as error:
        failure = error
    # With the student's own `conv_output_size`, which may take its arguments in another way.
    with contextlib.suppress(Failure, NotChecked):
        if not differences(helped=False):
            return
    raise failure


def wrong_number(wrong, sizes, due):
    size, came = wrong[0]
    expectation = f"for an image of {size}x{size}: channels * height * width after pool2"
    return Failure(expectation, words(came), hint(wrong, sizes, due))


def hint(wrong, sizes, due):
    values = {size: number(came) for size, came in wrong}
    if {kind(came) for _, came in wrong} == {"NoneType"}:
        return "nothing comes back: is there a `return`?"
    if all(value and (value * 64 == due[size]) for size, value in values.items()):
        return "height and width are right; how many channels are there?"
    if len({number(came) for _, came in wrong}) == 1 and len(wrong) > 1 and 28 not in [size for size, _ in wrong]:
        return "it is right for 28 pixels only: compute it from `image_size`"
    if all(size % 4 for size, _ in wrong) and len(wrong) < len(sizes):
        return "a row of 29 pixels does not halve evenly: what does a 2x2 pooling do with the pixel left over?"
    return "follow one image through the two blocks: what do conv1, pool1, conv2 and pool2 make of its height?"
