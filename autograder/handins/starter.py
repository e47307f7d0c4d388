"""Files in which nobody has worked: they hold nothing but what was given out."""

from pathlib import Path

from autograder.assignment import Assignment
from autograder.handins import listing
from autograder.handins.choice import Untouched
from autograder.handins.listing import Item
from autograder.submission import parse_submission, squeeze


def untouched(assignment: Assignment) -> Untouched:
    """Whether all code in a file is the starter's, or that of the notebook that nbgrader has released."""
    notebook = assignment.root / "release" / assignment.name / f"{assignment.name}.ipynb"
    given: set[str] = set()

    def is_untouched(item: Item) -> bool:
        if not given:  # few classes need it
            for path in filter(Path.is_file, (assignment.starter, notebook)):
                given.update(sources(path.name, path.read_bytes()))
        try:
            theirs = sources(item.parts[-1], listing.read(item))
        except (OSError, listing.Fault):
            return False
        return bool(theirs) and theirs <= given

    return is_untouched


def sources(name: str, data: bytes) -> set[str]:
    return {squeeze(cell.source) for cell in parse_submission(Path(name), data).cells}
