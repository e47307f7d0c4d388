"""A class list, in the forms in which Canvas and Moodle write it, brought into nbgrader's gradebook."""

from pathlib import Path

import pytest
from gradebooks import add, new_course, opened
from typer.testing import CliRunner

from autograder.cli import app
from autograder.gradebook.roster import Person, read_roster
from autograder.gradebook.tables import TableError

PLAIN = "id,first_name,last_name,email\njane,Jane,Doe,jane@x.org\njoe,Joe,O'Neil,\n"
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (77),Final Score\n"
    ",,,,,Manual Posting,\n"
    "    Points Possible,,,,,100,(read only)\n"
    '"Doe, Jane",501,S-1,jane,A and B,,\n'
    '"Öz, Joe",502,S-2,joe,A,80,\n'
    '"Student, Test",599,,0f3c,A,,\n'
)
MOODLE = '\ufeff"First name","Last name","ID number","Email address"\r\nJane,Doe,,jane@x.org\r\nJoe,Öz,,joe@x.org\r\n'
WORKSHEET = (
    'Identifier,"Full name","ID number","Email address",Status,Grade\nParticipant 71,"Jane de Doe",S-1,jane@x.org,,\n'
)


def listed(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def in_canvas(jane: str, joe: str) -> list[Person]:
    return [Person(jane, "Jane", "Doe", "", "501"), Person(joe, "Joe", "Öz", "", "502")]


def run(root: Path, text: str, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["roster", str(listed(root.parent, text)), "--root", str(root), *options])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("text", "known", "by", "people"),
    [
        (PLAIN, (), "id", [Person("jane", "Jane", "Doe", "jane@x.org"), Person("joe", "Joe", "O'Neil")]),
        (CANVAS, (), "SIS Login ID", in_canvas("jane", "joe")),
        (CANVAS, ("S-1", "x"), "SIS User ID", in_canvas("S-1", "S-2")),
        (CANVAS, ("501",), "ID", in_canvas("501", "502")),
        (
            MOODLE,
            (),
            "Email address",
            [Person("jane@x.org", "Jane", "Doe", "jane@x.org"), Person("joe@x.org", "Joe", "Öz", "joe@x.org")],
        ),
        (WORKSHEET, (), "ID number", [Person("S-1", "Jane de", "Doe", "jane@x.org")]),
        ("ID;Surname;First name\n7;Doe;Jane\n", (), "ID", [Person("7", "Jane", "Doe")]),
        ("student_id\nx\n\nx\n", (), "student_id", [Person("x")]),
    ],
)
def test_lists(tmp_path: Path, text: str, known: tuple[str, ...], by: str, people: list[Person]) -> None:
    assert read_roster(listed(tmp_path, text), known) == (people, by)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("name,grade\nJane,1\n", "", r"needs a column `id`.*it has: name, grade\. Or name one with ID=column"),
        (PLAIN, "matric", r"list.csv has no column 'matric'; its columns: id, first_name"),
        ("id\n../x\n", "", r"line 2: id cannot be the name of a folder: '../x'"),
        ("id\n.x\n", "", "line 2: id cannot be the name"),
        ("id,email\nx,\n,a@x.org\n", "", "line 3: id is empty: ''\nID=\"column\" \\(--id\\) takes another column$"),
        (
            "ID number,Email address\nx,b@x.org\n,a@x.org\n",
            "",
            "line 3: ID number is empty: ''\nID=\"Email address\" \\(--id\\) takes another column$",
        ),
        ("id,email\nx,a@x.org\nx,b@x.org\n", "", "line 3: 'x' stands in line 2 too, with other names"),
        ("id\n", "", "needs a column `id`"),
    ],
)
def test_lists_that_cannot_be_used(tmp_path: Path, text: str, column: str, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_roster(listed(tmp_path, text), (), column)


def people(root: Path) -> dict[str, tuple[str | None, ...]]:
    with opened(root) as gradebook:
        return {s.id: (s.first_name, s.last_name, s.email, s.lms_user_id) for s in gradebook.students}


def test_students_are_added_updated_and_never_deleted(tmp_path: Path) -> None:
    root = new_course(tmp_path / "course")
    add(root, "jane", "2026-10-16 12:00:00", (1, 2), email="jane@x.org", last_name="Old")
    add(root, "gone")
    add(root, "new")
    add(root, "worked", "2026-10-16 12:00:00", (1, 2))
    code, said = run(root, CANVAS)
    assert code == 0 and "list.csv: 2 students, known by 'SIS Login ID': 1 added, 1 updated, 0 as before" in said
    assert (
        "in the gradebook, not in the list (they stay; REMOVE=1 takes out who" in said
        and "gone" in said
        and "worked" in said
    )
    found = people(root)
    assert found["jane"] == ("Jane", "Doe", "jane@x.org", "501") and found["joe"] == ("Joe", "Öz", None, "502")
    assert sorted(found) == ["gone", "jane", "joe", "new", "worked"]
    assert "0 added, 0 updated, 2 as before" in run(root, CANVAS)[1] and people(root) == found
    (root / "submitted/new/cnn").mkdir(parents=True)  # not graded yet
    code, said = run(root, CANVAS, "--remove")
    assert "taken out of the gradebook: gone\n" in said and "stay, as they have handed in): new, worked\n" in said
    assert sorted(people(root)) == ["jane", "joe", "new", "worked"]


def test_a_wrong_list_changes_nothing(tmp_path: Path) -> None:
    root = new_course(tmp_path / "course")
    code, said = run(root, "id\njane\n../x\n")
    assert code == 2 and "line 3" in said and people(root) == {}


def test_the_ids_of_folders_that_were_handed_in_decide(tmp_path: Path) -> None:
    root = new_course(tmp_path / "course")
    (root / "submitted/S-1/cnn").mkdir(parents=True)
    assert "known by 'SIS User ID'" in run(root, CANVAS)[1] and sorted(people(root)) == ["S-1", "S-2"]
    assert "known by 'ID'" in run(root, CANVAS, "--id", "id")[1]


@pytest.mark.slow
def test_a_course_without_a_gradebook_gets_one(tmp_path: Path) -> None:
    root = new_course(tmp_path / "course")
    (root / "gradebook.db").unlink()
    assert run(root, PLAIN)[0] == 0 and sorted(people(root)) == ["jane", "joe"]
