"""One submission under the checks of its suite: what it answers, and what the checks say of it."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from autograder.assignment import Assignment, Task
from autograder.compare import measured, printable
from autograder.explain import explain_end, explain_error, explain_missing
from autograder.fingerprint import Fingerprint, fingerprint, noted, saw
from autograder.questions import Questions, load_module
from autograder.report import CheckResult, TaskResult
from autograder.session import Observation, Session
from autograder.submission import Submission
from autograder.verdict import Failure, NotChecked


class Grading:
    """One submission under the checks of its suite."""

    def __init__(
        self,
        assignment: Assignment,
        submission: Submission,
        questions: Questions,
        expected: dict[str, Observation],
        session: Session,
        gpu: tuple[Session, str] | None = None,
        on_check: Callable[[str], None] = lambda check: None,
        on_task: Callable[[TaskResult], None] = lambda task: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.assignment = assignment
        self.submission = submission
        self.questions = questions
        self.expected = expected
        self.session = session
        self.gpu = gpu
        self.on_check, self.on_task, self.stop = on_check, on_task, stop
        hints = assignment.suite / "hints.py"
        self.work_out = load_module(hints).work_out if hints.exists() else lambda message: None
        self.results: dict[str, CheckResult] = {}
        self.measured: dict[str, list[tuple[str, float, float]]] = {}  # by check, as `compare.within` noted it
        self.judged: dict[str, list[Any]] = {}  # by check, what it `saw`
        self.fault: BaseException | None = None
        self.replays = False  # the reference's own answers take the place of the student's

    def observed(
        self, probe: str, enough: Callable[[Observation], bool] = lambda seen: False, **values: Any
    ) -> Observation:
        """The student's answer to the question of `probe`, with these `values` in it.

        Raises Failure or NotChecked when there is none. An answer that an exception cut short is one, too, when
        `enough` says so.
        """
        return self._answer(self.session, probe, values, enough)

    def answered(self, probe: str) -> Observation:
        """The student's answer if a check has asked for it, else an empty one. Nothing in it is trusted."""
        question = self.questions.drawn.get(probe)
        return (question and self.session.answered(probe, question)) or Observation()

    def observed_on_gpu(self, probe: str) -> Observation | None:
        """The answer on a GPU, where there is one to grade on."""
        if not self.gpu:
            return None
        session, device = self.gpu
        return self._answer(session, probe, {"gpu": device})

    def _answer(
        self,
        session: Session,
        probe: str,
        values: dict[str, Any],
        enough: Callable[[Observation], bool] = lambda seen: False,
    ) -> Observation:
        if self.replays:
            return self.expected[probe]
        if self.submission.problem:
            raise NotChecked(self.submission.problem)
        task = self.assignment.task(probe)
        question = self.questions(probe)
        answer = session.ask(probe, replace(question, values=question.values | values))
        if answer.not_asked:
            raise NotChecked(answer.not_asked, "what was stopped before it comes first")
        if answer.ended:
            raise explain_end(answer.ended)
        if answer.error and not enough(answer):
            if not values:  # a second try is not what is judged
                saw(answer.error)
            raise self.explain(answer.error, task)
        return answer

    def explain(self, error: dict[str, Any], task: Task) -> Failure | NotChecked:
        name = error.get("name")
        if error.get("type") == "Missing" and isinstance(name, str) and name.isidentifier():
            return explain_missing(name, self.session, task)
        return explain_error(error, self.session, task, self.work_out)

    @contextlib.contextmanager
    def error_first(self, answer: Observation, check_id: str) -> Iterator[None]:
        """Judge an answer that an error may have cut short: where it fails, it is the error that needs mending."""
        try:
            yield
        except Failure:
            if answer.error:
                raise self.explain(answer.error, self.assignment.task(check_id)) from None
            raise

    def record(self, check_id: str, title: str, raised: BaseException | None) -> None:
        """Take down the verdict of one check."""
        task = self.assignment.task(check_id)
        points = task.checks[check_id]
        self.measured[check_id], self.judged[check_id] = measured.copy(), noted.copy()
        measured.clear()
        noted.clear()
        result = CheckResult(check_id, title, 0.0, points, "passed", lesson=task.lesson)
        if raised is None:
            result.score = points
        elif isinstance(raised, Failure):
            result.status = "failed"
            result.expected, result.came, result.hint = raised.expected, raised.came, raised.hint
            result.message = f"expected: {raised.expected}; came: {raised.came}"
            result.line = raised.place
        elif isinstance(raised, NotChecked):
            result.status = "not_run"
            result.message, result.hint, result.line = (f"not checked: {raised.waits_for}", raised.hint, raised.place)
        else:
            self.fault = raised
            return
        if raised and not result.line:
            result.line = self.submission.find(task.line_pattern(check_id), task.cell)
        for part in ("message", "expected", "came", "hint", "line"):  # what came from a student may attack the reader
            if said := getattr(result, part):
                setattr(result, part, printable(said)[:1000])
        self.results[check_id] = result
        if all(check in self.results for check in task.checks):
            self.on_task(self.task_result(task))

    @property
    def saw(self) -> dict[str, Fingerprint]:
        """The fingerprint of what each check judged; worked out only for those who ask, since it takes a while."""
        return {check: fingerprint(seen) for check, seen in self.judged.items()}

    def task_result(self, task: Task) -> TaskResult:
        return TaskResult(task.id, task.title, task.points, [self.results[check] for check in task.checks])
