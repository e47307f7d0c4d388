"""`check("train")` in a notebook: the checks of the suite on live objects, with the verdict and words of `make grade`.

The probes run in the kernel itself, where nothing has to be trusted: it is the student's own look at the work. The
kernel is left as it was. There are no limits, and the rules of the course are not enforced: a loop that never ends is
stopped as any cell is, by the kernel's stop button.
"""

import contextlib
import os
import textwrap
import time
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from autograder.as_found import as_found, same_random_states
from autograder.assignment import Assignment, AssignmentError, assignment_names, find_assignment, likely_assignment
from autograder.bindings import assigned_by
from autograder.errors import describe_error
from autograder.grade import conclude, run_checks
from autograder.grading import Grading
from autograder.isolation.launch import Host, HostError
from autograder.observe import Printed, Student, answer
from autograder.probes import load, probe_modules, read_probes, swapped_in
from autograder.questions import PUBLIC_SEED, Questions, expected_answers
from autograder.ran import Ran, find_shell, not_run_as_saved, statements, what_ran
from autograder.render import messages
from autograder.report import Report
from autograder.rules import load_rules
from autograder.session import Observation, Question, Session
from autograder.submission import Submission, saved_last
from autograder.verdict import GraderFault
from autograder.wire import Message, travelled

NOTEBOOK = Path("notebook")  # where no file is known
VALIDATE_WIDTH = 52  # characters that a line of nbgrader's Validate dialog holds; its command cuts lines at 86


class NotAllPoints(Exception):
    """Points are missing while nbgrader validates, which shows the text of an exception, and nothing else."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]  # for IPython: no frame of ours


def check_live(task: str | None, namespace: dict[str, Any]) -> float:
    """Judge the objects in `namespace`, show the verdict, and return the points.

    Raises:
        AssignmentError: there is no such task.
        NotAllPoints: points are missing, and nbgrader validates the notebook.
        NotGraded: the grader itself failed.
    """
    start = time.monotonic()
    ran = what_ran(namespace)
    assignment = find_assignment(likely_assignment(file=ran.session or named_here()))
    selected = [assignment.task(task)] if task else list(assignment.tasks)
    if task and selected[0].id != task:
        raise AssignmentError(f"{task} is a check; name its task: {selected[0].id}")
    file, explore = ran.saved_file(assignment.name), assignment.explore_cells()
    submission = Submission(file or NOTEBOOK, ran.cells(explore))
    with same_random_states(), short_faults(), screen_for(assignment, one_task=bool(task)) as screen:
        session = LiveSession(submission, ran, assignment)
        callbacks = {"on_check": screen.check_begins, "on_task": screen.task_done}
        grading = Grading(assignment, submission, *recorded(assignment.name), session, **callbacks)
        run_checks(grading, selected)
        report = conclude(grading, selected, time.monotonic() - start)
    if not task and file and ran.sources:
        report.notes += [
            f"`{cell}` as it is saved in {file.name} was not run: run its cell again, or save the notebook"
            for cell in not_run_as_saved(ran, file, explore)
        ]
    screen.finish(report)
    if os.environ.get("NBGRADER_EXECUTION") == "validate" and report.score < report.max_score:
        raise NotAllPoints(in_words(report)) from None
    return float(report.score)


def screen_for(assignment: Assignment, one_task: bool) -> Any:
    """What shows the report: HTML in a notebook, text elsewhere."""
    if hasattr(find_shell(), "kernel"):
        from autograder.render.notebook import NotebookReport

        return NotebookReport(assignment)
    from autograder.render.terminal import TerminalReport

    return TerminalReport(assignment, one_task)


def in_words(report: Report) -> str:
    """All messages as plain text, for an exception."""
    lines = [f"{messages.points(report.score, report.max_score)} points"]
    for task in report.tasks:
        for checks in messages.failures(task):
            parts = ("expected", "came", "why", "hint")
            said = [f"  {part}: {getattr(checks[0], part)}" for part in parts if getattr(checks[0], part)]
            where = f" ({checks[0].line})" if checks[0].line else ""
            lines += [messages.shortened([check.id for check in checks]) + where, *said]
        lines += [f"{messages.shortened([c.id for c in checks])}: {said}" for said, checks in messages.waiting(task)]
    if (step := report.next_step) and f"  hint: {messages.to_do(step)}" not in lines:
        lines.append(f"Next: {step.id}: {messages.to_do(step)}")
    return "\n".join(folded(line) for text in lines for line in text.split("\n"))


def folded(line: str) -> str:
    return textwrap.fill(line, VALIDATE_WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


@cache
def recorded(name: str) -> tuple[Questions, dict[str, Observation]]:
    """The public questions and the reference's answers to them; read once for all calls."""
    assignment = find_assignment(name)
    questions = Questions(assignment.suite, PUBLIC_SEED)
    return questions, expected_answers(assignment, questions, None, load_rules())


