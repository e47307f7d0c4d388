"""nbgrader's source notebook of an assignment, made from its master. Solutions and markers are still in it."""

import re
from typing import Any

import jupytext
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.assignment import GRADE_CELL, Assignment, Task
from autograder.release import MarkerError

SCHEMA = 3  # of nbgrader's metadata
CHECK_CELL = re.compile(r"""\s*check\(["']\w+["']\)\s*""")

# The first cell. It must work before anything of ours can be imported.
SETUP = """\
# {title}: release {release}.
# This cell looks whether the course's grader is there, and says what to install where it is not.
try:
    import autograder
except ImportError:
    from pathlib import Path

    wheel = max(map(str, Path().glob("autograder-*.whl")), default="")
    raise ImportError(
        "The grader of this course is not installed for this notebook. "
        + ("" if wheel else "Get the file autograder-...whl from your instructor, ")
        + ("" if wheel else "and put it beside the notebook. ")
        + f"Run in a cell of its own:\\n\\n    %pip install {{wheel or 'autograder-...whl'}}\\n\\n"
        "Then restart the kernel and run this cell again."
    ) from None
"""
# Stands alone, so that it works whatever the cells above have done to the name.
CHECK = """\
from autograder import check

check("{task}")"""


def make_notebook(assignment: Assignment, release: int) -> NotebookNode:
    """The lesson with nbgrader's metadata: answer cells, after each the locked grade cells of its tasks, locked text.

    The lesson's own `check("task")` cells are left out: the grade cells do the same. Its other cells for the reader
    stay free, for playing with. Raises MarkerError where points.toml and the master disagree.
    """
    master = jupytext.reads(assignment.master.read_text(encoding="utf-8"), fmt="py:percent")
    setup = new_code_cell(SETUP.format(title=assignment.title, release=release).strip())
    cells = [marked(setup, "setup", locked=True)]
    answered: list[str] = []
    section, count = "beginning", 0
    for cell in master.cells:
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's
        key = cell.metadata.get("answer")
        if key:
            answered.append(key)
            cells += answer_cells(assignment, cell, key)
        elif "explore" in cell.metadata.get("tags", []):
            if not all(CHECK_CELL.fullmatch(line) for line in cell.source.splitlines()):
                cells.append(cell)
        else:
            # Named by its section, so that a new paragraph changes few of the names that nbgrader keeps.
            heading = re.search(r"^#+ +(.+)", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
            if heading:
                section, count = re.sub(r"\W+", "_", heading[1].lower()).strip("_"), 0
            count += 1
            kind = "code" if cell.cell_type == "code" else "text"
            cells.append(marked(cell, f"{kind}_{section}" + (f"_{count}" if count > 1 else ""), locked=True))
    asked = [*(task.cell for task in assignment.tasks if task.cell), *(question.id for question in assignment.written)]
    if missing := set(asked) ^ set(answered):
        raise MarkerError(f"{assignment.master.name} and points.toml do not have the same answer cells: {missing}")
    return finished(cells, assignment, release)


def answer_cells(assignment: Assignment, cell: NotebookNode, key: str) -> list[NotebookNode]:
    """An answer cell and the grade cells that belong behind it."""
    for question in assignment.written:
        if question.id == key:
            return [marked(cell, key, solution=True, grade=True, points=question.points)]
    return [marked(cell, key, solution=True), *(grade_cell(task) for task in judged_behind(assignment, key))]


def judged_behind(assignment: Assignment, key: str) -> list[Task]:
    """The tasks of an answer cell, and those without a cell that follow them in points.toml."""
    behind, last = [], None
    for task in assignment.tasks:
        last = task.cell or last
        if last == key:
            behind.append(task)
    return behind


def grade_cell(task: Task) -> NotebookNode:
    return marked(new_code_cell(CHECK.format(task=task.id)), f"{GRADE_CELL}{task.id}", grade=True, points=task.points)


def marked(cell: NotebookNode, grade_id: str, points: float | None = None, **kinds: bool) -> NotebookNode:
    """A cell with nbgrader's metadata: `solution`, `grade`, `locked` (which all cells but answers are)."""
    cell.metadata["nbgrader"] = NotebookNode(
        {
            "schema_version": SCHEMA,
            "grade_id": grade_id,
            "grade": False,
            "solution": False,
            "locked": not kinds.get("solution"),
            "task": False,
            **kinds,
            **({} if points is None else {"points": points}),
        }
    )
    return cell


def finished(cells: list[NotebookNode], assignment: Assignment, release: int) -> NotebookNode:
    """A notebook that is the same at every run: nbformat would give its cells random ids.

    jupytext's own metadata is not in it: it would make editors write a second file beside a student's notebook.
    """
    metadata: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "autograder": {"assignment": assignment.name, "release": release},
    }
    for number, cell in enumerate(cells, start=1):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", f"explore-{number}")
        cell["id"] = re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:64]
    return new_notebook(cells=cells, metadata=metadata)
