"""`course.toml` at the course's root: when work is due, what lateness costs, which submission counts.

The file belongs to the instructors; nothing here ever writes to it. Without it nothing is due, and nothing is late.
"""

import difflib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.gradebook.times import sensible

FILE = "course.toml"
COUNTS = ("latest", "latest_on_time", "best")
PERCENT_OF = ("earned", "possible")
EXAMPLES = "2026-10-16 (the end of that day), 2026-10-16 23:59:00, 2026-10-16T23:59:00+02:00"


class CourseFileError(ValueError):
    """A file of the course's rules cannot be followed; the text says which line, why, and what to write."""


@dataclass(frozen=True)
class Rules:
    """The rules of one assignment."""

    due: datetime | None = None  # with a time zone; None: nothing is late
    grace_minutes: float = 0  # lateness that costs nothing; it does not move the due date
    percent_per_day: float = 0  # for each day that has begun after the due date
    percent_of: str = "earned"  # points of the tasks that were earned, or that are possible
    cap_percent: float = 100  # the most that lateness can cost
    accept_days: int | None = None  # what comes later counts nothing; None: everything is accepted
    counts: str = "latest"  # which of several submissions; see COUNTS
    lms_column: str = ""  # its column in a file of a learning platform


@dataclass(frozen=True)
class Extension:
    """More time for one student: a new due date, or days more than the others."""

    student: str
    assignment: str
    due: datetime | None
    days: int
    reason: str = ""  # for the instructors; it may be private, and stands on no page
    row: int = 0


@dataclass(frozen=True)
class Course:
    timezone: tzinfo | None = None  # as the file says; None: it says none
    defaults: Rules = Rules()
    assignments: dict[str, Rules] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()

    @property
    def zone(self) -> tzinfo:
        """In which times are shown."""
        return self.timezone or UTC

    def rules(self, assignment: str) -> Rules:
        return self.assignments.get(assignment, self.defaults)

    def due(self, assignment: str, student: str, otherwise: datetime | None = None) -> datetime | None:
        """When it is due for this student; of several extensions the longest counts.

        Args:
            otherwise: the due date for a course file that names none, such as the formgrader's.
        """
        due = self.rules(assignment).due or otherwise
        if due is None:
            return None
        mine = [e for e in self.extensions if (e.student, e.assignment) == (student, assignment)]
        ends = [e.due or days_after(due, e.days) for e in mine]
        return max([due, *ends], key=lambda end: end.astimezone(UTC))


def days_after(due: datetime, days: int) -> datetime:
    """The same time of day, days later, whatever the clocks do in between."""
    return (due.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=due.tzinfo)


def load_course(root: Path) -> Course:
    """The rules of the course in this folder, with its extensions. Raises CourseFileError."""
    from autograder.gradebook.extensions import read_extensions

    try:
        course = parse((root / FILE).read_text(encoding="utf-8-sig")) if (root / FILE).exists() else Course()
    except UnicodeDecodeError as error:
        line = (root / FILE).read_bytes()[: error.start].count(b"\n") + 1
        raise CourseFileError(f"{FILE}, line {line}: it is not in UTF-8; save it in that encoding") from error
    return replace(course, extensions=read_extensions(root, course))


