"""nbgrader's own `collect`, which takes the submission that counts by course.toml out of all that the exchange keeps.

What Canvas and Moodle let one download holds the last submission of each student only.

Students own their folders in the exchange, and anybody can make one there with any name. So nothing in a folder is
believed, and what is wrong with one of them costs that one only.
"""

import contextlib
import glob
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect
from traitlets import Enum

from autograder.assignment import Assignment, AssignmentError, find_assignment
from autograder.compare import printable
from autograder.files import write
from autograder.gradebook.attempts import Attempt, chosen
from autograder.gradebook.course_file import CourseFileError, load_course
from autograder.gradebook.late import duration
from autograder.gradebook.times import read_time, sensible
from autograder.handins.choice import STAMP
from autograder.handins.stand_in import let_nbgrader_find
from autograder.isolation.sandbox import CHOICES

MOMENT = 120  # seconds between the time in a submission's name and the last change of its files
Record = dict[str, Any]  # nbgrader's: the user's name, the folder's name, and its time


class CollectByRule(ExchangeCollect):
    """Collects what counts. With --update it replaces what is in submitted/ by it, be that newer or older.

    `--before-duedate` asks for nbgrader's own rule, and gets it.
    """

    src_records: list[Record]  # what nbgrader copies
    before_duedate: bool

    sandbox = Enum(
        tuple(CHOICES), "walls", help="What stands around submissions that are graded to find the best."
    ).tag(config=True)

    def init_src(self) -> None:
        super().init_src()  # its own choice is made anew, from the folders that are in order
        name, inbound = self.coursedir.assignment_id, Path(self.inbound_path)
        records = self.in_order()
        for line in odd_times(inbound, records):
            self.log.warning(line)
        due = self.duedate if self.before_duedate else None
        self.src_records = [latest(several, due) for several in by_student(records).values()]
        if self.before_duedate:
            return
        try:
            course, ours = load_course(Path(self.coursedir.root)), our_assignment(self.coursedir)
        except CourseFileError as error:
            self.fail(str(error))
        if course.rules(name).counts == "latest" or (course.rules(name).counts == "best" and ours is None):
            return
        regular = sensible(self.duedate)
        otherwise = regular.replace(tzinfo=UTC) if regular else None
        of = {attempt_of(record, inbound): record for record in records}
        picked = chosen(of, course, name, ours.points if ours else 0, self.grade, otherwise)
        self.src_records = [of[attempt] for attempt in picked.values()]
        self.before_duedate = self.update  # by which nbgrader replaces a newer submission by an older one, too

    def _path_to_record(self, path: str) -> Record:
        """nbgrader's own ends the command at the first name that holds no time; no public name gives this place."""
        name = Path(path).name
        return record_of(name) or {"username": name, "filename": name, "timestamp": datetime.min}

    def in_order(self) -> list[Record]:
        """What there is to choose from. Each folder that is left out is named."""
        records = []
        for path in self.all_inbound():
            record = record_of(path.name)
            if record and (path.is_symlink() or path.is_dir()):
                records.append(record)
            else:
                wrong = "it is no folder" if record else "there is no student or no time in its name"
                self.log.warning("%r in the exchange was left out: %s. Ask who made it", path.name, wrong)
        return self.their_own(records) if self.check_owner else records

    def their_own(self, records: Iterable[Record]) -> list[Record]:
        """Without what others have made in the name of a student who has submitted, too."""
        kept = []
        for student, several in by_student(records).items():
            owners = [owner(Path(self.inbound_path, record["filename"])) for record in several]
            for record, who in zip(several, owners, strict=True):
                if who == student or student not in owners:  # of the others nbgrader warns
                    kept.append(record)
                else:
                    self.log.warning(
                        "%s belongs to %s, and was left out: %s has submissions of their own. Ask who made it. If it "
                        "is the one that counts, collect with --ExchangeCollect.check_owner=False",
                        *(record["filename"], who, student),
                    )
        return kept

    def copy_files(self) -> None:
        """One by one: what is wrong with a submission must not keep the others from being collected."""
        records = self.src_records
        if not records:
            super().copy_files()  # which says so
        for record in records:
            self.src_records = [record]
            try:
                self.forget_odd_time(record["username"])
                super().copy_files()
            except (OSError, RuntimeError) as error:
                self.log.warning(
                    "%s was not collected: %s. Look at the student's folder in submitted/, then collect with --update",
                    *(record["filename"], reason(error)),
                )
        self.src_records = records

    def forget_odd_time(self, student: str) -> None:
        """nbgrader ends at a time that is none, and never replaces what is of the year 9999."""
        course = self.coursedir
        path = Path(course.format_path(course.submitted_directory, student, course.assignment_id)) / STAMP
        if path.is_file() and not read_time(path.read_text(encoding="utf-8", errors="replace")):
            path.unlink()

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """What can be copied, with the time of the folder's name. The student always has a folder, and so a row.

        No links, for which nbgrader would copy whatever of the instructor's they lead to. `nbgrader submit` leaves
        none; who owns a folder of the exchange can put some there afterwards.
        """
        (record,) = self.src_records
        try:
            whole = self.copy_without_links(src, dest, log)
        finally:
            Path(dest).mkdir(parents=True, exist_ok=True)
            for folder, _, _ in os.walk(dest):
                os.chmod(folder, os.stat(folder).st_mode | 0o700)  # nbgrader could not replace what it may not write to
        stamp(Path(dest), record["said"] if whole else "")
        if ours := our_assignment(self.coursedir):
            let_nbgrader_find(Path(dest), ours.name)

    def copy_without_links(self, src: str, dest: str, log: Any) -> bool:
        """Returns whether there is anything whose time counts; without a time --update tries again."""
        links = links_in(Path(src))
        for path in links:
            self.log.warning("%s is a link, and was not collected. `nbgrader submit` makes none: ask who did", path)
        if Path(src) in links:
            return True
        before = self.coursedir.ignore
        self.coursedir.ignore = [*before, *(glob.escape(path.name) for path in links)]
        try:
            super().do_copy(src, dest, log)
        except shutil.Error as error:
            for path, _, why in error.args[0]:
                self.log.warning(
                    "%s was not collected: %s. The rest of the submission was. To try again, delete %s, and collect",
                    *(printable(path), why, dest),
                )
        except (OSError, RuntimeError) as error:
            self.log.warning(
                "Nothing of %s was collected: %s. Ask the student, or mend it (c.CourseDirectory.max_dir_size is the "
                "largest size that is copied, in kB); then collect with --update",
                *(src, reason(error)),
            )
            return False
        finally:
            self.coursedir.ignore = before
        return True

    def all_inbound(self) -> list[Path]:
        """The folders of the assignment. A student's id may hold a `+`, at which nbgrader's pattern goes wrong."""
        student, name = self.coursedir.student_id or "*", self.coursedir.assignment_id
        found = sorted(Path(self.inbound_path).glob(f"{student}+{name}+*"))
        return [path for path in found if path.name.rsplit("+", 3)[1:2] == [name]]

    def grade(self, attempts: Sequence[Attempt]) -> dict[Attempt, float]:
        """The points of each that can be graded, by a class run whose results stay in attempts/ for the next time."""
        from autograder.batch.cluster import ClusterError
        from autograder.batch.output import Output, OutputError
        from autograder.batch.run import How, grade_class
        from autograder.handins.find import find_handins
        from autograder.handins.starter import untouched

        ours = our_assignment(self.coursedir)
        if not attempts or ours is None:
            return {}
        self.log.info("Grading %s submissions, to find the best of each student", len(attempts))
        root = Path(self.coursedir.root)
        of = {attempt.folder.name: attempt for attempt in attempts}
        everything = find_handins(Path(self.inbound_path), ours.name, untouched=untouched(ours))
        handins = [handin for handin in everything if handin.submission.split("/")[0] in of]
        try:
            with Output.open(root / "attempts" / ours.name, ours) as output:
                rows = grade_class(ours, handins, output, How(root, self.sandbox))
        except (OutputError, ClusterError) as error:
            self.fail(str(error))
        for row in rows:
            if not row.report:
                self.log.warning("%s could not be graded, and counts only if there is no other", row.submission)
        return {of[row.submission.split("/")[0]]: row.report["score"] for row in rows if row.report}


