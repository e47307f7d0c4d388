"""`extensions.csv` at the course's root: who has more time, a row each.

student,assignment,due,days,reason
jane,cnn,2026-10-20,,ill
joe,cnn,,3,moved house
"""

from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.gradebook.course_file import FILE as RULES
from autograder.gradebook.course_file import Course, CourseFileError, Extension, moment
from autograder.gradebook.tables import Row, Table, TableError, read_table

FILE = "extensions.csv"
COLUMNS = ("student", "assignment", "due", "days", "reason")
SHOWN = 20  # errors in one message


def read_extensions(root: Path, course: Course) -> tuple[Extension, ...]:
    """The extensions of the course; none without a file. Raises CourseFileError, with all rows that are wrong."""
    path = root / FILE
    if not path.exists() or not path.read_bytes().strip():
        return ()
    try:
        table = read_table(path)
    except TableError as error:
        raise CourseFileError(str(error)) from error
    strange = [name for name in table.head if name and name.lower() not in COLUMNS]
    missing = [name for name in COLUMNS[:2] if table.column(name) is None]
    if strange or missing:
        wrong = f"has no column {missing[0]}" if missing else f"has a column {strange[0]!r}, which means nothing here"
        raise CourseFileError(f"{FILE} {wrong}; its first line is: {','.join(COLUMNS)}")
    found, wrong_rows = [], []
    for row in table.rows[1:]:
        try:
            found.append(extension(table, row, course))
        except ValueError as error:
            wrong_rows.append(f"{FILE}, line {row.line}: {error}")
    if wrong_rows:
        more = len(wrong_rows) - SHOWN
        raise CourseFileError("\n".join([*wrong_rows[:SHOWN], *([f"... and {more} more"] if more > 0 else [])]))
    return tuple(found)


def extension(table: Table, row: Row, course: Course) -> Extension:
    """Raises ValueError with what is wrong in the row."""
    values = {name: row[column] for name in COLUMNS if (column := table.column(name)) is not None}
    student, assignment = values["student"], values["assignment"]
    due_text, days_text = values.get("due", ""), values.get("days", "")
    if not student or not assignment:
        raise ValueError("it names no student" if not student else "it names no assignment")
    if bool(due_text) == bool(days_text):
        raise ValueError("write either a new due date or days" + (", not both" if due_text else ""))
    if days_text:
        if not days_text.isdecimal() or not 0 < int(days_text) < 1000:
            raise ValueError(f"days is {days_text!r}: a whole number of days more, 1 or more")
        return Extension(student, assignment, None, int(days_text), values.get("reason", ""), row.line)
    regular = course.rules(assignment).due
    due = new_due(due_text, course.timezone or (regular.tzinfo if regular else None))
    if regular and due.astimezone(UTC) < regular.astimezone(UTC):
        raise ValueError(f"{due_text} is before the assignment is due for all ({regular:%Y-%m-%d %H:%M})")
    return Extension(student, assignment, due, 0, values.get("reason", ""), row.line)


def new_due(text: str, zone: tzinfo | None) -> datetime:
    """Raises ValueError. Spreadsheets like to write dates in the way of the country, in which 3/4 may be either.

    Args:
        zone: in which a time is that does not say its own; it is the course's, or else that of the regular due date.
    """
    try:
        moment(text, UTC)
    except ValueError as error:
        raise ValueError(f"due is {text!r}: write 2026-10-20 (the end of that day) or 2026-10-20 23:59") from error
    return moment(text, zone)


def strangers(course: Course, students: set[str], assignments: set[str]) -> list[str]:
    """A line for each extension of somebody, or for an assignment, that there is not, and for each such due date."""
    found = []
    for extension in course.extensions:
        if extension.student not in students:
            found.append(f"{FILE}, line {extension.row}: there is no student `{extension.student}` in the gradebook")
        if extension.assignment not in assignments:
            found.append(f"{FILE}, line {extension.row}: there is no assignment `{extension.assignment}`")
    return [*found, *(f"{RULES}: there is no assignment `{name}`" for name in course.assignments.keys() - assignments)]
