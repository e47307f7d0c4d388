"""The notebook that stands for a hand-in where nbgrader looks for one by its name: ours, and never anybody's work."""

import json
from pathlib import Path

from autograder.files import write
from autograder.handins import listing
from autograder.handins.listing import Item

MARK = "stands_for"  # in its metadata; who forges it hands in what lies beside
MAX_BYTES = 4096  # it is much smaller
TEXT = (
    "The grader has written this notebook, for nbgrader to find. It stands for what lies beside it: what was handed in "
    "has another name or kind, cannot be read, or is not there at all. Whatever lies beside is graded, and this is not."
)


def stand_in(assignment: str) -> str:
    cell = {"cell_type": "markdown", "id": "stands-for-it", "metadata": {}, "source": TEXT}
    metadata = {"autograder": {"assignment": assignment, MARK: "what lies beside it"}}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def is_stand_in(item: Item) -> bool:
    """Whether a file is such a notebook, of whichever version of the grader."""
    if item.folder or item.fault or item.members or not item.parts[-1].endswith(".ipynb"):
        return False
    try:
        if item.path.stat().st_size > MAX_BYTES:
            return False
        return bool(json.loads(listing.read(item))["metadata"]["autograder"][MARK])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False


def let_nbgrader_find(folder: Path, assignment: str) -> Path:
    """The notebook in a student's folder that has the right name; written if there is none. Nothing is overwritten."""
    path = folder / f"{assignment}.ipynb"
    if not path.exists() and not path.is_symlink():
        write(path, stand_in(assignment))
    return path
