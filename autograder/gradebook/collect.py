"""nbgrader's own `collect`, which takes the submission that counts by course.toml out of all that the exchange keeps.

What Canvas and Moodle let one download holds the last submission of each student only.
"""

import glob
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from traitlets import Enum

from autograder.assignment import Assignment, AssignmentError, find_assignment
from autograder.gradebook.attempts import Attempt, chosen
from autograder.gradebook.course_file import CourseFileError, load_course
from autograder.gradebook.late import duration
from autograder.isolation.sandbox import CHOICES

MOMENT = 120  # seconds between the time in a submission's name and the last change of its files


class CollectByRule(ExchangeCollect):
    """Collects what counts. With --update it replaces what is in submitted/ by it, be that newer or older.

    `--before-duedate` asks for nbgrader's own rule, and gets it.
    """

    src_records: list[dict[str, Any]]  # nbgrader's: what it copies
    before_duedate: bool

    sandbox = Enum(
        tuple(CHOICES), "walls", help="What stands around submissions that are graded to find the best."
    ).tag(config=True)

    def init_src(self) -> None:
        super().init_src()
        name = self.coursedir.assignment_id
        records = [self._path_to_record(str(path)) for path in self.all_inbound()]
        self.src_records = [record for record in self.src_records if record in records]
        for line in odd_times(Path(self.inbound_path), records):
            self.log.warning(line)
        if self.before_duedate:
            return
        try:
            course, ours = load_course(Path(self.coursedir.root)), self.our_assignment()
        except CourseFileError as error:
            self.fail(str(error))
        if course.rules(name).counts == "latest" or (course.rules(name).counts == "best" and ours is None):
            return
        otherwise = self.duedate.replace(tzinfo=UTC) if self.duedate else None
        of = {attempt_of(record, Path(self.inbound_path)): record for record in records}
        picked = chosen(of, course, name, ours.points if ours else 0, self.grade, otherwise)
        self.src_records = [of[attempt] for attempt in picked.values()]
        self.before_duedate = self.update  # by which nbgrader replaces a newer submission by an older one, too

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Without links, for which nbgrader would copy whatever of the instructor's they lead to.

        `nbgrader submit` leaves none; who owns a folder of the exchange can put some there afterwards.
        """
        links = [path for path in [Path(src), *Path(src).rglob("*")] if path.is_symlink()]
        for path in links:
            self.log.warning("%s is a link, and was not collected. `nbgrader submit` makes none: ask who did", path)
        if Path(src) in links:
            Path(dest).mkdir(parents=True)  # so that the student has a row
            return
        before = self.coursedir.ignore
        self.coursedir.ignore = [*before, *(glob.escape(path.name) for path in links)]
        try:
            super().do_copy(src, dest, log)
        finally:
            self.coursedir.ignore = before

    def all_inbound(self) -> list[Path]:
        """The folders of the assignment. A student's id may hold a `+`, at which nbgrader's pattern goes wrong."""
        student, name = self.coursedir.student_id or "*", self.coursedir.assignment_id
        found = sorted(Path(self.inbound_path).glob(f"{student}+{name}+*"))
        return [path for path in found if path.name.rsplit("+", 3)[1:2] == [name]]

    def our_assignment(self) -> Assignment | None:
        try:
            return find_assignment(self.coursedir.assignment_id, Path(self.coursedir.root))
        except AssignmentError:
            return None

    def grade(self, attempts: Sequence[Attempt]) -> dict[Attempt, float]:
        """The points of each that can be graded, by a class run whose results stay in attempts/ for the next time."""
        from autograder.batch.cluster import ClusterError
        from autograder.batch.output import Output, OutputError
        from autograder.batch.run import How, grade_class
        from autograder.handins.find import find_handins

        ours = self.our_assignment()
        if not attempts or ours is None:
            return {}
        self.log.info("Grading %s submissions, to find the best of each student", len(attempts))
        root = Path(self.coursedir.root)
        of = {attempt.folder.name: attempt for attempt in attempts}
        everything = find_handins(Path(self.inbound_path), ours.name)
        handins = [handin for handin in everything if handin.submission.split("/")[0] in of]
        try:
            with Output.open(root / "attempts" / ours.name, ours) as output:
                rows = grade_class(ours, handins, output, How(root, self.sandbox), lambda row: None)
        except (OutputError, ClusterError) as error:
            self.fail(str(error))
        for row in rows:
            if not row.report:
                self.log.warning("%s could not be graded, and counts only if there is no other", row.submission)
        return {of[row.submission.split("/")[0]]: row.report["score"] for row in rows if row.report}


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
        files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
        changed = max((path.stat().st_ctime for path in files), default=said.timestamp())
        late = datetime.fromtimestamp(changed, UTC) - said
        if late.total_seconds() > MOMENT:
            lines.append(
                f"{record['filename']}: its files were changed {duration(late)} after the time that it bears. "
                "Look at them, unless the exchange has been copied or restored since"
            )
    return lines
