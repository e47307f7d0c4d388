"""Known mistakes: the reference solution with a piece of it written wrong, and a message for whoever writes it so.

`solutions/NAME/mistakes/ID.toml` holds one each. They are graded like any submission: what the checks see of them are
their fingerprints, and what they lose shows that the checks catch them.
"""

import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.grade import open_grading, run_checks
from autograder.isolation.launch import Host
from autograder.known import Mistake
from autograder.percent import blocks


class MistakeError(ValueError):
    """A file of a known mistake that cannot be used; the text says which and why."""


def read_mistakes(assignment: Assignment) -> list[tuple[Mistake, str]]:
    """The known mistakes of an assignment, and for each the reference solution with it.

    Raises:
        MistakeError: a file lacks a part, or does not fit the reference solution.
    """
    master = assignment.master.read_text(encoding="utf-8")
    return [read_mistake(path, master) for path in sorted((assignment.master.parent / "mistakes").glob("*.toml"))]


def read_mistake(path: Path, master: str) -> tuple[Mistake, str]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        for edit in values.pop("replace"):
            master = replace_piece(master, **edit)
        return Mistake(id=path.stem, **values | {"loses": tuple(values["loses"])}), master
    except (KeyError, TypeError, ValueError) as error:
        raise MistakeError(f"{path.name}: {error}") from error


def replace_piece(master: str, cell: str, old: str, new: str) -> str:
    """The master with `new` in the place of `old`, which stands once in the answer cell `cell`."""
    made = []
    for block in blocks(master):
        text = "\n".join(block.lines)
        if block.key == cell:
            if text.count(old) != 1:
                raise ValueError(f"the cell {cell} has {text.count(old)} times: {old}")
            text = text.replace(old, new)
        made.append(text)
    return "\n".join(made)


def observe_mistakes(
    assignment: Assignment, mistakes: Iterable[tuple[Mistake, str]], host: Host, **options: Any
) -> Iterator[Mistake]:
    """Each mistake with its fingerprints: what the checks that it fails see of it. `options` are `open_grading`'s.

    Raises:
        MistakeError: no check sees the mistake.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / assignment.master.name
        for mistake, text in mistakes:
            path.write_text(text, encoding="utf-8")
            # A task without a cell of its own only repeats what others see.
            tasks = [task for task in assignment.tasks if task.cell and not set(task.checks).isdisjoint(mistake.loses)]
            with open_grading(assignment, path, host, **options) as grading:
                run_checks(grading, tasks)
            failed = {check for check, result in grading.results.items() if result.status == "failed"}
            prints = {check: seen for check, seen in grading.saw.items() if check in failed and seen}
            if not prints:
                raise MistakeError(f"{mistake.id} changes nothing that the checks of {', '.join(mistake.loses)} see")
            yield replace(mistake, fingerprints=prints)
