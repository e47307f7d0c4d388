"""A class as one HTML page, from which the next lecture is planned. Like a student's page it needs nothing else.

Outside what is folded, it names nobody: it can stand on the projector.
"""

import os
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from autograder.assignment import Assignment
from autograder.class_summary import STATES, summarise
from autograder.known import Mistake
from autograder.render import svg
from autograder.render.page import MARKS, STATUS, environment, versions
from autograder.row import Row

AT_ONCE = 10  # causes that stand open; the rest is folded
AT_MOST = 50  # folded failures without a name; in a large class there are as many as students
IDS = 3  # known mistakes of one student in the table
LONGEST = 80  # characters of a name
WORDS = STATUS | {"not_run": "could not run", "not_begun": "not begun", "": "not graded"}
SIGNS = MARKS | {"not_run": "–", "not_begun": "·"}
BINS = [str(start) for start in range(0, 101, 10)]


def class_page(
    assignment: Assignment, rows: list[Row], known: list[Mistake], total: int | None = None, older: int = 0
) -> str:
    """The page of a class. `total` is how many hand-ins there are, where grading was stopped before its end; `older` of
    the rows are by another version of the suite.
    """
    summary = summarise(assignment, rows, known)
    return (
        environment()
        .get_template("class.html.jinja")
        .render(
            assignment=assignment,
            summary=summary,
            rows=rows,
            total=total,
            older=older,
            histogram=svg.histogram(summary.bins, BINS, "percent of the points"),
            run={key: said_once(summary.reports, key) for key in ("suite_version", "seed", "device", "sandbox")},
            versions=versions(),
            time=time.strftime("%Y-%m-%d %H:%M"),
            at_once=AT_ONCE,
            at_most=AT_MOST,
            ids=IDS,
            states=STATES,
            words=WORDS,
            signs=SIGNS,
            percent=percent,
            short=short,
            link=link,
            by_task=by_task,
            number=number,
        )
    )


def said_once(reports: list[dict[str, Any]], key: str) -> str:
    """What the reports say under `key`: one value, or all that occur."""
    return ", ".join(sorted({str(report[key]) for report in reports}))


def percent(part: float, whole: float) -> str:
    """A share in percent: 0 only for none, and 100 only for all."""
    share = 100 * part / whole if whole else 0
    return f"{round(share) if share in (0, 100) else min(max(round(share), 1), 99)} %"


def number(value: float) -> str:
    return f"{round(value, 1):,g}" if value < 1e6 else f"{value:,.0f}"


def short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def link(page: str) -> str:
    """The address of a page beside this one, whatever is in its name: never another place, and never a script."""
    try:
        name = os.fsencode(page)
    except UnicodeEncodeError:  # no file is called so
        name = page.encode(errors="replace")
    return f"./{quote(name)}"


def by_task(assignment: Assignment, checks: Iterable[str]) -> str:
    """Checks in words, a task once: "`train`: update, mode; `learns`"."""
    cost = list(checks)
    said = []
    for task in assignment.tasks:
        names = [check.rpartition(".")[2] for check in task.checks if check in cost]
        if names:
            all_of_it = len(names) == len(task.checks)
            said.append(f"`{task.id}`" + ("" if all_of_it else f": {', '.join(names)}"))
    return "; ".join(said)
