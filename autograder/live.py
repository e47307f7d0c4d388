"""`check("train")` in a notebook: the checks of the suite on live objects, with the verdict and words of `make grade`.

The probes run in the kernel itself, where nothing has to be trusted: it is the student's own look at the work. The
kernel is left as it was. A loop that never ends is stopped as any cell is, by the kernel's stop button.
"""

import contextlib
import os
import random
import re
import sys
import time
import types
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.assignment import Assignment, AssignmentError, find_assignment, likely_assignment
from autograder.grade import PUBLIC_SEED, Grading, Questions, conclude, expected_answers, run_checks
from autograder.observe import Printed, Student, answer
from autograder.render import messages
from autograder.report import Report
from autograder.rules import load_rules
from autograder.session import Observation, Question, Session
from autograder.submission import Cell, Submission, read_submission, saved_last, squeeze
from autograder.wire import Message

BINDS = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)\s*[:=]", re.MULTILINE)


class NotAllPoints(Exception):
    """Points are missing while nbgrader validates, which shows the text of an exception, and nothing else."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]  # for IPython: no frame of ours


def check_live(task: str | None, namespace: dict[str, Any]) -> float:
    """Judge the objects in `namespace`, show the verdict, and return the points.

    Raises:
        AssignmentError: there is no such task.
        NotAllPoints: points are missing, and nbgrader validates the notebook.
    """
    start = time.monotonic()
    shell = running_shell()
    path = notebook_path(namespace) if shell else Path(namespace.get("__file__", "script.py"))
    assignment = find_assignment(likely_assignment(file=path))
    selected = [assignment.task(task)] if task else list(assignment.tasks)
    if shell:
        submission, places = what_was_run(shell, path)
    else:
        submission, places = read_submission(path, assignment.explore_cells()), {str(path): path.name}
    with as_found():
        session = LiveSession(namespace, submission, assignment.suite / "probes.py", places)
        grading = Grading(assignment, submission, *recorded(assignment.name), session)
        run_checks(grading, selected)
    report = conclude(grading, selected, time.monotonic() - start)
    if shell and not task:
        report.notes += saved_otherwise(assignment, shell, path)
    show(assignment, report, shell)
    if os.environ.get("NBGRADER_EXECUTION") == "validate" and report.score < report.max_score:
        raise NotAllPoints(in_words(report)) from None
    return float(report.score)


def show(assignment: Assignment, report: Report, shell: Any) -> None:
    """The report as HTML in a notebook, as text elsewhere."""
    if hasattr(shell, "kernel"):
        from IPython.display import HTML, display

        from autograder.render.page import cell

        display(HTML(cell(assignment, report)))
        return
    from autograder.render.terminal import TerminalReport

    screen = TerminalReport(assignment, one_task=len(report.tasks) == 1)
    for task in report.tasks:
        screen.task_done(task)
    screen.finish(report)


def in_words(report: Report) -> str:
    """All messages as plain text, for an exception."""
    lines = [f"{messages.points(report.score, report.max_score)} points"]
    for task in report.tasks:
        for checks in messages.failures(task):
            parts = ("expected", "came", "why", "hint")
            said = [f"  {part}: {getattr(checks[0], part)}" for part in parts if getattr(checks[0], part)]
            lines += [f"{messages.shortened([check.id for check in checks])} {checks[0].line or ''}".strip(), *said]
        lines += [f"{messages.shortened([c.id for c in checks])}: {said}" for said, checks in messages.waiting(task)]
    if step := report.next_step:
        lines.append(f"Next: {step.id}: {messages.to_do(step)}")
    return "\n".join(lines)


@cache
def recorded(name: str) -> tuple[Questions, dict[str, Observation]]:
    """The public questions and the reference's answers to them; read once for all calls."""
    assignment = find_assignment(name)
    questions = Questions(assignment.suite, PUBLIC_SEED)
    return questions, expected_answers(assignment, questions, None, load_rules())


