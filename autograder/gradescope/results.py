"""The report as Gradescope's `results.json`: a test for each check, numbered by task.

Fields: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format. Students open the tests that
failed, so each of them says all that there is to say.
"""

from collections.abc import Iterable
from typing import Any

from autograder.assignment import Assignment
from autograder.render import messages
from autograder.render.page import code
from autograder.report import CheckResult, Report, TaskResult

PARTS = ("expected", "came", "why", "hint", "lesson")
NOT_YET = "The grader has not got this far."
STOPPED = "These are partial results: grading did not come to its end. What is not graded counts as zero here."


def final(assignment: Assignment, report: Report, extra: dict[str, Any]) -> dict[str, Any]:
    """The results of a submission that is graded; `extra` is kept by Gradescope beside them."""
    said = [f"{messages.points(report.score, report.max_score)} points"]
    if report.problem:
        said.append(report.problem)
    step = report.next_step
    if step and not report.problem:  # which all checks wait for
        line = f" (`{step.line}`)" if step.line else ""
        said.append(f"Next: `{step.id}`{line}: {messages.to_do(step)}")
    elif not step:
        said.append(messages.all_right(assignment, report))
    said += [f"Note: {note}" for note in report.notes]
    extra = {"suite_version": report.suite_version, "release": report.release, "mistakes": report.mistakes} | extra
    return results(assignment, report.tasks, said, report.seconds, {"partial": False, **extra})


def partial(assignment: Assignment, tasks: list[TaskResult], seconds: float, extra: dict[str, Any]) -> dict[str, Any]:
    """The results as long as these tasks only are done: what is there if a time limit strikes."""
    return results(assignment, tasks, [STOPPED], seconds, {"partial": True, **extra})


def results(
    assignment: Assignment, done: list[TaskResult], said: Iterable[str], seconds: float, extra: dict[str, Any]
) -> dict[str, Any]:
    checks = {check.id: check for task in done for check in task.checks}
    return {
        "score": float(round(sum(task.score for task in done), 2)),
        "execution_time": round(seconds),
        "output": paragraphs(said),
        "output_format": "html",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # it is for the instructor
        "tests": [
            test(f"{number}.{part}", check_id, worth, checks.get(check_id))
            for number, task in enumerate(assignment.tasks, 1)
            for part, (check_id, worth) in enumerate(task.checks.items(), 1)
        ],
        "extra_data": extra,
    }


def test(number: str, check_id: str, worth: float, check: CheckResult | None) -> dict[str, Any]:
    """One check; None where it is not done yet."""
    passed = check is not None and check.status == "passed"
    return {
        "number": number,
        "name": f"{check_id}: {check.title}" if check else check_id,
        "name_format": "text",
        "score": float(check.score) if check else 0.0,
        "max_score": float(worth),
        "status": "passed" if passed else "failed",
        "output": "" if passed else words(check) if check else paragraphs([NOT_YET]),
        "output_format": "html",
        "visibility": "visible",
    }


def words(check: CheckResult) -> str:
    """What was expected, what came, why and what to do, or what the check waits for."""
    said = [f"At `{check.line}`"] if check.line else []
    if not check.expected:
        said.append(check.message)
    return paragraphs(said) + "".join(
        f"<p><strong>{part}</strong>: {code(getattr(check, part))}</p>" for part in PARTS if getattr(check, part)
    )


def paragraphs(said: Iterable[str]) -> str:
    """As HTML, escaped, with what stands in backticks set as code."""
    return "".join(f"<p>{code(text)}</p>" for text in said)
