import pytest

from autograder.compare import fault, number, words
from autograder.verdict import WAITS_FOR_YOU, Failure, NotChecked


@pytest.mark.task("softmax")
def test_softmax(observed, expected):
    """The probabilities of each row."""
    seen, right = observed("softmax"), expected("softmax")
    if problem := fault(seen.arrays.get("logits"), right.arrays["logits"], 1e-5):
        raise Failure("powers of e, divided by the sum of their row", problem, "add up a row by hand")
    if problem := fault(seen.arrays.get("large"), right.arrays["large"], 1e-5):
        raise Failure("the same for logits of several thousand", problem, "what is e to the power of 3000?")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.task(f"probabilities.{n}")) for n in ("equal", "alone")]
)
def test_probability(observed, expected, name):
    """One probability."""
    came = observed("probabilities").values.get(name) or {}
    if came.get("type") == "ellipsis":
        raise NotChecked(WAITS_FOR_YOU, "replace the three dots `...`")
    if number(came) != expected("probabilities").values[name]["number"]:
        raise Failure("another probability", words(came), "they add up to 1")
