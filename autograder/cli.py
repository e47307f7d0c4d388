"""The commands. Each says what it does, and leaves with 0, 1, 2 or 3."""

import io
import json
import os
import subprocess
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder import __version__
from autograder.assignment import PACKAGE, Assignment, AssignmentError, find_assignment, likely_assignment
from autograder.cli_common import BELOW, FAULT, INTERRUPTED, STOPPED, USAGE, AssignmentName, Root, fail, relative
from autograder.report import Report
from autograder.submission import SubmissionError, check_file, saved_last

if TYPE_CHECKING:
    from autograder.isolation.launch import Host

app = typer.Typer(
    help="Grade, release and record the assignments of a deep-learning course.",
    epilog="Exit codes: 0 done (whatever the score), 1 below --fail-under, 2 wrong usage or no such file, "
    "3 the grader itself failed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
if find_spec("autograder.cli_instructor"):  # not in a student's copy
    from autograder.cli_instructor import app as instructors

    app.add_typer(instructors)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):  # what a student wrote may have signs that a console has not
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except KeyboardInterrupt:  # wherever it comes
        typer.echo(STOPPED, err=True)
    except SystemExit as left:
        if left.code != INTERRUPTED:
            raise
    # Where Ctrl-C came while an import ran code that was text, Python would end by the signal in place of the code.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if show:
        typer.echo(f"autograder {__version__}")
        raise typer.Exit


