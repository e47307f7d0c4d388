"""Canvas's and Moodle's own files: grades where they belong, every other byte as it was, and no zero of ours."""

from pathlib import Path

import pytest
from gradebooks import add, new_course
from typer.testing import CliRunner

from autograder.cli import app
from autograder.gradebook.lms_columns import Filled, bare, fill
from autograder.gradebook.standings import Standing
from autograder.gradebook.tables import TableError, read_table

TITLES = ["cnn", "How a convolutional network learns patterns"]
CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,cnn (77),Quiz (78),Final Score\r\n"
    ",,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,100.00,10,(read only)\r\n"
    '"Doe, Jane",501,S-1,jane@x.org,"A, B",,7,55.1\r\n'
    '"=cmd|x, Joe",502,S-2,joe,A,80.00,"8",\r\n'
    '"Öz, Ann",503,S-3,ann,A,EX,,\r\n'
    '"Poe, Bea",504,S-4,bea,A,N/A,,\r\n'
    '"Roe, Cyd",505,S-5,cyd,A,12,,\r\n'
    '"Who, Dan",506,S-6,dan,A,,,\r\n'
    '"Student, Test",599,,0f3c9,A,,,\r\n'
)
WORKSHEET = (
    'Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    'Participant 71,"Jane Doe",S-1,jane@x.org,"Submitted for grading - ",,100.00,Yes,"Friday, 16 October 2026",-,\n'
    'Participant 72,"Joe Öz",,JOE@x.org,"Submitted for grading - ",,100.00,Yes,-,-,\n'
    'Participant 73,"Ann Poe",S-3,ann@x.org,"Submitted for grading - ",5.00,100.00,No,-,-,"=1+1"\n'
    'Participant 74,"Bea Roe",,,"No submission - ",,100.00,Yes,-,-,\n'
)


def graded(student: str, total: float | None = 87.5, **more: str) -> Standing:
    return Standing(student, total=total, **more)


def filled(folder: Path, text: str | bytes, *standings: Standing, column: str = "", maximum: float = 100) -> Filled:
    path = folder / "file.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return fill(read_table(path), standings, TITLES, maximum, 5, column)


def test_canvas(tmp_path: Path) -> None:
    everybody = [graded("S-1"), graded("joe", 90), graded("ann"), graded("bea"), graded("cyd", None, remark="nothing")]
    made = filled(tmp_path, CANVAS, *everybody, graded("gus"))
    expected = CANVAS.replace('"A, B",,7', '"A, B",87.50,7').replace("A,80.00,", "A,90.00,")
    assert made.data == expected.encode() and made.filled == 2 and made.column == "cnn (77)"
    assert made.changed == ["joe: from 80.00 to 90.00"] and made.waiting == ["cyd: nothing"]
    assert made.kept == ["ann: EX in the file", "bea: N/A in the file"]
    assert made.rows == ["line 9: Who, Dan (S-6, dan, 506)"] and made.students == ["gus"] and not made.warnings


def test_a_moodle_worksheet(tmp_path: Path) -> None:
    everybody = [graded("S-1"), graded("j", email="joe@x.org"), graded("S-3"), graded("Bea Roe_74", 0.0)]
    made = filled(tmp_path, WORKSHEET, *everybody)
    lines = WORKSHEET.split("\n")
    for number, grade in ((1, "87.50"), (2, "87.50"), (4, "0.00")):
        lines[number] = lines[number].replace(' - ",,100', f' - ",{grade},100')
    assert made.data.decode().split("\n") == lines and made.column == "Grade"
    assert made.kept == ["S-3: its grade is locked"] and not made.rows and not made.students


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_moodle_gradebook_with_semicolons_and_commas(tmp_path: Path, encoding: str) -> None:
    text = (
        '"First name";"Last name";"ID number";"Email address";"Assignment: cnn (Real)";"Course total (Real)"\r\n'
        'Joe;Öz;S-2;j@x.org;"80,00";"80,00"\r\nJane;Doe;;jane@x.org;-;-\r\n'
    )
    made = filled(tmp_path, text.encode(encoding), graded("S-2", 90.5), graded("jane@x.org"))
    wanted = text.replace('"80,00";"80', '"90,50";"80').replace("org;-;", "org;87,50;")
    assert made.data == wanted.encode(encoding) and made.changed == ["S-2: from 80,00 to 90,50"]


