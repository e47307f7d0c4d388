"""Runs the cells of a submission and answers probes: the only code of ours that runs beside student code.

It receives the submission as text, calls the student's functions on the inputs of a question and returns plain
numbers and arrays. It knows no expected value and decides nothing.
"""

import __future__

import ast
import contextlib
import functools
import io
import linecache
import math
import operator
import re
import sys
import traceback
import types
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.isolation import limits
from autograder.rules import PackageError, RuleError, enforce
from autograder.wire import Channel, Closed, Message

MODULE = "submission"  # the name of the student's module; a file may be called torch.py
MAX_ERRORS = 50  # of cells that are told to the judge
MAX_TEXT = 500  # characters of any one text that comes from student code
# A line for the notebook and not for Python: `%time`, `!pip`, `files = !ls`, `nn.Conv2d?`.
COMMAND = re.compile(r"^\s*([\w, ]+=\s*)?[%!]|\?\s*$")
IPYTHON_CALL = re.compile(r"^([ \t]*)get_ipython\(\)\..*$", re.MULTILINE)  # as nbconvert writes `%time`
FUTURE_FLAGS = functools.reduce(
    operator.or_, (getattr(__future__, n).compiler_flag for n in __future__.all_feature_names)
)


class Missing(NameError):
    """The submission has no such name."""


class Seen:
    """What a probe has observed so far; it is sent even when the student's code then raises."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.arrays: dict[str, np.ndarray] = {}


class Student:
    """The names that the submission's cells have bound, and what they have printed."""

    def __init__(
        self, namespace: dict[str, Any], filenames: set[str], printed: "Printed", bound: Iterable[str]
    ) -> None:
        self.namespace = namespace
        self.bound = set(bound)  # names that the file binds, in explore cells, too
        self.filenames = filenames
        self.printed = printed

    def __getitem__(self, name: str) -> Any:
        if name not in self.namespace:
            raise Missing(f"the submission has no `{name}`", name=name)
        return self.namespace[name]

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self[name](*args, **kwargs)


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


def serve(channel: Channel) -> None:
    """Be the child: run the cells, then answer one question after another until the judge hangs up."""
    try:
        start = channel.receive().header
        gpus = visible_gpus()
        student, probes = prepare(start)
    except Exception:  # ours, not the student's: no cell has run yet
        channel.send(Message({"fault": traceback.format_exc()}))
        return
    with contextlib.suppress(Closed):
        errors = run_cells(start["cells"], student, channel, start["rules"]["limits"]["cells"])
        channel.send(Message({"ready": True, "errors": errors, "gpus": gpus}))
        while True:
            question = channel.receive()
            limits.processor_seconds(question.header["seconds"])
            seen = answer(probes[question.header["probe"]], student, question)
            try:
                channel.send(seen)
            except (TypeError, ValueError) as error:  # JSON or safetensors cannot take what the student's code made
                channel.send(Message({"values": {}, "error": describe_error(error, set())}))


def visible_gpus() -> list[str]:
    import torch

    seen = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [name for name, available in seen.items() if available]


def prepare(start: dict[str, Any]) -> tuple[Student, dict[str, Any]]:
    """Lower this process and lay out the student's namespace; the probes come as text, like the submission."""
    rules = start["rules"]
    printed = Printed()
    sys.stdout = sys.stderr = printed
    sys.stdin = io.StringIO()
    probes = types.ModuleType("probes")  # a real one, so that a student's code can pickle the models made there
    sys.modules["probes"] = probes
    exec(compile(start["probes"], "<probes>", "exec"), probes.__dict__)
    filenames = {cell["filename"] for cell in start["cells"]}
    module = types.ModuleType(MODULE)
    sys.modules[MODULE] = module
    module.__dict__["display"] = print  # a notebook has it without an import
    limits.memory(rules["limits"]["memory"] if start["limit_memory"] else None)
    enforce(rules, filenames.__contains__)
    return Student(module.__dict__, filenames, printed, start["bound"]), probes.__dict__


