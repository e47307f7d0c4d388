"""What a worker of a class run does: it keeps a host behind walls, and judges one submission after another.

A worker decides grades, so it never runs student code itself: that is in the host's children.
"""

import contextlib
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from autograder.assignment import find_assignment
from autograder.batch.results import Result, suite_digest, torch_version
from autograder.grade import grade
from autograder.isolation.launch import HostError
from autograder.isolation.sandbox import NoWalls, open_host
from autograder.questions import Questions, expected_answers
from autograder.render.page import page, pictures
from autograder.rules import load_rules
from autograder.session import Observation
from autograder.submission import Submission, parse_submission
from autograder.verdict import GraderFault

TRIES = 3  # of a submission whose host dies
CHOICE = "(--sandbox container says that the container around is the wall; --sandbox off does without.)"
OTHER_VERSION = (
    "the files of the assignment or of the grader are not those that the command began with. Were they changed "
    "meanwhile? Then run it again. Workers elsewhere need the same files (docs/scaling.md)"
)
IDLE = 900  # seconds after which a host ends that nobody asks: a run may have been stopped, and the worker stays


@dataclass(frozen=True)
class Setup:
    """What all workers of a run have to agree on."""

    assignment: str
    root: Path | None
    sandbox: str  # the choice of `--sandbox`
    suite: str  # digest of what decides a grade


@dataclass(frozen=True, repr=False)  # Dask may log what a task was given
class Work:
    """One submission to grade: its content, the name that messages use, and the seed of its questions."""

    name: str
    data: bytes
    seed: int
    problem: str = ""
    note: str = ""


@dataclass(frozen=True, repr=False)
class Outcome:
    """What came of it: a result, or the fault of the grader that kept it from being one."""

    result: Result | None = None
    fault: str = ""
    cut_short: bool = False
    elsewhere: bool = False  # the worker is unlike the others; one of them may grade it


@dataclass(frozen=True)
class Ready:
    """A worker that is ready to grade, or what it lacks."""

    sandbox: str = ""
    torch: str = ""
    missing: str = ""


class Grader:
    """The host of this process, and the questions that it has drawn."""

    def __init__(self, setup: Setup) -> None:
        """Raises NoWalls, HostError, AssignmentError."""
        self.setup = setup
        self.assignment = find_assignment(setup.assignment, setup.root)
        self.suite = suite_digest(self.assignment)  # as this process has loaded it
        self.questions: dict[int, Questions] = {}
        self.idle: threading.Timer | None = None
        self.open()

    def open(self) -> None:
        self.host = open_host(self.setup.sandbox, warm=True)

    def wait(self, seconds: float | None) -> None:
        """End the host in so many seconds, unless this is called again; None: not at all."""
        if self.idle:
            self.idle.cancel()
        if seconds is not None:
            self.idle = threading.Timer(seconds, close, [self.setup])
            self.idle.daemon = True
            self.idle.start()

    def reopen(self) -> None:
        with contextlib.suppress(HostError, OSError):
            self.host.close()
        self.open()

    def ask_reference(self, seed: int) -> dict[str, Observation]:
        try:
            return expected_answers(self.assignment, self.questions_for(seed), self.host, load_rules())
        except GraderFault as fault:  # its process may have been killed, which is no reason to grade nobody
            raise HostError(str(fault)) from fault

    def grade(self, work: Work, expected: dict[str, Observation]) -> Outcome:
        path = Path(work.name)
        if work.problem:
            submission = Submission(path, problem=work.problem)
        else:
            submission = parse_submission(path, work.data, self.assignment.explore_cells())
        questions = self.questions_for(work.seed)
        report = grade(self.assignment, submission, self.host, questions=questions, expected=expected)
        report.notes += [work.note] if work.note else []
        drawn = pictures(report)
        result = Result(report.as_dict(), page(self.assignment, report, drawn), drawn)
        return Outcome(result, cut_short=report.cut_short and report.score < report.max_score)

    def questions_for(self, seed: int) -> Questions:
        if seed not in self.questions:
            self.questions[seed] = Questions(self.assignment.suite, seed)
        return self.questions[seed]


Answer = TypeVar("Answer")
graders: dict[Setup, Grader] = {}  # of this process; made when it is first asked
one_at_a_time = threading.Lock()  # a worker may have more threads than the one that it should have


def grader_for(setup: Setup) -> Grader:
    """The grader of this process for a run, whose host has `IDLE` seconds again."""
    if setup not in graders:
        graders[setup] = Grader(setup)
    grader = graders[setup]
    grader.wait(IDLE)
    return grader


def dask_setup(_: object) -> None:
    """Dask calls it when a local worker starts. Ctrl-C reaches all processes of a run, which ends its workers; it was
    held back so far.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def make_ready(setup: Setup) -> Ready:
    """Start the host of this worker."""
    try:
        grader = grader_for(setup)
        if grader.suite != setup.suite:
            return Ready(missing=OTHER_VERSION)
        return Ready(grader.host.sandbox, torch_version())
    except NoWalls as error:
        return Ready(missing=f"{error} {CHOICE}")
    except (HostError, LookupError) as error:
        return Ready(missing=str(error))


def observe_reference(setup: Setup, seed: int) -> dict[str, Observation]:
    """The reference's answers to the questions of a seed."""
    return retried(setup, lambda grader: grader.ask_reference(seed))


def grade_one(setup: Setup, like: Ready, work: Work, expected: dict[str, Observation]) -> Outcome:
    """Grade one submission. Whatever goes wrong is told, not raised: Dask logs what is raised."""
    ready = make_ready(setup)  # it may have joined, or been started again, since all were asked
    if ready != like:
        return Outcome(fault=f"a worker was unlike the others: {ready.missing or ready}", elsewhere=True)
    try:
        return retried(setup, lambda grader: grader.grade(work, expected))
    except Exception as error:
        return Outcome(fault="".join(traceback.format_exception(error, limit=-3)).strip())


def retried(setup: Setup, do: Callable[[Grader], Answer]) -> Answer:
    """What `do` makes of the grader of this process, whose host is started again when it dies."""
    with one_at_a_time:
        for tries_left in reversed(range(TRIES)):
            grader = grader_for(setup)
            try:
                return do(grader)
            except HostError:
                if not tries_left:
                    raise
                grader.reopen()
    raise AssertionError


def close(setup: Setup | None = None) -> None:
    """End the host of a run in this process, or all hosts; a submission that is being graded is graded first."""
    with one_at_a_time:
        for each in [setup] if setup else list(graders):
            if grader := graders.pop(each, None):
                grader.wait(None)
                grader.host.close()
