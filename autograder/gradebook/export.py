"""Grades as tables for spreadsheets: nbgrader's own, and a wide one with a column for each task.

Names, addresses and remarks come from outside. What a spreadsheet would take for a formula gets an apostrophe in front,
ids too: nobody's id begins with `=`, `+`, `-` or `@`, but a folder's name can. A file that goes back to a learning
platform is another matter; see `lms_columns.py`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from autograder.assignment import AssignmentError, find_assignment
from autograder.files import write
from autograder.gradebook.course_file import Course, load_course
from autograder.gradebook.penalties import settle
from autograder.gradebook.standings import Standing, columns, standings
from autograder.spreadsheet import table

HEAD = [
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
]  # nbgrader's
PERSON = ["student_id", "last_name", "first_name", "email"]


class CourseExport(CsvExportPlugin):
    """nbgrader's table, with its columns and its rows, and penalties as the course's files have them now.

    nbgrader's own writes a comma in a name as the end of a cell, a formula as it is, and letters as the system likes.
    """

    def export(self, gradebook: Gradebook) -> None:
        course = load_course(Path.cwd())
        names = [str(name) for name in self.assignment]
        wanted = [a.name for a in gradebook.assignments if not names or a.name in names]
        for name in wanted:
            settle(gradebook, course, name)
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        write(path, table([HEAD, *long_rows(gradebook, wanted, [str(student) for student in self.student])]))


def long_rows(gradebook: Gradebook, assignments: Sequence[str], students: Sequence[str] = ()) -> list[list[Any]]:
    """A row for each student and assignment; nothing handed in is a score of 0 here, as it is in nbgrader's."""
    rows = []
    for name in assignments:
        assignment = gradebook.find_assignment(name)
        for student in gradebook.students:
            if students and student.id not in students:
                continue
            try:
                submission = gradebook.find_submission(name, student.id)
            except MissingEntry:
                stamp, scores = "", [0.0, 0.0, 0.0]
            else:
                score, penalty = submission.score, submission.late_submission_penalty
                stamp, scores = submission.timestamp, [score, penalty, max(0.0, score - penalty)]
            names = [student.last_name, student.first_name, student.email]
            rows.append([name, assignment.duedate, stamp, student.id, *names, *scores, assignment.max_score])
    return rows


def wide(gradebook: Gradebook, course: Course, root: Path, assignments: Sequence[str]) -> list[list[Any]]:
    """The wide table: a row for everybody. With several assignments their names stand before the columns'."""
    head, people, cells = list(PERSON), {}, []  # type: ignore[var-annotated]
    for name in assignments:
        try:
            ours = find_assignment(name, root)
        except AssignmentError:
            ours = None
        tasks = columns(gradebook, name, ours)
        maximum = gradebook.find_assignment(name).max_score
        own = ["submitted", *tasks, "late_penalty", "total", "max_score", "remark"]
        head += [f"{name}.{column}" for column in own] if len(assignments) > 1 else own
        found = {each.student: each for each in standings(gradebook, course, name, root)}
        people |= found
        cells.append((found, tasks, maximum))
    rows = []
    for each in sorted(people.values(), key=lambda s: (s.last_name.casefold(), s.first_name.casefold(), s.student)):
        row = [each.student, each.last_name, each.first_name, each.email]
        for found, tasks, maximum in cells:
            row += wide_cells(found.get(each.student, Standing(each.student)), tasks, maximum)
        rows.append(row)
    return [head, *rows]


def wide_cells(standing: Standing, tasks: Sequence[str], maximum: float) -> list[Any]:
    """What is not graded stays empty: that is no zero."""
    points = [standing.points.get(task, "") for task in tasks]
    penalty = "" if standing.total is None else standing.penalty
    total = "" if standing.total is None else standing.total
    return [standing.submitted, *points, penalty, total, maximum, standing.remark]
