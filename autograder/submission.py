"""A submission file, `.py` or `.ipynb`, as cells with the lines where they stand."""

import codecs
import io
import re
import time
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from autograder.ipynb import MAX_CELLS, read_ipynb
from autograder.percent import blocks

# Within a line: `\s` would go on to the end from each of a million empty ones.
# (And no parser, which hostile text may end with its process: this is read by the judge.)
ASSIGNED_AT_TOP = re.compile(r"^(\w+)[ \t]*=[^=]", re.MULTILINE)
ASSIGNED = re.compile(r"^[ \t]*(\w+)[ \t]*=[^=]", re.MULTILINE)
# Byte order marks of what some editors on Windows call "Unicode"; the longer ones first.
MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"}
MARKS |= {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# What files begin with that hold no code, in small letters, and what they are.
NO_CODE = {
    b"<!doctype html": "a web page",
    b"<html": "a web page",
    b"%pdf": "a PDF",
    b"pk\x03\x04": "a zip archive",
    b"\x1f\x8b": "a packed file",
}
MAX_CODE = 2 << 20  # characters of code in a file; the lesson has 30,000
LONG_AGO = 10 * 365 * 86400  # seconds; in the bundle for students all files are of 1980
TOGETHER = 2  # seconds within which JupyterLab writes a notebook and the script that is paired with it


class SubmissionError(ValueError):
    """There is no file to grade; the text says what to do."""


@dataclass(frozen=True)
class Cell:
    index: int  # among all cells of the file
    source: str
    filename: str  # as errors name it
    first_line: int  # of `source`, in the file or, for a notebook, in the cell
    answer: str | None = None  # the key of an answer cell
    explore: bool = False  # for the reader only, not run


@dataclass
class Submission:
    path: Path
    cells: list[Cell] = field(default_factory=list)
    problem: str | None = None  # why there is nothing to run

    def to_run(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.explore]

    def explored_names(self) -> set[str]:
        """Names that are assigned only where nothing is run: anywhere there, and at the top of no cell that is run."""
        explored = {name for cell in self.cells if cell.explore for name in ASSIGNED.findall(cell.source)}
        return explored - {name for cell in self.to_run() for name in ASSIGNED_AT_TOP.findall(cell.source)}

    def line_before_and_after(self, where: str) -> tuple[str, str]:
        """The code lines around a place as errors name it; empty where there is none."""
        for cell in self.cells:
            lines = cell.source.split("\n")
            for number in range(len(lines)):
                if place(cell.filename, cell.first_line + number) == where:
                    before = next((line for line in reversed(lines[:number]) if line.strip()), "")
                    after = next((line for line in lines[number + 1 :] if line.strip()), "")
                    return before, after
        return "", ""

    def find(self, pattern: re.Pattern[str], answer: str | None) -> str | None:
        """`file:line` of the last line that matches, in the answer cell if the submission still has it."""
        cells = [cell for cell in self.cells if answer and cell.answer == answer] or self.to_run()
        for cell in reversed(cells):
            lines = cell.source.split("\n")
            for number in range(len(lines) - 1, -1, -1):
                if pattern.search(lines[number]):
                    return place(cell.filename, cell.first_line + number)
        return None


def place(filename: str, line: int) -> str:
    """`cnn.py:12`, or `cnn.ipynb, cell train, line 3`."""
    in_cell = ", cell " in filename or ", code cell " in filename
    return f"{filename}, line {line}" if in_cell else f"{filename}:{line}"


def read_submission(path: Path, explore: Iterable[str] = ()) -> Submission:
    """Read a submission. A file that cannot be read as one gives a `problem`, not an exception.

    Args:
        path: the `.py` or `.ipynb` file.
        explore: sources of the explore cells as released; some editors drop the tag that marks them.

    Raises:
        SubmissionError: there is no such file, or it is not a `.py` or `.ipynb`.
    """
    check_file(path)
    try:
        return parse_submission(path, path.read_bytes(), explore)
    except OSError as error:
        raise SubmissionError(f"{path} cannot be read: {error.strerror}") from error


def parse_submission(path: Path, data: bytes, explore: Iterable[str] = ()) -> Submission:
    """`read_submission` for what has been read already; `path` need not exist, and gives the name for messages."""
    submission = Submission(path)
    try:
        text = decode(data)
        if not text.strip():
            submission.problem = f"{path.name} is empty: save your work in it, or copy the starter anew"
            return submission
        begins = data.removeprefix(codecs.BOM_UTF8).lstrip()[:20].lower()
        if kind := next((kind for begin, kind in NO_CODE.items() if begins.startswith(begin)), None):
            raise ValueError(f"it is {kind}; hand in the notebook itself, or the script")
        read = read_notebook if is_json(path, text) else read_script
        submission.cells = read(text, path.name, {squeeze(source) for source in explore})
    except ValueError as error:
        submission.problem = f"{path.name} cannot be read: {error}"
        return submission
    except Exception as error:  # headers and metadata that are not as expected
        kind = type(error).__name__
        submission.problem = f"{path.name} cannot be read: its cells are not those of a notebook ({kind})"
        return submission
    if not submission.cells:
        submission.problem = f"{path.name} holds no code: it needs the cells of the starter"
    return submission


def is_json(path: PurePath, text: str) -> bool:
    """By its content: some hand in a notebook that is called .py, or a script that is called .ipynb."""
    text = text.strip().rstrip("\0")
    if path.suffix.lower() == ".ipynb":
        return text.startswith(("{", "["))
    return text.startswith("{") and text.endswith("}")  # a script may begin with a dict


def check_file(path: Path) -> None:
    """Raises SubmissionError for what is not a file to grade."""
    try:
        path.stat()
    except OSError as error:  # also a path that is too long
        raise SubmissionError(f"there is no file {path}: name the .py or .ipynb file to grade") from error
    if path.is_dir():
        files = sorted([*path.glob("*.py"), *path.glob("*.ipynb")])
        example = f", such as {files[0]}" if files else ""
        raise SubmissionError(f"{path} is a folder: name the file to grade{example}")
    if not path.is_file():
        raise SubmissionError(f"there is no file {path}: name the .py or .ipynb file to grade")
    if path.suffix.lower() not in (".py", ".ipynb"):
        raise SubmissionError(f"{path.name} is neither a .py nor an .ipynb file")


def decode(data: bytes) -> str:
    """Text in the encoding that its first bytes or Python's own rules name; line ends become plain."""
    try:
        marked = next((name for mark, name in MARKS.items() if data.startswith(mark)), None)
        encoding = marked or tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        try:
            text = data.decode("cp1252")  # what Windows editors write
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def read_script(text: str, name: str, explore: set[str]) -> list[Cell]:
    """Cells of a percent-format script; a script without markers is one cell.

    What stands below the marker of a text cell is Python, too: comments, unless the marker of the next cell is gone.
    """
    cells = []
    for index, block in enumerate(blocks(text)):
        line, source = block.body()
        if not holds_code(source):
            continue
        metadata = {"answer": block.key, "tags": ["explore"] if block.explore else []}
        cells.append(make_cell(index, source, name, line, metadata, explore))
    check_size(sum(len(cell.source) for cell in cells), len(cells))
    return cells


def read_notebook(text: str, name: str, explore: set[str]) -> list[Cell]:
    """Code cells of a notebook of any nbformat. Raises ValueError for what is not a notebook."""
    cells = [(index, cell) for index, cell in enumerate(read_ipynb(text).cells) if is_code(cell)]
    check_size(sum(len(cell.source) for _, cell in cells), len(cells))
    found: list[Cell] = []
    named: set[str] = set()
    for index, cell in cells:
        if holds_code(cell.source):
            filename = f"{name}, cell {cell_key(cell.metadata) or index + 1}"
            if filename in named:  # a copied cell
                filename += f" ({index + 1})"
            named.add(filename)
            found.append(make_cell(index, cell.source, filename, 1, cell.metadata, explore))
    return found


def is_code(cell: Any) -> bool:
    """Whether a cell is one of code; nbgrader's metadata still say so where somebody has turned it into text."""
    nbgrader = cell.metadata.get("nbgrader")
    return cell.cell_type == "code" or (isinstance(nbgrader, dict) and nbgrader.get("cell_type") == "code")


def holds_code(source: str) -> bool:
    """Whether there is more than comments and empty lines."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in source.split("\n"))


def check_size(characters: int, cells: int) -> None:
    """Raises ValueError for what nobody has written by hand; reading and running it would take minutes."""
    if characters > MAX_CODE:
        raise ValueError(f"it holds {characters / 1e6:.0f} MB of code; is it data?")
    if cells > MAX_CELLS:
        raise ValueError(f"it has {cells} cells; is it data?")


def make_cell(index: int, source: str, filename: str, line: int, metadata: dict[str, Any], explore: set[str]) -> Cell:
    tags, nbgrader = metadata.get("tags"), metadata.get("nbgrader")
    locked = isinstance(nbgrader, dict) and not nbgrader.get("solution")
    return Cell(
        index=index,
        source=source,
        filename=filename,
        first_line=line,
        answer=None if locked and "answer" not in metadata else cell_key(metadata),
        explore=(isinstance(tags, list | str) and "explore" in tags) or squeeze(source) in explore,
    )


def cell_key(metadata: dict[str, Any]) -> str | None:
    """The key of an answer cell, or nbgrader's id of any cell."""
    nbgrader = metadata.get("nbgrader")
    keys = [metadata.get("answer"), nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None]
    return next((key for key in keys if isinstance(key, str) and key), None)


def squeeze(source: str) -> str:
    """`source` without the white space that editors change."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def saved_last(paths: Iterable[Path]) -> Path | None:
    """The file that was saved last, of those that exist; the first of those that were saved together."""
    saved = {path: path.stat().st_mtime for path in paths if path.is_file()}
    newest = max(saved.values(), default=0)
    return next((path for path, when in saved.items() if newest - when < TOGETHER), None)


def age(path: Path) -> str:
    """How long ago `path` was saved: "12 minutes ago"; empty where its time cannot be that."""
    seconds = max(0, time.time() - path.stat().st_mtime)
    if seconds > LONG_AGO:
        return ""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
