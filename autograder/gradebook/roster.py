"""A class list from a learning platform, or one made by hand, brought into nbgrader's gradebook.

Students are added and updated, never deleted unless that is asked for, and then only those who handed in nothing. What
the list does not say is left as it is in the gradebook.
"""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.gradebook.tables import Row, Table, TableError, read_table

# Columns that may hold the id by which nbgrader knows a student, best first; Canvas's and Moodle's are English.
IDS = (
    *("id", "student_id", "student id", "username", "SIS Login ID", "SIS User ID", "ID number"),
    *("Email address", "email", "Identifier"),
)
FIRST = ("first_name", "First name", "FirstName", "given name")
LAST = ("last_name", "Last name", "LastName", "Surname", "family name")
FULL = ("Student", "Full name", "name")
EMAIL = ("email", "Email address", "E-mail")
UNSAFE = re.compile(r"^\.|[/\\\x00-\x1f]|^(con|nul|prn|aux)$", re.IGNORECASE)  # an id is a folder's name


@dataclass(frozen=True)
class Person:
    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""  # Canvas's number; Moodle's differ from assignment to assignment
    line: int = field(default=0, compare=False)


@dataclass
class Outcome:
    """What has become of the gradebook."""

    by: str  # the column of the ids
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    same: int = 0
    missing: list[str] = field(default_factory=list)  # in the gradebook, not in the list
    removed: list[str] = field(default_factory=list)


def read_roster(path: Path, known: Iterable[str] = (), column: str = "") -> tuple[list[Person], str]:
    """The students of a list, and the column that their ids are from.

    Args:
        known: ids that nbgrader has already: the column that holds most of them is it.
        column: the column of the ids, for a list whose own names are others.

    Raises:
        TableError: the list cannot be used; the text names each row that is wrong.
    """
    table = read_table(path)
    index = id_column(table, set(known), column)
    people: dict[str, Person] = {}
    wrong, empty = [], False
    for row in table.rows[1:]:
        if is_no_student(table, row):
            continue
        person = read_person(table, row, index)
        if not person.id or UNSAFE.search(person.id):
            why = "cannot be the name of a folder" if person.id else "is empty"
            empty |= not person.id
            wrong.append(f"{path.name}, line {row.line}: {table.head[index]} {why}: {person.id!r}")
        elif people.setdefault(person.id, person) != person:
            first = people[person.id].line
            wrong.append(f"{path.name}, line {row.line}: {person.id!r} stands in line {first} too, with other names")
    if wrong:
        raise TableError("\n".join([*wrong[:20], *([another_column(table)] if empty else [])]))
    if not people:
        raise TableError(f"{path.name} has no students in it")
    return list(people.values()), table.head[index]


def another_column(table: Table) -> str:
    """What to do where not everybody has an id; it names a column in which everybody has one, and each another."""
    rows = [row for row in table.rows[1:] if not is_no_student(table, row)]
    found = [index for name in (*IDS, *EMAIL) if (index := table.column(name)) is not None]
    full = [table.head[index] for index in found if len({row[index] for row in rows} - {""}) == len(rows)]
    return f'ID="{full[0] if full else "column"}" (--id) takes another column'


def id_column(table: Table, known: set[str], column: str) -> int:
    """Raises TableError."""
    if column:
        if (index := table.column(column)) is None:
            raise TableError(f"{table.path.name} has no column {column!r}; its columns: {', '.join(table.head)}")
        return index
    canvas = table.column("Section") is not None  # whose `ID` is a number that nobody else knows
    names = [*(name for name in IDS if not (canvas and name == "id")), *(["ID"] if canvas else [])]
    found = [index for name in names if (index := table.column(name)) is not None]
    found = [index for index in found if any(row[index] for row in table.rows[1:] if not is_no_student(table, row))]
    if not found:
        needs = "a column `id`, or those of Canvas's or Moodle's own export"
        raise TableError(
            f"{table.path.name} needs {needs}; it has: {', '.join(table.head)}. Or name one with ID=column"
        )
    return max(found, key=lambda index: len({row[index] for row in table.rows[1:]} & known))


def is_no_student(table: Table, row: Row) -> bool:
    """Rows of Canvas's: points possible, which grades are hidden, and the student that teachers look through."""
    if table.column("Section") is None:
        return False
    identity = [row[index] for name in ("ID", "SIS Login ID") if (index := table.column(name)) is not None]
    return row[0] in ("Points Possible", "Student, Test") or not any(identity)


def read_person(table: Table, row: Row, id_column: int) -> Person:
    def value(*names: str) -> str:
        index = table.column(*names)
        return "" if index is None else row[index]

    first, last = value(*FIRST), value(*LAST)
    if not first and not last and (full := value(*FULL)):
        if "," in full:
            last, _, first = (part.strip() for part in full.partition(","))
        else:
            first, _, last = full.rpartition(" ")
    number = value("ID") if table.column("Section") is not None else ""
    return Person(row[id_column], first, last, value(*EMAIL), number, row.line)


def apply(
    gradebook: Gradebook, people: Iterable[Person], by: str, remove: bool = False, handed_in: Container[str] = ()
) -> Outcome:
    """Add and update; with `remove`, take out who is not in the list and handed in nothing, graded or not yet."""
    outcome = Outcome(by)
    before = {student.id: student for student in gradebook.students}
    listed = set()
    for person in people:
        listed.add(person.id)
        said = {key: value for key, value in vars(person).items() if key not in ("id", "line") and value}
        student = before.get(person.id)
        if student is not None and all(getattr(student, key) == value for key, value in said.items()):
            outcome.same += 1
            continue
        gradebook.update_or_create_student(person.id, **said)
        (outcome.added if student is None else outcome.updated).append(person.id)
    for name, student in before.items():
        if name not in listed:
            if remove and not student.submissions and name not in handed_in:
                gradebook.remove_student(name)
                outcome.removed.append(name)
            else:
                outcome.missing.append(name)
    return outcome
