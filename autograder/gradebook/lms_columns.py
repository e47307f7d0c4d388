"""Grades filled into the file that Canvas or Moodle let an instructor download, to be uploaded there again.

Formats, from the platforms' sources: Canvas's lib/gradebook_exporter.rb and lib/gradebook_importer.rb; Moodle's
mod/assign/gradingtable.php and feedback/offline (the grading worksheet), grade/export/txt (the gradebook). All but the
grades is kept to the byte, even what a spreadsheet would take for a formula: the platform has to find its ids again.
Who has no grade keeps what is there: nothing here makes a zero.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.gradebook.standings import Standing
from autograder.gradebook.tables import Row, Table, TableError

IDS = ("SIS User ID", "SIS Login ID", "Integration ID", "ID number", "Username", "student_id", "Student ID")
EMAILS = ("Email address", "Email")
NUMBERS = ("ID", "Identifier")  # the platform's own: 12345, `Participant 12345`
KEPT = ("EX", "N/A")  # in Canvas: excused, and not assigned to this student
NONE = ("", "-")  # no grade yet, in Canvas and in Moodle
LOCKED = ("Grade can be changed", "no")  # in Moodle's worksheet
MOODLE = ("Grade",)
NOT_ASSIGNMENTS = re.compile(
    r"(Student|LastName|FirstName|ID|SIS \w+ ID|Integration ID|Root Account|Section|Identifier|Full name|First name"
    r"|Last name|ID number|Email address|Institution|Department|Status|Group|Maximum [Gg]rade|Grade can be changed"
    r"|Last (modified|downloaded).*|Feedback comments|.*(Current|Final|Override) (Score|Points|Grade|Status).*)"
)


@dataclass
class Filled:
    """The new file, and what the instructor should know."""

    data: bytes
    column: str
    filled: int = 0
    changed: list[str] = field(default_factory=list)  # cells that had another grade
    kept: list[str] = field(default_factory=list)  # cells that may not change
    rows: list[str] = field(default_factory=list)  # rows of the file without a student
    students: list[str] = field(default_factory=list)  # with a grade, without a row
    waiting: list[str] = field(default_factory=list)  # in the file, without a grade
    by_hand: list[str] = field(default_factory=list)  # filled in, though a person has still to grade something
    problems: list[str] = field(default_factory=list)  # filled in, for a hand-in in which there is nothing to grade
    warnings: list[str] = field(default_factory=list)


def fill(
    table: Table,
    standings: Sequence[Standing],
    titles: Sequence[str],
    maximum: float,
    beyond: float = 0,
    column: str = "",
) -> Filled:
    """The file with the totals of an assignment in its column.

    Args:
        titles: what the column may be called: the assignment's name and title.
        maximum: the points of the assignment, without those beyond.
        beyond: what its questions beyond them add. A column may be out of either.
        column: the column, for one that is called otherwise.

    Raises:
        TableError: there is no such column, it may not be filled, or there is none to know students by.
    """
    index = find_column(table, titles, column)
    rows = [number for number, row in enumerate(table.rows) if number and not is_pseudo(table, row)]
    of_student = match(table, rows, standings)
    mark = decimal_mark(table, index)
    result = Filled(b"", table.head[index])
    new = {}
    for number in rows:
        row, standing = table.rows[number], of_student.get(number)
        if standing is None:
            result.rows.append(f"line {row.line}: {whose(table, row)}")
        elif standing.total is None:
            result.waiting.append(f"{standing.student}: {standing.remark}")
        elif (why := locked(table, row, index)) is not None:
            result.kept.append(f"{standing.student}: {why}")
        else:
            value = f"{standing.total:.2f}".replace(".", mark)
            if row[index] not in NONE and value_of(row[index]) != round(standing.total, 2):
                result.changed.append(f"{standing.student}: from {row[index]} to {value}")
            if standing.waiting:
                result.by_hand.append(standing.student)
            if standing.problem:
                result.problems.append(f"{standing.student}: {standing.problem}")
            new[number, index] = value
    placed = {standing.student for standing in of_student.values()}
    result.students = [s.student for s in standings if s.total is not None and s.student not in placed]
    result.filled = len(new)
    result.warnings = warnings(table, index, maximum, beyond, [s for s in of_student.values() if s.total is not None])
    result.data = table.with_cells(new)
    return result


def find_column(table: Table, titles: Sequence[str], column: str) -> int:
    """Raises TableError."""
    head = table.head
    able = [i for i, name in enumerate(head) if name and not NOT_ASSIGNMENTS.fullmatch(name)]
    if column:
        found = [i for i, name in enumerate(head) if column.casefold() in (name.casefold(), bare(name))]
    elif (worksheet := table.column(*MOODLE)) is not None and table.column("Identifier") is not None:
        found = [worksheet]
    else:
        wanted = {bare(title) for title in titles}
        found = [i for i in able if bare(head[i]) in wanted] or [
            i for i in able if wanted & set(re.split(r"[^\w-]+", bare(head[i])))
        ]
    if len(found) != 1:
        wrong = (
            f"has several columns {column or titles[0]!r}" if found else f"has no column for {column or titles[0]!r}"
        )
        there_are = ", ".join(head[i] for i in found or able) or "none that could be one"
        raise TableError(
            f"{table.path.name} {wrong}; there are: {there_are}. Name it with COLUMN=, or lms_column in course.toml"
        )
    if any("read only" in row[found[0]] for row in table.rows if is_pseudo(table, row)):
        raise TableError(f"{table.path.name}: {head[found[0]]!r} is worked out by Canvas, and cannot be filled")
    return found[0]


def bare(name: str) -> str:
    """`Homework 1 (12345)` and `Assignment: Homework 1 (Real)` without what Canvas and Moodle add."""
    return re.sub(r"^\w+:\s*|\s*\([^()]*\)$", "", name.strip()).strip().casefold()


def is_pseudo(table: Table, row: Row) -> bool:
    """Rows of Canvas's that are nobody's: which grades are hidden, points possible, the student to look through."""
    if table.column("Section") is None:
        return False
    identity = [row[i] for name in ("ID", *IDS) if (i := table.column(name)) is not None]
    return row[0] in ("Points Possible", "Student, Test") or not any(identity)


def match(table: Table, rows: Sequence[int], standings: Sequence[Standing]) -> dict[int, Standing]:
    """The student of each row: by the ids that people have, and only then by the numbers that the platform gave.

    A row whose ids belong to different students, and two rows of one student, are nobody's.

    Raises:
        TableError: there is no column of ids.
    """
    by_id = {standing.student: standing for standing in standings}
    keys: dict[str, set[str]] = {}
    for standing in standings:
        for key in keys_of(standing):
            keys.setdefault(key, set()).add(standing.student)
    groups = [[i for name in names if (i := table.column(name)) is not None] for names in ((*IDS, *EMAILS), NUMBERS)]
    if not any(groups):
        names = ", ".join((*IDS[:4], *EMAILS[:1], *NUMBERS))
        raise TableError(f"{table.path.name} has no column by which to know a student: one of {names}")
    found: dict[int, str] = {}
    settled: set[int] = set()
    for columns in groups:
        placed = set(found.values())
        for number in rows:
            meant = set().union(*(keys.get(key_of(table, table.rows[number], i), set()) for i in columns)) - placed
            if meant and number not in settled:
                settled.add(number)
                if len(meant) == 1:
                    found[number] = meant.pop()
    owners = list(found.values())
    return {number: by_id[student] for number, student in found.items() if owners.count(student) == 1}


def keys_of(standing: Standing) -> set[str]:
    """What may stand for a student; a folder of an upload may be called by name and number (`doejane_12345`)."""
    keys = {f"id {standing.student}", f"id {standing.email}", f"number {standing.student}"}
    keys.add(f"number {standing.lms_user_id}")
    if upload := re.search(r"_(\d+)$", standing.student):
        keys.add(f"number {upload[1]}")
    return {key.casefold() for key in keys if not key.endswith(" ")}


def key_of(table: Table, row: Row, column: int) -> str:
    if table.head[column].casefold() in [name.casefold() for name in NUMBERS]:
        digits = re.search(r"\d+$", row[column])
        return f"number {digits[0]}" if digits else ""
    return f"id {row[column]}".casefold() if row[column] else ""


def whose(table: Table, row: Row) -> str:
    columns = [i for name in (*IDS, *EMAILS, *NUMBERS) if (i := table.column(name)) is not None]
    ids = ", ".join(row[i] for i in columns if row[i])
    name = table.column("Student", "Full name", "Last name", "LastName")
    return f"{row[name]} ({ids})" if name is not None else ids


def locked(table: Table, row: Row, index: int) -> str | None:
    """Why a grade may not change; None if it may."""
    if index >= len(row.cells):
        return "the row is too short"
    if row[index].upper() in KEPT:
        return f"{row[index]} in the file"
    column = table.column(LOCKED[0])
    return "its grade is locked" if column is not None and row[column].casefold() == LOCKED[1] else None


def decimal_mark(table: Table, index: int) -> str:
    """A comma where the file writes its numbers so."""
    columns = [i for i in (index, table.column("Maximum grade")) if i is not None]
    numbers = [row[i] for row in table.rows[1:] for i in columns]
    commas = sum(bool(re.fullmatch(r"\d+,\d+", number)) for number in numbers)
    points = sum(bool(re.fullmatch(r"\d+\.\d+", number)) for number in numbers)
    return "," if commas > points else "."


def value_of(text: str) -> float | None:
    try:
        return round(float(text.replace(",", ".")), 2)
    except ValueError:
        return None


def warnings(table: Table, index: int, maximum: float, beyond: float, placed: Sequence[Standing]) -> list[str]:
    limits = [value_of(row[index]) for row in table.rows if row[0] == "Points Possible" and is_pseudo(table, row)]
    moodle = table.column("Maximum grade")
    if moodle is not None:
        limits += [value_of(row[moodle]) for row in table.rows[1:2]]
    limit = next((each for each in limits if each is not None), None)
    if limit is None:
        return []
    said = []
    if limit not in (maximum, maximum + beyond):
        said.append(
            f"the column is out of {limit:g} points, the assignment out of {maximum:g}: points are not converted"
        )
    above = [s.student for s in placed if s.total is not None and s.total > limit]
    if above:
        what = "Moodle leaves these grades out without a word" if moodle is not None else "Canvas takes them as extra"
        said.append(f"more than the {limit:g} points possible: {', '.join(above)}. {what}")
    return said
