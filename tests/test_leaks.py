"""The last look: what it must see, wherever it stands, and what it must let pass."""

import json

import pytest
from corpus import CNN

from autograder import recording
from autograder.leaks import LeakError, check_leaks, check_stubs
from autograder.percent import blocks
from autograder.release import make_starter

STARTER = make_starter(CNN)


def cells(text: str = STARTER) -> dict[str, str]:
    """What is not for the reader, as `check_stubs` takes it."""
    found = {}
    for block in blocks(text):
        if not block.explore and ("[markdown]" not in block.head or block.key):
            found[block.key or f"at {block.first_line}"] = block.body()[1]
    return found


def test_the_starter_is_clean() -> None:
    check_leaks(CNN, {"cnn.py": STARTER.encode()})
    check_stubs(CNN, cells())


@pytest.mark.parametrize(
    "text",
    [
        "    loss  =  loss_fn(model(images), labels)",  # white space is not looked at
        "    return 64 * size * size",  # without its comment
        "Think of `return correct / total`, said the docstring.",
        "the shape is (64, 64, 7, 7), isn't it",  # a blank's value in prose
        "As said,\n# is larger since about 95 % of its parameters are in `linear1`, where each of 3,136 numbers has a "
        "weight of its own for",
        "# END SOLUTION",
        "### begin hidden tests",
    ],
)
def test_a_line_of_the_solution_is_seen(text: str) -> None:
    with pytest.raises(LeakError, match=r"a\.py: the (line|marker)"):
        check_leaks(CNN, {"a.py": f"x = 1\n{text}\n".encode()})


def test_notebooks_are_read_as_they_read() -> None:
    """Outputs, metadata, and lines that JSON has escaped or split."""
    line = 'print(f"epoch {epoch} of {epochs}: average loss {average_losses[-1]:.4f}")'
    for cell in (
        {"source": ["a\n", line]},
        {"outputs": [{"text": line}]},
        {"outputs": [{"data": {"text/plain": [line]}}]},
        {"metadata": {"kept": line}},
        {"attachments": {line: {}}},
    ):
        with pytest.raises(LeakError, match="average loss"):
            check_leaks(CNN, {"a.ipynb": json.dumps({"cells": [cell]}).encode()})


def test_recordings_are_unpacked() -> None:
    with pytest.raises(LeakError):
        check_leaks(CNN, {"a.bin": recording.pack(b"return correct / total")})
    check_leaks(CNN, {"a.bin": recording.pack(b"(64, 64, 7, 7)")})  # what is asked for must be in there


def test_what_the_lesson_itself_says_is_no_secret() -> None:
    check_leaks(CNN, {"a.py": b"optimizer.zero_grad()\nloss.backward()\nwith torch.no_grad():"})


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('raise NotImplementedError("train: write the body and delete this line")', "pass", "train: the stub of train"),
        ('raise NotImplementedError("forward: write', 'raise ValueError("forward: write', "the stub of forward"),
        ("= ...  # TODO(layers", "= None  # TODO(layers", "the stub of layers"),
        ("*Your answer, in the place of this line.*", "", "still_cheaper: the text"),
        ('answer="evaluate"', "", "there are no answer cells evaluate"),
    ],
)
def test_a_stub_that_does_not_wait_is_seen(before: str, after: str, message: str) -> None:
    assert before in STARTER
    with pytest.raises(LeakError, match=message):
        check_stubs(CNN, cells(STARTER.replace(before, after)))
