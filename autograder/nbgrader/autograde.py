"""A class for nbgrader: graded in parallel first, so that nbgrader's own pass has only its books to keep."""

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import MissingEntry
from traitlets.config.loader import Config, PyFileConfigLoader

from autograder.assignment import GRADE_CELL, Assignment
from autograder.batch.jobs import content
from autograder.batch.output import Output
from autograder.batch.results import suite_digest
from autograder.batch.run import How, grade_class
from autograder.compare import printable
from autograder.gradebook.course_file import load_course
from autograder.gradebook.late import plural
from autograder.gradebook.penalties import Change as Penalized
from autograder.gradebook.penalties import notebook_penalty, settle
from autograder.gradebook.store import mark_of, open_gradebook
from autograder.gradebook.times import read_time, stamped
from autograder.gradebook.writing import unheeded
from autograder.handins.choice import STAMP
from autograder.nbgrader.books import Points, auto_points, points_by_hand
from autograder.nbgrader.handed_in import SUBMITTED, Submitted, find_submitted
from autograder.nbgrader.judge import Judge, same_points
from autograder.nbgrader.results import VARIABLE, NoHost, chosen_sandbox
from autograder.render.class_progress import ClassProgress
from autograder.row import Row
from autograder.submission import SubmissionError


@dataclass(frozen=True)
class Change:
    """The points of a student that count, as the gradebook has them and as they will be."""

    student: str
    before: Points
    after: Points
    to_look_at: Points = field(default_factory=dict)  # given by hand, for other work or other points of the grader's

    def __str__(self) -> str:
        stay = ", ".join(f"{name} {points:g}" for name, points in self.to_look_at.items())
        look = f"{self.student}: given by hand before, and stays until somebody looks at it in the formgrader: {stay}"
        return "\n  ".join([*([self.change()] if self.before != self.after else []), *([look] if stay else [])])

    def change(self) -> str:
        old, new = sum(self.before.values()), sum(self.after.values())
        tasks = [
            f"{task} {self.before.get(task, 0):g} -> {points:g}"
            for task, points in self.after.items()
            if points != self.before.get(task, 0)
        ]
        return f"{self.student}: {old:g} -> {new:g} ({new - old:+g}): {', '.join(tasks)}"


@dataclass
class Plan:
    """What is to be done about a class."""

    due: list[Submitted]  # nbgrader has not graded these, or not as they are now
    kept: list[Submitted]  # these it has, by the same suite
    # These it has, by another version of the suite, with the points that it gave.
    older: dict[Submitted, Points] = field(default_factory=dict)
    again: list[Submitted] = field(default_factory=list)  # of those who are due, what was graded before as it is now

    @property
    def graded(self) -> list[Submitted]:
        """Whom the tables and the page of the class have."""
        return sorted([*self.due, *self.kept, *self.older], key=lambda one: one.handin.student)


def handed_in(assignment: Assignment, root: Path) -> list[Submitted]:
    """What there is to grade.

    Raises:
        SubmissionError: nothing has been handed in, or nothing released.
        ReleaseAgain: what was released has other points than the suite has now.
    """
    submitted = find_submitted(root, assignment)
    if not submitted:
        raise SubmissionError(
            f"there is nothing for {assignment.name} in {root / SUBMITTED}: it needs a folder for each student, "
            f"such as jane/{assignment.name}. `nbgrader collect` and `nbgrader zip_collect` make them"
        )
    with open_gradebook(root) as gradebook:
        try:
            cells = gradebook.find_notebook(assignment.name, assignment.name).grade_cells
        except MissingEntry as error:
            raise SubmissionError(f"the gradebook does not know {assignment.name}: `make release` first") from error
        same_points({cell.name: cell.max_score for cell in cells if cell.name.startswith(GRADE_CELL)}, assignment)
    return submitted


def plan(assignment: Assignment, root: Path, submitted: Iterable[Submitted], regrade: bool) -> Plan:
    """What is to be done, by how everybody was graded last: no other run must be writing that meanwhile."""
    made, suite = Plan([], []), suite_digest(assignment)
    with open_gradebook(root) as gradebook:
        booked = auto_points(gradebook, assignment)
    for one in submitted:
        mark, points = mark_of(root, assignment.name, one.student), booked.get(one.student)
        there = points is not None and points == mark.get("points", points)  # the gradebook may be an older one
        if not there or mark.get("submission") != content(one.handin)[2]:
            made.due.append(one)
        elif mark.get("suite") == suite:
            made.kept.append(one)
        elif regrade:
            made.due.append(one)
            made.again.append(one)
        else:
            made.older[one] = booked[one.student]
    return made


