"""Runs the cells of a submission, one statement at a time, beside the student's code."""

import __future__

import ast
import functools
import linecache
import operator
import re
from dataclasses import dataclass
from typing import Any

from autograder.bindings import assigned_by, bound_by, imported_names
from autograder.errors import describe_error
from autograder.isolation import limits
from autograder.wire import Channel, Message

MAX_ERRORS = 20  # that are told to the judge
# A line for the notebook and not for Python: `%time`, `!pip`, `files = !ls`, `nn.Conv2d?`, `?nn.Conv2d`.
COMMAND = re.compile(r"^\s*([\w, ]+=\s*)?[%!]|^\s*\?{1,2}[\w.]+\s*$|^\s*[\w.]+\?{1,2}\s*$")
# A cell whose text is not for Python at all. (`%%time` and its like are Python below their first line.)
OTHER_LANGUAGE = re.compile(
    r"\s*%%(bash|sh|script|cmd|html|HTML|javascript|js|latex|markdown|svg|perl|ruby|writefile)\b"
)
IPYTHON_CALL = re.compile(r"^([ \t]*)get_ipython\(\)\..*$", re.MULTILINE)  # as nbconvert writes `%time`
CELL_MAGIC = re.compile(r"^get_ipython\(\)\.run_cell_magic\((.*)\)$", re.MULTILINE)  # and `%%time`
FUTURE_FLAGS = functools.reduce(
    operator.or_, (getattr(__future__, n).compiler_flag for n in __future__.all_feature_names)
)

Cell = dict[str, Any]


@dataclass
class Early:
    """A statement that used a name before it was bound."""

    cell: Cell
    number: int
    statement: ast.stmt
    error: dict[str, Any]
    binds: set[str]
    bound_since: bool = False  # any of these, by a statement further down


class CellRunner:
    """Runs cells in a namespace. A statement that fails takes nothing with it, also where all is in one cell.

    Each is announced before it runs, in case it ends this process; those that did so before are left out.
    """

    def __init__(
        self,
        namespace: dict[str, Any],
        defined: dict[str, Any],
        channel: Channel,
        left_out: list[list[int]],
        definitions_only: bool,
    ) -> None:
        self.namespace = namespace
        self.defined = defined  # to be filled with what the last `def` or `class` of each name makes
        self.channel = channel
        self.left_out = {(cell, statement) for cell, statement in left_out}
        self.definitions_only = definitions_only
        self.flags = 0  # `from __future__ import ...` holds for the cells that follow, as in a script
        self.errors: list[dict[str, Any]] = []
        self.assigned: set[str] = set()  # names that statements give a value to, those of explore cells, too
        self.early: list[Early] = []

    def run(self, cells: list[Cell], seconds: int) -> dict[str, Any]:
        """What the judge is told: `errors`, and `late`, cell and line of what only ran at the end."""
        self.filenames = {cell["filename"] for cell in cells}
        limits.processor_seconds(seconds)
        graded = "\n".join(cell["source"] for cell in cells if not cell["explore"])
        explored: list[tuple[Cell, int, ast.FunctionDef | ast.ClassDef]] = []
        for cell in cells:
            for number, statement in enumerate(self.statements(cell)):
                self.assigned |= assigned_by(statement)
                if cell["explore"] and not imports_for(statement, graded):
                    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                        explored.append((cell, number, statement))
                    continue
                if error := self.run_statement(cell, number, statement):
                    self.errors.append(error)
                    if error["type"] == "NameError":
                        self.early.append(Early(cell, number, statement, error, bound_by(statement)))
                elif self.early and not self.leaves_out(cell, number, statement):
                    self.mark(self.early, statement)
        missing = {definition.name for _, _, definition in explored}.difference(self.namespace)
        for cell, number, definition in explored:  # an answer in a copy of such a cell, or in one that was merged
            if definition.name in missing:
                self.run_statement(cell, number, definition)
        late = self.run_again()
        return {"errors": self.errors[:MAX_ERRORS], "late": late[:MAX_ERRORS]}

    def statements(self, cell: Cell) -> list[ast.stmt]:
        self.announce(cell, -1, cell["first_line"])
        # Empty lines before the code make the line numbers of errors those of the file.
        above = "\n" * (cell["first_line"] - 1)
        source = above + without_commands(cell["source"])
        known = linecache.cache.get(cell["filename"])
        before = known[2] if known and len(known) == 4 else []
        lines = before + (above + cell["source"]).splitlines(keepends=True)[len(before) :]
        linecache.cache[cell["filename"]] = (len(source), None, lines, cell["filename"])
        try:
            return ast.parse(source, cell["filename"]).body
        except BaseException as error:
            self.errors.append({"cell": cell["index"], **describe_error(error, self.filenames)})
            return []

    def run_statement(self, cell: Cell, number: int, statement: ast.stmt) -> dict[str, Any] | None:
        """The error that it ends with, if it does."""
        if self.leaves_out(cell, number, statement):
            return None
        self.announce(cell, number, statement.lineno)
        try:
            part = ast.Module([statement], type_ignores=[])
            code = compile(part, cell["filename"], "exec", self.flags, dont_inherit=True)
            self.flags |= code.co_flags & FUTURE_FLAGS
            exec(code, self.namespace)
        except BaseException as error:
            binds = sorted(bound_by(statement))[:10]
            return {"cell": cell["index"], "binds": binds, **describe_error(error, self.filenames)}
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            self.defined[statement.name] = self.namespace.get(statement.name)
        return None

    def leaves_out(self, cell: Cell, number: int, statement: ast.stmt) -> bool:
        return (cell["index"], number) in self.left_out or (self.definitions_only and not is_definition(statement))

    def announce(self, cell: Cell, number: int, line: int) -> None:
        self.channel.send(Message({"running": cell["index"], "statement": number, "line": line}))

    def run_again(self) -> list[list[int]]:
        """Statements that came before what they use, as in a notebook whose cells were run in another order.

        One that binds a name which has been bound since stays out: a later cell counts. Returns (cell, line) of
        those that ran.
        """
        late: list[list[int]] = []
        progress = True
        while progress:
            progress = False
            for early in list(self.early):
                if early.bound_since:
                    self.early.remove(early)
                elif not self.run_statement(early.cell, early.number, early.statement):
                    self.mark(self.early[: self.early.index(early)], early.statement)
                    self.early.remove(early)
                    self.errors.remove(early.error)
                    late.append([early.cell["index"], early.statement.lineno])
                    progress = True
        return late

    def mark(self, early: list[Early], statement: ast.stmt) -> None:
        """A statement behind these has run: of those that bind the same, it counts, if it has bound it."""
        bound = bound_by(statement).intersection(self.namespace)
        for before in early:
            before.bound_since |= not before.binds.isdisjoint(bound)


