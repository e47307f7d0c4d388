"""Grades one submission: ask, observe, compare, report. The suite's pytest tests do the comparing."""

import contextlib
import importlib.util
import os
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from numpy.random import RandomState

from autograder import known, recording
from autograder.assignment import Assignment, AssignmentError, Task
from autograder.compare import measured, printable
from autograder.device import gpu_to_try
from autograder.explain import explain_end, explain_error, explain_missing
from autograder.fingerprint import Fingerprint, saw, take_down
from autograder.isolation.launch import Host, HostError, start_host
from autograder.naming import name_mistakes
from autograder.report import CheckResult, Picture, Report, TaskResult
from autograder.rules import load_rules
from autograder.session import MAX_NOTES, Observation, Question, Session
from autograder.submission import Submission, SubmissionError, read_submission
from autograder.verdict import Failure, NotChecked

PUBLIC_SEED = 0  # of the recorded answers, and so of every grade on a student's machine


class Stopped(Exception):
    """The caller wanted no more of it."""


class GraderFault(RuntimeError):
    """The grader could not do its work: never a student's zero."""


class Questions:
    """The questions of a suite for one seed. Each probe has a random generator of its own."""

    def __init__(self, suite: Path, seed: int) -> None:
        self.seed = seed
        self.module = load_module(suite / "questions.py")
        self.facts: dict[str, dict[str, Any]] = {}  # the reference's values, by probe: a question may build on them
        self.drawn: dict[str, Question] = {}

    def random(self, probe: str) -> RandomState:
        return RandomState((zlib.crc32(probe.encode()) + self.seed) % 2**32)

    def __call__(self, probe: str) -> Question:
        if probe not in self.drawn:  # several checks look at one question, and its weights take a while to draw
            self.drawn[probe] = getattr(self.module, probe.replace(".", "_"))(self.random(probe), self.facts)
        return self.drawn[probe]

    def probes(self) -> list[str]:
        return list(self.module.PROBES)

    def know(self, expected: dict[str, Observation]) -> None:
        self.facts |= {probe: seen.values for probe, seen in expected.items()}


def load_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expected_answers(
    assignment: Assignment, questions: Questions, host: Host | None, rules: dict[str, Any], fresh: bool = False
) -> dict[str, Observation]:
    """The reference's answers: recorded ones for the seed of the recording, else those of the solution itself.

    Raises:
        AssignmentError: another seed is asked for, and the solutions are not here.
        GraderFault: the reference solution does not answer.
    """
    recorded = assignment.suite / "expected.bin"
    if not fresh and recorded.exists():
        seed, expected = recording.load(recorded)
        if seed == questions.seed:
            questions.know(expected)
            return expected
    if not assignment.master.exists() or not host:
        raise AssignmentError(f"seed {questions.seed} needs {assignment.master}, which is not in a student's copy")
    session = Session(host, read_submission(assignment.master), assignment.suite / "probes.py", rules)
    try:
        expected = {}
        for probe in questions.probes():
            seen = expected[probe] = session.ask(probe, questions(probe))
            if seen.error or seen.ended:
                raise GraderFault(f"the reference solution gives no answer to {probe}: {seen.ended or seen.error}")
            questions.know({probe: seen})
        return expected
    finally:
        session.close()


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
        on_check: Callable[[Task, str], None] = lambda task, check: None,
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
        self.saw: dict[str, Fingerprint] = {}  # by check, what it judged
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
        return explain_error(error, self.session, self.work_out)

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
        self.measured[check_id], self.saw[check_id] = measured.copy(), take_down()
        measured.clear()
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

    def task_result(self, task: Task) -> TaskResult:
        return TaskResult(task.id, task.title, task.points, [self.results[check] for check in task.checks])


@contextlib.contextmanager
def open_grading(
    assignment: Assignment,
    path: Path,
    host: Host,
    *,
    seed: int = PUBLIC_SEED,
    device: str = "cpu",
    questions: Questions | None = None,
    expected: dict[str, Observation] | None = None,
    **callbacks: Any,
) -> Iterator[Grading]:
    """A submission ready to be checked; its processes end with the block.

    `questions` and `expected` save drawing them, and asking the reference, for a caller that has them; `callbacks` are
    those of `Grading`. Raises what `grade` raises.
    """
    submission = read_submission(path, assignment.explore_cells())
    rules = load_rules()
    questions = questions or Questions(assignment.suite, seed)
    if expected is None:
        expected = expected_answers(assignment, questions, host, rules)
    else:
        questions.know(expected)
    probes = assignment.suite / "probes.py"
    session = Session(host, submission, probes, rules)
    gpu = gpu_session(device, submission, probes, rules)
    try:
        yield Grading(assignment, submission, questions, expected, session, gpu, **callbacks)
    finally:
        session.close()
        if gpu:
            gpu[0].close()
            gpu[0].host.close()


