"""A CSV file of somebody else's, of any encoding and delimiter. Written again, it keeps every byte that may not change.

Learning platforms read back what they wrote, and are not all tolerant: Python's csv module would change quotes and ends
of lines. So cells are replaced where they stand in the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DELIMITERS = ",;\t"
BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
GUESSES = ("utf-8", "cp1252", "latin-1")  # the last takes everything
ENDS = ("\r", "\n")
BOM = "\ufeff"


class TableError(ValueError):
    """The file cannot be read; the text says where and why."""


@dataclass(frozen=True)
class Cell:
    text: str
    start: int  # in the text of the file, quotes included
    end: int

    def quoted(self, text: str) -> bool:
        return text[self.start : self.start + 1] == '"'


@dataclass(frozen=True)
class Row:
    line: int  # of the file, for messages
    cells: list[Cell]

    def __getitem__(self, column: int) -> str:
        """The text of a cell, without space around it; empty in a short row."""
        return self.cells[column].text.strip() if column < len(self.cells) else ""


@dataclass(frozen=True)
class Table:
    path: Path
    text: str
    encoding: str
    delimiter: str
    rows: list[Row]  # blank lines left out; the first is the head

    @property
    def head(self) -> list[str]:
        return [cell.text.strip() for cell in self.rows[0].cells]

    def column(self, *names: str) -> int | None:
        """The first of these columns that there is, whatever its case."""
        head = [name.casefold() for name in self.head]
        return next((head.index(name.casefold()) for name in names if name.casefold() in head), None)

    def with_cells(self, new: Mapping[tuple[int, int], str]) -> bytes:
        """The bytes of the file with these cells, by row and column, replaced. A cell keeps its quotes."""
        parts, at = [], 0
        for row, column in sorted(new):
            cell, value = self.rows[row].cells[column], new[row, column]
            if cell.quoted(self.text) or any(mark in value for mark in (self.delimiter, '"', *ENDS)):
                value = '"' + value.replace('"', '""') + '"'
            parts += [self.text[at : cell.start], value]
            at = cell.end
        return "".join([*parts, self.text[at:]]).encode(self.encoding)


def read_table(path: Path) -> Table:
    """Raises TableError, also where there is no file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}") from error
    if data.startswith(b"PK"):
        raise TableError(f"{path.name} is a spreadsheet, not a CSV file: save or download it as CSV")
    text, encoding = decode(data)
    delimiter = max(DELIMITERS, key=lambda mark: len(first_row(text, mark, path.name).cells))
    rows = split(text, delimiter, path.name)
    if not rows:
        raise TableError(f"{path.name} is empty")
    return Table(path, text, encoding, delimiter, rows)


def decode(data: bytes) -> tuple[str, str]:
    """The text, with its byte order mark if it has one, and the encoding that makes the same bytes of it."""
    marked = [encoding for bom, encoding in BOMS.items() if data.startswith(bom)]
    for encoding in (*marked, *GUESSES):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes all bytes")


def first_row(text: str, delimiter: str, name: str) -> Row:
    rows = split(text, delimiter, name, most=1)
    return rows[0] if rows else Row(1, [])


def split(text: str, delimiter: str, name: str, most: int | None = None) -> list[Row]:
    """The rows that hold anything. Raises TableError for a quote that is never closed."""
    rows: list[Row] = []
    at, line = int(text.startswith(BOM)), 1
    while at < len(text) and (most is None or len(rows) < most):
        row, start = Row(line, []), at
        while True:
            cell = cell_at(text, at, delimiter)
            if cell is None:
                raise TableError(f"{name}, line {line}: a quote is opened and never closed")
            row.cells.append(cell)
            at = cell.end + 1
            if text[cell.end : at] != delimiter:
                break
        if text[cell.end : cell.end + 2] == "\r\n":
            at += 1
        if any(cell.text.strip() for cell in row.cells):
            rows.append(row)
        line += text.count("\n", start, at) or text.count("\r", start, at)
    return rows


def cell_at(text: str, start: int, delimiter: str) -> Cell | None:
    """The cell that begins there; None if its quote is never closed."""
    at = start
    value = ""
    if text[start : start + 1] == '"':
        while True:
            close = text.find('"', at + 1)
            if close < 0:
                return None
            value += text[at + 1 : close]
            at = close + 1
            if text[at : at + 1] != '"':
                break
            value += '"'
    begin = at  # what follows a closing quote still belongs to the cell, as it does for csv.reader
    while at < len(text) and text[at] != delimiter and text[at] not in ENDS:
        at += 1
    return Cell(value + text[begin:at], start, at)
