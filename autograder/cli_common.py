"""What the commands share: exit codes, options that many have, and how they fail."""

import sys
import textwrap
from pathlib import Path
from typing import Annotated, NoReturn, TextIO

import typer

BELOW, USAGE, FAULT, INTERRUPTED = 1, 2, 3, 130
WIDTH = 80  # columns of a terminal
STOPPED = "stopped; nothing was changed"

AssignmentName = Annotated[
    str | None,
    typer.Option("--assignment", "-a", help="Name of the assignment. Default: as the file, or the only one."),
]
Root = Annotated[Path | None, typer.Option(help="Folder of another course: its autograder/suites, solutions, ...")]


def relative(path: Path) -> Path:
    """`path` as seen from the current folder, if it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def fail(message: str, code: int) -> NoReturn:
    say(message, sys.stderr)
    raise typer.Exit(code)


def say(message: str, to: TextIO) -> None:
    """Print a message, folded between words where somebody reads it at a terminal."""
    lines = message.split("\n")
    typer.echo("\n".join(map(folded, lines)) if to.isatty() else message, to)


def folded(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
