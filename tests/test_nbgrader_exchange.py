"""Whose a file is that a learning platform has packed, as nbgrader's zip_collect wants to know it."""

import pytest

from autograder.nbgrader.exchange import collected


@pytest.mark.parametrize(
    "path, student, file",
    [
        ("doejane_12345_678901_cnn-1.ipynb", "doejane_12345", "cnn-1.ipynb"),
        ("submissions/doejane_LATE_12345_678901_cnn.py", "doejane_12345", "cnn.py"),
        ("doejane_12345_678901_work/inner/cnn.ipynb", "doejane_12345", "work/inner/cnn.ipynb"),
        ("Jane Doe_12345_assignsubmission_file/cnn.ipynb", "Jane Doe_12345", "cnn.ipynb"),
        ("397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM/cnn.ipynb", "Mary-Ann Smith_397063", "cnn.ipynb"),
        ("cnn_jane_attempt_2016-01-30-15-00-00.txt", "jane", "receipt.txt"),
        (".._assignsubmission_file/cnn.ipynb", "unnamed", "cnn.ipynb"),
        ("jane/cnn.ipynb", "jane", "cnn.ipynb"),
    ],
)
def test_names(path: str, student: str, file: str) -> None:
    found = collected(tuple(path.split("/")))
    assert found and (found["student_id"], found["file_id"]) == (student, file)


def test_the_later_of_two_attempts_counts() -> None:
    found = collected(("cnn_jane_attempt_2016-01-30-15-00-00_cnn.ipynb",))
    assert found and found["timestamp"] == "2016-01-30 15:00:00"


def test_what_tells_nothing_is_left_to_nbgrader() -> None:
    assert collected(("notes.txt",)) is None and collected(("a", "b", "c.ipynb")) is None
