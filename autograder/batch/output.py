"""The folder into which a class run writes: results, tables, a page for each student, and the official seeds.

results.jsonl   a report a line, as `autograder grade --json` writes it
results.csv     a row for everybody, for a spreadsheet
pages/          a page for each student
class.html      the page for the instructor
seeds.json      the official seeds (mode 0600)
.results/       what a later run finds again
"""

import contextlib
import json
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.batch.results import ResultStore
from autograder.files import locked, write
from autograder.row import Row
from autograder.seeds import OfficialSeeds
from autograder.spreadsheet import table

PAGES = "pages"  # in it, a page for each student
IGNORE = ".gitignore"  # by what it says, a folder of ours is known
IGNORED = "# Written by `autograder batch`: results of students, for no repository.\n*\n"
OWNER_ONLY = 0o700
OTHERS = 0o077  # what a umask takes from whatever is written


class OutputError(RuntimeError):
    """The folder cannot be used; the text says why and what to do."""


class Output:
    """The folder of one class, in the hands of one run at a time."""

    def __init__(self, folder: Path, assignment: Assignment) -> None:
        self.folder, self.assignment = folder, assignment
        self.umask = -1  # for what others may see; while it is open, new files are the owner's alone
        self.results = ResultStore(folder / ".results")
        self.seeds = OfficialSeeds(folder)
        self.scratch = folder / ".work"
        self.jsonl, self.csv = folder / "results.jsonl", folder / "results.csv"

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Path, assignment: Assignment) -> Iterator["Output"]:
        """Make the folder if need be, and keep other runs away from it.

        Raises:
            OutputError: it holds something else, another run is at work in it, or it cannot be written.
        """
        folder = folder.absolute()  # workers have other current folders
        before = os.umask(OTHERS)
        try:
            make_folder(folder)
            with contextlib.ExitStack() as left:
                try:
                    left.enter_context(locked(folder / ".lock", wait=False))
                except BlockingIOError as error:
                    raise OutputError(f"another run is writing to {folder}: wait, or name another folder") from error
                output = cls(folder, assignment)
                output.umask = before
                shutil.rmtree(output.scratch, ignore_errors=True)  # of a run that was killed
                output.scratch.mkdir()
                try:
                    yield output
                finally:
                    shutil.rmtree(output.scratch, ignore_errors=True)
        except NotADirectoryError as error:
            raise OutputError(f"{folder} is not a folder") from error
        finally:
            os.umask(before)

    def official_seed(self, submission: str) -> int:
        """That with which a submission was graded, by whichever version of the suite; else the one in use."""
        name = self.assignment.name
        known = self.results.seed_of(submission, self.seeds.drawn(name))
        return self.seeds.current(name) if known is None else known

    def write_tables(self, rows: Collection[Row]) -> None:
        """Write the tables anew, with these rows."""
        write(self.jsonl, "".join(line(row) for row in rows if row.report))
        write(self.csv, table([self.head(), *map(self.cells, rows)]))

    def write_page(self, row: Row, page: str) -> None:
        assert row.page
        write(self.folder / row.page, page)

    def keep_pages(self, pages: Collection[str]) -> None:
        """Delete all others: of students who are no longer in the class."""
        for path in (self.folder / PAGES).glob("*.html"):
            if path.relative_to(self.folder).as_posix() not in pages:
                path.unlink()

    def add(self, row: Row) -> None:
        """One row more, at the end of the tables."""
        if row.report:
            append(self.jsonl, line(row))
        append(self.csv, table([self.cells(row)]))

    def head(self) -> list[str]:
        tasks = [task.id for task in self.assignment.tasks]
        return ["student", "submission", "score", "max_score", *tasks, "mistakes", "remark", "seed", "sandbox"]

    def cells(self, row: Row) -> list[Any]:
        """A row of the table for spreadsheets. Who could not be graded has no score, which is not a score of zero."""
        if not row.report:
            nothing = [""] * (len(self.assignment.tasks) + 3)
            return [row.student, row.submission, *nothing, f"could not be graded: {last_line(row.fault)}", "", ""]
        report = row.report
        scores = {task["id"]: task["score"] for task in report["tasks"]}
        points = [report["score"], report["max_score"], *(scores[task.id] for task in self.assignment.tasks)]
        remark = report["problem"] or "; ".join(report["notes"])
        mistakes = " ".join(report["mistakes"])
        return [row.student, row.submission, *points, mistakes, remark, report["seed"], report["sandbox"]]


def make_folder(folder: Path) -> None:
    """Make the folder if need be, for its owner's eyes only. Raises OutputError where it holds something else."""
    if folder.exists() and not is_ours(folder) and any(folder.iterdir()):
        raise OutputError(f"{folder} holds something else: name a new folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(OWNER_ONLY)
    write(folder / IGNORE, IGNORED)


def is_ours(folder: Path) -> bool:
    try:
        return (folder / IGNORE).read_text() == IGNORED
    except (OSError, UnicodeDecodeError):
        return False


def line(row: Row) -> str:
    return json.dumps({**row.report, "submission": row.submission} if row.report else {}, allow_nan=False) + "\n"


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8", newline="") as file:
        file.write(text)


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1] if text.strip() else "no reason is known"
