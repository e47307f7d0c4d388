"""Grades again whenever the file is saved, on a host that stays warm."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from autograder.assignment import Assignment
from autograder.grade import Stopped, grade
from autograder.isolation.launch import Host, HostError, start_host
from autograder.questions import PUBLIC_SEED, Questions, expected_answers
from autograder.render.terminal import TerminalReport
from autograder.report import Report, TaskResult
from autograder.rules import load_rules
from autograder.submission import SubmissionError, read_submission
from autograder.verdict import GraderFault

LOOK = 0.05  # seconds between two looks at the files; a file that has not changed meanwhile is written to its end

PATIENCE = 1.0  # seconds that a file may be half written

Stamp = tuple[tuple[Path, int, int], ...]  # of each file that is there: when it was saved, and its size


class Watch:
    """One assignment under watch; `choose` says which file is to be graded, of those that are looked at."""

    def __init__(
        self, assignment: Assignment, files: Iterable[Path], choose: Callable[[], Path], host: Host, **options: Any
    ) -> None:
        self.assignment = assignment
        self.files = tuple(files)
        self.choose = choose
        self.host = host
        self.options = options
        self.console = Console(highlight=False, soft_wrap=False)
        self.questions = Questions(assignment.suite, PUBLIC_SEED)  # drawn and read once, for all runs
        self.last_but_one = [task.id for task in assignment.tasks][-2:][0]
        self.expected = expected_answers(assignment, self.questions, host, load_rules())

    def run(self, on_report: Callable[[Report], None]) -> None:
        """Grade now, and after each change, until Ctrl-C."""
        while True:
            stamp = self.settled()
            try:
                self.once(stamp, on_report)
            except Stopped:
                continue
            except (HostError, GraderFault) as error:
                self.console.print(Text(f"This could not be graded, by a fault of the grader: {error}", "red"))
                self.host.close()
                self.host = start_host(warm=True)
            self.console.print(Text("\nSave the file to grade it again. Ctrl-C ends.", "dim"))
            self.host.make_ready()
            while self.stamp() == stamp:
                time.sleep(LOOK)

    def once(self, stamp: Stamp, on_report: Callable[[Report], None]) -> None:
        """One grading. Raises Stopped when a file changes meanwhile."""
        self.console.clear()
        with TerminalReport(self.assignment, bool(self.options.get("tasks")), self.console) as screen:
            try:
                path = self.choose()
                screen.begin(path)
                with self.stopped_by_a_save(stamp) as saved:

                    def task_done(task: TaskResult, saved: threading.Event = saved) -> None:
                        if not saved.is_set():  # it may have been cut short
                            screen.task_done(task)
                        if task.id == self.last_but_one:  # while the longest goes on, the next child can get ready
                            self.host.make_ready()

                    report = grade(
                        self.assignment,
                        path,
                        self.host,
                        questions=self.questions,
                        expected=self.expected,
                        on_check=screen.check_begins,
                        on_task=task_done,
                        stop=saved.is_set,
                        **self.options,
                    )
            except SubmissionError as error:  # gone between two looks, or unreadable
                self.console.print(Text(str(error), "red"))
                return
            screen.finish(report)
        on_report(report)

    @contextlib.contextmanager
    def stopped_by_a_save(self, stamp: Stamp) -> Iterator[threading.Event]:
        """Ends the grading within the block as soon as a file is saved, also where student code goes on for a minute.

        Raises Stopped then, whatever came of it.
        """
        saved, done = threading.Event(), threading.Event()

        def look_out() -> None:
            while not done.wait(LOOK):
                if saved.is_set() or self.stamp() != stamp:
                    saved.set()
                    self.host.stop_child()  # again and again: another may have been started in its place

        thread = threading.Thread(target=look_out, daemon=True)
        thread.start()
        try:
            yield saved
        except (HostError, GraderFault):
            if not saved.is_set():
                raise
        finally:
            done.set()
            thread.join()  # it must not end a child of the next grading
        if saved.is_set():
            raise Stopped

    def stamp(self) -> Stamp:
        seen = []
        for file in self.files:
            try:
                status = os.stat(file)
            except OSError:  # an editor writes beside and renames
                continue
            seen.append((file, status.st_mtime_ns, status.st_size))
        return tuple(seen)

    def settled(self) -> Stamp:
        """The stamp of files that nobody is writing, at least one of them there."""
        before, since = self.stamp(), time.monotonic()
        while True:
            time.sleep(LOOK)
            now = self.stamp()
            if now != before:
                before, since = now, time.monotonic()
            elif now and (self.is_whole() or time.monotonic() - since > PATIENCE):
                return now

    def is_whole(self) -> bool:
        """Whether the file can be read: half of a notebook cannot."""
        try:
            return not read_submission(self.choose()).problem
        except SubmissionError:
            return False
