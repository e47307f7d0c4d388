"""A small assignment and a class, made by hand: what its page should say can be worked out on paper."""

from pathlib import Path
from typing import Any

from autograder.assignment import Assignment, Task
from autograder.known import Mistake
from autograder.report import CheckResult, Report, TaskResult
from autograder.row import Row
from autograder.verdict import WAITS_FOR_YOU

ASSIGNMENT = Assignment(
    name="small",
    title="A small assignment",
    version="3",
    tasks=(
        Task("add", "Adding up", "add", "", {"add": 3}, "1. Sums"),
        Task("loop", "The loop", "loop", "", {"loop.step": 4, "loop.mode": 1}, "2. Loops"),
        Task("learns", "It learns", None, "", {"learns": 2}, "3. Learning"),
    ),
    suite=Path("suite"),
    master=Path("master.py"),
    starter=Path("starter.py"),
)
NO_STEP = Mistake(
    id="no_step",
    title="no step is taken",
    happens="the weights `w` never change",
    why="a gradient alone moves nothing.",
    look="which line moves the weights?",
    loses=("loop.step", "learns"),
)
WAITS: dict[str, Any] = {"status": "not_run", "message": f"not checked: {WAITS_FOR_YOU}"}
NEEDS_STEP: dict[str, Any] = {"status": "not_run", "message": "not checked: it needs loop.step"}
IS_NO_STEP: dict[str, Any] = {"status": "failed", "came": NO_STEP.happens, "mistake": "no_step"}
NOT_BEGUN = {"add": WAITS, "loop.step": WAITS, "loop.mode": WAITS, "learns": NEEDS_STEP}


def failed(came: str) -> dict[str, Any]:
    return {"status": "failed", "expected": "the sum", "came": came, "hint": "count on your fingers"}


def hand_in(
    student: str, open: dict[str, dict[str, Any]] | None = None, problem: str | None = None, sandbox: str = "cold"
) -> Row:
    """A hand-in with everything right but what is `open`."""
    open = {check: {"status": "not_run"} for task in ASSIGNMENT.tasks for check in task.checks} if problem else open
    tasks = []
    for task in ASSIGNMENT.tasks:
        checks = []
        for check, points in task.checks.items():
            said = (open or {}).get(check, {"status": "passed"})
            score = points if said["status"] == "passed" else 0
            checks.append(CheckResult(check, f"What {check} is about.", score, points, **said))
        tasks.append(TaskResult(task.id, task.title, task.points, checks))
    mistakes = ["no_step"] if IS_NO_STEP in (open or {}).values() else []
    report = Report("small", "3", f"/class/{student}.py", 7, "cpu", sandbox, problem=problem, tasks=tasks)
    report.seconds, report.mistakes = 1.0, mistakes
    return Row(student, f"{student}.py", f"pages/{student}.html", report.as_dict())


def small_class() -> list[Row]:
    """Seven that were graded, with 100, 40, 30, 0, 0, 70 and 70 percent, and one that could not be."""
    no_step = {"loop.step": IS_NO_STEP, "learns": NEEDS_STEP}
    return [
        hand_in("hal", {"add": failed("5 in hal.py")}),
        hand_in("ada"),
        hand_in("ben", no_step),
        hand_in("cyd", no_step | {"loop.mode": failed("the mode of cyd")}),
        hand_in("dan", NOT_BEGUN),
        Row("eve", "eve.py", None, None, "the grader was killed"),
        hand_in("fay", problem="fay.py is empty"),
        hand_in("gus", {"add": failed("5 in gus.py")}),
    ]
