"""The commands that work from a master: what is generated, recorded, released and given out."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from autograder.assignment import Assignment, AssignmentError, assignment_names, find_assignment, likely_assignment
from autograder.cli_common import USAGE, AssignmentName, Root, fail, relative

app = typer.Typer()


@app.command()
def assignments(root: Root = None) -> None:
    """Generate the students' files in assignments/ from the masters in solutions/.

    What somebody has written into one is kept beside it.

    Examples:

      autograder assignments
    """
    masters = with_master(root)
    from autograder.release import MarkerError, release_starter  # not in a student's copy

    for found in masters:
        try:
            kept = release_starter(found)
        except MarkerError as error:
            fail(str(error), 1)
        typer.echo(f"{found.name}: {relative(found.starter)}")
        if kept:
            typer.echo(f"  somebody had worked in it; that is kept as {kept.name}")


@app.command()
def record(root: Root = None) -> None:
    """Record the answers of the reference solutions and of the known mistakes, so that students grade without them.

    Run it after a change in a reference solution, in the questions, the
    probes, or the known mistakes, and commit what it writes.

    Examples:

      autograder record
    """
    from rich.progress import track

    from autograder import known, recording
    from autograder.isolation.launch import HostError, start_host
    from autograder.mistakes import MistakeError, observe_mistakes, read_mistakes
    from autograder.questions import PUBLIC_SEED, RECORD, Questions, expected_answers
    from autograder.rules import load_rules
    from autograder.verdict import GraderFault

    host = start_host(warm=True)
    try:
        for found in with_master(root):
            typer.echo(f"{found.name}: asking the reference solution ...")
            questions = Questions(found.suite, PUBLIC_SEED)
            expected = expected_answers(found, questions, host, load_rules(), fresh=True)
            limits = getattr(questions.module, "RECORDING_LIMITS", {})
            written = recording.save(found.suite / RECORD, PUBLIC_SEED, expected, limits)
            typer.echo(f"{found.name}: {'recorded' if written else 'what is recorded still holds'}")
            library = read_mistakes(found)
            grading = observe_mistakes(found, library, host, seed=PUBLIC_SEED, expected=expected)
            observed = list(track(grading, f"{found.name}: known mistakes", len(library)))
            written = known.save(found.suite, found.version, PUBLIC_SEED, observed)
            typer.echo(f"{found.name}: {len(library)} known mistakes {'recorded' if written else 'as recorded'}")
    except (MistakeError, AssignmentError, GraderFault, HostError) as error:
        fail(str(error), 1)
    finally:
        host.close()


@app.command()
def release(
    assignment: AssignmentName = None,
    force: Annotated[bool, typer.Option(help="Even if it orphans work in progress.")] = False,
    exchange: Annotated[bool, typer.Option(help="Release it into nbgrader's exchange, too.")] = True,
    root: Root = None,
) -> None:
    """Build an assignment's notebook for nbgrader, look at it for leaks, and release it to the students.

    What is new since the last release is listed. A release that would orphan
    work in progress (a task or an answer cell that is gone) is refused.

    Exit codes: 0 released; 1 refused, and why; 2 wrong usage.

    Examples:

      autograder release

      autograder release --no-exchange
    """
    found = one_master(assignment, root)
    from autograder.nbgrader import release as nbgrader_release

    try:
        notebook = nbgrader_release.release(found, typer.echo, force, exchange)
    except (ValueError, nbgrader_release.ReleaseError) as error:
        refuse(error)
    typer.echo(f"No solution is in {relative(notebook)}." + (" It is in the exchange." if exchange else ""))


@app.command()
def student(
    assignment: AssignmentName = None,
    force: Annotated[bool, typer.Option(help="Even if it orphans work in progress.")] = False,
    to: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("dist"),
    root: Root = None,
) -> None:
    """Build what students get without nbgrader: a zip of their own folder, and a wheel for a notebook alone.

    Both are looked at for solutions first, and numbered like a release.

    Exit codes: 0 both are built; 1 refused, and why; 2 wrong usage.

    Examples:

      autograder student
    """
    found = one_master(assignment, root)
    from autograder.nbgrader import release as nbgrader_release

    try:
        bundle = nbgrader_release.student(found, typer.echo, to, force)
    except (ValueError, RuntimeError) as error:
        refuse(error)
    for name, data in ((bundle.zip_name, bundle.zip), (bundle.wheel_name, bundle.wheel)):
        typer.echo(f"No solution is in {relative(to / name)}, {len(data) / 1e6:.1f} MB.")


@app.command()
def gradescope(
    assignment: AssignmentName = None,
    seed: Annotated[int | None, typer.Option(help="Ask the questions of this seed. Default: an official one.")] = None,
    new_seed: Annotated[bool, typer.Option("--new-seed", help="Draw another official seed.")] = False,
    torch_index: Annotated[
        str | None,
        typer.Option(envvar="TORCH_INDEX", help="Take PyTorch from this index. Default: the one in use here."),
    ] = None,
    to: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("dist"),
    root: Root = None,
) -> None:
    """Build the zip that grades on Gradescope: see docs/gradescope.md. No solution is in it.

    Its questions are of an official seed, which is drawn once; after feedback
    has been given out, --new-seed draws another.

    Examples:

      autograder gradescope

      autograder gradescope --new-seed
    """
    found = one_master(assignment, root)
    from autograder import files
    from autograder.gradescope.build import index_in_use, make_zip, official_seeds
    from autograder.isolation.launch import HostError, start_host
    from autograder.leaks import LeakError
    from autograder.seeds import SeedError
    from autograder.verdict import GraderFault

    path, host = to / f"{found.name}-gradescope.zip", start_host(warm=True)
    try:
        if seed is None:
            seeds = official_seeds(found.root)
            seed = seeds.draw(found.name) if new_seed else seeds.current(found.name)
        index = index_in_use() if torch_index is None else torch_index
        files.write(path, make_zip(found, seed, host, index), mode=0o600)
    except (SeedError, LeakError, GraderFault, HostError, OSError) as error:
        fail(str(error), 1)
    finally:
        host.close()
    typer.echo(f"No solution is in {relative(path)}, {path.stat().st_size / 1e6:.1f} MB; its seed is {seed}.")
    usual = "PyTorch will come with CUDA, 3 GB. TORCH_INDEX= (--torch-index) names an index with a smaller one."
    typer.echo(f"PyTorch will come from {index}." if index else usual)


def one_master(assignment: str | None, root: Path | None) -> Assignment:
    """The assignment that is meant, with its master."""
    try:
        found = find_assignment(assignment or likely_assignment(root), root)
    except AssignmentError as error:
        fail(str(error), USAGE)
    if not found.master.exists():
        fail("there are no solutions here to work from", USAGE)
    return found


def refuse(error: Exception) -> NoReturn:
    """Nothing was released."""
    from autograder.numbering import OrphanError

    hint = "\nWork in progress would be lost. With FORCE=1 (--force) it is released all the same."
    fail(f"{error}{hint if isinstance(error, OrphanError) else ''}", 1)


def with_master(root: Path | None) -> list[Assignment]:
    found = [find_assignment(name, root) for name in assignment_names(root)]
    masters = [assignment for assignment in found if assignment.master.exists()]
    if not masters:
        fail("there are no solutions here to work from", USAGE)
    return masters