class LiveSession(Session):
    """The names of a running notebook, asked like a submission, here and now and not in a child."""

    live = True

    def __init__(self, submission: Submission, ran: Ran, assignment: Assignment) -> None:
        super().__init__(cast(Host, None), submission, read_probes(assignment.suite), load_rules())
        self.ran = ran
        self.printed = Printed()
        self.student = Student(ran.namespace, set(ran.filenames), self.printed)
        # What explore cells bind counts whether or not they have been run here.
        sources = [*(cell.source for cell in submission.cells), *assignment.explore_cells()]
        self.student.assigned = {name for source in sources for s in statements(source) for name in assigned_by(s)}
        with swapped_in({}):
            self.module, self.modules = load(self.probes), probe_modules()

    def ask(self, probe: str, question: Question) -> Observation:
        """The answer of `probe`. Raises KeyboardInterrupt for the stop button, HostError for faults of ours."""
        key = self.key(probe, question)
        if key not in self.answers:
            try:
                self.answers[key] = self.observe(probe, question)
            except Exception as error:  # what the student's code raises is in the answer; this is ours
                raise HostError(f"the question {probe} could not be asked here") from error
        return self.answers[key]

    def observe(self, probe: str, question: Question) -> Observation:
        asked = travelled(Message({"values": question.values}, question.arrays))
        with as_found(self.ran.namespace, self.printed), swapped_in(self.modules):
            ask = getattr(self.module, probe.replace(".", "_"))
            seen = answer(ask, self.student, asked, let_through=(KeyboardInterrupt,))
        try:
            seen = travelled(seen)
        except (TypeError, ValueError) as error:  # JSON or safetensors cannot take what the student's code made
            seen = Message({"values": {}, "error": describe_error(error, set())})
        rename(seen.header, self.ran.filenames)
        return Observation.of(seen)


class NotGraded(GraderFault):
    """The grader failed; the text says how."""

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


@contextlib.contextmanager
def short_faults() -> Iterator[None]:
    """A fault of ours in a few lines, not in pages of pytest's."""
    try:
        yield
    except (GraderFault, HostError) as fault:
        last = "".join(traceback.format_exception(fault.__cause__ or fault, limit=-3))
        told = "This could not be graded. That is the grader's fault, not yours; please report these lines."
        raise NotGraded(f"{told}\n{last}") from None


def rename(value: Any, filenames: dict[str, str]) -> None:
    """Name the places of errors for the reader, wherever they stand in an answer."""
    if isinstance(value, dict):
        where = value.get("where")
        if isinstance(where, dict) and where.get("filename") in filenames:
            where["filename"] = filenames[where["filename"]]
        for inner in value.values():
            rename(inner, filenames)
    elif isinstance(value, list):
        for inner in value:
            rename(inner, filenames)


def named_here() -> Path | None:
    """The file in the current folder that is called after an assignment: nbgrader says nothing of the one it runs."""
    names = list(assignment_names())
    return saved_last([Path(f"{name}{suffix}") for name in names for suffix in (".ipynb", ".py")])
