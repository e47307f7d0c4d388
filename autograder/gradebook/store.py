"""The gradebook of a course, opened as nbgrader's own commands do."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Application

from autograder.gradebook.course_file import CourseFileError, load_course


class CourseError(RuntimeError):
    """The folder is no course of nbgrader's; the text says what to do."""


def check_rules(root: Path) -> None:
    """End a command of nbgrader's here where the course's files cannot be followed, before it touches anything.

    In its midst, nbgrader would print a traceback for each student, and take everybody's page away.
    Others read nbgrader's settings, too: our own commands say it themselves, and JupyterLab is not to stop.
    """
    if not (Application.initialized() and isinstance(Application.instance(), NbGrader)):
        return
    try:
        load_course(root)
    except CourseFileError as error:
        sys.exit(str(error))


@contextlib.contextmanager
def open_gradebook(root: Path) -> Iterator[Gradebook]:
    """Raises CourseError where there is no nbgrader_config.py."""
    if not (root / "nbgrader_config.py").exists():
        raise CourseError(f"{root} is no course of nbgrader's: it has no nbgrader_config.py")
    app = NbGrader(log_level="ERROR")
    with contextlib.chdir(root):
        app.initialize([], root=str(root.resolve()))
    with gradebook_of(app.coursedir) as gradebook:
        yield gradebook


@contextlib.contextmanager
def gradebook_of(course: CourseDirectory) -> Iterator[Gradebook]:
    """For what runs inside of a command of nbgrader's, which has its course already."""
    with own_commands(), Gradebook(course.db_url, course.course_id) as gradebook:
        yield gradebook


@contextlib.contextmanager
def own_commands() -> Iterator[None]:
    """nbgrader calls alembic by its name for a new gradebook; only an activated environment would find that."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def submitted(root: Path, assignment: str) -> set[str]:
    """Who has a folder for the assignment in submitted/, graded or not."""
    return {folder.parent.name for folder in (root / "submitted").glob(f"*/{assignment}") if folder.is_dir()}


def autograded(root: Path, assignment: str, student: str) -> Path:
    """Where nbgrader puts what it has graded of a student."""
    return root / "autograded" / student / assignment


def mark_of(root: Path, assignment: str, student: str) -> dict[str, Any]:
    """What `Judge` has noted of how a submission was graded; empty where it has not, or not to its end."""
    try:
        mark = graded_notebook(root, assignment, student)["metadata"]["autograder"]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return mark if isinstance(mark, dict) else {}


def worth_when_graded(root: Path, assignment: str, student: str) -> dict[str, float]:
    """The most points of each grade cell when nbgrader graded a submission; empty where it has not."""
    try:
        cells = graded_notebook(root, assignment, student)["cells"]
        ours = [cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]]
        return {cell["grade_id"]: float(cell["points"]) for cell in ours if cell.get("grade")}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def graded_notebook(root: Path, assignment: str, student: str) -> Any:
    path = autograded(root, assignment, student) / f"{assignment}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))