def parse(text: str) -> Course:
    """Raises CourseFileError."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CourseFileError(f"{FILE} is not in the form of TOML: {error}{time_hint(text, str(error))}") from error
    reader = Reader(text)
    reader.known("", said, ("timezone", "late", "assignments"))
    zone = reader.zone(said.get("timezone"))
    late, several = reader.table("", said, "late"), reader.table("", said, "assignments")
    defaults = reader.rules("late", late, Rules(), zone)
    assignments = {
        name: reader.rules(f"assignments.{name}", reader.table("assignments", several, name), defaults, zone)
        for name in several
    }
    return Course(zone, defaults, assignments)


@dataclass(frozen=True)
class Reader:
    """Takes values out of the file, and knows on which line they stand."""

    text: str

    def fail(self, section: str, key: str, why: str) -> CourseFileError:
        number = self.line(section, key)
        return CourseFileError(f"{FILE}{f', line {number}' if number else ''}: {why}")

    def line(self, section: str, key: str) -> int:
        """0 if it stands nowhere by that name, as in an inline table."""
        now, header = "", 0
        for number, line in enumerate(self.text.splitlines(), start=1):
            if match := re.match(r"\s*\[([^\[\]]+)\]", line):
                now = match[1].replace('"', "").replace("'", "").replace(" ", "")
                header = number if now in (section.replace(" ", ""), f"{section}.{key}".strip(".")) else header
            elif now == section.replace(" ", "") and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
        return header

    def known(self, section: str, table: dict[str, Any], keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, 1)
                there_are = f"do you mean `{near[0]}`?" if near else f"there are: {', '.join(keys)}"
                raise self.fail(
                    section, key, f"there is no `{key}`{f' in [{section}]' if section else ''}; {there_are}"
                )

    def table(self, section: str, table: dict[str, Any], key: str) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.fail(
                section, key, f"`{key}` is a section: write [{f'{section}.{key}'.strip('.')}] above its lines"
            )
        return value

    def zone(self, name: Any) -> tzinfo | None:
        if name is None:
            return None
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
            why = f"timezone = {name!r}: no such time zone here; write one like 'Europe/Zurich' or 'America/New_York'"
            raise self.fail("", "timezone", f"{why} (on Windows: pip install tzdata)") from error

    def rules(self, section: str, table: dict[str, Any], base: Rules, zone: tzinfo | None) -> Rules:
        self.known(section, table, tuple(each.name for each in fields(Rules)))
        values = dict(table)
        for key, value in table.items():
            if key == "due":
                values[key] = self.due(section, value, zone)
            elif not KEYS[key][0](value):
                raise self.fail(section, key, f"{key} = {value!r}: it must be {KEYS[key][1]}")
        return replace(base, **values)

    def due(self, section: str, value: Any, zone: tzinfo | None) -> datetime:
        try:
            return moment(value, zone)
        except ValueError as error:
            raise self.fail(section, "due", f"due = {value}: {error}") from error


def moment(value: Any, zone: tzinfo | None) -> datetime:
    """A date of TOML, or one written as text, with a time zone. A date without a time is the end of that day.

    Raises:
        ValueError: it is none, or is in no time zone.
    """
    if isinstance(value, str):
        try:
            text = value.strip()
            value = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"it must be a date such as {EXAMPLES}") from error
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.max)
    if not isinstance(value, datetime):
        raise ValueError(f"it must be a date such as {EXAMPLES}")
    if not sensible(value):
        raise ValueError("no course lasts that long; without a due date nothing is late")
    if value.tzinfo is not None:
        return value.astimezone(zone) if zone else value
    if zone is None:
        raise ValueError(f'in which time zone? Write timezone = "Europe/Zurich", or yours, at the top of {FILE}')
    return value.replace(tzinfo=zone)


def time_hint(text: str, error: str) -> str:
    """tomllib follows TOML 1.0, in which a time has seconds, and says so in no words that help."""
    found = re.search(r"line (\d+)", error)
    line = text.splitlines()[int(found[1]) - 1] if found and int(found[1]) <= len(text.splitlines()) else ""
    return ". A time needs its seconds: 23:59:00" if re.search(r"\d\d:\d\d\s*(#.*)?$", line) else ""


def number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "grace_minutes": (number(0, 60 * 24 * 30), "a number of minutes, 0 or more"),
    "percent_per_day": (number(0, 100), "a number from 0 to 100"),
    "percent_of": (lambda value: value in PERCENT_OF, f"one of {', '.join(PERCENT_OF)}"),
    "cap_percent": (number(0, 100), "a number from 0 to 100"),
    "accept_days": (lambda value: number(0, 10_000)(value) and isinstance(value, int), "a whole number of days"),
    "counts": (lambda value: value in COUNTS, f"one of {', '.join(COUNTS)}"),
    "lms_column": (lambda value: isinstance(value, str), "text"),
}
