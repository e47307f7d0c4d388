"""What is behind the points that a class lost: known mistakes, and failures that say the same."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from autograder.assignment import Assignment
from autograder.known import Mistake
from autograder.row import Row


@dataclass
class Cause:
    """One reason, and what it cost. The words of a known mistake are the course's own, and name nobody."""

    title: str  # of the known mistake; empty where none is known
    look: str  # a question: what to look at
    lesson: str  # the heading under which the lesson explains it
    mistake: str = ""  # id of the known mistake; empty where none is known
    happens: str = ""
    why: str = ""
    expected: str = ""  # this and what came: where no mistake is known
    came: str = ""
    public: bool = True  # can be shown to the class
    checks: dict[str, int] = field(default_factory=dict)  # that it cost, and how many it cost each
    rows: list[Row] = field(default_factory=list)  # whom
    points: float = 0.0  # lost by all of them together

    def add(self, row: Row, check: dict[str, Any]) -> None:
        if not self.rows or self.rows[-1] is not row:
            self.rows.append(row)
        self.checks[check["id"]] = self.checks.get(check["id"], 0) + 1
        self.points += check["max_score"] - check["score"]


@dataclass
class Group:
    """Hand-ins of which the same is to be said."""

    text: str
    rows: list[Row]
    public: bool  # no student's name is in the text


def find_causes(
    assignment: Assignment, rows: list[Row], known: list[Mistake], names: list[str]
) -> tuple[list[Cause], list[Cause]]:
    """The known mistakes that were made, and what no known mistake explains; the commonest of each first.

    `names` are those of the class, casefolded.
    """
    library = {mistake.id: mistake for mistake in known}
    named: dict[str, Cause] = {}
    nameless: dict[tuple[str, ...], Cause] = {}
    for row in rows:
        for check, mistake in lost(row, library):
            lesson = assignment.task(check["id"]).lesson
            if mistake:
                cause = named.setdefault(mistake, speaking(mistake, library.get(mistake), lesson))
            else:
                expected, came, hint = (without_file(check[part], row) for part in ("expected", "came", "hint"))
                cause = nameless.setdefault(
                    (expected, came, hint), Cause("", hint, lesson, expected=expected, came=came)
                )
            cause.add(row, check)
    order = [check for task in assignment.tasks for check in task.checks]
    for cause in (*named.values(), *nameless.values()):
        cause.checks = {check: cause.checks[check] for check in order if check in cause.checks}
        cause.points = round(cause.points, 2)
        if not cause.mistake:
            said = f"{cause.expected}\n{cause.came}\n{cause.look}"
            cause.public = len(cause.rows) > 1 and names_nobody(said, names)  # what one student says is not for all
    return commonest(named.values()), commonest(nameless.values())


def speaking(id: str, mistake: Mistake | None, lesson: str) -> Cause:
    """A known mistake in its own words; one that the library has lost still has its id."""
    if not mistake:
        return Cause(id, "", lesson, mistake=id)
    lesson = mistake.lesson or lesson
    return Cause(mistake.title, mistake.look, lesson, mistake=id, happens=mistake.happens, why=mistake.why)


def commonest(causes: Iterable[Cause]) -> list[Cause]:
    return sorted(causes, key=lambda cause: (-len(cause.rows), -cause.points))


def lost(row: Row, library: dict[str, Mistake]) -> Iterator[tuple[dict[str, Any], str]]:
    """The checks of a hand-in that failed, and the known mistake behind each; empty for none.

    What only could not run is there when it waits for what a mistake broke: the mistake has cost that, too.
    """
    report = row.report or {}
    costs = [(mistake, library[mistake].loses) for mistake in report.get("mistakes", ()) if mistake in library]
    for task in report.get("tasks", ()):
        for check in task["checks"]:
            behind = check.get("mistake") or next((mistake for mistake, ids in costs if check["id"] in ids), "")
            if check["status"] == "failed" or (check["status"] == "not_run" and behind):
                yield check, behind


def groups(texts: Iterable[tuple[Row, str]], names: list[str]) -> list[Group]:
    """Hand-ins by what is said of them, the commonest first; `names` as there."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row, text in texts:
        found[without_file(text, row)].append(row)
    made = [Group(text, rows, names_nobody(text, names)) for text, rows in found.items()]
    return sorted(made, key=lambda group: -len(group.rows))


def without_file(text: str, row: Row) -> str:
    """The text without the name of the file: often the student's own, and what keeps two texts from being the same."""
    name = PurePath(row.submission).name
    return text.replace(name, "the file") if "." in name else text


def names_nobody(text: str, names: list[str]) -> bool:
    """Whether none of the `names`, which are casefolded, is in the text: what a student's code says can have any."""
    folded = text.casefold()
    return not any(name in folded for name in names)
