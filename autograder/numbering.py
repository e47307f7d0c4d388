"""The number of a release, and what it changes for those who are at work on the one before.

A suite's `release.json` holds the number of the last release and digests of what was in it. If anything that a student
gets differs from them, the number goes up. So a number stands for one content, in notebook, wheel and reports.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from autograder import __version__
from autograder.assignment import RELEASE, RELEASED, Assignment, assignment_names, find_assignment, last_release
from autograder.percent import blocks
from autograder.release import make_starter

Record = dict[str, Any]  # what release.json holds


class OrphanError(ValueError):
    """The release would leave work in progress without its place; the text says which."""


def next_release(assignment: Assignment, files: Mapping[str, bytes], force: bool = False) -> tuple[Record, list[str]]:
    """The record of the release that is to be made, and what is new in it; the last one's again if nothing is.

    Args:
        assignment: with its master.
        files: what students get of the grader, by name.
        force: even if it orphans work in progress.

    Raises:
        OrphanError: a task or an answer cell of the last release is gone or stands elsewhere.
    """
    last, now = last_release(assignment.suite), contents(assignment, files)
    if not last:
        return {"release": 1, **now}, ["the first release"]
    if now == {key: value for key, value in last.items() if key != "release"}:
        return last, []
    if (orphans := orphaned(last, now)) and not force:
        raise OrphanError("\n".join(orphans))
    return {"release": last["release"] + 1, **now}, changes(last, now)


def contents(assignment: Assignment, files: Mapping[str, bytes]) -> Record:
    """What a release holds: ids and points as they are, all else as digests."""
    cells: dict[str, str] = {}
    lesson = []
    for block in blocks(make_starter(assignment)):
        text = "\n".join(block.lines)  # with the marker, which may hold tags
        if block.key:
            cells[block.key] = digest(text)
        else:
            lesson.append(text)
    own = f"autograder/suites/{assignment.name}/"
    of_the_starter = (own + RELEASE, own + RELEASED)  # they follow from it, and are no checks
    suite = {name: data for name, data in files.items() if name.startswith(own) and name not in of_the_starter}
    grader = {name: data for name, data in files.items() if not name.startswith(own)}
    return {
        "tasks": {task.id: {"cell": task.cell, "points": task.points} for task in assignment.tasks},
        "written": {question.id: question.points for question in assignment.written},
        "cells": cells,
        "lesson": digest("\0".join(lesson)),
        "suite": digest_of(suite),
        "grader": digest_of(grader),
    }


def orphaned(last: Record, now: Record) -> list[str]:
    """What of somebody's work would have no place any more."""
    found = [f"the answer cell `{key}` is gone" for key in last["cells"] if key not in now["cells"]]
    for task, was in last["tasks"].items():
        if task not in now["tasks"]:
            found.append(f"the task `{task}` is gone")
        elif now["tasks"][task]["cell"] != was["cell"]:
            found.append(f"the task `{task}` has moved from the cell `{was['cell']}` to `{now['tasks'][task]['cell']}`")
    return found


def changes(last: Record, now: Record) -> list[str]:
    """What is new, a line each."""
    found = orphaned(last, now)
    for task, is_ in now["tasks"].items():
        was = last["tasks"].get(task)
        if not was:
            found.append(f"the task `{task}` is new: whoever has an older notebook lacks its cells")
        elif was["points"] != is_["points"]:
            found.append(f"`{task}` is worth {is_['points']:g} points, no longer {was['points']:g}")
    if last["written"] != now["written"]:
        found.append("the questions in words, or their points")
    for key, stub in now["cells"].items():
        if key not in last["cells"]:
            found.append(f"the answer cell `{key}` is new")
        elif last["cells"][key] != stub:
            found.append(f"the stub in the answer cell `{key}`")
    parts = {"lesson": "the text of the lesson, or its cells for the reader", "grader": "the grader"}
    parts["suite"] = "the checks, their questions, messages or recordings"
    return found + [what for part, what in parts.items() if last[part] != now[part]]


def as_json(record: Record) -> bytes:
    return (json.dumps(record, indent=1) + "\n").encode()


def version(assignment: Assignment, release: int) -> str:
    """The version of a student's grader, with the release of each assignment in it, such as 0.1.0+NAME.2.

    pip would not replace an installed wheel by one of the same version.
    """
    root = assignment.root
    numbers = {name: find_assignment(name, root).release for name in assignment_names(root)} | {
        assignment.name: release
    }
    return f"{__version__}+{'.'.join(f'{name}.{number}' for name, number in numbers.items() if number)}"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def digest_of(files: Mapping[str, bytes]) -> str:
    return digest("\n".join(f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in sorted(files.items())))
