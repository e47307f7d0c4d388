"""Tables for spreadsheets, in which nothing that came from outside is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from autograder.compare import printable

FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would take for a formula begins with one of these


def table(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([plain(cell) for cell in row] for row in rows)
    return text.getvalue()


def plain(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula, and no terminal for a command."""
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