@app.command()
def grade(
    path: Annotated[
        Path | None, typer.Argument(help="The .py or .ipynb file. Default: the one you saved last.")
    ] = None,
    assignment: AssignmentName = None,
    task: Annotated[list[str] | None, typer.Option(help="Grade only this task (may be given again).")] = None,
    device: Annotated[str, typer.Option(help="Where to train: auto, cpu, cuda or mps.")] = "auto",
    seed: Annotated[int, typer.Option(help="Draw other questions; needs the solutions.")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the report there, too.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page there. Default: reports/ASSIGNMENT.html.")] = None,
    no_html: Annotated[bool, typer.Option("--no-html", help="Write no page.")] = False,
    sandbox: Annotated[str, typer.Option(help="walls: for a file that is not yours (see doctor); off.")] = "off",
    fail_under: Annotated[float | None, typer.Option(help="Exit with 1 below this score.")] = None,
    root: Root = None,
) -> None:
    """Grade one submission and say what is right, what is not yet, and what to do next.

    The same stands, with pictures, on a page that opens in any browser: reports/ASSIGNMENT.html.

    Examples:

      autograder grade

      autograder grade assignments/cnn/cnn.ipynb --task train --json report.json
    """
    # First of all: importing torch takes longest, and goes on while the rest is read.
    host = host_for(sandbox)
    try:
        from autograder.grade import grade as grade_submission
        from autograder.render.terminal import TerminalReport

        found = find_assignment(assignment or likely_assignment(root, path), root)
        submission = path or own_file(found)
        check_usage(found, submission, task or [], device)
        with TerminalReport(found, one_task=bool(task)) as screen:
            screen.begin(submission)
            report = grade_submission(
                found,
                submission,
                host,
                seed=seed,
                tasks=task or (),
                device=device,
                on_check=screen.check_begins,
                on_task=screen.task_done,
            )
            screen.finish(report)
    except (SubmissionError, AssignmentError) as error:
        fail(str(error), USAGE)
    except KeyboardInterrupt:
        fail(STOPPED, INTERRUPTED)
    except Exception as error:  # whatever else it is, it is ours: never the student's zero
        traceback.print_exception(error, limit=-3)
        fail("This could not be graded. That is the grader's fault, not yours; please report the lines above.", FAULT)
    finally:
        host.close()
    if not no_html:
        show_page(found, report, html or Path("reports", f"{found.name}.html"))
    if json_file:
        from autograder.files import write

        try:
            write(json_file, json.dumps(report.as_dict(), indent=1, allow_nan=False) + "\n")
        except OSError as error:
            fail(f"the report could not be written to {json_file}: {error.strerror}", USAGE)
    if fail_under is not None and report.score < fail_under:
        typer.echo(f"below --fail-under {fail_under:g}: {report.score:g} of {report.max_score:g} points", err=True)
        raise typer.Exit(BELOW)


def host_for(sandbox: str) -> "Host":
    """A host behind walls, or the plain one for one's own file."""
    from autograder.isolation.sandbox import NoWalls, open_host

    try:
        return open_host(sandbox)
    except NoWalls as error:
        fail(f"{error} (--sandbox off grades without, which is for your own file only.)", USAGE)
    except ValueError as error:
        fail(str(error), USAGE)


def show_page(assignment: Assignment, report: Report, path: Path) -> None:
    """Write the page of a report and say where it is; a grade does not hang on it."""
    from autograder.render.page import write_page

    try:
        write_page(assignment, report, path)
    except OSError as error:
        typer.echo(f"The page with pictures could not be written to {path}: {error.strerror or error}", err=True)
    else:
        typer.secho(f"The same with pictures: {path}", dim=True)


@app.command()
def watch(
    path: Annotated[Path | None, typer.Argument(help="The .py or .ipynb file. Default: your own.")] = None,
    assignment: AssignmentName = None,
    task: Annotated[list[str] | None, typer.Option(help="Grade only this task (may be given again).")] = None,
    device: Annotated[str, typer.Option(help="Where to train: auto, cpu, cuda or mps.")] = "cpu",
    no_html: Annotated[bool, typer.Option("--no-html", help="Write no page.")] = False,
    root: Root = None,
) -> None:
    """Grade again whenever you save your file, until Ctrl-C.

    PyTorch stays loaded meanwhile, so that the answer comes much sooner than
    that of `grade`.

    Examples:

      autograder watch

      autograder watch --task train
    """
    from autograder.isolation.launch import start_host

    host, watching = start_host(warm=True), None
    try:
        from autograder.watch import Watch

        found = find_assignment(assignment or likely_assignment(root, path), root)
        files = [path] if path else [found.starter.with_suffix(".ipynb"), found.starter]
        check_usage(found, path or own_file(found), task or [], device)
        watching = Watch(found, files, lambda: path or own_file(found), host, tasks=task or (), device=device)
        page = Path("reports", f"{found.name}.html")
        watching.run(lambda report: None if no_html else show_page(found, report, page))
    except (SubmissionError, AssignmentError) as error:
        fail(str(error), USAGE)
    except KeyboardInterrupt:  # the way to end it
        typer.echo()
    finally:
        (watching.host if watching else host).close()  # it starts another where one fails


@app.command()
def lab(assignment: AssignmentName = None, root: Root = None) -> None:
    """Work on the assignment as a notebook in JupyterLab.

    The notebook stands beside the .py file and is paired with it: saving one
    writes the other, plots stay in the notebook.

    Examples:

      autograder lab
    """
    from autograder.pairing import pair

    try:
        starter = find_assignment(assignment or likely_assignment(root), root).starter
    except AssignmentError as error:
        fail(str(error), USAGE)
    try:
        notebook, kept = pair(starter)
    except FileNotFoundError:
        fail(f"there is no {relative(starter)}: get the starter from your instructor", USAGE)
    except ValueError as error:
        fail(str(error), USAGE)
    if kept:
        typer.echo(
            f"Notebook and script had both changed. The one saved last goes on; the other is kept as {kept.name}."
        )
    typer.echo(f"JupyterLab opens {relative(notebook)} in your browser. Stop it here with Ctrl-C.")
    command = [sys.executable, "-m", "jupyter", "lab", "--log-level=ERROR", str(notebook)]
    raise typer.Exit(subprocess.run(command, env=quiet_lab()).returncode)


def quiet_lab() -> dict[str, str]:
    """An environment in which JupyterLab asks nobody about news, and looks for no new version of itself.

    It is a default only: a person's own settings stand above it.
    """
    settings = [str(PACKAGE / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, settings))}


def check_usage(assignment: Assignment, path: Path, tasks: list[str], device: str) -> None:
    """Raises SubmissionError or AssignmentError for what was mistyped, before the screen fills."""
    from autograder.device import gpu_to_try

    for task in tasks:
        if assignment.task(task).id != task:
            raise AssignmentError(f"{task} is a check; grade its task: {assignment.task(task).id}")
    gpu_to_try(device)
    check_file(path)


def own_file(assignment: Assignment) -> Path:
    """The student's .py or .ipynb, whichever was saved last."""
    starter = assignment.starter
    own = saved_last([starter.with_suffix(".ipynb"), starter])
    if not own:
        raise SubmissionError(f"there is no {relative(starter)} to grade: name a file (make grade SUBMISSION=path)")
    return own
