"""extensions.csv: more time for one student, and every row that cannot be followed, by its line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.gradebook.course_file import Course, CourseFileError, load_course
from autograder.gradebook.extensions import strangers

RULES = 'timezone = "Europe/Zurich"\n[assignments.cnn]\ndue = 2026-10-16 23:59:00\n'


def course(root: Path, rows: str, rules: str = RULES, head: str = "student,assignment,due,days,reason") -> Course:
    (root / "course.toml").write_text(rules, encoding="utf-8")
    (root / "extensions.csv").write_text(f"{head}\n{rows}", encoding="utf-8-sig", newline="")
    return load_course(root)


@pytest.mark.parametrize(
    ("rows", "due"),
    [
        ("", "2026-10-16 21:59"),
        ("joe,cnn,,3,\n", "2026-10-16 21:59"),
        ("jane,other,,3,\n", "2026-10-16 21:59"),
        ("jane,cnn,,3,ill\n", "2026-10-19 21:59"),
        ("jane,cnn,,10,\n", "2026-10-26 22:59"),  # the same time of day after the clocks have changed
        ("jane,cnn,2026-10-20 12:00,,\n", "2026-10-20 10:00"),
        ("jane,cnn,2026-10-20,,\n", "2026-10-20 21:59:59.999999"),
        ("jane,cnn,2026-10-20T12:00:00Z,,\n", "2026-10-20 12:00"),
        ("jane,cnn,,3,ill\r\n\r\n jane ,cnn,,1,\r\n", "2026-10-19 21:59"),  # the longest counts
    ],
)
def test_when_it_is_due_for_jane(tmp_path: Path, rows: str, due: str) -> None:
    found = course(tmp_path, rows).due("cnn", "jane")
    assert found and found.astimezone(UTC) == datetime.fromisoformat(due).replace(tzinfo=UTC)


CALIFORNIA = "[assignments.cnn]\ndue = 2026-10-16T23:59:00-07:00\n"


@pytest.mark.parametrize(
    ("written", "due"),
    [("2026-10-20", "2026-10-21 06:59:59.999999"), ("2026-10-20 12:00", "2026-10-20 19:00")],
)
def test_without_a_time_zone_it_is_that_of_the_due_date(tmp_path: Path, written: str, due: str) -> None:
    found = course(tmp_path, f"jane,cnn,{written},,\n", rules=CALIFORNIA).due("cnn", "jane")
    assert found and found.astimezone(UTC) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize("rules", ["", CALIFORNIA])
def test_where_no_time_zone_is_known_it_is_asked_for(tmp_path: Path, rules: str) -> None:
    with pytest.raises(CourseFileError, match=r'extensions.csv, line 2: in which time zone\? Write timezone = "Eur'):
        course(tmp_path, "jane,mlp,2026-10-20,,\n", rules=rules)
    found = course(tmp_path, "jane,cnn,2026-10-20T12:00:00Z,,\n", rules=rules)
    assert found.extensions[0].due == datetime(2026, 10, 20, 12, tzinfo=UTC)


def test_a_german_spreadsheet(tmp_path: Path) -> None:
    found = course(tmp_path, "jane;cnn;2;\n", head="Student;Assignment;Days;Reason")
    assert found.extensions[0].days == 2


def test_days_without_a_due_date_count_from_the_one_in_the_formgrader(tmp_path: Path) -> None:
    found = course(tmp_path, "jane,cnn,,2,\n", rules="")
    assert found.due("cnn", "jane") is None
    assert found.due("cnn", "jane", datetime(2026, 10, 1, tzinfo=UTC)) == datetime(2026, 10, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",cnn,,3,", "it names no student"),
        ("jane,,,3,", "it names no assignment"),
        ("jane,cnn,,,", "write either a new due date or days"),
        ("jane,cnn,2026-10-20,3,", "write either a new due date or days, not both"),
        ("jane,cnn,,two,", "days is 'two': a whole number of days more"),
        ("jane,cnn,,-2,", "days is '-2'"),
        ("jane,cnn,20.10.2026,,", "due is '20.10.2026': write 2026-10-20"),
        ("jane,cnn,10/20/2026,,", "due is '10/20/2026': write 2026-10-20"),
        ("jane,cnn,2026-10-02,,", r"2026-10-02 is before the assignment is due for all \(2026-10-16 23:59\)"),
    ],
)
def test_a_wrong_row(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(CourseFileError, match=f"extensions.csv, line 3: {said}"):
        course(tmp_path, f"joe,cnn,,1,\n{row}\n")


def test_all_wrong_rows_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(CourseFileError, match=r"line 2: .*\n.*line 4: ") as error:
        course(tmp_path, "jane,cnn,,x,\njoe,cnn,,1,\nann,cnn,,0,\n")
    assert str(error.value).count("\n") == 1


@pytest.mark.parametrize("head", ["student,due,days", "student,assignment,until", "a"])
def test_a_wrong_head(tmp_path: Path, head: str) -> None:
    with pytest.raises(CourseFileError, match="its first line is: student,assignment,due,days,reason"):
        course(tmp_path, "jane,cnn,,3\n", head=head)


def test_strangers_are_named(tmp_path: Path) -> None:
    found = course(tmp_path, "jane,cnn,,3,\njnae,cnn,,3,\njane,CNN,,3,\n")
    assert strangers(found, {"jane"}, {"cnn"}) == [
        "extensions.csv, line 3: there is no student `jnae` in the gradebook",
        "extensions.csv, line 4: there is no assignment `CNN`",
    ]
    assert strangers(found, {"jane", "jnae"}, {"CNN"})[-1] == "course.toml: there is no assignment `cnn`"
