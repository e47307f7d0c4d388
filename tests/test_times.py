"""Times of submission: any text may stand where one is kept."""

from datetime import datetime

import pytest

from autograder.gradebook.times import read_time, sensible


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-10-16 11:00:00.000000 UTC\n", datetime(2026, 10, 16, 11)),
        ("2026-10-16 11:00:00.5 UTC", datetime(2026, 10, 16, 11, 0, 0, 500_000)),
        ("2026-10-16 11:00:00+02:00", datetime(2026, 10, 16, 9)),
        ("2026-10-16 11:00:00", datetime(2026, 10, 16, 11)),
        *(("", None), ("no time", None), ("2026-13-41", None), ("\x00", None), ("\ufffd" * 9, None)),
        *(("9999-12-31 23:59:59", None), ("0001-01-01 00:00:00 CET", None), ("1970-01-01 00:00:00 UTC", None)),
        ("2026-10-16 11:00:00 99999999999999999999", None),
    ],
)
def test_a_time_or_none(text: str, time: datetime | None) -> None:
    assert read_time(text) == time


def test_what_cannot_be_is_none() -> None:
    assert [sensible(each) for each in (None, datetime.min, datetime.max)] == [None] * 3
    assert sensible(datetime(2026, 10, 16)) == datetime(2026, 10, 16)