def bring_times(assignment: Assignment, root: Path, planned: Plan) -> list[Penalized]:
    """What was graded before may have come again, or its time been mended, with nothing else changed: only the penalty
    is worked out anew. nbgrader's own pass does so for those who are due.
    """
    moved = False
    with open_gradebook(root) as gradebook:
        for one in (*planned.kept, *planned.older):
            came = read_time(stamped(one.folder))
            with contextlib.suppress(MissingEntry):
                submission = gradebook.find_submission(assignment.name, one.student)
                moved |= came != submission.timestamp
                submission.timestamp = came  # None, too: an earlier hand-in's time is not this one's
        gradebook.db.commit()
        return settle(gradebook, load_course(root), assignment.name) if moved else []


def odd_times(assignment: Assignment, submitted: Iterable[Submitted]) -> str:
    """A line that names those whose time of submission cannot be read; empty where there are none."""
    names = [one.student for one in submitted if (said := stamped(one.folder)) and not read_time(said)]
    where = f"{SUBMITTED}/STUDENT/{assignment.name}/{STAMP}"
    if not names:
        return ""
    return (
        f"{where} holds no valid time for {printable(', '.join(names))}: they count as on time. Write the right "
        "one there, such as 2026-10-16 12:00:00 UTC, or delete the file, and run this again"
    )


def grade(assignment: Assignment, planned: Plan, output: Output, how: How, progress: ClassProgress) -> dict[str, Row]:
    """The class run. The rows by student, as nbgrader calls them. Raises what `grade_class` raises."""
    graded = planned.graded
    handins, older = [one.handin for one in graded], {one.handin: points for one, points in planned.older.items()}
    rows = grade_class(assignment, handins, output, how, progress.row, progress.found, older)
    by_name = {row.student: row for row in rows}
    return {one.student: by_name[one.handin.student] for one in graded if one.handin.student in by_name}


def changes(assignment: Assignment, root: Path, planned: Plan, rows: dict[str, Row]) -> list[Change]:
    """Whose points will change, of those who have any in the gradebook, and whose are by hand and were for other work.

    What a person gave counts before and after. nbgrader asks for a look at it, as at all that it grades anew; after
    another grading of the same work `keep_reviewed` leaves that where the grader's points have changed.
    """
    found = []
    with open_gradebook(root) as gradebook:
        booked, by_hand = auto_points(gradebook, assignment), points_by_hand(gradebook, assignment)
    for one in planned.due:
        row, given = rows.get(one.student), by_hand.get(one.student, {})
        if not row or not row.report:
            continue
        after = {task["id"]: float(task["score"]) for task in row.report["tasks"]}
        before = booked.get(one.student, after)
        look = {n: given[n] for n in given if one not in planned.again or before.get(n) != after.get(n)}
        kept = {task: given[task] for task in after if task in given}
        change = Change(one.student, before | kept, after | kept, look)
        if look or change.before != change.after:
            found.append(change)
    return found


def strangers(root: Path, planned: Plan) -> list[str]:
    """Who handed in and is not in the gradebook's list of students, where there is one; nbgrader adds them to it."""
    with open_gradebook(root) as gradebook:
        listed = {student.id for student in gradebook.students}
    return [one.student for one in planned.due if one.student not in listed] if listed else []


def without_effect(root: Path) -> list[str]:
    """Lines of course.toml and extensions.csv that name nobody and nothing that there is."""
    with open_gradebook(root) as gradebook:
        return unheeded(gradebook, load_course(root), root)


def noted(rows: Iterable[Row]) -> str:
    """A line on what is worth knowing and costs nothing; empty where there is nothing."""
    noted = sum(bool(row.report and row.report["notes"]) for row in rows)
    return f"{plural(noted, 'hand-in')} with notes: see the remarks in results.csv" if noted else ""


def lateness(assignment: Assignment, root: Path) -> str:
    """A line on who was late, and what it costs them in all; empty where nobody was."""
    course = load_course(root)
    with open_gradebook(root) as gradebook:
        notebooks = [n for one in gradebook.assignment_submissions(assignment.name) for n in one.notebooks]
        late = [found for n in notebooks if (found := notebook_penalty(course, n)).reason]
    lost = round(sum(found.points for found in late), 2)
    costs = plural(lost, "point") if lost else "nothing"
    return f"{len(late)} late, which costs {costs} in all: `make export` says why" if late else ""


def settle_sandbox(root: Path, asked: str | None) -> str:
    """The walls: those asked for, else as the environment or nbgrader_config.py has them, for nbgrader, too.

    Raises NoHost, also where nbgrader would run what was handed in by itself, without any.
    """
    if asked:
        os.environ[VARIABLE] = asked
    settings = root / "nbgrader_config.py"
    config = PyFileConfigLoader(settings.name, path=str(root)).load_config() if settings.exists() else Config()
    if Judge not in config.Autograde.get("autograde_preprocessors", []):
        raise NoHost(f"{settings} does not put the grader into nbgrader's pipeline: take it from this repository")
    return chosen_sandbox()
