"""The report below a cell of a notebook: what is being checked, and then what `make grade` says."""

from typing import Any

from IPython.display import HTML, display

from autograder.assignment import Assignment
from autograder.render.page import cell, code
from autograder.report import Report, TaskResult


class NotebookReport:
    """Shows one grading in one output of a cell, with the methods of `TerminalReport`."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.output: Any = display(HTML("checking ..."), display_id=True)

    def __enter__(self) -> "NotebookReport":
        return self

    def __exit__(self, kind: Any, *error: object) -> None:
        if kind:
            self.output.update(HTML("stopped"))

    def check_begins(self, check: str) -> None:
        self.output.update(HTML(code(f"checking `{check}` ...")))

    def task_done(self, task: TaskResult) -> None:
        """All of them stand in the report at the end."""

    def finish(self, report: Report) -> None:
        self.output.update(HTML(cell(self.assignment, report)))
