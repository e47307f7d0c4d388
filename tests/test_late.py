"""Each rule for late work: a due date, a time of submission, and the points that it costs."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.gradebook.course_file import Rules, moment
from autograder.gradebook.late import Points, days_late, duration, penalty

ZURICH = ZoneInfo("Europe/Zurich")
DUE = moment("2026-10-16 23:59:00", ZURICH)
TEN = Rules(percent_per_day=10)
CAPPED = Rules(percent_per_day=10, cap_percent=50, accept_days=7)
GRACE = Rules(percent_per_day=10, grace_minutes=30)
EARNED = Points(tasks=80, possible=100, by_hand=5)


def costs(rules: Rules, at: str, due: datetime | None = DUE, points: Points = EARNED) -> float:
    return penalty(rules, due, moment(at, ZURICH), points).points


@pytest.mark.parametrize(
    ("rules", "at", "lost"),
    [
        (TEN, "2026-10-01 12:00:00", 0),
        (TEN, "2026-10-16 23:59:00", 0),  # exactly at the deadline
        (TEN, "2026-10-16 23:59:00.000001", 8),
        (TEN, "2026-10-16 23:59:01", 8),  # one second late
        (TEN, "2026-10-17 23:59:00", 8),
        (TEN, "2026-10-17 23:59:01", 16),
        (TEN, "2026-11-30 12:00:00", 80),  # no more than the tasks earned, and nothing of what was given by hand
        (Rules(), "2026-11-30 12:00:00", 0),
        (GRACE, "2026-10-17 00:29:00", 0),  # the last moment of grace
        (GRACE, "2026-10-17 00:29:01", 8),
        (GRACE, "2026-10-17 23:59:01", 16),  # grace does not move the due date
        (CAPPED, "2026-10-21 12:00:00", 40),
        (CAPPED, "2026-10-23 23:59:00", 40),  # the last moment that is accepted
        (CAPPED, "2026-10-23 23:59:01", 85),  # nothing counts, what was given by hand neither
        (Rules(percent_per_day=10, accept_days=0), "2026-10-16 23:59:01", 85),
        (Rules(percent_per_day=10, accept_days=0, grace_minutes=5), "2026-10-17 00:03:00", 0),
        (Rules(percent_per_day=7.5), "2026-10-17 12:00:00", 6),
        (Rules(percent_per_day=10, percent_of="possible"), "2026-10-18 12:00:00", 20),
        (Rules(percent_per_day=50, percent_of="possible"), "2026-10-18 12:00:00", 80),
    ],
)
def test_rules(rules: Rules, at: str, lost: float) -> None:
    assert costs(rules, at) == lost


@pytest.mark.parametrize(
    ("due", "at", "days"),
    [
        # Clocks go back on 25 October 2026: that day has 25 hours. They go forward on 28 March 2027: 23 hours.
        ("2026-10-24 12:00:00", "2026-10-25 12:00:00", 1),
        ("2026-10-24 12:00:00", "2026-10-25 12:00:01", 2),
        ("2027-03-27 12:00:00", "2027-03-28 12:00:00", 1),
        ("2027-03-27 12:00:00", "2027-03-28 12:00:01", 2),
        ("2026-10-25 02:30:00+02:00", "2026-10-25 02:30:00+02:00", 0),
        ("2026-10-25 02:30:00+02:00", "2026-10-25 02:30:00+01:00", 1),  # the same clock, an hour later
        ("2026-10-16", "2026-10-16 23:59:59.9", 0),  # a date is due at its end
        ("2026-10-16", "2026-10-17 00:00:00", 1),
        ("2026-10-16 23:59:00", "2026-10-16 22:00:00+00:00", 1),  # one minute late, written in UTC
        ("2026-10-16 23:59:00-07:00", "2026-10-17 08:59:00", 0),
        ("2026-10-16 23:59:00", "2027-10-16 23:59:00", 365),
    ],
)
def test_days_begun(due: str, at: str, days: int) -> None:
    assert days_late(moment(due, ZURICH), moment(at, ZURICH)) == days
    assert days_late(moment(due, ZURICH), moment(at, ZURICH).astimezone(UTC)) == days


def test_grace_is_real_time_where_clocks_go_back() -> None:
    due = moment("2026-10-25 02:30:00+02:00", ZURICH)
    assert costs(GRACE, "2026-10-25 02:45:00+02:00", due) == 0
    assert costs(GRACE, "2026-10-25 02:45:00+01:00", due) == 8  # 75 minutes later, though clocks say 15


def test_without_a_date_nothing_is_late() -> None:
    assert penalty(TEN, None, moment("2026-10-17 12:00:00", ZURICH), EARNED) == penalty(TEN, DUE, None, EARNED)
    assert costs(TEN, "2030-01-01 12:00:00", due=None) == 0


def test_cents() -> None:
    assert costs(TEN, "2026-10-17 12:00:00", points=Points(77.77, 100)) == 7.78


def test_the_reason_says_when_and_why() -> None:
    assert penalty(TEN, DUE, DUE, EARNED).reason == ""
    at = moment("2026-10-22 10:12:00", ZURICH)
    assert penalty(Rules(percent_per_day=10, cap_percent=50), DUE, at, EARNED).reason == (
        "Handed in Thu 22 Oct 2026, 10:12 CEST, 5 days and 10 hours after it was due (Fri 16 Oct 2026, 23:59 CEST). "
        "6 days begun, at 10% each, at most 50%: 50% of the 80 points earned, which is 40. "
        "Points given by hand are not reduced."
    )
    assert "1 day begun, at 10% each: 10% of the 80 points earned, which is 8." in (
        penalty(TEN, DUE, moment("2026-10-17 12:00:00", ZURICH), EARNED).reason
    )
    grace = penalty(GRACE, DUE, moment("2026-10-17 00:01:30", ZURICH), EARNED)
    assert "00:01:30 CEST, 2 minutes and 30 seconds after" in grace.reason and "30 minutes of grace" in grace.reason
    closed = penalty(CAPPED, DUE, moment("2026-11-22 10:12:00", ZURICH), EARNED)
    assert closed.reason.endswith("What comes later than 7 days after the due date counts nothing.")


def test_durations() -> None:
    second = datetime(2026, 1, 1, 0, 0, 1) - datetime(2026, 1, 1)
    assert [duration(second * n) for n in (0.2, 1, 61, 3600, 90061)] == [
        *("1 second", "1 second", "1 minute and 1 second", "1 hour", "1 day and 1 hour")
    ]
