"""Runs the cells of a submission and answers probes: the only code of ours that runs beside student code.

It receives the submission as text, calls the student's functions on the inputs of a question and returns plain
numbers and arrays. It knows no expected value and decides nothing.
"""

import contextlib
import io
import math
import random
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.cells import CellRunner
from autograder.errors import MAX_TEXT, Missing, describe_error
from autograder.isolation import limits
from autograder.probes import load
from autograder.rules import enforce
from autograder.wire import Channel, Closed, Message

MODULE = "submission"  # the name of the student's module; a file may be called torch.py


class Seen:
    """What a probe has observed so far; it is sent even when the student's code then raises."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.arrays: dict[str, np.ndarray] = {}


class Student:
    """The names that the submission's cells have bound, and what they have printed."""

    def __init__(self, namespace: dict[str, Any], filenames: set[str], printed: "Printed") -> None:
        self.namespace = namespace
        self.defined: dict[str, Any] = {}  # what the last `def` or `class` of each name made
        self.assigned: set[str] = set()  # names that the file gives values to, in explore cells, too
        self.filenames = filenames
        self.printed = printed

    def __getitem__(self, name: str) -> Any:
        if name not in self.namespace:
            raise Missing(f"the submission has no `{name}`", name=name)
        return self.namespace[name]

    def definition(self, name: str) -> Any:
        """The function or class of that name, also where a plain value has taken the name since."""
        value, defined = self[name], self.defined.get(name)
        if isinstance(defined, type) and not isinstance(value, type):
            return defined
        return defined if callable(defined) and not callable(value) else value

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self.definition(name)(*args, **kwargs)


class Printed(io.TextIOBase):
    """Takes the place of stdout and stderr: counts what is printed, and keeps none of it."""

    count = 0

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.count += len(text)
        return len(text)

    def reconfigure(self, **_: Any) -> None:
        """As the real one has it."""

    @property
    def buffer(self) -> "PrintedBytes":
        return PrintedBytes(self)


class PrintedBytes(io.RawIOBase):
    """What `sys.stdout.buffer` is: bytes that count like text."""

    def __init__(self, printed: Printed) -> None:
        self.printed = printed

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self.printed.write(bytes(data).decode("utf-8", "replace")) and len(data)


def serve(channel: Channel, lower: Callable[[], None] = lambda: None) -> None:
    """Be the child: run the cells, then answer one question after another until the judge hangs up.

    `lower` takes away what student code must not have; it is called when nothing else is left to prepare.
    """
    try:
        begin = channel.receive()
        start = begin.header
        gpus = visible_gpus()
        student, probes = prepare(start, begin.arrays["probes"].tobytes(), lower)
    except Exception:  # ours, not the student's: no cell has run yet
        channel.send(Message({"fault": traceback.format_exc()}))
        return
    with contextlib.suppress(Closed):
        runner = CellRunner(student.namespace, student.defined, channel, start["left_out"], start["definitions_only"])
        seen = runner.run(start["cells"], start["rules"]["limits"]["cells"])
        student.assigned = runner.assigned
        channel.send(Message({"ready": True, "gpus": gpus, **seen}))
        while True:
            question = channel.receive()
            limits.processor_seconds(question.header["seconds"])
            observation = answer(probes[question.header["probe"]], student, question)
            try:
                channel.send(observation)
            except (TypeError, ValueError) as error:  # JSON or safetensors cannot take what the student's code made
                channel.send(Message({"values": {}, "error": describe_error(error, set())}))


def visible_gpus() -> list[str]:
    import torch

    seen = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [name for name, available in seen.items() if available]


def prepare(start: dict[str, Any], code: bytes, lower: Callable[[], None]) -> tuple[Student, dict[str, Any]]:
    """Lower this process and lay out the student's namespace; `code` is that of the probes."""
    rules = start["rules"]
    printed = Printed()
    sys.stdout = sys.stderr = printed
    sys.stdin = io.StringIO()
    probes = load(code)
    filenames = {cell["filename"] for cell in start["cells"]}
    module = types.ModuleType(MODULE)
    sys.modules[MODULE] = module
    # A notebook has these without an import; the second says that there is none here, as IPython's own does.
    module.__dict__.update(display=print, get_ipython=lambda: None)
    limits.memory(rules["limits"]["memory"] if start["limit_memory"] else None)
    lower()
    enforce(rules, filenames.__contains__)
    return Student(module.__dict__, filenames, printed), probes.__dict__


def answer(
    probe: Any, student: Student, question: Message, let_through: tuple[type[BaseException], ...] = ()
) -> Message:
    """One observation: what the probe saw, what was printed, and the error that ended it, if any.

    Errors of the kinds `let_through` are the caller's: in a notebook, its stop button.
    """
    seen = Seen()
    error = None
    leave_as_found(student)
    try:
        probe(student, {**question.header["values"], **question.arrays}, seen)
    except let_through:
        raise
    except BaseException as raised:
        error = describe_error(raised, student.filenames)
    return Message({"values": seen.values, "error": error}, seen.arrays)


def leave_as_found(student: Student) -> None:
    """Undo what one task's code may have switched for the whole process: it must not cost another task. What is random
    in a submission is the same each time that it is graded.
    """
    import torch

    sys.stdout = sys.stderr = student.printed
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    random.seed(0)
    np.random.seed(0)
    # Where there is no GPU, `torch.manual_seed` takes a hundred times as long as what it does.
    (torch.manual_seed if visible_gpus() else torch.default_generator.manual_seed)(0)


def plain(value: Any, text: bool = True) -> dict[str, Any]:
    """Any value as a type name with a number, a shape or a short text; never fails and trusts nothing.

    A `number` is given for whatever holds exactly one: int, float, numpy scalars, 0-dim arrays and tensors. Without
    `text` that of a large tensor, which takes long to write, is spared.
    """
    seen: dict[str, Any] = {"type": type(value).__name__[:80]}
    try:
        # By `type`, not `isinstance`: an object may lie about its class.
        if issubclass(type(value), bool | str | bytes | None):
            seen["text"] = repr(value)[:MAX_TEXT]
            return seen
        if hasattr(value, "shape") and not isinstance(value, type):
            seen["shape"] = [int(size) for size in value.shape]
            seen["graph"] = bool(getattr(value, "requires_grad", False))
        if issubclass(type(value), int | float) or seen.get("shape") == []:
            number = value.item() if hasattr(value, "item") else value
            if isinstance(number, int):
                if abs(number) < 1 << 53:  # what a reader of JSON can hold exactly
                    seen["number"] = int(number)
            elif math.isfinite(number):
                seen["number"] = float(number)
            else:
                seen["text"] = str(float(number))
        if text and "number" not in seen and "text" not in seen:
            seen["text"] = repr(value)[:MAX_TEXT]
    except BaseException:
        seen.setdefault("text", "a value that cannot be shown")
    return seen
