"""Which of several submissions counts, by each rule."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.gradebook.attempts import Attempt, chosen
from autograder.gradebook.course_file import Course, Extension, Rules

DUE = datetime(2026, 10, 16, 12, tzinfo=UTC)


def course(counts: str, **rules: float) -> Course:
    more = Extension("ext", "cnn", DUE + timedelta(days=3), 0)
    return Course(UTC, Rules(), {"cnn": Rules(due=DUE, counts=counts, **rules)}, (more,))  # type: ignore[arg-type]


def counts(rules: Course, *hours: float, points: Sequence[float | None] = (), student: str = "jane") -> float:
    """The hours after the due date of the submission that counts."""
    attempts = [Attempt(student, DUE + timedelta(hours=h), Path(f"{n}")) for n, h in enumerate(hours)]

    def grade(asked: Sequence[Attempt]) -> dict[Attempt, float]:
        assert set(asked) == set(attempts)
        given = zip(attempts, points, strict=True)
        return {attempt: found for attempt, found in given if found is not None}

    found = chosen(reversed(attempts), rules, "cnn", 100, grade)
    assert list(found) == [student]
    return (found[student].handed_in - DUE).total_seconds() / 3600


@pytest.mark.parametrize(
    ("hours", "latest", "on_time"),
    [
        ((-2, -1), -1, -1),
        ((-2, 0, 1), 1, 0),  # at the very moment is on time
        ((-2, 0.5, 1), 1, 0.5),  # within grace
        ((-2, 0.6, 1), 1, -2),
        ((1, 2), 2, 2),  # none is on time
        ((5,), 5, 5),
    ],
)
def test_latest_and_latest_on_time(hours: tuple[float, ...], latest: float, on_time: float) -> None:
    assert counts(course("latest"), *hours) == latest
    assert counts(course("latest_on_time", grace_minutes=30), *hours) == on_time


def test_an_extension_makes_it_on_time() -> None:
    assert counts(course("latest_on_time"), -1, 71, 73, student="ext") == 71


@pytest.mark.parametrize(
    ("hours", "points", "best"),
    [
        ((-2, -1), (80, 70), -2),
        ((-2, 1), (80, 85), -2),  # 85 less a day's 10% are 76.5
        ((-2, 1), (80, 89), 1),  # 80.1
        ((-2, -1), (80, 80), -1),  # of equal ones the latest
        ((-2, 1, 25), (None, 50, 100), 25),
        ((-2, -1), (0, None), -2),
        ((-2, -1), (None, None), -1),
    ],
)
def test_best_is_after_penalties(hours: tuple[float, ...], points: tuple[float | None, ...], best: float) -> None:
    assert counts(course("best", percent_per_day=10), *hours, points=points) == best


def test_only_who_has_several_is_graded_to_find_the_best() -> None:
    one, two = (Attempt("jane", DUE, Path("a")), Attempt("joe", DUE, Path("b")))
    asked: list[Attempt] = []
    found = chosen([one, two], course("best"), "cnn", 100, lambda them: asked.extend(them) or {})
    assert found == {"jane": one, "joe": two} and asked == []
