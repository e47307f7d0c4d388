import pytest

from autograder.compare import kind, number, words
from autograder.fingerprint import saw
from autograder.verdict import Failure


@pytest.mark.task("conv_output_size")
def test_conv_output_size(observed, expected, question):
    """The output size of a convolution, for any size, kernel, padding and stride."""
    seen, right = observed("conv_output_size").values, expected("conv_output_size").values
    cases = question("conv_output_size").values["cases"]
    saw(listed(seen.get("returned"), len(cases)), seen.get("defaults"))
    wrong = [
        (case, came)
        for case, came, due in zip(cases, listed(seen.get("returned"), len(cases)), right["returned"], strict=True)
        if number(came) != due["number"]
    ]
    if wrong:
        (size, kernel_size, padding, stride), came = wrong[0]
        raise Failure(
            f"for size={size}, kernel_size={kernel_size}, padding={padding}, stride={stride}: "
            "the number of places where the whole kernel fits",
            words(came),
            hint(
                came,
                [case for case, _ in wrong],
                [case for case in cases if case not in [bad for bad, _ in wrong]],
            ),
        )
    if number(seen.get("defaults")) != right["defaults"]["number"]:
        raise Failure(
            "without arguments for them, padding is 0 and stride is 1",
            f"{words(seen.get('defaults'))} for size=12, kernel_size=5",
            "keep the first line of the function as the starter has it",
        )


def listed(values, length):
    """The returned values, with nothing in the place of what is not there."""
    values = values if isinstance(values, list) else []
    return (values + [None] * length)[:length]


def hint(came, wrong, right):
    """Where the function goes wrong, from the cases that tell."""
    if kind(came) == "NoneType":
        return "nothing comes back: is there a `return`?"
    if not right:
        return "draw a row of 7 pixels, slide a kernel of 3 over it, and count the places"
    if all(padding > 0 for _, _, padding, _ in wrong):
        return "only cases with padding are wrong: on how many sides of the row are pixels added?"
    if all(stride > 1 for *_, stride in wrong):
        uneven = all((size + 2 * padding - kernel) % stride for size, kernel, padding, stride in wrong)
        if uneven:
            return "only cases where pixels are left over at the end are wrong: does half a step give a place?"
        return "only cases with a stride above 1 are wrong: how many steps fit, and how many places is that?"
    return "try it by hand with a row of 7 pixels and a kernel of 3: how many places, with stride 1, 2 and 3?"
