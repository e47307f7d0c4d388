"""The last look at what goes out: no solution, no marker, in any file or form, and every stub still a stub."""

import ast
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder import recording
from autograder.assignment import Assignment
from autograder.lesson import STUB
from autograder.release import LINE, WRITTEN_STUB, make_starter

MARKER = re.compile(r"#\s*(BEGIN |END )?SOLUTION|(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)", re.IGNORECASE)
SHORTEST = 10  # characters; below that, the same stands in other code by chance


class LeakError(ValueError):
    """What was made must not go out; the text lists why."""


def check_leaks(assignment: Assignment, files: Mapping[str, bytes]) -> None:
    """Raises LeakError where a file holds a marker or a line of the solution, in code, prose, outputs or metadata."""
    lines, values = secrets(assignment)
    found = []
    for name, data in files.items():
        # A recording holds the values that are asked for. It is compressed, so that nobody reads them by accident.
        secret = lines if name.endswith(".bin") else lines | values
        found += [f"{name}: {leak}" for leak in leaks_in(texts(name, data), secret)]
    if found:
        raise LeakError("\n".join(["this would give the solution away:", *found]))


def secrets(assignment: Assignment) -> tuple[set[str], set[str]]:
    """What only the master holds: its lines, with and without their comments, and the values in its blanks."""
    starter = squeeze(make_starter(assignment))
    lines: set[str] = set()
    values: set[str] = set()
    for line in assignment.master.read_text(encoding="utf-8").split("\n"):
        lines |= {squeeze(text) for text in (line, line.partition("  # ")[0], line.removeprefix("# "))}
        if part := LINE.match(line):
            values.add(squeeze(line[len(part["start"]) :].partition("# SOLUTION:")[0]).removesuffix(","))
    lines, values = (
        {text for text in kept if len(text) >= SHORTEST and text not in starter and not MARKER.search(text)}
        for kept in (lines, values)
    )
    return lines, values


def leaks_in(found: Iterable[str], secret: set[str]) -> Iterator[str]:
    text = squeeze("\n".join(found))
    if marker := MARKER.search(text):
        yield f"the marker `{marker[0]}`"
    yield from (f"the line `{line}`" for line in sorted(secret) if line in text)


def texts(name: str, data: bytes) -> Iterator[str]:
    """All text of a file: of JSON and notebooks the strings as they read, of recordings what is packed in them."""
    if name.endswith(".bin"):
        data = recording.unpack(data)
    text = data.decode("utf-8", errors="replace")
    yield text
    if name.endswith((".ipynb", ".json")):
        yield from strings(json.loads(text))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        if all(isinstance(inner, str) for inner in value):  # the lines of a cell
            yield "".join(value)
        else:
            for inner in value:
                yield from strings(inner)


def squeeze(text: str) -> str:
    return " ".join(text.split())


def check_stubs(assignment: Assignment, cells: Mapping[str, str]) -> None:
    """Raises LeakError where a task's stub does not wait: its functions raise when called, its blanks hold three dots.

    `cells` are the sources that a student gets, in order; those that are not answer cells make names that these need.
    """
    namespace: dict[str, Any] = {"__name__": assignment.name}
    found = []
    for key, source in cells.items():
        names = {task.id for task in assignment.tasks if task.cell == key}
        if key in [question.id for question in assignment.written]:
            if WRITTEN_STUB not in source:
                found.append(f"{key}: the text for the answer is not there")
            continue
        exec(compile(source, key, "exec"), namespace)
        waiting = {*re.findall(r"(?:= \.\.\.|: \.\.\.,)  # TODO\((\w+)", source), *raising(source, namespace)}
        found += [f"{key}: the stub of {task} does not wait" for task in sorted(names - waiting)]
    if missing := {task.cell for task in assignment.tasks if task.cell} - cells.keys():
        found.append(f"there are no answer cells {', '.join(sorted(missing))}")
    if found:
        raise LeakError("\n".join(found))


def raising(source: str, namespace: dict[str, Any]) -> Iterator[str]:
    """The tasks that the functions and methods of a cell name when they are called."""
    for statement in ast.parse(source).body:
        made = namespace.get(getattr(statement, "name", ""))
        functions = list(vars(made).values()) if inspect.isclass(made) else [made]
        for function in filter(inspect.isfunction, functions):
            if function.__name__ == "__init__":
                continue
            try:
                function(*[None] * len(inspect.signature(function).parameters))
            except NotImplementedError as stub:
                yield str(stub).removesuffix(f": {STUB}")
            except Exception:  # a body that is no stub
                continue


def files_below(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by their names in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if not path.is_dir()}
