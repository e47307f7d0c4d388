"""A report as outputs of a notebook's cells: one for each task, and one for what is to be said of the whole."""

import io
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup
from rich.console import Console

from autograder.assignment import Assignment
from autograder.render.page import cell, environment
from autograder.render.terminal import TerminalReport
from autograder.report import Report, TaskResult

WIDTH = 88  # characters of a line of plain text


def task_html(assignment: Assignment, report: Report, task: TaskResult) -> str:
    """What `check("task")` shows; what is to be said of the whole submission stands elsewhere."""
    return cell(assignment, replace(report, tasks=[task], notes=[]))


def task_text(assignment: Assignment, task: TaskResult) -> str:
    screen, text = plain_screen(assignment)
    screen.task_done(task)
    screen.messages(task)
    return text.getvalue().rstrip()


def whole_html(assignment: Assignment, report: Report, pictures: str) -> str:
    """`pictures` is a piece of HTML of our own, which `page.pictures` has drawn."""
    name = Path(report.submission).name
    template = environment().get_template("feedback.html.jinja")
    return template.render(assignment=assignment, report=report, name=name, pictures=Markup(pictures))


def whole_text(assignment: Assignment, report: Report) -> str:
    screen, text = plain_screen(assignment)
    for task in report.tasks:
        screen.task_done(task)
    for said in filter(None, [report.problem, *(f"Note: {note}" for note in report.notes)]):
        screen.console.print(said, markup=False)
    return text.getvalue().rstrip()


def plain_screen(assignment: Assignment) -> tuple[TerminalReport, io.StringIO]:
    text = io.StringIO()
    console = Console(file=text, width=WIDTH, color_system=None, highlight=False, force_terminal=False)
    return TerminalReport(assignment, one_task=True, console=console), text
