"""Lateness in nbgrader: its plugin, the preprocessor that calls it, and the feedback page that says why.

Grades given by hand and extensions granted after autograding change what lateness costs. So penalties are worked out
again whenever a page is made or grades are exported, from what the gradebook keeps: nobody has to grade again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties, GetGrades
from nbgrader.utils import parse_utc
from traitlets import Type

from autograder.assignment import GRADE_CELL
from autograder.gradebook.course_file import Course, load_course
from autograder.gradebook.late import Penalty, Points, penalty
from autograder.gradebook.times import read_time, sensible, stamped

Processed = tuple[NotebookNode, Any]  # a notebook, and what nbconvert calls its resources


class CourseLatePlugin(LateSubmissionPlugin):
    """What lateness costs by course.toml. nbgrader tells a plugin the student only; the rest, its preprocessor knows.

    An assignment that is due by no file and by no formgrader is left to nbgrader's own rule.
    """

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        step = self.parent
        if not isinstance(step, AssignLatePenalties):
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        submission = step.gradebook.find_submission(step.assignment_id, student_id)
        course = load_course(Path.cwd())
        if due_date(course, submission) is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        found = notebook_penalty(course, next(n for n in submission.notebooks if n.name == step.notebook_id))
        self.log.info("%s", found.reason)
        return found.points or None


class LatePenalties(AssignLatePenalties):
    """nbgrader's own, which asks the plugin only about what is late by the gradebook: so the dates go there first.

    Where a folder has no valid time, nbgrader leaves that of an earlier hand-in in the gradebook.
    """

    plugin_class = Type(CourseLatePlugin, klass=LateSubmissionPlugin).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> Processed:
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            submission = gradebook.find_submission(about["assignment"], about["student"])
            folder = Path("submitted", about["student"], about["assignment"])
            if folder.is_dir() and not read_time(stamped(folder)):
                submission.timestamp = None
            write_dates(load_course(Path.cwd()), submission)
            gradebook.db.commit()
        return super().preprocess(nb, resources)


class LateGrades(GetGrades):
    """nbgrader's own, with the penalty as it is now, and in words at the top of the page what to know of the score."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> Processed:
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            course = load_course(Path.cwd())
            settle(gradebook, course, about["assignment"], about["student"])
            submission = gradebook.find_submission(about["assignment"], about["student"])
            notebook = next(n for n in submission.notebooks if n.name == about["notebook"])
            found = notebook_penalty(course, notebook) if due_date(course, submission) else Penalty()
            open_ones = waiting(notebook.grades)
        nb, resources = super().preprocess(nb, resources)
        if open_ones:
            names = ", ".join(f"`{name}`" for name in open_ones)
            nb.cells.insert(0, new_markdown_cell(f"**Not the final score:** still to be graded by hand: {names}."))
        if found.reason:
            loss = f"Late: −{found.points:g} points." if found.points else "Late, without a penalty."
            nb.cells.insert(0, new_markdown_cell(f"**{loss}** {found.reason}"))
        return nb, resources


@dataclass(frozen=True)
class Change:
    """A penalty that is not what it was."""

    student: str
    assignment: str
    before: float
    now: float
    reason: str

    def __str__(self) -> str:
        news = f"the penalty is {self.now:g} now, and was {self.before:g}"
        return f"{self.student}, {self.assignment}: {news}. {self.reason}"


def settle(gradebook: Gradebook, course: Course, assignment: str, student: str | None = None) -> list[Change]:
    """Bring due date, extensions and penalties of an assignment, or of one submission, to what the course's files say.

    Returns what has changed. Where nothing is due, what nbgrader has worked out stays.
    """
    found = gradebook.find_assignment(assignment)
    if due := course.rules(assignment).due:
        found.duedate = parse_utc(due)
    changes = []
    for submission in [gradebook.find_submission(assignment, student)] if student else found.submissions:
        write_dates(course, submission)
        if due_date(course, submission) is None:
            continue
        before, reasons = submission.late_submission_penalty or 0, []
        for notebook in submission.notebooks:
            result = notebook_penalty(course, notebook)
            notebook.late_submission_penalty = result.points or None
            reasons.append(result.reason)
        now = sum(notebook.late_submission_penalty or 0 for notebook in submission.notebooks)
        if abs(now - before) > 1e-6:
            reason = " ".join(reasons).strip() or "It is on time."
            changes.append(Change(submission.student.id, assignment, before, now, reason))
    gradebook.db.commit()
    return sorted(changes, key=lambda change: change.student)


def write_dates(course: Course, submission: SubmittedAssignment) -> None:
    """Due date and extension, as nbgrader keeps them: without a time zone, in UTC."""
    assignment = submission.assignment
    if due := course.rules(assignment.name).due:
        assignment.duedate = parse_utc(due)
    mine = due_date(course, submission)
    if assignment.duedate is None or mine is None:
        return
    more = parse_utc(mine) - assignment.duedate
    submission.extension = more if more.total_seconds() > 0 else None


def due_date(course: Course, submission: SubmittedAssignment) -> datetime | None:
    """When it is due for the student: by the course's files, or else by the date in the formgrader."""
    otherwise = aware(submission.assignment.duedate, course.zone)
    return course.due(submission.assignment.name, submission.student.id, otherwise)


def notebook_penalty(course: Course, notebook: SubmittedNotebook) -> Penalty:
    """What lateness costs a notebook of a submission, and why: points that the grader gave, and no person's."""
    submission = notebook.assignment
    handed_in = aware(submission.timestamp, course.zone)
    code = [grade for grade in notebook.grades if grade.cell_type == "code" and grade.manual_score is None]
    tasks = sum(grade.auto_score or 0 for grade in code)
    points = Points(tasks, notebook.max_code_score, by_hand=notebook.score - tasks)
    return penalty(course.rules(submission.name), due_date(course, submission), handed_in, points)


def waiting(grades: Iterable[Grade]) -> list[str]:
    """The tasks and questions that wait for a person, as the formgrader has it."""
    return sorted(grade.name.removeprefix(GRADE_CELL) for grade in grades if grade.needs_manual_grade)


def aware(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """A time of the gradebook, which is in UTC and does not say so, in the course's time zone.

    None for one that cannot be: whoever laid it there, nobody is late by it.
    """
    known = sensible(moment)
    return known.replace(tzinfo=UTC).astimezone(zone) if known else None


def with_lateness(steps: Iterable[type]) -> list[type]:
    """A list of nbgrader's preprocessors with ours in the place of its own."""
    ours = {AssignLatePenalties: LatePenalties, GetGrades: LateGrades}
    return [ours.get(step, step) for step in steps]
