"""A class in numbers: how the scores lie, where each task stands, and what is behind the points that were lost.

Nothing is graded here, and nothing drawn: it counts what the reports say.
"""

import statistics
from collections import Counter
from dataclasses import dataclass
from typing import Any

from autograder.assignment import Assignment, Task
from autograder.class_causes import Cause, Group, find_causes, groups
from autograder.known import Mistake
from autograder.row import Row
from autograder.verdict import WAITS_FOR_YOU

STATES = ("passed", "partial", "failed", "not_run", "not_begun")  # of a task, best first
BINS = 11  # of the scores: ten points of a hundred each, and 100 alone
TO_TEACH = 3  # causes that a lecture has a minute for


@dataclass(frozen=True)
class CheckSummary:
    """Checks of one task that are about the same, and that as many passed."""

    ids: list[str]
    title: str
    passed: int


@dataclass(frozen=True)
class TaskSummary:
    id: str
    title: str
    of: int  # students
    share: float  # of its points that they have, on average; 0 to 1
    states: dict[str, int]  # how many of them, for each of STATES
    checks: list[CheckSummary]

    @property
    def count(self) -> int:
        return sum(len(check.ids) for check in self.checks)


@dataclass(frozen=True)
class Student:
    row: Row
    states: list[str]  # of the tasks of the assignment; empty for what was not graded
    mistakes: list[str]  # ids, those that are commonest in the class first


@dataclass(frozen=True)
class ClassSummary:
    reports: list[dict[str, Any]]  # of those that were graded
    scores: list[float]  # in percent of what was to be had
    bins: list[int]  # how many scored 0-9, 10-19, ..., 90-99, 100
    all_right: int
    lost: float  # points, by all together
    tasks: list[TaskSummary]
    mistakes: list[Cause]  # the commonest first
    unexplained: list[Cause]  # the commonest first
    nameless: dict[str, int]  # how many failed a check for such a reason, the commonest check first
    to_teach: list[Cause]  # what cost the class most
    problems: list[Group]  # graded, but there was nothing to run
    faults: list[Group]  # not graded
    students: list[Student]  # all of them, by name

    @property
    def median(self) -> float:
        return statistics.median(self.scores)

    @property
    def mean(self) -> float:
        return statistics.fmean(self.scores)

    @property
    def nothing_to_run(self) -> int:
        return sum(len(group.rows) for group in self.problems)

    @property
    def not_graded(self) -> int:
        return sum(len(group.rows) for group in self.faults)

    @property
    def without_walls(self) -> int:
        return sum(report["sandbox"] == "none" for report in self.reports)


def summarise(assignment: Assignment, rows: list[Row], known: list[Mistake]) -> ClassSummary:
    rows = sorted(rows, key=lambda row: (row.student.casefold(), row.submission))
    names = [row.student.casefold() for row in rows]
    graded = [(row, row.report) for row in rows if row.report and row.report["max_score"]]
    reports = [report for _, report in graded]
    scores = [100 * (report["score"] / report["max_score"]) for report in reports]
    mistakes, unexplained = find_causes(assignment, [row for row, _ in graded], known, names)
    shared = [cause for cause in unexplained if cause.public]
    place = {cause.mistake: number for number, cause in enumerate(mistakes)}
    return ClassSummary(
        reports=reports,
        scores=scores,
        bins=bins(scores),
        all_right=sum(report["score"] >= report["max_score"] for report in reports),
        lost=round(sum(report["max_score"] - report["score"] for report in reports), 2),
        tasks=[summary for task in assignment.tasks if (summary := task_summary(task, reports))],
        mistakes=mistakes,
        unexplained=unexplained,
        nameless=dict(sum((Counter(cause.checks) for cause in unexplained), Counter()).most_common()),
        to_teach=sorted(mistakes + shared, key=lambda cause: -cause.points)[:TO_TEACH],
        problems=groups(((row, report["problem"]) for row, report in graded if report["problem"]), names),
        faults=groups(((row, why) for row in rows if (why := why_not_graded(row))), names),
        students=[student(assignment, row, place) for row in rows],
    )


def why_not_graded(row: Row) -> str:
    """Empty for what was graded. A report without points would be a score of nothing out of nothing."""
    if row.report is None:
        return row.fault or "no reason was given"
    return "" if row.report["max_score"] else "its report holds no points to be had"


def bins(scores: list[float]) -> list[int]:
    counted = Counter(int(score // 10) for score in scores)
    return [counted[number] for number in range(BINS)]


def task_summary(task: Task, reports: list[dict[str, Any]]) -> TaskSummary | None:
    """Where a task stands in the class; None where nobody's was graded."""
    results = [result for report in reports for result in report["tasks"] if result["id"] == task.id]
    if not results:
        return None
    counted = Counter(map(state, results))
    return TaskSummary(
        id=task.id,
        title=task.title,
        of=len(results),
        share=statistics.fmean(result["score"] / result["max_score"] for result in results),
        states={name: counted[name] for name in STATES},
        checks=check_summaries(task, results),
    )


def check_summaries(task: Task, results: list[dict[str, Any]]) -> list[CheckSummary]:
    """The checks of a task in the order of the lesson; those that say and count the same stand together."""
    titles = {check["id"]: check["title"] for result in results for check in result["checks"]}
    passed = Counter(check["id"] for result in results for check in result["checks"] if check["status"] == "passed")
    alike: dict[tuple[str, int], list[str]] = {}
    for check in task.checks:
        alike.setdefault((titles.get(check, ""), passed[check]), []).append(check)
    return [CheckSummary(ids, title, count) for (title, count), ids in alike.items()]


def state(result: dict[str, Any]) -> str:
    """The status of a task's result, where `not_begun` is told from what could not run for another reason."""
    if result["status"] != "not_run":
        return result["status"]
    waits = all(check["message"] == f"not checked: {WAITS_FOR_YOU}" for check in result["checks"])
    return "not_begun" if waits else "not_run"


def student(assignment: Assignment, row: Row, place: dict[str, int]) -> Student:
    """A line of the table of all; `place` says how common each mistake is."""
    if why_not_graded(row) or not row.report:
        return Student(row, [], [])
    states = {result["id"]: state(result) for result in row.report["tasks"]}
    made = sorted((id for id in row.report["mistakes"] if id in place), key=lambda id: place[id])
    return Student(row, [states.get(task.id, "") for task in assignment.tasks], made)
