"""What `autograder export` writes, and what it says about it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder import files
from autograder.assignment import Assignment, assignment_names
from autograder.compare import printable
from autograder.gradebook.course_file import Course, load_course
from autograder.gradebook.export import HEAD, long_rows, wide
from autograder.gradebook.extensions import strangers
from autograder.gradebook.late import plural
from autograder.gradebook.lms_columns import Filled, fill
from autograder.gradebook.penalties import settle
from autograder.gradebook.standings import standings
from autograder.gradebook.store import CourseError, open_gradebook, worth_when_graded
from autograder.gradebook.tables import read_table
from autograder.spreadsheet import table as as_csv

SHOWN = 5  # names in a line
Tell = Callable[[str], Any]


def write_tables(root: Path, only: str | None, folder: Path, tell: Tell) -> list[Path]:
    """grades.csv and wide.csv of the course, or of one assignment. Raises CourseError or CourseFileError."""
    course = load_course(root)
    with open_gradebook(root) as gradebook:
        names = [each.name for each in gradebook.assignments if only in (None, each.name)]
        if not names:
            there_is = f"no assignment `{only}`" if only else "no assignment"
            raise CourseError(f"the gradebook has {there_is}: `make release` puts one there")
        settle_all(gradebook, course, root, names, tell)
        tables = {
            "grades.csv": [HEAD, *long_rows(gradebook, names)],
            "wide.csv": wide(gradebook, course, root, names),
        }
    for name, rows in tables.items():
        files.write(folder / name, as_csv(rows))
    return [folder / name for name in tables]


def write_lms(root: Path, assignment: Assignment, path: Path, column: str, tell: Tell) -> bool:
    """A copy of the platform's file with the grades, beside it. Returns whether everybody found a match.

    Raises:
        TableError, CourseError or CourseFileError: nothing was written.
    """
    course, table = load_course(root), read_table(path)
    with open_gradebook(root) as gradebook:
        if assignment.name not in [each.name for each in gradebook.assignments]:
            raise CourseError(f"the gradebook has no assignment `{assignment.name}`: `make release` puts it there")
        settle_all(gradebook, course, root, [assignment.name], tell)
        found = standings(gradebook, course, assignment.name, root)
    titles = [assignment.name, assignment.title]
    beyond = sum(question.points for question in assignment.written)
    named = column or course.rules(assignment.name).lms_column
    filled = fill(table, found, titles, assignment.points, beyond, named)
    target = path.with_name(f"{path.stem}-filled{path.suffix}")
    files.write(target, filled.data)
    report(filled, target, tell)
    return not filled.rows and not filled.students


def settle_all(gradebook: Gradebook, course: Course, root: Path, names: list[str], tell: Tell) -> None:
    for line in unheeded(gradebook, course, root):
        tell(line)
    for name in names:
        for change in settle(gradebook, course, name):
            tell(str(change))
    for name in filter(names.__contains__, assignment_names(root)):
        if students := by_other_points(gradebook, root, name):
            tell(
                f"{name}: {plural(len(students), 'student')} graded while its tasks had other points: "
                f"{some(students)}. Their points are of the earlier maximum; `make autograde REGRADE=1` (--regrade) "
                "grades them again"
            )


def by_other_points(gradebook: Gradebook, root: Path, assignment: str) -> list[str]:
    """Who was graded when a task or question was worth something else than in the release that the gradebook has."""
    now = {cell.name: cell.max_score for n in gradebook.find_assignment(assignment).notebooks for cell in n.grade_cells}
    students = sorted(submission.student_id for submission in gradebook.assignment_submissions(assignment))
    then = {student: worth_when_graded(root, assignment, student) for student in students}
    return [student for student in students if any(now.get(name, most) != most for name, most in then[student].items())]


def some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return printable(", ".join(names[:SHOWN])) + more


def unheeded(gradebook: Gradebook, course: Course, root: Path) -> list[str]:
    """Lines of the course's files that name nobody and nothing that there is."""
    known = {each.name for each in gradebook.assignments} | set(assignment_names(root))
    return strangers(course, {student.id for student in gradebook.students}, known)


def report(filled: Filled, target: Path, tell: Tell) -> None:
    tell(f"written: {target}: {filled.filled} grades in {printable(filled.column)!r}; all else is as it was")
    if who := filled.by_hand:
        tell(
            f"not final yet, as something waits for a grade by hand: {len(who)} of these ({some(who)}). "
            "Grade it in the formgrader, and fill the file again"
        )
    for title, lines in {
        "another grade stood there": filled.changed,
        "kept as they are": filled.kept,
        "no grade, so left as they are": filled.waiting,
        "rows without a student in the gradebook": filled.rows,
        "nothing to grade, so no automatic points": filled.problems,
        "students with a grade, and no row that is surely theirs": filled.students,
        "careful": filled.warnings,
    }.items():
        if lines:
            tell("\n".join([f"{title}:", *(f"  {printable(line)}" for line in lines)]))
