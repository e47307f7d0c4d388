"""The numbers of a class, against what a small one gives on paper."""

import pytest
from fake_class import ASSIGNMENT, NO_STEP, failed, hand_in, small_class

from autograder.class_summary import ClassSummary, summarise
from autograder.row import Row


@pytest.fixture(scope="module")
def summary() -> ClassSummary:
    return summarise(ASSIGNMENT, small_class(), [NO_STEP])


def students(rows: list[Row]) -> list[str]:
    return [row.student for row in rows]


def test_scores(summary: ClassSummary) -> None:
    assert sorted(summary.scores) == [0, 0, 30, 40, 70, 70, 100]
    assert (summary.median, round(summary.mean, 3)) == (40, 44.286)
    assert summary.bins == [2, 0, 0, 1, 1, 0, 0, 2, 0, 0, 1]
    assert (summary.all_right, summary.nothing_to_run, summary.not_graded) == (1, 1, 1)
    assert summary.lost == 0 + 6 + 7 + 10 + 10 + 3 + 3


def test_nearly_everything_is_not_everything() -> None:
    row = hand_in("ada")
    assert row.report
    row.report["score"] = 9.999
    summary = summarise(ASSIGNMENT, [row], [])
    assert summary.bins[-2:] == [1, 0] and summary.all_right == 0


def test_tasks(summary: ClassSummary) -> None:
    add, loop, learns = summary.tasks
    assert list(add.states.values()) == [3, 0, 2, 1, 1]  # ada ben cyd; gus hal; fay; dan
    assert list(loop.states.values()) == [3, 1, 1, 1, 1]  # ada gus hal; ben; cyd; fay; dan
    assert list(learns.states.values()) == [3, 0, 0, 4, 0]
    assert (add.of, add.share, learns.share) == (7, 3 / 7, 3 / 7) and loop.share == pytest.approx(3.2 / 7)
    assert [(check.ids, check.passed) for check in loop.checks] == [(["loop.step"], 3), (["loop.mode"], 4)]


def test_checks_that_say_and_count_the_same_stand_together() -> None:
    row = hand_in("ada")
    assert row.report
    for check in row.report["tasks"][1]["checks"]:
        check["title"] = "The loop."
    (loop,) = (task for task in summarise(ASSIGNMENT, [row], []).tasks if task.id == "loop")
    assert [check.ids for check in loop.checks] == [["loop.step", "loop.mode"]] and loop.count == 2


def test_a_known_mistake_has_cost_what_waits_for_it(summary: ClassSummary) -> None:
    (no_step,) = summary.mistakes
    assert students(no_step.rows) == ["ben", "cyd"] and no_step.title == NO_STEP.title
    assert no_step.checks == {"loop.step": 2, "learns": 2} and no_step.points == 2 * (4 + 2)
    assert no_step.lesson == "2. Loops"  # that of its task, where it has none of its own


def test_what_no_mistake_explains(summary: ClassSummary) -> None:
    five, mode = summary.unexplained
    assert (five.came, students(five.rows), five.points) == ("5 in the file", ["gus", "hal"], 6)
    assert (mode.came, students(mode.rows), mode.points) == ("the mode of cyd", ["cyd"], 1)
    assert five.public and not mode.public
    assert summary.nameless == {"add": 2, "loop.mode": 1}  # nothing that was never begun


def test_what_to_teach_is_what_cost_most(summary: ClassSummary) -> None:
    assert [cause.points for cause in summary.to_teach] == [12, 6]
    many = [hand_in(f"s{n}", {"add": failed("4")}) for n in range(5)]
    taught = summarise(ASSIGNMENT, [*small_class(), *many], [NO_STEP]).to_teach
    assert [cause.title or cause.came for cause in taught] == ["4", NO_STEP.title, "5 in the file"]


def test_a_text_that_says_a_name_is_not_for_the_class() -> None:
    rows = [hand_in(name, {"add": failed("ask Jane_Doe")}) for name in ("ann", "bob")]
    assert summarise(ASSIGNMENT, rows, []).to_teach
    assert not summarise(ASSIGNMENT, [*rows, hand_in("jane_doe")], []).to_teach


def test_hand_ins_of_which_the_same_is_said(summary: ClassSummary) -> None:
    (problem,), (fault,) = summary.problems, summary.faults
    assert (problem.text, students(problem.rows), problem.public) == ("the file is empty", ["fay"], True)
    assert (fault.text, students(fault.rows)) == ("the grader was killed", ["eve"])


def test_students_by_name(summary: ClassSummary) -> None:
    assert students([student.row for student in summary.students]) == [
        "ada",
        "ben",
        "cyd",
        "dan",
        "eve",
        "fay",
        "gus",
        "hal",
    ]
    _, ben, _, dan, eve, *_ = summary.students
    assert (ben.states, ben.mistakes) == (["passed", "partial", "not_run"], ["no_step"])
    assert dan.states == ["not_begun", "not_begun", "not_run"] and eve.states == []


def test_a_mistake_that_the_library_has_lost_keeps_its_id() -> None:
    (cause,) = summarise(ASSIGNMENT, [row for row in small_class() if row.student == "ben"], []).mistakes
    assert (cause.title, cause.checks) == ("no_step", {"loop.step": 1})


def test_report_without_points_is_no_score() -> None:
    row = hand_in("ada")
    assert row.report
    row.report.update(score=0.0, max_score=0.0, tasks=[])
    summary = summarise(ASSIGNMENT, [row, hand_in("ben")], [])
    assert summary.scores == [100] and students(summary.faults[0].rows) == ["ada"]


def test_task_that_nobody_was_graded_on_is_left_out() -> None:
    row = hand_in("ada")
    assert row.report
    del row.report["tasks"][0]
    summary = summarise(ASSIGNMENT, [row], [])
    assert [task.id for task in summary.tasks] == ["loop", "learns"]
    assert summary.students[0].states == ["", "passed", "passed"]


@pytest.mark.parametrize("rows", [[], [Row("eve", "eve.py", None, None, "killed")]])
def test_nobody_graded(rows: list[Row]) -> None:
    summary = summarise(ASSIGNMENT, rows, [NO_STEP])
    assert summary.scores == [] and summary.tasks == [] and summary.to_teach == []
    assert summary.not_graded == len(rows)
