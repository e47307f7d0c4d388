"""Whose a file is that a learning platform has packed, as nbgrader's zip_collect wants to know it."""

import zipfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import gradebooks
import pytest
from nbgrader.utils import parse_utc
from nbgrader_class import nbgrader
from test_cli import autograder

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
        ("Doe, Jane_12345_assignsubmission_file/cnn.ipynb", "Doe Jane_12345", "cnn.ipynb"),
        ("DL_2026_4711_cnn/Jane Doe_12345_assignsubmission_file/cnn.ipynb", "Jane Doe_12345", "cnn.ipynb"),
    ],
)
def test_names(path: str, student: str, file: str) -> None:
    found = collected(tuple(path.split("/")))
    assert found and (found["student_id"], found["file_id"]) == (student, file)


def test_the_later_of_two_attempts_counts() -> None:
    found = collected(("cnn_jane_attempt_2016-01-30-15-00-00_cnn.ipynb",))
    assert found and parse_utc(found["timestamp"]) == datetime(2016, 1, 30, 15)


def test_times_in_names_are_those_of_the_course() -> None:
    for name in ("cnn_jane_attempt_2016-07-30-00-30-00_cnn.ipynb", "3-4 - Jane - Jul 30, 2016 1230 AM/cnn.ipynb"):
        found = collected(tuple(name.split("/")), zone=ZoneInfo("Europe/Zurich"))
        assert found and parse_utc(found["timestamp"]) == datetime(2016, 7, 29, 22, 30)
    assert "timestamp" not in (collected(("cnn_jane_attempt_2016-13-30-15-00-00_cnn.ipynb",)) or {})


def test_what_tells_nothing_is_left_to_nbgrader() -> None:
    assert collected(("notes.txt",)) is None and collected(("a", "b", "c.ipynb")) is None
    assert collected(("submissions", "jane", "hw_1_2026_a.ipynb")) is None


@pytest.mark.slow
def test_canvas_numbers_become_the_ids_of_its_class_list(tmp_path: Path) -> None:
    root = tmp_path / "course"
    gradebooks.new_course(root)
    grades = tmp_path / "grades.csv"
    grades.write_text("Student,ID,SIS User ID,SIS Login ID,Section\n'Doe, Jane',12345,s1,jane,A\n".replace("'", '"'))
    done = autograder("roster", grades, "--root", root)
    assert done.returncode == 0, done.stderr
    archive = root / "downloaded/cnn/archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "submissions.zip", "w") as packed:
        packed.writestr("doejane_12345_678901_cnn.py", "")
        packed.writestr("roeric_LATE_99_678902_cnn.py", "")
    done = nbgrader(root, "zip_collect", "cnn")
    assert done.returncode == 0, done.stderr
    assert sorted(folder.name for folder in (root / "submitted").iterdir()) == ["jane", "roeric_99"]
