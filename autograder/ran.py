"""What was run before a `check` in a notebook or a script: its cells, their names in messages, and the saved file."""

import ast
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.bindings import bound_by
from autograder.cells import without_commands
from autograder.submission import Cell, SubmissionError, holds_code, make_cell, read_submission, saved_last, squeeze

# Where Jupyter and editors say which file a kernel belongs to; the names among the kernel's globals come first.
GLOBALS = ("__vsc_ipynb_file__", "__session__", "__file__")
VARIABLE = "JPY_SESSION_NAME"


@dataclass
class Ran:
    """Code that was run, as far as it is known."""

    namespace: dict[str, Any]
    sources: dict[int, str]  # of a notebook's cells, by execution count; empty for a script
    filenames: dict[str, str]  # as Python has them -> as messages name them
    session: Path | None  # the file that is open, where Jupyter, an editor or Python says so

    def cells(self, explore: Iterable[str]) -> list[Cell]:
        """The cells that have bound a name that no later cell has bound, as they count in the end."""
        if not self.sources and self.session and self.session.is_file():
            return read_submission(self.session, explore).cells
        released = {squeeze(source) for source in explore}
        last = {name: count for count, source in self.sources.items() for name in names_bound(source)}
        return [
            make_cell(count, source, self.cell_name(count), 1, {}, released)
            for count, source in self.sources.items()
            if count in last.values() and holds_code(source)
        ]

    def cell_name(self, count: int) -> str:
        file = self.session.name if self.session else "notebook"
        # nbgrader runs all cells once, in a kernel of its own: numbers that the reader sees in brackets are of another.
        return f"{file}, code cell {count}" if os.environ.get("NBGRADER_EXECUTION") else f"{file}, cell [{count}]"

    def saved_file(self, assignment: str) -> Path | None:
        """The file on disk that holds these cells; None if it cannot be told."""
        if self.session and self.session.is_file():
            return self.session
        return saved_last([Path(f"{assignment}.ipynb"), Path(f"{assignment}.py")])


def what_ran(namespace: dict[str, Any]) -> Ran:
    """What was run in the notebook or script whose globals these are."""
    shell = find_shell()
    filenames: dict[str, str] = {}
    for value in list(namespace.values()):  # also what came from a prompt, or was run in some other way
        if getattr(value, "__module__", None) == "__main__":
            filenames |= {name: Path(name).name for name in code_files(value)}
    if isinstance(file := namespace.get("__file__"), str):
        filenames |= {file: Path(file).name}
    ran = Ran(namespace, {}, filenames, session_of(namespace))
    if shell is not None and shell.user_ns is namespace:
        counts = getattr(shell.compile, "_filename_map", {})
        filenames |= {name: ran.cell_name(count) for name, count in counts.items()}
        history = shell.history_manager.input_hist_raw  # as it was typed: `In` has magics as calls
        ran.sources |= {count: history[count] for count in range(1, len(history))}
    return ran


def find_shell() -> Any:
    """The IPython that runs here, in a notebook or a terminal; None for plain Python."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def session_of(namespace: dict[str, Any]) -> Path | None:
    named = [namespace.get(name) for name in GLOBALS] + [os.environ.get(VARIABLE)]
    for name in (name for name in named if isinstance(name, str) and name):
        # A server may name it as seen from its own folder; the kernel works in that of the notebook.
        for path in (Path(name), Path(Path(name).name)):
            if path.suffix in (".ipynb", ".py") and path.is_file():
                return path
    return None


def code_files(value: Any) -> Iterator[str]:
    """The files in which a function, or the methods of a class, were written."""
    for part in vars(value).values() if isinstance(value, type) else [value]:
        code = getattr(part, "__code__", None)
        if code is not None:
            yield code.co_filename


def statements(source: str) -> list[ast.stmt]:
    """The statements of a cell; none where it is no Python."""
    try:
        return ast.parse(without_commands(source)).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []


def names_bound(source: str) -> set[str]:
    return {name for statement in statements(source) for name in bound_by(statement)}


def not_run_as_saved(ran: Ran, file: Path, explore: Iterable[str]) -> list[str]:
    """The answer cells of `file`, by their keys, that are not what was run last under the names that they bind."""
    try:
        saved = read_submission(file, explore).cells
    except SubmissionError:
        return []
    run_last = {name: squeeze(source) for source in ran.sources.values() for name in names_bound(source)}
    saved_as = {name: cell for cell in saved for name in names_bound(cell.source)}
    differing = {cell.answer for name, cell in saved_as.items() if run_last.get(name) != squeeze(cell.source)}
    return [cell.answer for cell in saved if cell.answer and cell.answer in differing]
