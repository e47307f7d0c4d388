"""Makes what students get from the master: the same text, with stubs in the place of solutions."""

import hashlib
import json
import re
from pathlib import Path

from autograder.assignment import RELEASED, Assignment
from autograder.files import keep_copy, write
from autograder.lesson import STUB
from autograder.percent import blocks
from autograder.submission import read_submission

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
WRITTEN_STUB = "*Your answer, in the place of this line.*"
LINE = re.compile(
    r"""^(?P<start>
        \s*["']\w+["']\s*:\s                 # an entry of a dict
        | \s*[\w.]+(\s*:\s[\w.\[\], ]+)?\s=\s  # or an assignment, perhaps with a type
    )
    .*?(?P<comma>,?)
    \s+\#\sSOLUTION:\s(?P<hint>.*)$""",
    re.VERBOSE,
)


class MarkerError(ValueError):
    """A marker of the master is out of place; the text begins with `file:line`."""


def make_starter(assignment: Assignment) -> str:
    """The text of the student's file. Raises MarkerError."""
    text = assignment.master.read_text(encoding="utf-8")
    made: list[str] = []
    place = f"solutions/{assignment.name}/{assignment.master.name}:{{}}"
    for block in blocks(text):
        made += make_stubs(block.lines, assignment, block.key, place, block.first_line)
    return "\n".join(made)


def make_stubs(lines: list[str], assignment: Assignment, key: str | None, place: str, first_line: int) -> list[str]:
    """The lines of one cell with stubs in the place of solutions; used for the script and for the notebook.

    `place` is how errors name a line, with `{}` for its number. Raises MarkerError for a marker that is nested,
    unclosed, unopened, or in a cell without a task.
    """
    tasks = [task for task in assignment.tasks if key and task.cell == key]
    written = any(question.id == key for question in assignment.written)
    made: list[str] = []
    begun: int | None = None
    for number, line in enumerate(lines, start=first_line):
        is_begin, is_end, is_line = BEGIN in line, END in line, "# SOLUTION:" in line
        if not (is_begin or is_end or is_line):
            if re.search(r"#\s*(BEGIN |END )?SOLUTION", line, re.IGNORECASE):
                raise MarkerError(f"{place.format(number)}: this looks like a marker, and is none")
            if begun is None:
                made.append(line)
            continue
        if not (tasks or (written and not is_line)):
            raise MarkerError(f"{place.format(number)}: a solution in a cell without a task")
        if is_end:
            if begun is None:
                raise MarkerError(f"{place.format(number)}: `{END}` without a `{BEGIN}`")
            begun = None
            continue
        if begun is not None:
            raise MarkerError(f"{place.format(number)}: a solution within the one begun at {place.format(begun)}")
        if is_begin:
            begun = number
        if written:
            made.append(line[: line.index(BEGIN)] + WRITTEN_STUB)
            continue
        function = enclosing_function(lines[: number - first_line], line)
        task = next((task for task in tasks if task.id == function), tasks[0])
        if is_begin:
            indent = line[: len(line) - len(line.lstrip())]
            made.append(f"{indent}# TODO({task.id}): write the body and delete the `raise` line.")
            made.append(f'{indent}raise NotImplementedError("{task.id}: {STUB}")')
            continue
        part = LINE.match(line)
        if not part:
            raise MarkerError(f'{place.format(number)}: `# SOLUTION:` belongs behind `name = value` or `"key": value`')
        name = re.findall(r"\w+", re.split("[:=]", part["start"])[0])[-1]
        todo = f"{task.id}.{name}" if f"{task.id}.{name}" in task.checks else task.id
        made.append(f"{part['start']}...{part['comma']}  # TODO({todo}): {part['hint']}")
    if begun is not None:
        raise MarkerError(f"{place.format(begun)}: `{BEGIN}` without an `{END}` in its cell")
    return made


def enclosing_function(above: list[str], line: str) -> str | None:
    """The name of the function in whose body `line` stands."""
    indent = len(line) - len(line.lstrip())
    for other in reversed(above):
        if (found := re.match(r"(\s*)def (\w+)", other)) and len(found[1]) < indent:
            return found[2]
    return None


def release_starter(assignment: Assignment) -> Path | None:
    """Write the student's file and what the grader must know of it. Returns the copy kept of somebody's work there."""
    text = make_starter(assignment)
    released = assignment.suite / RELEASED
    known = json.loads(released.read_text(encoding="utf-8"))["starter"] if released.exists() else None
    kept = None
    if assignment.starter.exists():
        there = assignment.starter.read_bytes()
        if there != text.encode() and hashlib.sha256(there).hexdigest() != known:
            kept = keep_copy(assignment.starter)
    write(assignment.starter, text)
    explore = [cell.source for cell in read_submission(assignment.starter).cells if cell.explore]
    record = {"starter": hashlib.sha256(text.encode()).hexdigest(), "explore": explore}
    write(released, json.dumps(record, indent=1) + "\n")
    return kept
