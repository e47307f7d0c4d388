"""Asks one submission the questions of a suite, in as many child processes as it takes."""

import contextlib
import signal
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autograder.isolation.launch import Child, Host, HostError
from autograder.submission import Cell, Submission, place
from autograder.wire import Channel, Closed, Message, ProtocolError

MAX_ENDS = 5  # statements that may end their process one after another; then only definitions are run
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

    @classmethod
    def of(cls, message: Message) -> "Observation":
        """Raises ProtocolError for an answer that is not one."""
        header = message.header
        values, error = header.get("values"), header.get("error")
        if not (isinstance(values, dict) and isinstance(error, dict | None)):
            raise ProtocolError("an answer without its parts")
        return cls(values, message.arrays, error)


class Session:
    """One submission under observation.

    A statement of a cell, or a probe, that ends the child costs only what depends on it: the session goes on in a new
    child, without that statement and without that task's other probes.
    """

    def __init__(self, host: Host, submission: Submission, probes: Path, rules: dict[str, Any], gpu: bool = False):
        self.host = host
        self.submission = submission
        self.probes = probes.read_text(encoding="utf-8")
        self.rules = rules
        self.gpu = gpu
        self.gpus: list[str] = []  # what PyTorch sees in a child that may see it
        self.child: Child | None = None
        self.cells = submission.to_run()
        self.answers: dict[str, Observation] = {}  # by question; several checks look at one answer
        self.lost: dict[str, Observation] = {}  # task id -> what its child's end looked like
        self.cell_errors: dict[int, list[dict[str, Any]]] = {}  # by the index of the cell
        self.cell_ends: dict[int, tuple[str, str]] = {}  # where, and how a child ended there
        self.left_out: list[tuple[int, int]] = []  # cell and statement of those that ended a child
        self.late: list[str] = []  # places that only ran after all cells below them
        self.reused: list[str] = []  # functions whose names were bound to plain values further down

    def ask(self, probe: str, question: Question) -> Observation:
        """The answer of `probe`, or how it ended. Raises HostError when the grader itself cannot go on."""
        task, key = probe.partition(".")[0], f"{probe} {question.values}"
        if key in self.answers:
            return self.answers[key]
        if task in self.lost:
            return self.lost[task]
        channel = self._channel()
        seconds = self.rules["limits"][question.limit]
        header = {"probe": probe.replace(".", "_"), "values": question.values, "seconds": seconds}
        try:
            # The limit is processor time; on a busy machine the clock runs up to three times as long.
            channel.send(Message(header, question.arrays), timeout=3 * seconds)
            self.answers[key] = Observation.of(channel.receive(timeout=3 * seconds))
            return self.answers[key]
        except (Closed, TimeoutError, ProtocolError) as how:
            ended = self._end(how, seconds)
            self.lost[task] = Observation(ended=ended)
            return self.lost[task]

    def sees(self, gpu: str) -> bool:
        self._channel()
        return gpu in self.gpus

    def close(self) -> None:
        if self.child:
            with contextlib.suppress(RuntimeError):
                self.child.end()
            self.child = None

    def _channel(self) -> Channel:
        """A child that has run the cells. One that ends while it runs them is replaced, without what ended it."""
        while not self.child:
            self.child = self.host.spawn(gpu=self.gpu)
            if ended := self._run_cells(self.child.channel):
                cell, statement, _ = ended
                # Text that ends even Python's parser has no statements; and there must be an end to it.
                if statement < 0 or len(self.left_out) >= 2 * MAX_ENDS:
                    self.cells = [other for other in self.cells if other is not cell]
                self.left_out.append((cell.index, statement))
        return self.child.channel

    def _run_cells(self, channel: Channel) -> tuple[Cell, int, int] | None:
        """Let the child run the cells; cell, number and line of the statement that ended it, if one did."""
        seconds = self.rules["limits"]["cells"]
        cells = {cell.index: cell for cell in self.cells}
        running: tuple[Cell, int, int] | None = None
        deadline = time.monotonic() + STARTING
        try:
            channel.send(Message(self._start()), timeout=STARTING)
            while True:
                header = channel.receive(timeout=max(0.0, deadline - time.monotonic())).header
                if "fault" in header and not running:
                    raise HostError(str(header["fault"]))
                if header.get("ready"):
                    self._take_down(header, cells)
                    return None
                if not running:
                    deadline = time.monotonic() + 3 * seconds  # for all cells together
                running = cells[header["running"]], int(header["statement"]), int(header["line"])
        except (Closed, TimeoutError, ProtocolError, KeyError, TypeError, ValueError) as how:
            ended = self._end(how, seconds)
            if running is None:
                raise HostError("the process for student code did not start" + self.host.last_words()) from how
            cell, _, line = running
            self.cell_ends[cell.index] = (place(cell.filename, line), ended)
            return running

    def _take_down(self, header: dict[str, Any], cells: dict[int, Cell]) -> None:
        """What the child says of the cells that it ran. Raises KeyError or TypeError for what is not as agreed."""
        self.gpus = list(header["gpus"])
        self.cell_errors = {}
        for error in header["errors"]:
            self.cell_errors.setdefault(error["cell"], []).append(error)
        self.late = [place(cells[index].filename, int(line)) for index, line in header["late"]]
        self.reused = [name for name in header["reused"] if isinstance(name, str) and name.isidentifier()]

    def _start(self) -> dict[str, Any]:
        """All that a child is told. The submission goes in as text, and nothing of what is expected."""
        return {
            "cells": [asdict(cell) for cell in self.cells],
            "left_out": self.left_out,
            "definitions_only": len(self.left_out) >= MAX_ENDS,
            "bound": sorted(self.submission.bound_names()),
            "probes": self.probes,
            "rules": self.rules,
            "limit_memory": not self.gpu,  # CUDA reserves far more address space than memory
        }

    def _end(self, how: Exception, seconds: int) -> str:
        assert self.child
        code = self.child.end()
        self.child = None
        return sentence(how, code, seconds)


def sentence(how: Exception, code: int, seconds: int) -> str:
    """Why student code gave no answer, from how its process ended (`code` as subprocess has it)."""
    if isinstance(how, TimeoutError) or code == -getattr(signal, "SIGXCPU", 0):
        return f"it ran for more than {seconds} seconds and was stopped: is there a loop that never ends?"
    if isinstance(how, ProtocolError | KeyError | TypeError):
        return f"it sent the grader something that is not an answer ({how})"
    if code == -getattr(signal, "SIGKILL", 0):
        return "its process was ended from outside, most likely for using too much memory"
    if code < 0:
        return f"it crashed the Python interpreter ({signal.strsignal(-code)})"
    return f"it ended its own process (exit code {code}): graded code must not leave Python"
