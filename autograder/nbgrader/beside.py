"""Answers in words that stand beside their cell: nbgrader gives 0 to a cell that is as released, and nobody looks."""

import re
from collections.abc import Iterator, Sequence

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.nbgrader.page_size import name_of
from autograder.submission import squeeze

# What code does, it does by calls, assignments or a word of Python's. No parser: hostile text may end its process.
DOES = re.compile(r"\w\(|=|^[ \t]*(?:[%!]|(?:import|from|with|for|if|del|assert|raise)\b)", re.MULTILINE)
NOTE = "*This is as it was released. What was written beside it may be the answer.*"


def words_beside(cells: list[NotebookNode], question: tuple[str, str], answer: tuple[str, str]) -> None:
    """Change an empty answer, so that a person is asked, where there are words of the student's beside it or in the
    question, which nbgrader puts right; those then stand below it.

    Args:
        question, answer: the names of the cells, and their text as released.
    """
    names = [name_of(cell) for cell in cells]
    if question[0] in names:
        place = names.index(question[0])
        if squeeze(cells[place].source) not in (squeeze(question[1]), ""):
            theirs = new_markdown_cell(cells[place].source, attachments=cells[place].get("attachments", {}))
            cells.insert(place + 1, theirs)
            names.insert(place + 1, "")
    place = names.index(answer[0])
    around = [*own(cells[:place][::-1], question[0]), *own(cells[place + 1 :], question[0])]
    if cells[place].source == answer[1] and any(map(has_words, around)):
        cells[place].source += f"\n\n{NOTE}"


def own(cells: Sequence[NotebookNode], question: str) -> Iterator[NotebookNode]:
    """The student's own up to the next cell of the release, but for the question."""
    for cell in cells:
        if not name_of(cell):
            yield cell
        elif name_of(cell) != question:
            return


def has_words(cell: NotebookNode) -> bool:
    """Whether something may be meant for a person to read: text, or code that does nothing."""
    return bool(cell.source.strip()) and not (cell.cell_type == "code" and DOES.search(cell.source))
