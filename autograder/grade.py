"""Grades one submission: ask, observe, compare, report. The suite's pytest tests do the comparing."""

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder import known
from autograder.assignment import Assignment, Task
from autograder.compare import printable
from autograder.device import gpu_to_try
from autograder.fingerprint import Fingerprint
from autograder.grading import Grading
from autograder.isolation.launch import Host, HostError, start_host
from autograder.known import Mistake
from autograder.naming import name_mistakes
from autograder.probes import Modules, read_probes
from autograder.questions import PUBLIC_SEED, Questions, expected_answers, load_module
from autograder.report import Picture, Report
from autograder.rules import load_rules
from autograder.session import MAX_NOTES, Observation, Session
from autograder.submission import Submission, SubmissionError, read_submission
from autograder.verdict import GraderFault


class Stopped(Exception):
    """The caller wanted no more of it."""


@contextlib.contextmanager
def open_grading(
    assignment: Assignment,
    handed_in: Path | Submission,
    host: Host,
    *,
    seed: int = PUBLIC_SEED,
    device: str = "cpu",
    questions: Questions | None = None,
    expected: dict[str, Observation] | None = None,
    **callbacks: Any,
) -> Iterator[Grading]:
    """A submission, or the file of one, ready to be checked; its processes end with the block.

    `questions` and `expected` save drawing them, and asking the reference, for a caller that has them; `callbacks` are
    those of `Grading`. Raises what `grade` raises.
    """
    if isinstance(handed_in, Path) and host.sandbox != "none" and handed_in.is_symlink():
        raise SubmissionError(f"{handed_in} is a link, which may lead to somebody else's work: grade the file itself")
    explore = assignment.explore_cells()
    submission = handed_in if isinstance(handed_in, Submission) else read_submission(handed_in, explore)
    rules = load_rules()
    questions = questions or Questions(assignment.suite, seed)
    if expected is None:
        expected = expected_answers(assignment, questions, host, rules)
    else:
        questions.know(expected)
    probes = read_probes(assignment.suite)
    session = Session(host, submission, probes, rules)
    gpu = gpu_session(device, submission, probes, rules, walled=host.sandbox != "none")
    try:
        yield Grading(assignment, submission, questions, expected, session, gpu, **callbacks)
    finally:
        session.close()
        if gpu:
            gpu[0].close()
            gpu[0].host.close()


def grade(
    assignment: Assignment, handed_in: Path | Submission, host: Host, *, tasks: Iterable[str] = (), **options: Any
) -> Report:
    """Grade a submission, all of it or the `tasks` named; `options` are those of `open_grading`.

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
    with open_grading(assignment, handed_in, host, **options) as grading:
        run_checks(grading, selected)
        return conclude(grading, selected, time.monotonic() - start)


def conclude(grading: Grading, selected: list[Task], seconds: float) -> Report:
    """The report on what the checks of the `selected` tasks have said, with known mistakes named."""
    assignment = grading.assignment
    failed = any(result.status == "failed" for result in grading.results.values())
    recorded = known.load(assignment.suite, assignment.version, PUBLIC_SEED) if failed else []
    named = name_mistakes(grading.results, seen_in_public(grading, recorded), recorded)
    return Report(
        assignment=assignment.name,
        suite_version=assignment.version,
        release=assignment.release,
        submission=str(grading.submission.path),
        seed=grading.questions.seed,
        device=grading.gpu[1] if grading.gpu else "cpu",
        sandbox=grading.session.sandbox,
        seconds=seconds,
        problem=grading.submission.problem,
        notes=notes(grading.session),
        cut_short=grading.session.cut_short,
        tasks=[grading.task_result(task) for task in selected],
        mistakes=named,
        pictures=draw_pictures(grading),
    )


def seen_in_public(grading: Grading, recorded: list[Mistake]) -> Mapping[str, Fingerprint]:
    """What the checks see where they ask the public questions, for which the fingerprints of mistakes are recorded.

    A submission that was asked others is asked again, in what failed and may be a known mistake.
    """
    if not recorded or grading.session.out_of_time:
        return {}
    if grading.questions.seed == PUBLIC_SEED:
        return grading.saw
    failed = {check for check, result in grading.results.items() if result.status == "failed"}
    may_be: set[str] = set()
    for mistake in recorded:
        if (checks := mistake.fingerprints.keys() & grading.results.keys()) <= failed:
            may_be |= checks
    tasks = [task for task in grading.assignment.tasks if not may_be.isdisjoint(task.checks)]
    tasks = [task for task in tasks if task.id not in grading.session.lost]  # it would end its process again
    if not tasks:
        return {}
    grading.session.close()  # a host has one child at a time
    with open_grading(grading.assignment, grading.submission, grading.session.host) as public:
        run_checks(public, tasks)
        return public.saw


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
    from autograder.suites.collected import run_suite

    run_suite(grading.assignment.suite, grading, [task.id for task in tasks])
    missing = [check for task in tasks for check in task.checks if check not in grading.results]
    if isinstance(grading.fault, HostError):
        raise grading.fault
    if missing and grading.stop():
        raise Stopped
    if grading.fault or missing:
        raise GraderFault(f"the checks {missing} gave no verdict") from grading.fault


def gpu_session(
    device: str, submission: Submission, probes: Modules, rules: dict[str, Any], walled: bool
) -> tuple[Session, str] | None:
    """A session whose child sees the GPU, in a host of its own, and the name of the GPU; None for the CPU alone."""
    gpu = gpu_to_try(device)
    if gpu and walled:  # no GPU is seen behind walls, and student code must run nowhere else
        if device == "auto":
            return None
        raise SubmissionError(f"behind walls there is no {gpu} device: use DEVICE=auto or DEVICE=cpu")
    if not gpu or submission.problem:
        return None
    with contextlib.ExitStack() as undo:
        host = start_host()
        undo.callback(host.close)
        session = Session(host, submission, probes, rules, gpu=True)
        undo.callback(session.close)
        try:
            if session.sees(gpu):
                undo.pop_all()
                return session, gpu
        except HostError:
            if device != "auto":
                raise
    if device == "auto":
        return None
    raise SubmissionError(f"PyTorch sees no {gpu} device here: use DEVICE=auto or DEVICE=cpu")


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
