"""What a result hangs on: all that decides a grade, and nothing else."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from test_batch import COURSE

from autograder.assignment import Assignment, find_assignment
from autograder.batch.results import suite_digest
from autograder.release import release_starter


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    """The small assignment, with its starter made."""
    root = shutil.copytree(COURSE, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__"))
    found = find_assignment("softmax", root)
    release_starter(found)
    return found


def edited(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_the_text_of_the_lesson_decides_no_grade(course: Assignment) -> None:
    before = suite_digest(course)
    edited(course.master, "# %% [markdown]\n", "# %% [markdown]\n# One more line.\n#\n")
    release_starter(course)
    (course.suite / "release.json").write_text('{"release": 2}')
    assert suite_digest(course) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda own: edited(own.master, "    powers =", "    strengths ="),
        lambda own: edited(own.master, "# %%", "# %%\nimport math\n\n# %%"),
        lambda own: edited(own.master, 'answer="softmax"', 'tags=["explore"]'),
        lambda own: edited(own.suite / "released.json", '"explore": [', '"explore": ["x = 1", '),
        lambda own: edited(own.suite / "points.toml", "points = 6", "points = 7"),
        lambda own: edited(own.suite / "test_softmax.py", "right", "left"),
        lambda own: own.master.unlink(),
    ],
)
def test_what_decides_a_grade_is_in_the_digest(course: Assignment, change: Callable[[Assignment], None]) -> None:
    before = suite_digest(course)
    change(course)
    assert suite_digest(course) != before
