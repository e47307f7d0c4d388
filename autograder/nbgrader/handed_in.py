"""What each student handed in, below nbgrader's `submitted/`: a folder a student and an assignment."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.assignment import Assignment, assignment_names
from autograder.batch.jobs import content
from autograder.handins import listing
from autograder.handins.choice import NBGRADERS, STAMP, File
from autograder.handins.find import HandIn, Student, hand_in, without_twins
from autograder.handins.stand_in import is_stand_in
from autograder.handins.starter import untouched
from autograder.ipynb import read_ipynb
from autograder.submission import decode

SUBMITTED = "submitted"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # in the name of a student's folder, nbgrader cannot do with them


@dataclass(frozen=True)
class Submitted:
    """The hand-in of one student."""

    folder: Path  # of the student and the assignment, where nbgrader looks
    handin: HandIn

    @property
    def student(self) -> str:
        """As nbgrader calls them; `handin.student` is the same as the pages of a class run can show it."""
        return self.folder.parent.name


def find_submitted(root: Path, assignment: Assignment) -> list[Submitted]:
    """Everybody's hand-in, by student; those who handed in for other assignments only are left out."""
    place = root / SUBMITTED
    students = sorted(path for path in place.glob("*") if path.is_dir() and not path.name.startswith("."))
    folders = [student / assignment.name for student in students if has_handed_in(student, assignment.name)]
    handins = [find_own(folder, assignment) for folder in folders]
    # A name that two have is told apart on pages; what is said of it there is no part of the hand-in.
    apart = [replace(twin, note=own.note) for twin, own in zip(without_twins(handins[:]), handins, strict=True)]
    return [Submitted(folder, handin) for folder, handin in zip(folders, apart, strict=True)]


def has_handed_in(student: Path, assignment: str) -> bool:
    return bool(own_folders(student / assignment)) or one_level_too_high(student / assignment)


def own_folders(folder: Path) -> list[Path]:
    """Where the student's work for the assignment may lie: its folder, and those that some disks take for the same."""
    same = [path for path in folder.parent.iterdir() if path.name.casefold() == folder.name.casefold()]
    return sorted((path for path in same if path.is_dir()), key=lambda path: (path != folder, path))


def one_level_too_high(folder: Path) -> bool:
    """Whether work may lie in the student's folder itself: no folder in it is another assignment's.

    Then the student handed in nothing, or put it there. Other folders are the student's own, or left by a system or
    an editor.
    """
    others = known_assignments(folder.parents[2]) - {folder.name.casefold()}
    beside = [path for path in folder.parent.iterdir() if path.is_dir() and path not in own_folders(folder)]
    return not any(path.name.casefold() in others or (path / STAMP).exists() for path in beside)


def known_assignments(root: Path) -> set[str]:
    """The course's assignments, ours and nbgrader's, in small letters."""
    made = {path.name for step in ("source", "release") for path in (root / step).glob("*") if path.is_dir()}
    return {name.casefold() for name in (*made, *assignment_names(root))}


def theirs(folder: Path) -> list[listing.Item]:
    """What is the student's own of a folder, but no folders in it that are empty. Raises OSError."""
    items = [item for item in listing.survey(folder) if item.parts[-1] not in NBGRADERS and not is_stand_in(item)]
    return items if any(not item.folder for item in items) else []


def find_own(folder: Path, assignment: Assignment) -> HandIn:
    """The hand-in in a student's folder for an assignment, with a `problem` where there is nothing to grade."""
    name, student = assignment.name, folder.parent.name
    if folder.parent.is_symlink() or any(path.is_symlink() for path in [folder, *own_folders(folder)]):
        # It could lead to another student's.
        problem = f"the folder is a link, which is not followed: hand in {name}.ipynb or {name}.py itself"
        return HandIn(student, f"{student}/{name}", f"{name}.ipynb", problem)
    try:
        own = next(filter(None, map(theirs, own_folders(folder))), [])
        if not own and one_level_too_high(folder):
            own = theirs(folder.parent)
    except OSError as error:
        return HandIn(student, f"{student}/{name}", f"{name}.ipynb", f"the folder cannot be read: {error.strerror}")
    files = [File(replace(item, parts=(student, name, *item.parts)), (name, *item.parts)) for item in own]
    return hand_in(Student(student, (student, name), files), name, untouched(assignment))


def other_release(handin: HandIn, assignment: Assignment) -> str:
    """A note on a notebook that was made from another release than the grader's; it is no part of a result."""
    data, problem, _ = content(handin)
    if problem or not handin.name.lower().endswith(".ipynb"):
        return ""
    try:
        release = read_ipynb(decode(data)).metadata["autograder"]["release"]
    except Exception:  # it may be anything
        return ""
    if not isinstance(release, int) or not assignment.release or release == assignment.release:
        return ""
    return f"it was made from release {release} of the assignment, and is graded by release {assignment.release}"
