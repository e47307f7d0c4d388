"""An assignment: its tasks, checks and points, found by its folders."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
RELEASE = "release.json"  # in a suite: the number of the last release, and digests
RELEASED = "released.json"  # in a suite: what of the starter is no student's own
GRADE_CELL = "check_"  # and the id of a task: its grade cell, in notebooks and in the gradebook


class AssignmentError(LookupError):
    """No such assignment, task or seed; the text says what there is."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]  # for IPython: no frame of ours


@dataclass(frozen=True)
class Task:
    id: str
    title: str
    cell: str | None  # the answer cell in which the student writes
    where: str  # regular expression of the line that belongs to a check; {check} is its name
    checks: dict[str, float]  # check id -> points; a task with one check has the task's own id
    lesson: str = ""  # the heading under which the lesson explains it

    @property
    def points(self) -> float:
        return round(sum(self.checks.values()), 6)

    def line_pattern(self, check_id: str) -> re.Pattern[str]:
        return re.compile(self.where.format(check=check_id.rpartition(".")[2]))


@dataclass(frozen=True)
class Written:
    """A question that a person reads and grades, beyond the points of the tasks."""

    id: str  # of its cell, too
    title: str
    points: float


@dataclass(frozen=True)
class Assignment:
    name: str
    title: str
    version: str
    tasks: tuple[Task, ...]
    suite: Path  # pytest suite, questions, probes, points.toml, recordings
    master: Path  # lesson and reference solution; absent in a student's copy
    starter: Path  # what a student gets and fills in
    written: tuple[Written, ...] = ()
    release: int = 0  # number of the last release; 0 before the first

    @property
    def root(self) -> Path:
        """The folder of the course."""
        return self.suite.parents[2]

    @property
    def points(self) -> float:
        return sum(task.points for task in self.tasks)

    def explore_cells(self) -> list[str]:
        """Sources of the released explore cells."""
        released = self.suite / RELEASED
        return json.loads(released.read_text(encoding="utf-8"))["explore"] if released.exists() else []

    def task(self, check_id: str) -> Task:
        """The task of a check, or of a task's own id. Raises AssignmentError for an unknown one."""
        for task in self.tasks:
            if task.id == check_id.partition(".")[0]:
                return task
        known = ", ".join(task.id for task in self.tasks)
        raise AssignmentError(f"there is no task `{check_id}` in `{self.name}`; its tasks: {known}")


def find_assignment(name: str, root: Path | None = None) -> Assignment:
    """The assignment `name` below `root`, by default the folder that holds the package.

    Raises:
        AssignmentError: there is no suite of that name.
    """
    root = root or PACKAGE.parent
    suite = root / "autograder" / "suites" / name
    try:
        points = tomllib.loads((suite / "points.toml").read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(assignment_names(root)) or "none"
        raise AssignmentError(f"there is no assignment `{name}`; there are: {known}") from error
    tasks = []
    for task in points["tasks"]:
        checks = {f"{task['id']}.{check}": worth for check, worth in task.get("checks", {}).items()}
        tasks.append(
            Task(
                id=task["id"],
                title=task["title"],
                cell=task.get("cell"),
                where=task.get("where", rf"^\s*(def|class)\s+{task['id']}\b"),
                checks=checks or {task["id"]: task["points"]},
                lesson=task.get("lesson", ""),
            )
        )
    return Assignment(
        name=name,
        title=points["title"],
        version=points["version"],
        tasks=tuple(tasks),
        suite=suite,
        master=root / "solutions" / name / f"{name}.py",
        starter=root / "assignments" / name / f"{name}.py",
        written=tuple(Written(**question) for question in points.get("written", [])),
        release=last_release(suite).get("release", 0),
    )


def last_release(suite: Path) -> dict[str, Any]:
    """What the last release of a suite held; see `autograder.numbering`. Empty before the first."""
    record = suite / RELEASE
    return json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}


def assignment_names(root: Path | None = None) -> Iterator[str]:
    for points in sorted(((root or PACKAGE.parent) / "autograder" / "suites").glob("*/points.toml")):
        yield points.parent.name


def likely_assignment(root: Path | None = None, file: Path | None = None) -> str:
    """The assignment that is meant where none is named: the one that the file is called after, or the only one.

    Raises:
        AssignmentError: there are several, or none.
    """
    names = list(assignment_names(root))
    if file and file.stem in names:
        return file.stem
    if len(names) == 1:
        return names[0]
    there_are = f"there are: {', '.join(names)}" if names else "there are none"
    raise AssignmentError(f"which assignment? Name one with --assignment (ASSIGNMENT=...); {there_are}")
