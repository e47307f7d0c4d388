"""The report on a terminal: a row per task as it is done, then one message per failed check, then what to do next."""

from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.assignment import Assignment
from autograder.compare import printable
from autograder.render.messages import all_right, failures, points, shortened, to_do, waiting
from autograder.report import CheckResult, Report, TaskResult
from autograder.submission import age

MARKS = {"passed": ("✓", "green"), "partial": ("◐", "yellow"), "failed": ("✗", "red"), "not_run": ("·", "dim")}
PLAIN_MARKS = {"passed": "+", "partial": "~", "failed": "x", "not_run": "."}
MESSAGES_PER_TASK = 3


class TerminalReport:
    """Shows one grading while it goes on."""

    def __init__(self, assignment: Assignment, one_task: bool = False, console: Console | None = None) -> None:
        self.assignment = assignment
        self.limit = 1000 if one_task else MESSAGES_PER_TASK
        self.console = console or Console(highlight=False, soft_wrap=False)
        self.status = self.console.status("")

    def __enter__(self) -> "TerminalReport":
        return self

    def __exit__(self, *error: object) -> None:
        self.status.stop()  # or the cursor stays hidden

    def begin(self, submission: Path) -> None:
        when = age(submission) if submission.is_file() else ""
        saved = f", saved {when}" if when else ""
        self.console.print(Text.assemble((printable(submission.name), "bold"), saved))
        self.status.update("starting Python and PyTorch")
        self.status.start()

    def check_begins(self, check: str) -> None:
        self.status.update(f"{check} ...")

    def task_done(self, task: TaskResult) -> None:
        mark, colour = self.mark(task.status)
        row = self.grid()
        row.add_row(Text(mark, colour), task.id, points(task.score, task.max_score), Text(task.title, "dim"))
        self.console.print(row)

    def finish(self, report: Report) -> None:
        self.status.stop()
        total = self.grid()
        total.add_row("", Text("total", "bold"), Text(points(report.score, report.max_score), "bold"), "")
        self.console.print(total)
        if report.problem:
            self.console.print(Text(f"\n{printable(report.problem)}", "red"))
        for task in report.tasks if not report.problem else ():  # it is the same for all
            self.messages(task)
        for note in report.notes:
            self.console.print(Text(f"\nNote: {note}", "dim"))
        self.next_step(report)

    def messages(self, task: TaskResult) -> None:
        groups = failures(task)
        for group in groups[: self.limit]:
            self.message(group)
        if len(groups) > self.limit:
            more = sum(len(group) for group in groups[self.limit :])
            self.console.print(Text(f"\n  and {more} more; grade {task.id} alone to see them (TASK={task.id})", "dim"))
        for message, checks in waiting(task):
            names = shortened([check.id for check in checks])
            self.console.print(Text(f"\n{self.mark('not_run')[0]} {names}  {message}", "dim"))

    def message(self, checks: list[CheckResult]) -> None:
        """One message in four parts: where, what was expected, what came, what to do."""
        first = checks[0]
        mark, colour = self.mark("failed")
        names = shortened([check.id for check in checks])
        head = Text.assemble((f"{mark} {names}", f"bold {colour}"), (f"  {first.line or ''}", "cyan"))
        if len(checks) == 1:
            head.append(f"\n{first.title}", "dim")
        self.console.print()
        self.console.print(head)
        parts = Table.grid(padding=(0, 2))
        parts.add_column(min_width=8, style="dim")
        parts.add_column(overflow="fold")
        rows = {"expected": first.expected, "came": first.came, "why": first.why, "hint": first.hint}
        for name, value in (rows | {"lesson": first.lesson}).items():
            if value:
                parts.add_row(name, Text(value))
        self.console.print(Padding(parts, (0, 0, 0, 2)))

    def next_step(self, report: Report) -> None:
        step = report.next_step
        self.console.print()
        if step is None:
            self.console.print(Text(printable(all_right(self.assignment, report)), "bold green"))
            return
        where = f" ({step.line})" if step.line else ""
        self.console.print(Text.assemble(("Next: ", "bold"), f"{step.id}{where}: {to_do(step)}"))

    def mark(self, status: str) -> tuple[str, str]:
        mark, colour = MARKS[status]
        return (PLAIN_MARKS[status] if self.console.options.ascii_only else mark), colour

    def grid(self) -> Table:
        """One row of the table; all have the same widths, so that they can be printed as they come."""
        widest = max(len(task.id) for task in self.assignment.tasks)
        row = Table.grid(padding=(0, 2))
        row.add_column(width=1)
        row.add_column(width=widest)
        row.add_column(width=11, justify="right")
        row.add_column()
        return row
