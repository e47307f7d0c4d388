"""What goes between the course and its students: hand-ins from learning platforms, and feedback."""

import contextlib
import glob
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.plugins import FileNameCollectorPlugin

from autograder.assignment import AssignmentError, find_assignment
from autograder.batch.output import make_folder
from autograder.gradebook.course_file import load_course
from autograder.gradebook.store import gradebook_of
from autograder.handins.lms import Sender, sender_of
from autograder.nbgrader.results import results_folder
from autograder.seeds import OfficialSeeds

NEEDED = ("timestamp.txt", "submission_secret.txt")  # what `nbgrader submit` adds, and the exchange goes by


class LmsNames(FileNameCollectorPlugin):
    """Whose a file is, for `nbgrader zip_collect`, by the names that Canvas, Moodle and others give.

    Every kind of file is taken; which of them is graded is decided later. Other names are left to the regular
    expression that nbgrader's own plugin takes. Canvas's numbers become the ids of the class list that gave them.
    """

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        # No public name gives this folder.
        extracted = self.parent._format_collect_path(self.parent.extracted_directory)
        parts = Path(os.path.relpath(submitted_file, extracted)).parts
        return collected(parts, self.known, self.zone) or super().collect(submitted_file)

    @cached_property
    def known(self) -> dict[str, str]:
        """The id of each of Canvas's numbers, by the class list that `make roster` has brought in."""
        with gradebook_of(self.parent.coursedir) as gradebook:
            return {student.lms_user_id: student.id for student in gradebook.students if student.lms_user_id}

    @cached_property
    def zone(self) -> tzinfo:
        """Of the times in names, which are those on the wall."""
        return load_course(Path(self.parent.coursedir.root)).zone


def collected(
    parts: tuple[str, ...], known: Mapping[str, str] = MappingProxyType({}), zone: tzinfo = UTC
) -> dict[str, str] | None:
    """What nbgrader wants to know of a file, by its path in the download; None where it tells nothing."""
    senders = [(depth, sender) for depth, part in enumerate(parts) if (sender := sender_of(part))]
    # A file in a student's folder may look like Canvas's, and so may the name of the archive, which is a folder now.
    canvas = [(depth, sender) for depth, sender in senders if sender.upload and depth < 2]
    for depth, sender in ([each for each in senders if not each[1].upload] or canvas)[:1]:
        if sender.upload and not sender.student.startswith("anon_"):  # Canvas's: doejane_12345
            sender = replace(sender, student=known.get(sender.student.rpartition("_")[2], sender.student))
        return found(sender, parts[depth + 1 :], zone)
    return found(Sender(parts[0]), parts[1:], zone) if len(parts) == 2 else None


def found(sender: Sender, below: tuple[str, ...], zone: tzinfo) -> dict[str, str]:
    """`below` is the path in the student's folder or archive; empty for a file of its own."""
    inside = [part for part in (sender.file, *below) if part] or ["receipt.txt"]
    student = sender.student.lstrip(".").replace(",", "")  # nbgrader parts ids at a comma
    made = {"student_id": student or "unnamed", "file_id": "/".join(inside)}
    if sender.attempt:  # of two files of one name nbgrader takes the later, or gives up where none is
        with contextlib.suppress(ValueError):  # digits that are no time
            handed_in = datetime.strptime(sender.attempt, "%Y-%m-%d-%H-%M-%S").replace(tzinfo=zone)
            made["timestamp"] = handed_in.isoformat(" ")
    return made


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Has other questions asked from now on: whoever has feedback could work out those of the seed in use.

    What came from a learning platform goes back there: the exchange has no place for it, and nbgrader's own command
    would stop at the first.
    """

    src_path: str

    def copy_files(self) -> None:
        folders = [Path(folder) for folder in glob.glob(self.src_path)]
        try:
            for folder in folders:
                if all((folder / name).exists() for name in NEEDED):
                    self.src_path = glob.escape(str(folder))
                    super().copy_files()
                else:
                    self.log.warning("Not in the exchange, as it did not come through it: %s", folder)
        finally:  # what has been released is out
            if folders:
                self.draw_another_seed()

    def draw_another_seed(self) -> None:
        root: Any = Path(self.coursedir.root)
        try:
            assignment = find_assignment(self.coursedir.assignment_id, root)
        except AssignmentError:
            return  # none of ours
        folder = results_folder(root, assignment)
        make_folder(folder)
        OfficialSeeds(folder).draw(assignment.name)
        self.log.info("Whoever hands in from now on is asked other questions")
