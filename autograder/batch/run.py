"""Grades a class from its hand-ins to its pages: opens the cluster, runs, and writes what people read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder import known
from autograder.assignment import Assignment
from autograder.batch.cluster import cores, open_cluster
from autograder.batch.jobs import ClassRun, page_of
from autograder.batch.output import Output
from autograder.batch.results import suite_digest
from autograder.batch.worker import Setup, close
from autograder.files import write
from autograder.handins.find import HandIn
from autograder.questions import PUBLIC_SEED
from autograder.render.class_page import class_page
from autograder.row import Row


@dataclass(frozen=True)
class How:
    """How a class is graded: the options of the command."""

    root: Path | None = None  # of another course
    sandbox: str = "walls"
    seed: int | None = None  # else the official one
    workers: int | None = None  # else one a core
    scheduler: str | None = None  # else a cluster of our own


def grade_class(
    assignment: Assignment,
    handins: list[HandIn],
    output: Output,
    how: How,
    on_row: Callable[[Row], None] = lambda row: None,
    on_found: Callable[[int], None] = lambda count: None,
    older: Mapping[HandIn, Mapping[str, float]] | None = None,
) -> list[Row]:
    """Grade a class and write all that there is to read of it; also what there is when it is stopped.

    `on_found` is told how many an earlier run has graded, and `on_row` of each row of the table, as it comes.
    `older` are hand-ins that stay as another version of the suite has graded them, with the points by task that they
    got: they are in the table and on the page of the class, too.

    Raises:
        ClusterError: no cluster, or workers that cannot grade (no walls).
        OSError: the disk does not take a result.
    """
    setup = Setup(assignment.name, how.root, how.sandbox, suite_digest(assignment))
    with open_cluster(how.scheduler, how.workers or min(cores(), len(handins)), output.scratch) as client:
        run = ClassRun(assignment, output, setup, client, how.seed, on_row, older or {})
        run.make_ready()
        to_do = run.look_up(handins)
        on_found(len(run.rows))
        try:
            run.grade(to_do)
        finally:
            write_pages(run, handins)
        client.run(close, setup)
    return run.done(handins)


def write_pages(run: ClassRun, handins: list[HandIn]) -> None:
    """The tables in the order of the hand-ins, and the page for the instructor."""
    rows, assignment = run.done(handins), run.assignment
    run.output.write_tables(rows)
    run.output.keep_pages({page_of(handin) for handin in handins})
    mistakes = known.load(assignment.suite, assignment.version, PUBLIC_SEED)
    older = sum(handin in run.older for handin in run.rows)
    total = len(handins) - (len(run.older) - older)  # a result that is gone cannot be shown, and is not waited for
    write(run.output.folder / "class.html", class_page(assignment, rows, mistakes, total, older))
