"""What a class run finds in nbgrader's gradebook and autograded/, and what it has nbgrader write there."""

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.api import BaseCell, Grade, Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.utils import rmtree

from autograder.assignment import GRADE_CELL, Assignment
from autograder.batch.results import suite_digest
from autograder.compare import printable
from autograder.gradebook.late import plural
from autograder.gradebook.store import autograded, mark_of, open_gradebook
from autograder.handins.find import plain
from autograder.handins.stand_in import let_nbgrader_find
from autograder.nbgrader.handed_in import CONTROL, SUBMITTED, Submitted
from autograder.nbgrader.release import ReleaseError, nbgrader
from autograder.row import Row

if TYPE_CHECKING:
    from autograder.nbgrader.autograde import Plan

Points = dict[str, float]  # by task
PATTERN = "[]*?"  # nbgrader looks for notebooks by patterns, and takes a student's name for a part of one


def booked(gradebook: Gradebook, assignment: Assignment, score: Any) -> dict[str, Points]:
    """The points in the gradebook, by student, for tasks and questions: what this column of `Grade` has of them."""
    found = {}  # type: ignore[var-annotated]
    rows = (
        gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, score)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(SubmittedAssignment.assignment_id == gradebook.find_assignment(assignment.name).id)
        .filter(score.isnot(None))
    )
    for student, cell, points in rows:
        found.setdefault(student, {})[cell.removeprefix(GRADE_CELL)] = float(points)
    return found


def auto_points(gradebook: Gradebook, assignment: Assignment) -> dict[str, Points]:
    """The grader's points, by student; without those who have not got them for every task."""
    tasks = [task.id for task in assignment.tasks]
    found = booked(gradebook, assignment, Grade.auto_score)
    return {
        student: {task: points[task] for task in tasks}
        for student, points in found.items()
        if all(task in points for task in tasks)
    }


def points_by_hand(gradebook: Gradebook, assignment: Assignment) -> dict[str, Points]:
    """What people have given, by student; it counts in the place of the grader's."""
    return booked(gradebook, assignment, Grade.manual_score)


def write_books(assignment: Assignment, root: Path, planned: "Plan", rows: Mapping[str, Row], umask: int = -1) -> None:
    """nbgrader's own pass over those who are due and could be graded.

    Raises ReleaseError with nbgrader's last words where it failed, and the names of those whom it has left out; it may
    do so without a word.
    """
    failed = [one.student for one in planned.due if not rows[one.student].report]
    able = [one for one in planned.due if one.student not in failed]
    seen = reviewed(assignment, root, [*planned.again, *planned.kept])  # of these, who has a comma is graded again, too
    register(assignment, root, failed)
    if not able:
        return
    for one in able:
        let_nbgrader_find(one.folder, assignment.name)
    for one in able:  # what is there is written anew; nbgrader would leave it as it is
        if one not in planned.again and (old := autograded(root, assignment.name, one.student)).exists():
            rmtree(str(old))
    # What was graded as it is now goes when its turn comes: who stops the run keeps what says so of all the others.
    force = ["--force"] if planned.again else []
    exclude = excluded([*failed, *(one.student for one in (*planned.kept, *planned.older))])
    wrong = []
    try:
        nbgrader(root, "autograde", assignment.name, *force, *exclude, umask=umask)
    except ReleaseError as error:
        wrong.append(str(error))
    finally:
        keep_reviewed(assignment, root, seen)
    suite = suite_digest(assignment)
    if missing := [one.student for one in able if mark_of(root, assignment.name, one.student).get("suite") != suite]:
        register(assignment, root, missing)
        wrong.append(left_out(assignment, missing))
    if wrong:
        raise ReleaseError("\n".join(wrong))


def excluded(students: Iterable[str]) -> list[str]:
    """The option that has nbgrader pass over students. It parts their names at commas, so that a name with one would
    stand for others; without the first comma a quote or a `~` in front would be taken for what it is not.
    """
    names = [student for student in students if "," not in student and not CONTROL.search(student)]
    return [f"--CourseDirectory.student_id_exclude=,{','.join(names)}"] if names else []


def left_out(assignment: Assignment, students: list[str]) -> str:
    """Whom nbgrader has not booked, and what to do."""
    patterns = [student for student in students if set(PATTERN) & set(student)]
    odd = [student for student in students if CONTROL.search(student) and student not in patterns]
    others = [student for student in students if student not in (*patterns, *odd)]
    lines = [f"nbgrader has not written the points of {plural(len(students), 'student')} into the gradebook:"]
    if patterns:
        lines.append(
            f"  {plain(', '.join(patterns))}: nbgrader takes {' '.join(PATTERN)} in a folder's name for "
            f"wildcards. Rename the folder in {SUBMITTED}/, and run this again"
        )
    if odd:
        lines.append(
            f"  {plain(', '.join(odd))}: there is a line's end or another sign in the folder's name that nbgrader "
            f"cannot do with. Rename the folder in {SUBMITTED}/, and run this again"
        )
    if others:
        lines.append(
            f"  {printable(', '.join(others))}: `nbgrader autograde {assignment.name} --student=NAME` says why. Mend "
            f"what is in {SUBMITTED}/NAME/{assignment.name}, and run this again"
        )
    return "\n".join(lines)


def register(assignment: Assignment, root: Path, students: Iterable[str]) -> None:
    """A row in the gradebook for those whose points could not be written there, which asks a person to look."""
    with open_gradebook(root) as gradebook:
        for student in students:
            gradebook.update_or_create_student(student)
            submission = gradebook.update_or_create_submission(assignment.name, student)
            for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
                grade.needs_manual_grade = True
        gradebook.db.commit()


def reviewed(assignment: Assignment, root: Path, submitted: Iterable[Submitted]) -> dict[tuple[str, str], Any]:
    """What a person has given points for, by student and cell, with the grader's own points beside them."""
    seen = {}
    with open_gradebook(root) as gradebook:
        for one in submitted:
            with contextlib.suppress(MissingEntry):  # the gradebook may be older than what is in autograded/
                notebook = gradebook.find_submission_notebook(assignment.name, assignment.name, one.student)
                for grade in notebook.grades:
                    if grade.manual_score is not None and not grade.needs_manual_grade:
                        seen[one.student, grade.name] = grade.auto_score
    return seen


def keep_reviewed(assignment: Assignment, root: Path, seen: dict[tuple[str, str], Any]) -> None:
    """nbgrader would have all of it looked at again, though neither the work nor the grader's points have changed."""
    with open_gradebook(root) as gradebook:
        for (student, cell), points in seen.items():
            grade = gradebook.find_grade(cell, assignment.name, assignment.name, student)
            grade.needs_manual_grade = grade.needs_manual_grade and grade.auto_score != points
        gradebook.db.commit()
