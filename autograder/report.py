"""The result of grading one submission: one record, from which every renderer draws.

Its JSON is described by docs/report.schema.json.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from autograder import __version__

SCHEMA_VERSION = 1
Status = Literal["passed", "failed", "partial", "not_run"]


@dataclass
class CheckResult:
    id: str
    title: str
    score: float
    max_score: float
    status: Status
    message: str = ""  # what was expected and what came, or what the check waits for
    hint: str = ""  # the next step
    line: str | None = None  # file:line of the student's own code
    expected: str = ""
    came: str = ""
    why: str = ""  # why it matters, where the mistake is known
    mistake: str | None = None  # id of the known mistake that explains it
    lesson: str = ""  # the heading under which the lesson explains the idea


@dataclass
class TaskResult:
    id: str
    title: str
    max_score: float
    checks: list[CheckResult] = field(default_factory=list)

    @property
    def score(self) -> float:
        return round(sum(check.score for check in self.checks), 2)

    @property
    def status(self) -> Status:
        if all(check.status == "passed" for check in self.checks):
            return "passed"
        if self.score > 0:
            return "partial"
        return "failed" if any(check.status == "failed" for check in self.checks) else "not_run"

    @property
    def open(self) -> CheckResult | None:
        """The first check that did not pass, failures before what could not run."""
        waiting = [check for check in self.checks if check.status != "passed"]
        return min(waiting, key=lambda check: check.status == "not_run", default=None)

    def as_dict(self) -> dict[str, Any]:
        first = self.open
        said = {"message": first.message, "hint": first.hint, "line": first.line} if first else {}
        return {
            "id": self.id,
            "title": self.title,
            "score": self.score,
            "max_score": self.max_score,
            "status": self.status,
            **({"message": "", "hint": "", "line": None} | said),
            "checks": [asdict(check) for check in self.checks],
        }


@dataclass
class Picture:
    """What a page draws. `kind` names a function of render/svg.py, `data` is what that function takes."""

    kind: str
    title: str
    caption: str
    data: dict[str, Any]


@dataclass
class Report:
    assignment: str
    suite_version: str
    submission: str
    seed: int
    device: str
    sandbox: str
    release: int = 0  # of the assignment; 0 before the first
    seconds: float = 0.0
    problem: str | None = None  # why there was nothing to run
    notes: list[str] = field(default_factory=list)  # what is worth knowing and costs nothing
    tasks: list[TaskResult] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)  # ids of the known mistakes that explain failures
    pictures: list[Picture] = field(default_factory=list)  # for people, and not in the JSON
    cut_short: bool = False  # any of it was stopped from outside, by the clock or killed; not in the JSON either

    @property
    def score(self) -> float:
        return round(sum(task.score for task in self.tasks), 2)

    @property
    def max_score(self) -> float:
        return round(sum(task.max_score for task in self.tasks), 2)

    @property
    def next_step(self) -> CheckResult | None:
        """The single next thing to do: the first check that is open, in the order of the lesson."""
        return next((task.open for task in self.tasks if task.open), None)

    @classmethod
    def from_dict(cls, written: dict[str, Any]) -> "Report":
        """The report that `as_dict` has written, without its pictures."""
        kept = {field.name for field in fields(cls)} - {"tasks"}
        tasks = [
            TaskResult(task["id"], task["title"], task["max_score"], [CheckResult(**check) for check in task["checks"]])
            for task in written["tasks"]
        ]
        return cls(**{key: value for key, value in written.items() if key in kept}, tasks=tasks)

    def as_dict(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "autograder_version": __version__,
            "suite_version": self.suite_version,
            "release": self.release,
            "assignment": self.assignment,
            "submission": self.submission,
            "seed": self.seed,
            "device": self.device,
            "sandbox": self.sandbox,
            "score": self.score,
            "max_score": self.max_score,
            "seconds": round(self.seconds, 3),
            "problem": self.problem,
            "notes": self.notes,
            "mistakes": self.mistakes,
            "tasks": [task.as_dict() for task in self.tasks],
        }
