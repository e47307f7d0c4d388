"""An assignment's way to the students: nbgrader's source notebook, its own two commands, and the last look between."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from autograder import files
from autograder.assignment import RELEASE, Assignment
from autograder.bundle import Bundle, grader_files, make_bundle
from autograder.gradebook.store import own_commands
from autograder.leaks import LeakError, check_leaks, check_stubs, files_below
from autograder.numbering import Record, as_json, next_release
from autograder.questions import RECORD
from autograder.release import release_starter
from autograder.source_notebook import make_notebook


class ReleaseError(RuntimeError):
    """The release could not be made; the text says why."""


NOT_IN_THE_EXCHANGE = (
    "{} is ready, but not in the exchange. Its folder is `c.Exchange.root` in nbgrader_config.py. A class without an "
    "exchange gets the notebook by EXCHANGE=no (--no-exchange) and a learning platform."
)
Tell = Callable[[str], Any]


def release(assignment: Assignment, tell: Tell, force: bool = False, exchange: bool = True) -> Path:
    """Build the notebook, let nbgrader make the students' version of it, look at that, and release it.

    Returns the students' notebook. Raises MarkerError, OrphanError, LeakError or ReleaseError.
    """
    root, name = assignment.root, assignment.name
    if not (root / "nbgrader_config.py").exists():
        raise ReleaseError(f"{root} is no course of nbgrader's: it has no nbgrader_config.py (this repository has one)")
    record = number(assignment, tell, force)
    source, released = root / "source" / name / f"{name}.ipynb", root / "release" / name
    files.write(source, nbformat.writes(make_notebook(assignment, record["release"])) + "\n")
    nbgrader(root, "generate_assignment", name, "--force")
    look(assignment, released)
    files.write(assignment.suite / RELEASE, as_json(record))
    if exchange:
        try:
            nbgrader(root, "release_assignment", name, "--force")
        except ReleaseError as error:
            raise ReleaseError(f"{error}\n{NOT_IN_THE_EXCHANGE.format(released / source.name)}") from None
    return released / source.name


def student(assignment: Assignment, tell: Tell, folder: Path, force: bool = False) -> Bundle:
    """Write the zip and the wheel of a release into `folder`, in the place of older ones.

    Raises MarkerError, OrphanError, LeakError, WheelError, or ReleaseError where nothing has been recorded.
    """
    if not (assignment.suite / RECORD).exists():
        raise ReleaseError(
            f"{assignment.name} has not been recorded, and students have no solutions to ask: `make record` first"
        )
    record = number(assignment, tell, force)
    bundle = make_bundle(assignment, record)
    for old in folder.glob("autograder-*.whl"):
        old.unlink()
    files.write(folder / bundle.zip_name, bundle.zip)
    files.write(folder / bundle.wheel_name, bundle.wheel)
    files.write(assignment.suite / RELEASE, as_json(record))
    return bundle


def number(assignment: Assignment, tell: Tell, force: bool) -> Record:
    """The record of the release at hand, with a word on what it changes."""
    record, news = next_release(assignment, grader_files([assignment.name], assignment.root), force)
    if kept := release_starter(assignment):  # only now: a release that is refused changes nothing
        tell(f"somebody had worked in {assignment.starter.name}; that is kept as {kept.name}")
    if not news:
        tell(f"{assignment.name}: release {record['release']}, as before")
    else:
        tell(f"{assignment.name}: release {record['release']}. What is new:")
        for line in news:
            tell(f"  {line}")
    return record


def look(assignment: Assignment, folder: Path) -> None:
    """Raises LeakError for what must not go out."""
    check_leaks(assignment, files_below(folder))
    path = folder / f"{assignment.name}.ipynb"
    if not path.exists():
        raise LeakError(f"there is no {path}")
    cells = {}
    for index, cell in enumerate(nbformat.read(path, as_version=4).cells):
        kind = cell.metadata.get("nbgrader", {})
        explore = "explore" in cell.metadata.get("tags", [])
        if kind.get("solution") or (cell.cell_type == "code" and not explore and not kind.get("grade")):
            cells[kind.get("grade_id", str(index))] = cell.source
        if cell.get("outputs"):
            raise LeakError(f"{path.name}: a cell has outputs")
    check_stubs(assignment, cells)


def nbgrader(root: Path, *arguments: str, umask: int = -1) -> None:
    """One of nbgrader's commands in the course's folder. Raises ReleaseError with its last words if it fails.

    Args:
        umask: for what it writes; -1 for that of this process.
    """
    command = [sys.executable, "-m", "nbgrader", *arguments]
    with own_commands():
        done = subprocess.run(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, umask=umask
        )
    if done.returncode:
        lines = done.stdout.strip().splitlines()
        traced = any(line.startswith("Traceback") for line in lines)  # its last line says what it was
        said = "\n".join(lines[-1:] if traced else lines[-15:])
        raise ReleaseError(f"`nbgrader {' '.join(arguments)}` failed:\n{said}")
