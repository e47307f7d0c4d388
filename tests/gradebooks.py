"""A small course of nbgrader's, made by hand: two tasks of 40 points, and a question for 5 that a person grades."""

import functools
import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import nbformat
from corpus import CNN
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

ROOT = CNN.root
TASKS = ("conv_output_size", "train")
WRITTEN = "still_cheaper"
DUE = "2026-10-16 23:59:00"  # in Zurich, and so 21:59 in UTC
RULES = f"""
timezone = "Europe/Zurich"
[late]
grace_minutes = 30
percent_per_day = 10
cap_percent = 50
accept_days = 7
[assignments.cnn]
due = {DUE}
"""


def new_course(root: Path, rules: str = RULES, extensions: str = "") -> Path:
    """A course with the assignment cnn in its gradebook, and nobody in it."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (root / "course.toml").write_text(rules, encoding="utf-8")
    suite = root / "autograder/suites/cnn"
    suite.mkdir(parents=True)
    shutil.copy(CNN.suite / "points.toml", suite)
    if extensions:
        (root / "extensions.csv").write_text(f"student,assignment,due,days,reason\n{extensions}", encoding="utf-8")
    (root / "gradebook.db").write_bytes(empty_gradebook())
    return root


@functools.cache
def empty_gradebook() -> bytes:
    """The file of a gradebook with the assignment; to make one takes seconds."""
    with TemporaryDirectory() as folder, patch("nbgrader.api.get_alembic_version", return_value="test"):
        root = Path(folder)
        with opened(root) as gradebook:
            gradebook.add_assignment("cnn")
            gradebook.add_notebook("cnn", "cnn")
            for task in TASKS:
                gradebook.add_grade_cell(f"check_{task}", "cnn", "cnn", max_score=40, cell_type="code")
                gradebook.add_solution_cell(task, "cnn", "cnn")
            gradebook.add_grade_cell(WRITTEN, "cnn", "cnn", max_score=5, cell_type="markdown")
            gradebook.add_solution_cell(WRITTEN, "cnn", "cnn")
        return (root / "gradebook.db").read_bytes()


def opened(root: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}", "deep-learning")


def add(
    root: Path,
    student: str,
    at: str | None = None,
    points: tuple[float, ...] | None = None,
    by_hand: float | None = None,
    **names: str,
) -> None:
    """A student who handed in at that time (UTC), with these points for the tasks; without points not graded yet."""
    with opened(root) as gradebook:
        gradebook.update_or_create_student(student, **names)
        if at is None and points is None:
            return
        time = {"timestamp": datetime.fromisoformat(at)} if at else {}
        gradebook.update_or_create_submission("cnn", student, **time)
        for task, given in zip(TASKS, points or (), strict=False):
            grade = gradebook.find_grade(f"check_{task}", "cnn", "cnn", student)
            grade.auto_score, grade.needs_manual_grade = given, False
        if by_hand is not None:
            grade = gradebook.find_grade(WRITTEN, "cnn", "cnn", student)
            grade.manual_score, grade.needs_manual_grade = by_hand, False
        gradebook.db.commit()


def autograded(root: Path, student: str) -> Path:
    """The notebook that nbgrader would have left in autograded/."""
    cells = []
    for task in TASKS:
        cells.append(new_code_cell(f"# {task}", metadata={"nbgrader": cell(task, solution=True)}))
        cells.append(new_code_cell("40.0", metadata={"nbgrader": cell(f"check_{task}", grade=True, points=40)}))
    written = {"nbgrader": cell(WRITTEN, grade=True, solution=True, points=5)}
    cells.append(new_markdown_cell("It shares weights.", metadata=written))
    path = root / "autograded" / student / "cnn" / "cnn.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


def cell(name: str, **kind: object) -> dict[str, object]:
    usual = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"grade_id": name, **usual, "cell_type": "code", **kind}
