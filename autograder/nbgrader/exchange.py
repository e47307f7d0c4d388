"""What goes between the course and its students: hand-ins from learning platforms, and feedback."""

import contextlib
import glob
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import notebook_hash
from traitlets import List

from autograder.batch.output import make_folder
from autograder.gradebook.collect import our_assignment
from autograder.gradebook.course_file import CourseFileError, load_course
from autograder.gradebook.store import gradebook_of
from autograder.handins.choice import MAX_OPENED, NBGRADERS, SECRET
from autograder.handins.lay_out import Folder, folders, lay_out, unpack
from autograder.handins.stand_in import let_nbgrader_find
from autograder.nbgrader.handed_in import theirs
from autograder.nbgrader.results import results_folder
from autograder.seeds import OfficialSeeds
from autograder.submission import SubmissionError


class LmsFiles(ExtractorPlugin):
    """Lays out what Canvas, Moodle and others pack, for `nbgrader zip_collect`: a folder for each student.

    nbgrader's own unpacks what students have packed, too, and stops the class's run at the first that is damaged. Where
    an instructor has said how files are named, or takes another collector, theirs are the paths in the download.
    """

    times: Mapping[str, str] = MappingProxyType({})  # when students handed in, as far as names say so; for LmsNames

    def extract(self, archive_path: str, extracted_path: str) -> None:
        archive, extracted = Path(archive_path), Path(extracted_path)
        try:
            if goes_by_names(self.parent):
                self.lay_out(archive, extracted)
            else:
                unpack(archive, extracted, self.log.warning)
        except (SubmissionError, CourseFileError) as error:
            self.parent.fail(str(error))

    def lay_out(self, archive: Path, extracted: Path) -> None:
        everybody = folders(archive, self.parent.coursedir.assignment_id, self.known(), self.log.warning)
        self.times = self.times_of(everybody)
        ours = our_assignment(self.parent.coursedir)
        for folder in everybody:
            self.log.info("Laying out: %s", extracted / folder.student)
            for line in lay_out(folder, extracted):
                self.log.warning("%s: %s", folder.student, line)
            if ours:
                let_nbgrader_find(extracted / folder.student, ours.name)

    def known(self) -> dict[str, str]:
        """The id of each of Canvas's numbers, by the class list that `make roster` has brought in."""
        with gradebook_of(self.parent.coursedir) as gradebook:
            return {student.lms_user_id: student.id for student in gradebook.students if student.lms_user_id}

    def times_of(self, everybody: list[Folder]) -> dict[str, str]:
        """Times in names are those on the wall. Raises CourseFileError."""
        timed = [folder for folder in everybody if folder.attempt]
        zone = load_course(Path(self.parent.coursedir.root)).zone if timed else UTC
        times = {}
        for folder in timed:
            with contextlib.suppress(ValueError):  # digits that are no time
                handed_in = datetime.strptime(folder.attempt, "%Y-%m-%d-%H-%M-%S").replace(tzinfo=zone)
                times[folder.student] = handed_in.isoformat(" ")
        return times


class LmsNames(FileNameCollectorPlugin):
    """Whose a file is, for `nbgrader zip_collect`: the first part of its path, as LmsFiles has laid it out.

    Every kind of file is taken; which of them is graded is decided later. Where `named_regexp` is set, it decides.
    """

    valid_ext = List([".ipynb", ".py", ".zip"], help="What is collected where `named_regexp` decides.").tag(config=True)

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        extractor = self.parent.extractor_plugin_inst
        if not isinstance(extractor, LmsFiles) or not goes_by_names(self.parent):
            return super().collect(submitted_file)
        # No public name gives this folder.
        extracted = self.parent._format_collect_path(self.parent.extracted_directory)
        student, *inside = Path(os.path.relpath(submitted_file, extracted)).parts
        found = {"student_id": student, "file_id": "/".join(inside)}
        return found | ({"timestamp": extractor.times[student]} if student in extractor.times else {})


def goes_by_names(app: Any) -> bool:
    """Whether the names that platforms give decide whose a file is."""
    collector = app.collector_plugin_inst
    return isinstance(collector, LmsNames) and not collector.named_regexp


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Has other questions asked from now on: whoever has feedback could work out those of the seed in use.

    What came from a learning platform goes back there: the exchange has no place for it, and nbgrader's own command
    would stop at the first. What came through the exchange is found there, whatever its notebooks are called.
    """

    src_path: str
    dest_path: str

    def copy_files(self) -> None:
        folders = [Path(folder) for folder in glob.glob(self.src_path)]
        try:
            for folder in folders:
                if all((folder / name).exists() for name in NBGRADERS):  # by which the exchange goes
                    self.src_path = glob.escape(str(folder))
                    super().copy_files()
                    self.release_by_names(folder)
                else:
                    self.log.warning("Not in the exchange, as it did not come through it: %s", folder)
        finally:  # what has been released is out
            if folders:
                self.draw_another_seed()

    def release_by_names(self, folder: Path) -> None:
        """nbgrader has students fetch a page by the names of the notebooks that they submitted, whatever those are."""
        course, student = self.coursedir, folder.parent.name
        page = folder / f"{course.assignment_id}.html"
        if not (our_assignment(course) and page.exists()) or student in course.student_id_exclude.split(","):
            return
        notebooks = notebooks_in(Path(course.format_path(course.submitted_directory, student, course.assignment_id)))
        if not notebooks:
            self.log.warning("Send it by hand, for nbgrader finds no page of who submitted no notebook: %s", page)
        secret = (folder / SECRET).read_text(encoding="utf-8")
        for notebook in sorted(notebooks - {course.assignment_id})[:MAX_OPENED]:  # each is a copy in the exchange
            away = Path(self.dest_path, f"{notebook_hash(secret=secret, notebook_id=notebook)}.html")
            shutil.copy(page, f"{away}.new")  # with what others may do with it
            os.replace(f"{away}.new", away)

    def draw_another_seed(self) -> None:
        assignment = our_assignment(self.coursedir)
        if not assignment:
            return
        folder = results_folder(Path(self.coursedir.root), assignment)
        make_folder(folder)
        OfficialSeeds(folder).draw(assignment.name)
        self.log.info("Whoever hands in from now on is asked other questions")


def notebooks_in(folder: Path) -> set[str]:
    """The names of the notebooks that a student has put there, where nbgrader looks for them, without their suffix."""
    try:
        paths = [Path(*item.parts) for item in theirs(folder)]
    except OSError:  # it is gone, or closed to us
        return set()
    return {path.stem for path in paths if path.parent == Path() and path.suffix == ".ipynb"}
