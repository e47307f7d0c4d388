"""What a report says and in which order, for every renderer that people read."""

from itertools import groupby
from pathlib import Path

from autograder.assignment import Assignment
from autograder.explain import RUNS
from autograder.report import CheckResult, Report, TaskResult
from autograder.verdict import WAITS_FOR_YOU


def failures(task: TaskResult) -> list[list[CheckResult]]:
    """The checks that failed; those that say the same stand together."""
    failed = [check for check in task.checks if check.status == "failed"]
    return [list(same) for _, same in groupby(failed, key=said)]


def said(check: CheckResult) -> tuple[str, ...]:
    """What a message is made of: checks that say the same share one."""
    return (check.mistake,) if check.mistake else (check.expected, check.came, check.hint)


def waiting(task: TaskResult) -> list[tuple[str, list[CheckResult]]]:
    """What could not be checked, by its message; without what nobody has begun, unless a part of the task is done."""
    open_checks = [check for check in task.checks if check.status == "not_run"]
    found = [(message, list(same)) for message, same in groupby(open_checks, key=lambda check: check.message)]
    plain = f"not checked: {WAITS_FOR_YOU}"
    return [(message, checks) for message, checks in found if task.status != "not_run" or message != plain]


def all_right(assignment: Assignment, report: Report) -> str:
    """What to say where nothing is open."""
    whole = report.max_score == assignment.points
    return f"Everything is right. Hand in {Path(report.submission).name}." if whole else "This part is right."


def to_do(step: CheckResult) -> str:
    """The next step in words."""
    return f"{step.came}; {step.hint}" if step.expected == RUNS else step.hint or step.message


def shortened(ids: list[str]) -> str:
    return ", ".join(ids) if len(ids) <= 3 else f"{ids[0]} and {len(ids) - 1} after it"


def points(score: float, maximum: float) -> str:
    return f"{score:g} / {maximum:g}"
