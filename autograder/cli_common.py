"""What the commands share: exit codes, options that many have, and how they fail."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

BELOW, USAGE, FAULT, INTERRUPTED = 1, 2, 3, 130
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
    typer.echo(message, err=True)
    raise typer.Exit(code)
