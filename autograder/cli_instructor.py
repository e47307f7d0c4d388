"""The commands for instructors; those about a class are here."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.assignment import AssignmentError, find_assignment, likely_assignment
from autograder.cli_common import BELOW, FAULT, INTERRUPTED, USAGE, AssignmentName, Root, fail, relative, say
from autograder.cli_gradebook import app as gradebook
from autograder.cli_release import app as releases
from autograder.cli_release import one_master

if TYPE_CHECKING:
    from autograder.nbgrader.autograde import Plan

app = typer.Typer()
app.add_typer(releases)
app.add_typer(gradebook)
AGAIN = "the same command goes on from here."


@app.command()
def batch(
    submissions: Annotated[Path, typer.Argument(help="The class: a folder, or a zip from a learning platform.")],
    out: Annotated[Path, typer.Option(help="Folder for results and pages; made if need be.")],
    assignment: AssignmentName = None,
    seed: Annotated[int | None, typer.Option(help="Ask the questions of this seed. Default: an official one.")] = None,
    new_seed: Annotated[
        bool, typer.Option("--new-seed", help="Feedback has been given out: other questions for what comes now.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes on this machine. Default: one a core.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler: see docs/scaling.md.")] = None,
    sandbox: Annotated[
        str,
        typer.Option(help="walls; container: you say that the container around is the wall; off: no walls at all."),
    ] = "walls",
    root: Root = None,
) -> None:
    """Grade a class in parallel: a table, a page for each student, and class.html for you.

    SUBMISSIONS holds a folder a student (jane/cnn/cnn.ipynb), a file a
    student, or what Canvas or Moodle packs. Stop it whenever you like: the
    same command goes on where it was, and grades again only what has changed.

    Exit codes: 0 all are graded, whatever the scores; 1 some could not be,
    run it again; 2 wrong usage, or no walls.

    Examples:

      autograder batch submitted --out graded

      autograder batch moodle.zip --out graded --workers 8
    """
    from autograder.batch.cluster import ClusterError
    from autograder.batch.output import Output, OutputError
    from autograder.batch.run import How, grade_class
    from autograder.handins.find import find_handins
    from autograder.handins.starter import untouched
    from autograder.isolation.sandbox import CHOICES
    from autograder.render.class_progress import ClassProgress
    from autograder.seeds import SeedError
    from autograder.submission import SubmissionError

    if sandbox not in CHOICES:
        fail(f"there is no sandbox `{sandbox}`: it is {', '.join(CHOICES)}", USAGE)
    progress = ClassProgress(out)
    try:
        found = find_assignment(assignment or likely_assignment(root), root)
        handins = find_handins(submissions, found.name, out, untouched(found))
        with Output.open(out, found) as output, progress:
            if new_seed:
                output.seeds.draw(found.name)
            progress.begin(handins, sandbox)
            how = How(root, sandbox, seed, workers, scheduler)
            rows = grade_class(found, handins, output, how, progress.row, progress.found)
    except (SubmissionError, AssignmentError, OutputError, SeedError, ClusterError) as error:
        fail(str(error), USAGE)
    except OSError as error:
        fail(f"a result could not be kept: {error.strerror or error}. What is graded stays; {AGAIN}", FAULT)
    except KeyboardInterrupt:
        fail(f"stopped. {progress.done} of {progress.total} are graded and stay; {AGAIN}", INTERRUPTED)
    progress.summary(rows)
    raise typer.Exit(BELOW if any(not row.report for row in rows) else 0)


@app.command()
def autograde(
    assignment: AssignmentName = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Grade again, by the suite as it is now, what was graded before.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes on this machine. Default: one a core.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler: see docs/scaling.md.")] = None,
    sandbox: Annotated[
        str | None, typer.Option(help="walls, container or off. Default: as nbgrader_config.py has it.")
    ] = None,
    root: Root = None,
) -> None:
    """Grade what nbgrader has collected: in parallel, then into its gradebook and autograded/.

    Stop it whenever you like: the same command goes on where it was. Points
    and comments that a person has given stay. `nbgrader autograde` gives the
    same grades, one by one.

    Exit codes: 0 all are graded; 1 some could not be, run it again; 2 wrong
    usage, or no walls.

    Examples:

      autograder autograde

      autograder autograde --regrade
    """
    found = one_master(assignment, root)
    from autograder.batch.cluster import ClusterError
    from autograder.batch.output import Output, OutputError
    from autograder.batch.run import How
    from autograder.gradebook.course_file import CourseFileError, load_course
    from autograder.nbgrader import autograde as run
    from autograder.nbgrader.books import write_books
    from autograder.nbgrader.judge import ReleaseAgain
    from autograder.nbgrader.release import ReleaseError
    from autograder.nbgrader.results import NoHost, results_folder
    from autograder.render.class_progress import ClassProgress
    from autograder.seeds import SeedError
    from autograder.submission import SubmissionError

    course = (root or found.root).resolve()
    out = results_folder(course, found)
    progress = ClassProgress(relative(out))
    try:
        how = How(root, run.settle_sandbox(course, sandbox), None, workers, scheduler)
        load_course(course)  # a mistake in it is said before anything is done
        handed_in = run.handed_in(found, course)
        with Output.open(out, found) as output:
            plan = run.plan(found, course, handed_in, regrade)
            for said in filter(None, [run.odd_times(found, handed_in), *run.bring_times(found, course, plan)]):
                typer.echo(f"  {said}")
            if not plan.due:
                tell_plan(plan, [])
                return
            with progress:
                progress.begin([one.handin for one in plan.graded], how.sandbox)
                rows = run.grade(found, plan, output, how, progress)
            tell_plan(plan, run.strangers(course, plan))
            for change in run.changes(found, course, plan, rows):
                typer.echo(f"  {change}")
            write_books(found, course, plan, rows, output.umask)
        for line in run.without_effect(course):
            typer.echo(line)
    except (SubmissionError, OutputError, SeedError, ClusterError, NoHost, ReleaseAgain, CourseFileError) as error:
        fail(str(error), USAGE)
    except ReleaseError as error:
        fail(str(error), BELOW)
    except OSError as error:
        fail(f"a result could not be kept: {error.strerror or error}. What is graded stays; {AGAIN}", FAULT)
    except KeyboardInterrupt:
        fail(f"stopped. {progress.done} are graded and stay; {AGAIN}", INTERRUPTED)
    progress.summary(list(rows.values()))
    for line in filter(None, [run.noted(rows.values()), run.lateness(found, course)]):
        typer.echo(line)
    raise typer.Exit(BELOW if any(not row.report for row in rows.values()) else 0)


def tell_plan(plan: "Plan", strangers: list[str]) -> None:
    """What is about to be written into the gradebook, and what is not."""
    if strangers:
        typer.echo(f"not in the gradebook's list of students, and added to it: {', '.join(strangers)}")
        typer.echo(
            "  If that is not meant: rename the folder in submitted/ to the student's id, delete autograded/NAME, then "
            "`nbgrader db student remove NAME --force`, and run this again"
        )
    if plan.older:
        older = len(plan.older)
        typer.echo(
            f"{older} {'was' if older == 1 else 'were'} graded by another version of the suite, and "
            f"{'stays as it is' if older == 1 else 'stay as they are'}; REGRADE=1 (--regrade) grades all again"
        )
    typer.echo(
        f"{len(plan.due)} to be written into the gradebook, {len(plan.kept) + len(plan.older)} are there already"
    )


@app.command()
def doctor() -> None:
    """Show which walls this machine can put around student code, and prove each by real attacks against it.

    Exit codes: 0 there are walls; 1 there are none, and what is missing is
    said.

    Examples:

      autograder doctor
    """
    from autograder.isolation.attacks import ATTACKS, Outcome
    from autograder.isolation.sandbox import walled_host

    def show(outcome: Outcome) -> None:
        mark, colour = ("held", typer.colors.GREEN) if outcome.held else ("HIT ", typer.colors.RED)
        typer.echo(f"  {typer.style(mark, fg=colour)}  {outcome.attack:34} {outcome.how.splitlines()[0][:34]}")

    typer.echo("Attacks against the walls of this machine, one process each:")
    host, missing = walled_host(ATTACKS, show)
    for what in missing:
        say(f"Not to be had here: {what}", sys.stdout)
    if not host:
        none = "Isolation: NONE. Submissions could read your files and change grades: do not grade a class here."
        say(none, sys.stdout)
        raise typer.Exit(BELOW)
    host.close()
    walls = "bubblewrap, namespaces, Landlock, seccomp, limits"
    say(f"Isolation: {host.sandbox} ({walls}); all attacks were held.", sys.stdout)