class LiveSession(Session):
    """Answers with the objects of a running kernel, in the kernel itself."""

    live = True

    def __init__(self, namespace: dict[str, Any], submission: Submission, probes: Path, places: dict[str, str]) -> None:
        self.namespace = namespace
        self.submission = submission
        self.places = places  # the names of running code -> what a reader calls them
        self.cells = submission.cells
        self.answers = {}
        self.cell_errors, self.ends, self.late = {}, [], []
        self.module = types.ModuleType("probes")
        sys.modules["probes"] = self.module  # a real module, so that a student's code can pickle the models made there
        exec(compile(probes.read_text(encoding="utf-8"), "<probes>", "exec"), vars(self.module))

    def ask(self, probe: str, question: Question) -> Observation:
        key = self.key(probe, question)
        if key not in self.answers:
            student = Student(self.namespace, set(self.places), Printed(), set(self.namespace))
            asked = Message({"values": question.values}, question.arrays)
            message = answer(vars(self.module)[probe.replace(".", "_")], student, asked)
            self.answers[key] = Observation.of(Message(self.for_readers(message.header), message.arrays))
        return self.answers[key]

    def for_readers(self, value: Any) -> Any:
        """A header with the places of errors as a reader calls them."""
        if isinstance(value, dict):
            named = {"filename": self.places.get(value["filename"], value["filename"])} if "filename" in value else {}
            return {key: self.for_readers(inner) for key, inner in value.items()} | named
        return [self.for_readers(inner) for inner in value] if isinstance(value, list) else value


@contextlib.contextmanager
def as_found() -> Iterator[None]:
    """Leave the kernel as it was: what is printed where, the switches of PyTorch, random generators, warnings."""
    import torch

    cuda, cudnn = torch.cuda, torch.backends.cudnn
    names = (sys, "stdout"), (sys, "stderr"), (cuda, "synchronize"), (cudnn, "allow_tf32")
    before = [(where, name, getattr(where, name)) for where, name in names]
    probes, threads, gradients = sys.modules.get("probes"), torch.get_num_threads(), torch.is_grad_enabled()
    dtype, device = torch.get_default_dtype(), torch.get_default_device()
    randoms = random.getstate(), np.random.get_state(), torch.get_rng_state()
    torch.set_num_threads(1)  # as `make grade` does: the sums of a second one differ in their last digits
    try:
        with warnings.catch_warnings():
            yield
    finally:
        for where, name, value in before:
            setattr(where, name, value)
        torch.set_num_threads(threads)
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)
        torch.set_default_device(None if device.type == "cpu" else device)
        random.setstate(randoms[0])
        np.random.set_state(randoms[1])
        torch.set_rng_state(randoms[2])
        sys.modules.pop("probes", None)
        if probes:
            sys.modules["probes"] = probes


# --- where the code comes from ------------------------------------------------------------------------------------


def running_shell() -> Any:
    """IPython's shell, in a notebook or a terminal; None in plain Python."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def notebook_path(namespace: dict[str, Any]) -> Path:
    """The notebook, as far as Jupyter or VS Code says which; else the file that was saved last, or would be."""
    named = os.environ.get("JPY_SESSION_NAME") or namespace.get("__vsc_ipynb_file__") or namespace.get("__session__")
    if isinstance(named, str) and Path(named).is_file():
        return Path(named)
    with contextlib.suppress(AssignmentError):
        starter = find_assignment(likely_assignment()).starter
        return saved_last([starter.with_suffix(".ipynb"), starter]) or starter.with_suffix(".ipynb")
    return Path("notebook.ipynb")


def what_was_run(shell: Any, path: Path) -> tuple[Submission, dict[str, str]]:
    """The cells that were run, without those whose names were bound anew later, and what a reader calls their code."""
    submission = Submission(path)
    bound: set[str] = set()
    sources = list(shell.user_ns.get("In", []))
    for number in range(len(sources) - 1, 0, -1):
        binds = {name for names in BINDS.findall(sources[number]) for name in names if name}
        if binds - bound:
            filename = f"{path.name}, cell [{number}]"
            submission.cells.insert(0, Cell(number, sources[number], filename, 1))
        bound |= binds
    numbers = getattr(shell.compile, "_filename_map", {})
    return submission, {name: f"{path.name}, cell [{number}]" for name, number in numbers.items()}


def saved_otherwise(assignment: Assignment, shell: Any, path: Path) -> list[str]:
    """A note where an answer cell, as it is saved, has not been run."""
    if not path.is_file():
        return []
    run = {squeeze(source) for source in shell.user_ns.get("In", [])}
    saved = read_submission(path, assignment.explore_cells())
    tasks = {task.cell for task in assignment.tasks if task.cell}
    stale = [cell.answer for cell in saved.cells if cell.answer in tasks and squeeze(cell.source) not in run]
    return [
        f"`{name}` as it is saved in {path.name} was not run: run its cell again, or save the notebook"
        for name in stale
        if name
    ]
