"""Which of a student's submissions counts: the latest, the latest on time, or the best, as course.toml says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.gradebook.course_file import Course, Rules
from autograder.gradebook.late import Points, penalty

Grade = Callable[[Sequence["Attempt"]], Mapping["Attempt", float]]


@dataclass(frozen=True)
class Attempt:
    """One of the submissions of a student."""

    student: str
    handed_in: datetime  # with a time zone
    folder: Path


def chosen(
    attempts: Iterable[Attempt], course: Course, assignment: str, possible: float, grade: Grade,
    otherwise: datetime | None = None,
) -> dict[str, Attempt]:  # fmt: skip
    """The submission of each student that counts.

    Args:
        possible: the points of the assignment's tasks.
        grade: gives points to submissions. It is called once, and only for `best` and those who have several; one that
            it leaves out could not be graded, and counts only where there is no other.
        otherwise: the due date for a course file that names none.
    """
    of: dict[str, list[Attempt]] = {}
    for attempt in sorted(attempts, key=lambda attempt: attempt.handed_in.astimezone(UTC)):
        of.setdefault(attempt.student, []).append(attempt)
    rules = course.rules(assignment)
    due = {student: course.due(assignment, student, otherwise) for student in of}
    if rules.counts == "latest_on_time":
        return {student: latest_on_time(several, rules, due[student]) for student, several in of.items()}
    if rules.counts == "best":
        points = grade([attempt for several in of.values() if len(several) > 1 for attempt in several])
        return {student: best(several, rules, due[student], points, possible) for student, several in of.items()}
    return {student: several[-1] for student, several in of.items()}


def latest_on_time(attempts: Sequence[Attempt], rules: Rules, due: datetime | None) -> Attempt:
    """The latest that costs nothing, grace included; if all are too late, the latest, as nbgrader has it."""
    if due is None:
        return attempts[-1]
    end = due.astimezone(UTC) + timedelta(minutes=rules.grace_minutes)
    return ([attempt for attempt in attempts if attempt.handed_in.astimezone(UTC) <= end] or attempts)[-1]


def best(
    attempts: Sequence[Attempt], rules: Rules, due: datetime | None, points: Mapping[Attempt, float], possible: float
) -> Attempt:
    """The one with most points after its penalty; of equal ones the latest, which holds the newest words."""

    def left(attempt: Attempt) -> float:
        if attempt not in points:
            return -1
        earned = points[attempt]
        return earned - penalty(rules, due, attempt.handed_in, Points(earned, possible)).points

    return max(reversed(attempts), key=left)