def our_assignment(course: CourseDirectory) -> Assignment | None:
    """The assignment that a command of nbgrader's is about; None where it is none of ours."""
    try:
        return find_assignment(course.assignment_id, Path(course.root))
    except AssignmentError:
        return None


def record_of(name: str) -> Record | None:
    """What the name of a folder says: student+assignment+time+random. None where it is no such name."""
    parts = name.rsplit("+", 3)
    student, said = parts[0], parts[2].strip() if len(parts) > 2 else ""
    at = read_time(said)
    if not at or not student.isprintable() or student[:1] in ("", "."):  # such as `..`, or one of several lines
        return None
    return {"username": student, "filename": name, "timestamp": at, "said": said}


def by_student(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record["username"], []).append(record)
    return found


def latest(records: Sequence[Record], due: datetime | None) -> Record:
    """The latest of a student; with a due date the latest until then, if there is any."""
    in_time = [record for record in records if due is None or record["timestamp"] <= due]
    return max(in_time or records, key=lambda record: record["timestamp"])


def owner(folder: Path) -> str:
    """The account that a folder belongs to."""
    import pwd  # which Windows lacks, as it does exchanges

    try:
        return pwd.getpwuid(folder.lstat().st_uid).pw_name
    except (KeyError, OSError):
        return "an unknown account"


def links_in(folder: Path) -> list[Path]:
    if folder.is_symlink():
        return [folder]
    inside = [Path(above, name) for above, folders, files in os.walk(folder) for name in (*folders, *files)]
    return [path for path in inside if os.path.islink(path)]


def stamp(folder: Path, said: str) -> None:
    """The time that counts, or none, in the place of the student's file, in which there may stand anything."""
    path = folder / STAMP
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if said:
        write(path, said)


def reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def attempt_of(record: Mapping[str, Any], inbound: Path) -> Attempt:
    return Attempt(record["username"], record["timestamp"].replace(tzinfo=UTC), inbound / record["filename"])


def odd_times(inbound: Path, records: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each submission that was changed after the time that it bears.

    Students own their folders in the exchange, and so can change files and the time in them later; the time of the last
    change of a file's entry is the system's own.
    """
    lines = []
    for record in records:
        folder = inbound / record["filename"]
        said = record["timestamp"].replace(tzinfo=UTC)
        changed = max(times_of_files(folder), default=said.timestamp())
        late = datetime.fromtimestamp(changed, UTC) - said
        if late.total_seconds() > MOMENT:
            lines.append(
                f"{record['filename']}: its files were changed {duration(late)} after the time that it bears. "
                "Look at them, unless the exchange has been copied or restored since"
            )
    return lines


def times_of_files(folder: Path) -> Iterator[float]:
    """When the entries of the files in a folder have changed last."""
    for above, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):  # it may be gone, or closed to us
                seen = os.lstat(os.path.join(above, name))
                if stat.S_ISREG(seen.st_mode):
                    yield seen.st_ctime
