"""Who answers a question in words beside its cell is read by a person; who leaves it empty has 0 at once."""

from collections.abc import Callable

import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from test_nbgrader_notebook import RELEASED, handed_in

from autograder.nbgrader.notebook import put_right

EMPTY = RELEASED[-1].source
QUESTION, ANSWER = -2, -1


def add(cell: NotebookNode, place: int = len(RELEASED)) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells.insert(place, cell)


def write(place: int, source: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        notebook.cells[place].source = source

    return change


def remove(place: int) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells.pop(place)


def made_of(*changes: Callable[[NotebookNode], None], named: bool = True) -> list[NotebookNode]:
    notebook = handed_in(named)
    notebook.cells[ANSWER].source = EMPTY
    for change in changes:
        change(notebook)
    return list(put_right(notebook, RELEASED).cells)


def answer(cells: list[NotebookNode]) -> str:
    (source,) = [cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "why"]
    return str(source)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    "changes",
    [
        *([add(new_markdown_cell("Because."), place)] for place in (5, 6, 7)),
        *([add(make("Because it is."), 7)] for make in (new_code_cell, new_raw_cell)),
        [add(new_code_cell("# Because it is."))],
        [add(new_code_cell('"Because it is."'))],
        [add(new_code_cell("shape = 1")), add(new_markdown_cell("Because."), 8)],
        [write(QUESTION, "Why?\n\nBecause.")],
        [write(QUESTION, "Because.")],
        [write(QUESTION, "Because."), remove(ANSWER)],
        [remove(QUESTION), add(new_markdown_cell("Because."), 5)],
    ],
)
def test_words_beside_an_empty_answer_are_for_a_person(
    changes: list[Callable[[NotebookNode], None]], named: bool
) -> None:
    made = made_of(*changes, named=named)
    assert answer(made) != EMPTY
    assert any(
        "Because" in cell.source for cell in made if "nbgrader" not in cell.metadata or answer(made) == cell.source
    )


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    "changes",
    [
        [],
        [add(new_code_cell("print(1)")), add(new_markdown_cell("\n"))],
        [add(new_markdown_cell("My notes."), 1)],
        [write(QUESTION, " Why? \n")],
        [remove(QUESTION)],
    ],
)
def test_an_empty_answer_without_words_beside_it_is_empty(
    changes: list[Callable[[NotebookNode], None]], named: bool
) -> None:
    assert answer(made_of(*changes, named=named)) == EMPTY