def grade(assignment: Assignment, path: Path, host: Host, *, tasks: Iterable[str] = (), **options: Any) -> Report:
    """Grade the submission at `path`, all of it or the `tasks` named; `options` are those of `open_grading`.

    On a `device` other than `cpu`, what has to do with devices is observed there as well; `auto` takes a GPU if
    PyTorch sees one.

    Raises:
        SubmissionError: there is no such file, or no such device.
        AssignmentError: an unknown task, or a seed that needs the solutions.
        GraderFault, HostError: the grader itself failed.
        Stopped: the callback `stop` said so between two checks.
    """
    start = time.monotonic()
    selected = [assignment.task(task) for task in tasks] or list(assignment.tasks)
    with open_grading(assignment, path, host, **options) as grading:
        run_checks(grading, selected)
        return conclude(grading, selected, time.monotonic() - start)


def conclude(grading: Grading, selected: list[Task], seconds: float) -> Report:
    """The report on what the checks of the `selected` tasks have said, with known mistakes named."""
    assignment = grading.assignment
    recorded = known.load(assignment.suite, assignment.version, grading.questions.seed)
    named = name_mistakes(grading.results, grading.saw, recorded)
    return Report(
        assignment=assignment.name,
        suite_version=assignment.version,
        submission=str(grading.submission.path),
        seed=grading.questions.seed,
        device=grading.gpu[1] if grading.gpu else "cpu",
        sandbox="none",
        seconds=seconds,
        problem=grading.submission.problem,
        notes=notes(grading.session),
        tasks=[grading.task_result(task) for task in selected],
        mistakes=named,
        pictures=draw_pictures(grading),
    )


def draw_pictures(grading: Grading) -> list[Picture]:
    """What `pictures.py` of the suite makes of the answers; none where a suite has no such file."""
    module = grading.assignment.suite / "pictures.py"
    if grading.submission.problem or not module.exists():
        return []
    try:
        return list(load_module(module).pictures(grading))
    except Exception:  # what a child sent may be anything, and a picture is never worth a grade
        return []


def run_checks(grading: Grading, tasks: list[Task]) -> None:
    """Run the suite's tests for these tasks. Raises GraderFault or HostError when one gives no verdict, or Stopped."""
    # Here and not above: pytest takes a moment to import, in which the host imports torch.
    from autograder.suites import plugin

    run_suite(grading.assignment.suite, plugin.GradingPlugin(grading, [task.id for task in tasks]))
    missing = [check for task in tasks for check in task.checks if check not in grading.results]
    if isinstance(grading.fault, HostError):
        raise grading.fault
    if missing and grading.stop():
        raise Stopped
    if grading.fault or missing:
        raise GraderFault(f"the checks {missing} gave no verdict") from grading.fault


def gpu_session(device: str, submission: Submission, probes: Path, rules: dict[str, Any]) -> tuple[Session, str] | None:
    """A session whose child sees the GPU, in a host of its own, and the name of the GPU; None for the CPU alone."""
    gpu = gpu_to_try(device)
    if not gpu or submission.problem:
        return None
    host = start_host()
    session = Session(host, submission, probes, rules, gpu=True)
    try:
        if session.sees(gpu):
            return session, gpu
    except HostError:
        if device != "auto":
            raise
    session.close()
    host.close()
    if device == "auto":
        return None
    raise SubmissionError(f"PyTorch sees no {gpu} device here: use DEVICE=auto or DEVICE=cpu")


def run_suite(suite: Path, plugin: Any) -> None:
    """The tests of a suite alone: no other plugin, no settings of the current folder, no output of pytest's."""
    import pytest

    from autograder.suites.plugin import SETTINGS

    options = ["--disable-plugin-autoload", "-p", "pytest_timeout", "-p", "autograder.suites.plugin"]
    # Nothing is captured or watched: a notebook's kernel does that itself.
    options += [
        "--capture=no",
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        "--assert=plain",
    ]
    # Handlers of signals and logs are those of the program around it; collecting its garbage takes a while.
    for unused in ("faulthandler", "threadexception", "unraisableexception", "logging"):
        options += ["-p", f"no:{unused}"]
    options += ["-c", str(SETTINGS), "--rootdir", str(suite)]
    before = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        pytest.main([*options, str(suite)], plugins=[plugin])
        if plugin.interrupted:
            raise KeyboardInterrupt  # pytest takes Ctrl-C for itself
    finally:
        if before is not None:
            os.environ["PYTEST_ADDOPTS"] = before
        # pytest names a module by its path below the suite: another suite's test_train.py must not find this one.
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None)).startswith(str(suite)):
                del sys.modules[name]


def notes(session: Session) -> list[str]:
    """What is worth knowing of the cells, and costs nothing by itself."""
    found = [f"{end.place} was left out: {end.why}" for end in session.ends]
    for error in (error for errors in session.cell_errors.values() for error in errors):
        if error.get("message") in ("unexpected indent", "'return' outside function"):
            where = next((cell.filename for cell in session.submission.cells if cell.index == error["cell"]), "a cell")
            found.append(f"{where} begins in the middle of a function: was a cell split in two?")
    for where in session.late:
        found.append(
            f"{where} uses something that stands further down; it was run at the end. Restart and run all to see"
        )
    return [printable(note)[:500] for note in list(dict.fromkeys(found))[:MAX_NOTES]]
