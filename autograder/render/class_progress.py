"""A class run on the terminal: how many, how fast, how long still, and who could not be graded."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from autograder.compare import printable
from autograder.gradebook.late import plural
from autograder.handins.find import HandIn
from autograder.row import Row

LOUD = {
    "off": "NO WALLS: submissions can read your files and change grades. Every report of this run says so.",
    "container": "The container around this is taken for the wall, as you say. Every report of this run says so.",
}
EVERY = 30  # seconds between two lines where there is no terminal


class Rate(ProgressColumn):
    """Hand-ins a minute, of the last few."""

    def render(self, task: Task) -> Text:
        return Text(f"{60 * task.speed:.0f}/min" if task.speed else "", style="dim")


class ClassProgress:
    """Shows a class run while it goes on."""

    def __init__(self, out: Path, console: Console | None = None) -> None:
        self.out = out
        self.console = console or Console(highlight=False, soft_wrap=False)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(None),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
        )
        self.progress = Progress(
            *columns, console=self.console, disable=not self.console.is_terminal, speed_estimate_period=120
        )
        self.task = self.progress.add_task("starting")
        self.done = self.total = 0
        self.told = time.monotonic()

    def __enter__(self) -> "ClassProgress":
        self.progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def begin(self, handins: Sequence[HandIn], sandbox: str) -> None:
        self.total = len(handins)
        self.console.print(plural(self.total, "hand-in"))
        if sandbox in LOUD:
            self.console.print(Text(LOUD[sandbox], "bold red"))
        self.progress.update(self.task, total=self.total)

    def found(self, count: int) -> None:
        if count:
            here = "all" if count == self.total else f"{count} of {self.total}"
            self.console.print(f"{here} graded already, by an earlier run")

    def row(self, row: Row) -> None:
        self.done += 1
        self.progress.update(self.task, description="grading", completed=self.done)
        why = row.fault.strip().splitlines()[-1:] if not row.report else [row.report["problem"] or ""]
        if any(why):
            word = "nothing to run" if row.report else "could not be graded"
            self.console.print(Text(printable(f"{word}: {row.submission}: {why[0]}"), "red" if row.fault else "yellow"))
        if not self.console.is_terminal and time.monotonic() - self.told > EVERY:
            self.told = time.monotonic()
            self.console.print(f"{self.done} of {self.total}")

    def summary(self, rows: Sequence[Row]) -> None:
        scores = [row.report["score"] for row in rows if row.report]
        most = max((row.report["max_score"] for row in rows if row.report), default=0)
        faults = len(rows) - len(scores)
        said = f"{len(scores)} graded"
        if scores:
            said += f": median {statistics.median(scores):g} of {most:g}, {scores.count(most)} with everything right"
        self.console.print(Text(said, "bold green"))
        if faults:
            self.console.print(Text(f"{faults} could not be graded; the same command tries those again", "bold red"))
        self.console.print(Text(f"For you: {self.out / 'class.html'}, {self.out / 'results.csv'}", "dim"))
        self.console.print(Text(f"For students: {self.out / 'pages'}", "dim"))
