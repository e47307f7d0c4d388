"""Asks one submission the questions of a suite, in as many child processes as it takes."""

import contextlib
import signal
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from autograder.isolation.launch import Child, Host, HostError
from autograder.probes import Modules, compiled
from autograder.submission import Cell, Submission, place
from autograder.wire import Channel, Closed, Message, ProtocolError

MAX_ENDS = 10  # statements that may end their process one after another; then only definitions are run, then nothing
MAX_NOTES = 20  # of what a child says of its cells
STARTING = 180  # seconds until a child has torch imported, on a slow disk that has not seen it before


@dataclass(frozen=True)
class Question:
    """Inputs for one probe, drawn by the judge. `limit` names the limit of `rules.toml` that it runs under."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    limit: str = "probe"


@dataclass(frozen=True)
class Observation:
    """What a probe saw. Nothing in it is trusted: compare names, shapes and types before any arithmetic."""

    values: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    ended: str | None = None  # how student code ended its process instead of answering
    not_asked: str | None = None  # why the question was not put

    @classmethod
    def of(cls, message: Message) -> "Observation":
        """Raises ProtocolError for an answer that is not one."""
        header = message.header
        values, error = header.get("values"), header.get("error")
        if not (isinstance(values, dict) and isinstance(error, dict | None)):
            raise ProtocolError("an answer without its parts")
        return cls(values, message.arrays, error)


class NoAnswer(Exception):
    """No answer will come, and what is known instead."""

    def __init__(self, instead: Observation) -> None:
        super().__init__(instead.ended or instead.not_asked)
        self.instead = instead


@dataclass(frozen=True)
class End:
    """How a child ended while it ran the cells."""

    cell: Cell
    statement: int  # its number in the cell; -1 for the cell as a whole
    place: str
    why: str


class Session:
    """One submission under observation.

    A statement of a cell, or a probe, that ends the child costs only what depends on it: the session goes on in a new
    child, without that statement and without that task's other probes.
    """

    live = False  # whether a notebook's own kernel answers

    def __init__(self, host: Host, submission: Submission, probes: Modules, rules: dict[str, Any], gpu: bool = False):
        self.host = host
        self.sandbox = host.sandbox if host else "none"  # a notebook's own kernel has no host
        self.submission = submission
        self.probes = compiled(probes)
        self.rules = rules
        self.gpu = gpu
        self.gpus: list[str] = []  # what PyTorch sees in a child that may see it
        self.child: Child | None = None
        self.cells = submission.cells
        self.answers: dict[str, Observation] = {}  # by question; several checks look at one answer
        self.lost: dict[str, Observation] = {}  # task id -> what its child's end looked like
        self.cell_errors: dict[int, list[dict[str, Any]]] = {}  # by the index of the cell
        self.ends: list[End] = []  # statements that ended a child; they are left out from then on
        self.late: list[str] = []  # places that only ran after all cells below them
        self.cut_short = False  # whether any of it was stopped from outside: for the time that it took, or killed
        self.cells_took = self.answers_took = 0.0  # seconds by the clock

    def ask(self, probe: str, question: Question) -> Observation:
        """The answer of `probe`, or how it ended. Raises HostError when the grader itself cannot go on."""
        task, key = probe.partition(".")[0], self.key(probe, question)
        if key not in self.answers and task not in self.lost:
            try:
                self.answers[key] = self._ask(probe, question)
            except NoAnswer as answer:
                self.lost[task] = answer.instead
            except HostError:
                raise
            except Exception as error:  # whatever student code does is in an answer; this is ours
                raise HostError(f"the question {probe} could not be asked") from error
        return self.answers.get(key) or self.lost[task]

    def _ask(self, probe: str, question: Question) -> Observation:
        """Raises NoAnswer."""
        channel = self._channel()
        seconds = self.rules["limits"][question.limit]
        header = {"probe": probe.replace(".", "_"), "values": question.values, "seconds": seconds}
        begun = time.monotonic()
        try:
            # The limit is processor time; on a busy machine the clock runs up to three times as long.
            channel.send(Message(header, question.arrays), timeout=3 * seconds)
            return Observation.of(channel.receive(timeout=3 * seconds))
        except (Closed, TimeoutError, ProtocolError) as how:
            _, ended = self._end(how, seconds)
            raise NoAnswer(Observation(ended=ended)) from how
        finally:
            self.answers_took += time.monotonic() - begun

    @property
    def out_of_time(self) -> bool:
        return self.cells_took + self.answers_took > self.rules["limits"]["submission"]

    def answered(self, probe: str, question: Question) -> Observation | None:
        """The answer of `probe` if it has been asked already."""
        return self.answers.get(self.key(probe, question))

    @staticmethod
    def key(probe: str, question: Question) -> str:
        return f"{probe} {question.values}"

    def sees(self, gpu: str) -> bool:
        with contextlib.suppress(NoAnswer):
            self._channel()
        return gpu in self.gpus

    def close(self) -> None:
        if self.child:
            with contextlib.suppress(RuntimeError):
                self.child.end()
            self.child = None

    def _channel(self) -> Channel:
        """A child that has run the cells. One that ends while it runs them is replaced, without what ended it.

        Raises NoAnswer when the time for all of the submission is over.
        """
        while True:
            if self.out_of_time:
                self.cut_short = True
                limit = self.rules["limits"]["submission"]
                raise NoAnswer(Observation(not_asked=f"there are {limit} seconds for all parts, and they are over"))
            if self.child:
                return self.child.channel
            self.child = self.host.spawn(gpu=self.gpu)
            if end := self._run_cells(self.child.channel):
                self.ends.append(end)
                if end.statement < 0:  # text that ends even Python's parser
                    self.cells = [cell for cell in self.cells if cell is not end.cell]
                if len(self.ends) > MAX_ENDS:
                    self.cells = []

    def _run_cells(self, channel: Channel) -> End | None:
        """Let the child run the cells; which statement ended it, if one did."""
        seconds = self.rules["limits"]["cells"]
        cells = {cell.index: cell for cell in self.cells}
        start = Message(self._start(), {"probes": np.frombuffer(self.probes, np.uint8)})
        deadline = time.monotonic() + STARTING
        # What runs, since when, and what ran longest before it. No list: a child may announce without end.
        running: tuple[Cell, int, int] | None = None  # cell, statement, line
        begun = since = 0.0
        longest: tuple[float, tuple[Cell, int, int] | None] = (-1.0, None)  # seconds, and what
        try:
            channel.send(start, timeout=STARTING)
            while True:
                header = channel.receive(timeout=max(0.0, deadline - time.monotonic())).header
                if "fault" in header and not running:
                    raise HostError(str(header["fault"]))
                if header.get("ready"):
                    self._take_down(header, cells)
                    return None
                now = time.monotonic()
                if not running:
                    begun, deadline = now, now + 3 * seconds  # for all cells together
                elif now - since > longest[0]:
                    longest = (now - since, running)
                running = (cells[whole(header["running"])], whole(header["statement"]), whole(header["line"]))
                since = now
        except (Closed, TimeoutError, KeyError, TypeError, ValueError) as how:  # ProtocolError is a ValueError
            now = time.monotonic()
            late, ended = self._end(how, seconds)
            if not running:
                raise HostError("the process for student code did not start" + self.host.last_words()) from how
            # Out of time is not the fault of the statement that happens to run, but of the one that ran longest.
            if late and longest[1] and longest[0] >= now - since:
                running = longest[1]
            cell, statement, line = running
            return End(cell, statement, place(cell.filename, line), ended)
        finally:
            if running:
                self.cells_took += time.monotonic() - begun

    def _take_down(self, header: dict[str, Any], cells: dict[int, Cell]) -> None:
        """What the child says of the cells that it ran. Raises KeyError, TypeError or ValueError for nonsense."""
        self.gpus = [gpu for gpu in header["gpus"] if isinstance(gpu, str)]
        self.cell_errors = {}
        for error in header["errors"][:MAX_NOTES]:
            self.cell_errors.setdefault(cells[whole(error["cell"])].index, []).append(error)
        self.late = [place(cells[whole(index)].filename, whole(line)) for index, line in header["late"][:MAX_NOTES]]

    def _start(self) -> dict[str, Any]:
        """All that a child is told. The submission goes in as text, and nothing of what is expected."""
        return {
            "cells": [asdict(cell) for cell in self.cells],
            "left_out": [(end.cell.index, end.statement) for end in self.ends],
            # Cells that train for minutes must leave time for the questions.
            "definitions_only": len(self.ends) >= MAX_ENDS or 3 * self.cells_took > self.rules["limits"]["submission"],
            "rules": self.rules,
            "limit_memory": not self.gpu,  # CUDA reserves far more address space than memory
        }

    def _end(self, how: Exception, seconds: int) -> tuple[bool, str]:
        """End the child: whether it was out of time, and why it gave no answer, in words."""
        assert self.child
        code = self.child.end()
        self.child = None
        # As an exit code, too: see `limits.end_when_out_of_time`.
        late = isinstance(how, TimeoutError) or abs(code) == getattr(signal, "SIGXCPU", None)
        self.cut_short |= late or (isinstance(how, Closed) and code == -getattr(signal, "SIGKILL", 0))
        return late, sentence(how, code, seconds, late)


def whole(value: Any) -> int:
    """Raises ProtocolError for what is not a whole number, such as JSON's 1e999."""
    if type(value) is not int:
        raise ProtocolError("no whole number where one belongs")
    return value


def sentence(how: Exception, code: int, seconds: int, late: bool) -> str:
    """Why student code gave no answer, from how its process ended (`code` as subprocess has it)."""
    if late:
        return f"it ran for more than {seconds} seconds and was stopped: is there a loop that never ends?"
    if isinstance(how, KeyError | TypeError | ValueError):
        return f"it sent the grader something that is not an answer ({how})"
    if code == -getattr(signal, "SIGKILL", 0):
        return "its process was ended from outside, most likely for using too much memory"
    if code < 0:
        return f"it crashed the Python interpreter ({signal.strsignal(-code)})"
    if code >= 1 << 31:  # Windows
        return f"it crashed the Python interpreter ({code:#x})"
    return f"it ended its own process (exit code {code}): graded code must not leave Python"