def is_definition(statement: ast.stmt) -> bool:
    """Whether it binds names without doing much: a function, a class, an import, a value that is written out."""
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return not any(isinstance(node, ast.Call) for node in ast.walk(statement))
    return isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)


def imports_for(statement: ast.stmt, source: str) -> bool:
    """Whether it imports a name that stands in `source`: of an explore cell only that is run."""
    if not isinstance(statement, ast.Import | ast.ImportFrom):
        return False
    return any(re.search(rf"\b{re.escape(name)}\b", source) for name in imported_names(statement))


def without_commands(source: str) -> str:
    """The Python in what Jupyter runs: without commands, prompts, and the indentation of a whole cell.

    Lines keep their numbers.
    """
    if OTHER_LANGUAGE.match(source):
        return ""
    source = IPYTHON_CALL.sub(r"\1pass", CELL_MAGIC.sub(timed_source, source))
    if is_python(source):
        return source
    from IPython.core.inputtransformer2 import classic_prompt, ipython_prompt, leading_indent

    lines = source.splitlines(keepends=True)
    for transform in (leading_indent, classic_prompt, ipython_prompt):
        lines = transform(lines)
    return without_command_lines("".join(lines))


def is_python(source: str) -> bool:
    try:
        compile(source, "cell", "exec", dont_inherit=True)
    except BaseException:  # also MemoryError, for brackets without end
        return False
    return True


def timed_source(call: re.Match[str]) -> str:
    """The code of a cell with `%%time` or `%%capture`, as nbconvert writes it in a script: all in one string."""
    try:
        name, _, code = ast.literal_eval(f"({call[1]})")
    except (ValueError, SyntaxError):
        return call[0]
    return str(code) if name in ("time", "timeit", "capture", "prun") else call[0]


def without_command_lines(source: str) -> str:
    lines = source.split("\n")
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
        except (ValueError, MemoryError, RecursionError):  # null bytes, brackets without end
            break
        else:
            break
    return "\n".join(lines)
