"""Where each student of the gradebook stands in an assignment, whether something was handed in or not."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from nbgrader.api import Gradebook, Student, SubmittedAssignment

from autograder.assignment import GRADE_CELL, Assignment
from autograder.compare import printable
from autograder.gradebook.course_file import Course
from autograder.gradebook.penalties import aware, due_date, notebook_penalty, waiting
from autograder.gradebook.store import mark_of, submitted


@dataclass(frozen=True)
class Standing:
    student: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    submitted: str = ""  # when, in the course's time zone; empty if nobody knows
    points: dict[str, float] = field(default_factory=dict)  # by task or written question; no entry before it is graded
    penalty: float = 0
    total: float | None = None  # None for nothing handed in, or not graded yet: that is no zero
    waiting: list[str] = field(default_factory=list)  # tasks and questions that a person has still to grade
    problem: str = ""  # why there was nothing to grade, and so no points
    remark: str = ""


def standings(gradebook: Gradebook, course: Course, assignment: str, root: Path) -> list[Standing]:
    """Everybody in the gradebook, and those with a folder in submitted/ who are not in it yet, by name."""
    submissions = {s.student.id: s for s in gradebook.assignment_submissions(assignment)}
    known = {student.id: standing(student, submissions.get(student.id), course, root) for student in gradebook.students}
    for student in submitted(root, assignment):
        if student not in known:
            known[student] = Standing(student, remark="handed in, not graded yet; not in the roster")
        elif student not in submissions:
            known[student] = person(gradebook.find_student(student), "handed in, not graded yet")
    return sorted(known.values(), key=lambda s: (s.last_name.casefold(), s.first_name.casefold(), s.student))


def person(student: Student, remark: str) -> Standing:
    last, first, email, number = (
        text or "" for text in (student.last_name, student.first_name, student.email, student.lms_user_id)
    )
    return Standing(student.id, last, first, email, number, remark=remark)


def standing(student: Student, submission: SubmittedAssignment | None, course: Course, root: Path) -> Standing:
    if submission is None:
        return person(student, "nothing handed in")
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    given = [grade for grade in grades if grade.auto_score is not None or grade.manual_score is not None]
    points = {task_of(grade.name): float(grade.score) for grade in given}
    by_hand = waiting(grades)
    # What only a person can grade may wait; without a grade for code, the autograder has not been there.
    ungraded = any(grade.cell_type == "code" for grade in grades if grade not in given) or not given
    penalty = float(submission.late_submission_penalty or 0)
    total = None if ungraded else round(max(0.0, submission.score - penalty), 2)
    handed_in = aware(submission.timestamp, course.zone)
    at = f"{handed_in:%Y-%m-%d %H:%M:%S}" if handed_in else ""
    # The notebooks in autograded/ are large, and whoever has a point had something to grade.
    empty = not ungraded and not any(grade.auto_score for grade in grades)
    problem = printable(str(mark_of(root, submission.name, student.id).get("problem") or "")) if empty else ""
    said = "; ".join(filter(None, [problem, remark(submission, course, ungraded, by_hand)]))
    return replace(
        person(student, said),
        submitted=at,
        points=points,
        penalty=penalty,
        total=total,
        waiting=by_hand,
        problem=problem,
    )


def remark(submission: SubmittedAssignment, course: Course, ungraded: bool, by_hand: list[str]) -> str:
    if ungraded:
        return "handed in, not graded yet"
    parts = [f"waits for a grade by hand: {', '.join(by_hand)}"] if by_hand else []
    if due_date(course, submission):
        if aware(submission.timestamp, course.zone) is None:
            parts.append("no time of submission is known: it counts as on time")
        parts += [said for notebook in submission.notebooks if (said := notebook_penalty(course, notebook).reason)]
    return "; ".join(parts)


def task_of(cell: str) -> str:
    return cell.removeprefix(GRADE_CELL)


def columns(gradebook: Gradebook, name: str, ours: Assignment | None) -> list[str]:
    """Tasks and written questions of an assignment, in the order of ours; another's by name."""
    cells = {task_of(cell.name) for n in gradebook.find_assignment(name).notebooks for cell in n.grade_cells}
    order = [task.id for task in ours.tasks] + [each.id for each in ours.written] if ours else []
    return [*(each for each in order if each in cells), *sorted(cells.difference(order))]
