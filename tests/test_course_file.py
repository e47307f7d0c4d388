"""course.toml: what it says, what is wrong with it and on which line, and that the shipped one changes nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from corpus import CNN

from autograder.gradebook.course_file import FILE, Course, CourseFileError, Rules, load_course, parse

ZONE = 'timezone = "Europe/Zurich"\n'


def due(value: str, head: str = ZONE) -> datetime:
    found = parse(f"{head}[assignments.cnn]\ndue = {value}\n").rules("cnn").due
    assert found is not None
    return found.astimezone(UTC).replace(microsecond=0)


def test_the_shipped_file_is_all_defaults_and_its_comments_hold() -> None:
    text = (CNN.root / FILE).read_text(encoding="utf-8")
    assert parse(text) == Course()
    lines = [line[2:] if line.startswith("# ") and ("=" in line or "[" in line) else line for line in text.split("\n")]
    opened = parse("\n".join(line for line in lines if "`" not in line or "lms_column" in line))
    assert opened.rules("other") == Rules(accept_days=7)
    assert opened.rules("cnn").lms_column == "Homework 1" and opened.due("cnn", "jane") is not None


def test_an_assignment_has_the_rules_for_all_but_where_it_says_otherwise() -> None:
    course = parse(f"{ZONE}[late]\npercent_per_day = 10\ngrace_minutes = 5\n[assignments.cnn]\npercent_per_day = 20\n")
    assert course.rules("cnn") == Rules(percent_per_day=20, grace_minutes=5)
    assert course.rules("other") == Rules(percent_per_day=10, grace_minutes=5)


def test_without_a_file_nothing_is_due(tmp_path: Path) -> None:
    assert load_course(tmp_path) == Course() and Course().due("cnn", "jane") is None


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-10-16 23:59:00", "2026-10-16 21:59:00"),
        ("2026-10-26 23:59:00", "2026-10-26 22:59:00"),  # after the clocks have changed
        ("2026-10-16", "2026-10-16 21:59:59"),
        ("2026-10-16T23:59:00Z", "2026-10-16 23:59:00"),
        ("2026-10-16T23:59:00-07:00", "2026-10-17 06:59:00"),
        ('"2026-10-16 23:59"', "2026-10-16 21:59:00"),
        ('"2026-10-16"', "2026-10-16 21:59:59"),
    ],
)
def test_due_dates(value: str, at: str) -> None:
    assert due(value) == datetime.fromisoformat(at).replace(tzinfo=UTC)


def test_a_time_with_an_offset_needs_no_time_zone() -> None:
    assert due("2026-10-16T23:59:00+02:00", head="") == datetime(2026, 10, 16, 21, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[assignments.cnn]\ndue = 2026-10-16 23:59\n", r"line 2, .*A time needs its seconds: 23:59:00"),
        ("[assignments.cnn]\ndue = 2026-10-16\n", r"line 2: due = 2026-10-16: in which time zone\? Write timezone ="),
        (f'{ZONE}[assignments.cnn]\ndue = "soon"\n', r"line 3: due = soon: it must be a date such as 2026-10-16"),
        (f"{ZONE}[assignments.cnn]\ndue = 17\n", r"line 3: due = 17: it must be a date"),
        (
            f"{ZONE}[assignments.cnn]\ndue = 9999-12-31\n",
            r"line 3: due = 9999-12-31: no course lasts that long; without",
        ),
        ('\ntimezone = "Europe/Zurch"\n', r"line 2: timezone = 'Europe/Zurch': no such time zone here"),
        ("timezone = 2\n", r"line 1: timezone = 2: no such"),
        ('timezone = "../../etc/passwd"\n', r"line 1: timezone = .*: no such"),
        ("[late]\npercent = 10\n", r"line 2: there is no `percent` in \[late\]; do you mean `percent_"),
        ("[lates]\n", r"line 1: there is no `lates`; do you mean `late`"),
        ("late = 3\n", r"line 1: `late` is a section: write \[late\]"),
        ("[assignments]\ncnn = 3\n", r"line 2: `cnn` is a section: write \[assignments.cnn\]"),
        ("[late]\npercent_per_day = 101\n", r"line 2: percent_per_day = 101: it must be a number from 0 to 100"),
        ("[late]\npercent_per_day = true\n", r"line 2: percent_per_day = True: it must be a number"),
        ("[late]\npercent_per_day = nan\n", r"line 2: percent_per_day = nan: it must be a number"),
        ("[late]\ngrace_minutes = -1\n", r"line 2: grace_minutes = -1: it must be"),
        ("[late]\naccept_days = 1.5\n", r"line 2: accept_days = 1.5: it must be a whole number"),
        ('[late]\n\n[assignments."cnn 2"]\ncounts = "first"\n', r"line 4: counts = 'first': it must be one of latest,"),
        ("[late]\npercent_of = []\n", r"line 2: percent_of = \[\]: it must be one of earned, possible"),
        ("[late\n", r"course.toml is not in the form of TOML: .*line 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(CourseFileError, match=said):
        parse(text)


def test_another_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_bytes('timezone = "UTC"\n# Prüfung\n'.encode("cp1252"))
    with pytest.raises(CourseFileError, match=r"course\.toml, line 2: it is not in UTF-8"):
        load_course(tmp_path)
