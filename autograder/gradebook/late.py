"""What lateness costs, and why in words. Plain arithmetic; `penalties.py` brings it into nbgrader."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from autograder.gradebook.course_file import Rules, days_after

HAND_GRADED = "Points given by hand are not reduced."


@dataclass(frozen=True)
class Points:
    """What a submission earned. Lateness costs points that the grader gave; what a person gives stays whole."""

    tasks: float  # of the grader's
    possible: float  # of all tasks
    by_hand: float = 0  # for tasks, too


@dataclass(frozen=True)
class Penalty:
    points: float = 0  # that are lost
    reason: str = ""  # a sentence or two for the student; empty if it was on time


def penalty(rules: Rules, due: datetime | None, handed_in: datetime | None, points: Points) -> Penalty:
    """What a submission loses.

    Args:
        due: when it is due for this student, extension included; None if it never is.
        handed_in: with a time zone; None if nobody knows, which counts as on time.
    """
    days = days_late(due, handed_in)
    if not days or due is None or handed_in is None:
        return Penalty()
    how_late = handed_in.astimezone(UTC) - due.astimezone(UTC)
    said = f"Handed in {shown(handed_in.astimezone(due.tzinfo))}, {duration(how_late)} after it was due ({shown(due)})."
    if how_late <= timedelta(minutes=rules.grace_minutes):
        return Penalty(
            0, f"{said} That is within the {plural(rules.grace_minutes, 'minute')} of grace, and costs nothing."
        )
    if rules.accept_days is not None and days > rules.accept_days:
        last = f"{plural(rules.accept_days, 'day')} after the due date" if rules.accept_days else "the due date"
        return Penalty(cents(points.tasks + points.by_hand), f"{said} What comes later than {last} counts nothing.")
    percent = min(days * rules.percent_per_day, rules.cap_percent)
    if not percent:
        return Penalty(0, f"{said} That costs nothing.")
    of_possible = rules.percent_of == "possible"
    base = points.possible if of_possible else points.tasks
    lost = cents(min(base * percent / 100, points.tasks))
    each = f"{plural(days, 'day')} begun, at {rules.percent_per_day:g}% each"
    capped = f", at most {rules.cap_percent:g}%" if days * rules.percent_per_day > rules.cap_percent else ""
    of = f"{percent:g}% of the {base:g} points {'possible' if of_possible else 'earned'}"
    return Penalty(lost, f"{said} {each}{capped}: {of}, which is {lost:g}. {HAND_GRADED}")


def days_late(due: datetime | None, handed_in: datetime | None) -> int:
    """The days that have begun after the due date: 0 until that very moment, 1 from the next on.

    A day ends at the due date's time of day, so that one on which clocks change has 23 or 25 hours. All is compared in
    UTC: Python compares two times of one time zone by their clocks, which is wrong on such a day.
    """
    if due is None or handed_in is None:
        return 0
    moment = handed_in.astimezone(UTC)
    days = max(0, (handed_in.astimezone(due.tzinfo).date() - due.date()).days - 1)
    while days_after(due, days).astimezone(UTC) < moment:
        days += 1
    return days


def cents(points: float) -> float:
    return round(points, 2)


def shown(moment: datetime) -> str:
    """`Fri 16 Oct 2026, 23:59 CEST`"""
    seconds = f":{moment:%S}" if moment.second not in (0, 59) else ""
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M}{seconds} {moment:%Z}".strip()


def duration(span: timedelta) -> str:
    """The two largest of days, hours, minutes and seconds: `1 day and 10 hours`."""
    rest, parts = max(1, round(span.total_seconds())), []
    for seconds, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(plural(count, word))
    return " and ".join(parts[:2])


def plural(count: float, word: str) -> str:
    return f"{count:g} {word}{'' if count == 1 else 's'}"
