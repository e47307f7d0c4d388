"""What several tests share: one warm host, and submissions written down and graded."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from corpus import CNN

from autograder import grade as grading
from autograder.grade import grade
from autograder.isolation.launch import Host, start_host
from autograder.report import CheckResult, Report

collect_ignore = ["course"]  # a course of its own, for test_assignment.py

Graded = Callable[..., Report]


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    host = start_host(warm=True)
    yield host
    host.close()


@pytest.fixture
def graded(host: Host, tmp_path: Path) -> Graded:
    """Grade a text as if it were a student's cnn.py (or another file name)."""

    def grade_text(text: str | bytes, name: str = "cnn.py", **options: object) -> Report:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return grade(CNN, path, host, **options)  # type: ignore[arg-type]

    return grade_text


def set_limits(monkeypatch: pytest.MonkeyPatch, **seconds: int) -> None:
    """Other limits than those of rules.toml, for what this process grades."""
    rules = grading.load_rules()
    rules["limits"] |= seconds
    monkeypatch.setattr(grading, "load_rules", lambda: rules)


def lost(report: Report) -> set[str]:
    """The checks that did not pass."""
    return {check.id for task in report.tasks for check in task.checks if check.status != "passed"}


def check(report: Report, check_id: str) -> CheckResult:
    return next(check for task in report.tasks for check in task.checks if check.id == check_id)