def test_the_platforms_own_numbers_come_last(tmp_path: Path) -> None:
    """A student whose id is 502 is not the one whom Canvas has numbered so."""
    made = filled(
        tmp_path,
        CANVAS,
        graded("joe", 1),
        graded("502", 2),
        graded("doejane_501", 3),
        graded("x", 4, lms_user_id="506"),
    )
    assert b'"A, B",3.00,7' in made.data and b"joe,A,1.00," in made.data and b"dan,A,4.00," in made.data
    assert made.students == ["502"]


def test_a_number_does_not_take_a_student_from_a_row_that_has_the_id(tmp_path: Path) -> None:
    made = filled(tmp_path, CANVAS, graded("506", 5, email="jane@x.org"))
    assert b'"A, B",5.00,7' in made.data and made.filled == 1 and any("Who, Dan" in row for row in made.rows)


def test_ids_that_contradict_each_other_are_nobodys(tmp_path: Path) -> None:
    made = filled(tmp_path, CANVAS, graded("S-2"), graded("joe"))
    assert made.filled == 0 and made.students == ["S-2", "joe"] and any("=cmd" in row for row in made.rows)
    twice = CANVAS + '"Doe, J",507,S-1,j,A,,,\r\n'
    made = filled(tmp_path, twice, graded("S-1"))
    assert made.filled == 0 and made.students == ["S-1"] and made.data == twice.encode()


def test_points_that_the_platform_would_not_take(tmp_path: Path) -> None:
    assert filled(tmp_path, CANVAS, graded("joe", 105)).warnings == [
        "more than the 100 points possible: joe. Canvas takes them as extra"
    ]
    assert filled(tmp_path, WORKSHEET, graded("S-1", 101)).warnings == [
        "more than the 100 points possible: S-1. Moodle leaves these grades out without a word"
    ]
    assert filled(tmp_path, CANVAS, graded("joe"), column="Quiz").warnings[0] == (
        "the column is out of 10 points, the assignment out of 100: points are not converted"
    )
    assert filled(tmp_path, CANVAS, graded("joe"), maximum=95).warnings == [], "with the 5 beyond it is out of 100"


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        (
            CANVAS.replace("cnn (77)", "HW 1 (77)"),
            "",
            r"no column for 'cnn'; there are: HW 1 \(77\), Quiz \(78\)\. Name",
        ),
        (CANVAS.replace("Quiz (78)", "cnn (78)"), "", r"several columns 'cnn'; there are: cnn \(77\), cnn \(78\)"),
        (CANVAS, "Final Score", "'Final Score' is worked out by Canvas"),
        (CANVAS, "HW 2", "no column for 'HW 2'"),
        ("cnn,name\n1,Jane\n", "", "has no column by which to know a student: one of SIS User ID"),
    ],
)
def test_files_that_cannot_be_filled(tmp_path: Path, text: str, column: str, said: str) -> None:
    with pytest.raises(TableError, match=said):
        filled(tmp_path, text, graded("joe"), column=column)


def test_names_of_columns() -> None:
    names = ["Homework 1 (12345)", "Assignment: Homework 1 (Real)", " homework 1 ", "Homework 1 (part b) (7)"]
    assert [bare(name) for name in names] == ["homework 1"] * 3 + ["homework 1 (part b)"]


def test_a_title_that_only_holds_the_name(tmp_path: Path) -> None:
    made = filled(tmp_path, CANVAS.replace("cnn (77)", "Homework 1 - cnn (77)"), graded("joe"))
    assert made.column == "Homework 1 - cnn (77)"


def test_the_command(tmp_path: Path) -> None:
    root = new_course(tmp_path / "course")
    add(root, "joe", "2026-10-17 08:00:00", (40, 40), by_hand=5)
    add(root, "cyd")
    source = tmp_path / "Grades.csv"
    source.write_bytes(CANVAS.replace("cnn (77)", "HW 1 (77)").encode())
    command = ["export", "--root", str(root), "--lms", str(source)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2 and not (tmp_path / "Grades-filled.csv").exists()
    with open(root / "course.toml", "a", encoding="utf-8") as file:
        file.write('lms_column = "HW 1"\n')
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1, done.output
    assert "1 grades in 'HW 1 (77)'" in done.output and "joe: from 80.00 to 77.00" in done.output
    assert "cyd: nothing handed in" in done.output and "line 4: Doe, Jane (S-1, jane@x.org, 501)" in done.output
    expected = CANVAS.replace("cnn (77)", "HW 1 (77)").replace("A,80.00,", "A,77.00,")
    assert (tmp_path / "Grades-filled.csv").read_bytes() == expected.encode()
    assert source.read_bytes() == CANVAS.replace("cnn (77)", "HW 1 (77)").encode()
