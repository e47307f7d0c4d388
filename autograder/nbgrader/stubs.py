"""The stubs of nbgrader's notebook: the same as those of the script."""

from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from autograder.assignment import Assignment, AssignmentError, find_assignment
from autograder.release import make_stubs

Processed = tuple[NotebookNode, Any]  # a notebook, and what nbconvert calls its resources


class MakeStubs(ClearSolutions):
    """Puts stubs in the place of solutions, the same as in the script.

    nbgrader's own would know one text for all stubs, and would replace an answer cell without a region as a whole. It
    still does so in an assignment that is none of ours.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> Processed:
        assignment = course_assignment(resources["nbgrader"]["assignment"])
        if not assignment:
            return super().preprocess(nb, resources)
        for number, cell in enumerate(nb.cells, start=1):
            nbgrader = cell.metadata.get("nbgrader", {})
            key = nbgrader.get("grade_id") if nbgrader.get("solution") else None
            place = f"{assignment.name}.ipynb, cell {nbgrader.get('grade_id') or number}, line {{}}"
            cell.source = "\n".join(make_stubs(cell.source.split("\n"), assignment, key, place, 1))
        return nb, resources


def course_assignment(name: str) -> Assignment | None:
    """The assignment of that name in the course that nbgrader works on, which is its current folder then."""
    try:
        return find_assignment(name, Path.cwd())
    except AssignmentError:
        return None