def run_cells(cells: list[dict[str, Any]], student: Student, channel: Channel, seconds: int) -> list[dict[str, Any]]:
    """Run `cells` in order; a cell that fails does not stop the others. Says which one begins, in case it ends us."""
    errors = []
    limits.processor_seconds(seconds)
    flags = 0  # `from __future__ import ...` holds for the cells that follow, as in a script
    for cell in cells:
        channel.send(Message({"running": cell["index"]}))
        # Empty lines before the code make the line numbers of errors those of the file.
        source = "\n" * (cell["first_line"] - 1) + cell["source"]
        known = linecache.cache.get(cell["filename"])
        before = known[2] if known and len(known) == 4 else []
        lines = before + source.splitlines(keepends=True)[len(before) :]
        linecache.cache[cell["filename"]] = (len(source), None, lines, cell["filename"])
        try:
            statements = ast.parse(without_commands(source), cell["filename"]).body
        except BaseException as error:
            errors.append({"cell": cell["index"], **describe_error(error, student.filenames)})
            continue
        # One by one: a statement that fails takes nothing with it, also where all of the work is in one cell.
        for statement in statements:
            try:
                part = ast.Module([statement], type_ignores=[])
                code = compile(part, cell["filename"], "exec", flags, dont_inherit=True)
                flags |= code.co_flags & FUTURE_FLAGS
                exec(code, student.namespace)
            except BaseException as error:
                if len(errors) < MAX_ERRORS:
                    errors.append({"cell": cell["index"], **describe_error(error, student.filenames)})
    return errors


def without_commands(source: str) -> str:
    """Without the lines that a notebook takes for commands; the others keep their numbers."""
    lines = IPYTHON_CALL.sub(r"\1pass", source).split("\n")
    while True:
        try:
            compile("\n".join(lines), "cell", "exec", dont_inherit=True)
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            if not 0 <= at < len(lines) or not COMMAND.search(lines[at]):
                break  # the student's own mistake: let it be told
            first, goes_on = at, True
            indent = re.match(r"\s*", lines[at])[0]  # type: ignore[index]  # it always matches
            while goes_on and at < len(lines):
                goes_on = lines[at].rstrip().endswith("\\")
                lines[at] = ""
                at += 1
            lines[first] = f"{indent}pass" if indent else ""
        except ValueError:  # null bytes
            break
        else:
            break
    return "\n".join(lines)


def answer(probe: Any, student: Student, question: Message) -> Message:
    """One observation: what the probe saw, what was printed, and the error that ended it, if any."""
    seen = Seen()
    error = None
    leave_as_found(student)
    try:
        probe(student, {**question.header["values"], **question.arrays}, seen)
    except BaseException as raised:
        error = describe_error(raised, student.filenames)
    return Message({"values": seen.values, "error": error}, seen.arrays)


def leave_as_found(student: Student) -> None:
    """Undo what one task's code may have switched for the whole process: it must not cost another task."""
    import torch

    sys.stdout = sys.stderr = student.printed
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)


def describe_error(error: BaseException, filenames: set[str]) -> dict[str, Any]:
    """Type, text and the line of the student's own code where it came up; never fails itself."""
    try:
        message = str(error)[:MAX_TEXT]
    except BaseException:
        message = "(the text of this error cannot be shown)"
    where: dict[str, Any] | None = None
    if isinstance(error, SyntaxError) and error.filename in filenames:
        message = str(error.msg)[:MAX_TEXT]
        where = {"filename": error.filename, "line": error.lineno, "function": ""}
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename in filenames:
            where = {"filename": frame.f_code.co_filename, "line": line, "function": frame.f_code.co_name}
    if where:
        where["source"] = linecache.getline(where["filename"], where["line"] or 0).strip()[:MAX_TEXT]
    rule = isinstance(error, RuleError | PackageError)
    seen = {"type": type(error).__name__[:80], "message": message, "where": where, "rule": rule}
    return seen | ({"name": error.name} if isinstance(error, Missing) else {})


def plain(value: Any) -> dict[str, Any]:
    """Any value as a type name with a number, a shape or a short text; never fails and trusts nothing.

    A `number` is given for whatever holds exactly one: int, float, numpy scalars, 0-dim arrays and tensors.
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
        if "number" not in seen and "text" not in seen:
            seen["text"] = repr(value)[:MAX_TEXT]
    except BaseException:
        seen.setdefault("text", "a value that cannot be shown")
    return seen
