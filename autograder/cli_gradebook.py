"""The commands around nbgrader's gradebook."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.assignment import PACKAGE, AssignmentError, find_assignment, likely_assignment
from autograder.cli_common import BELOW, USAGE, AssignmentName, Root, fail, relative

app = typer.Typer()
SHOWN = 15  # lines of a list


@app.command()
def roster(
    source: Annotated[Path, typer.Argument(help="Canvas's or Moodle's export, or id,first_name,last_name,email.")],
    id_column: Annotated[str, typer.Option("--id", help="Column of the ids. Default: found by its name.")] = "",
    remove: Annotated[
        bool, typer.Option("--remove", help="Take out of the gradebook who is not in the list and handed in nothing.")
    ] = False,
    root: Root = None,
) -> None:
    """Bring a class list into the gradebook: students are added and updated, and stay if the list lacks them.

    Examples:

      autograder roster 2026-10-16T0900_Grades-DL.csv

      autograder roster participants.csv --id "ID number"
    """
    from autograder.gradebook.roster import apply, read_roster
    from autograder.gradebook.store import CourseError, open_gradebook, submitted
    from autograder.gradebook.tables import TableError

    course = root or PACKAGE.parent
    try:
        with open_gradebook(course) as gradebook:
            handed_in = submitted(course, "*")
            known = {student.id for student in gradebook.students} | handed_in
            people, by = read_roster(source, known, id_column)
            outcome = apply(gradebook, people, by, remove, handed_in)
    except (TableError, CourseError) as error:
        fail(str(error), USAGE)
    typer.echo(
        f"{source.name}: {len(people)} students, known by {by!r}: "
        f"{len(outcome.added)} added, {len(outcome.updated)} updated, {outcome.same} as before"
    )
    show("updated", outcome.updated)
    show("taken out of the gradebook", outcome.removed)
    why = ", as they have handed in" if remove else "; REMOVE=1 takes out who handed in nothing"
    show(f"in the gradebook, not in the list (they stay{why})", outcome.missing)


@app.command()
def export(
    assignment: AssignmentName = None,
    lms: Annotated[
        Path | None, typer.Option(help="A file downloaded from Canvas or Moodle: a copy with the grades is written.")
    ] = None,
    column: Annotated[str, typer.Option(help="The assignment's column in that file. Default: by its title.")] = "",
    to: Annotated[Path | None, typer.Option(help="The folder to write to. Default: exports/ of the course.")] = None,
    root: Root = None,
) -> None:
    """Write the grades: nbgrader's table and a wide one, with a row for everybody; or fill a learning platform's file.

    Penalties are worked out again first, by course.toml and extensions.csv as they are now.

    Exit codes: 0 done; 1 the platform's file is written, and some rows or students found no match; 2 wrong usage.

    Examples:

      autograder export

      autograder export --lms 2026-10-20T1015_Grades-DL.csv --column "Homework 1"
    """
    from autograder.gradebook import writing
    from autograder.gradebook.course_file import CourseFileError
    from autograder.gradebook.store import CourseError
    from autograder.gradebook.tables import TableError

    course = root or PACKAGE.parent
    try:
        if lms:
            found = find_assignment(assignment or likely_assignment(root), root)
            complete = writing.write_lms(course, found, lms, column, typer.echo)
        else:
            for path in writing.write_tables(course, assignment, to or course / "exports", typer.echo):
                typer.echo(f"written: {relative(path)}")
            complete = True
    except (TableError, CourseError, CourseFileError, AssignmentError) as error:
        fail(str(error), USAGE)
    except OSError as error:
        where = error.filename2 or error.filename
        fail(f"the grades could not be written: {error.strerror}: {where}. Is it open in another program?", USAGE)
    raise typer.Exit(0 if complete else BELOW)


def show(title: str, names: list[str]) -> None:
    if names:
        more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        typer.echo(f"{title}: {', '.join(names[:SHOWN])}{more}")
