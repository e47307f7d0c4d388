"""Files without work in them: what cannot be read, holds nothing but what was given out, or is for something else."""

from pathlib import Path

from autograder.assignment import Assignment
from autograder.handins import listing
from autograder.handins.choice import IN_FOLDER, File, Read, Untouched, nearness
from autograder.submission import parse_submission, squeeze


def untouched(assignment: Assignment) -> Untouched:
    """Whether there is no work in a file: no code but that of the starter, or of nbgrader's released notebook.

    A file that is not named for the assignment is work if some of its code was given out: others are helpers of the
    student's, or work for another assignment.
    """
    notebook = assignment.root / "release" / assignment.name / f"{assignment.name}.ipynb"
    given: set[str] = set()

    def is_untouched(file: File, read: Read) -> bool:
        if not given:  # many classes need it for few students
            for path in filter(Path.is_file, (assignment.starter, notebook)):
                given.update(sources(path.name, path.read_bytes()))
        try:
            theirs = sources(file.name, read(file.item))
        except (OSError, listing.Fault):
            return True
        named = file.flat or nearness(file, assignment.name) < IN_FOLDER
        return theirs <= given or not (named or theirs & given)

    return is_untouched


def sources(name: str, data: bytes) -> set[str]:
    """The code of all cells; empty where there is none, or where the file cannot be read."""
    return {squeeze(cell.source) for cell in parse_submission(Path(name), data).cells}
