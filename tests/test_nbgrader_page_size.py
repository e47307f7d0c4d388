"""A hand-in of any size becomes a page within seconds; of an ordinary one nothing is left out."""

import time

import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from test_nbgrader_harmless import page_of
from test_nbgrader_notebook import ANSWERS, RELEASED, handed_in
from traitlets.config.loader import Config

from autograder.nbgrader.notebook import put_right
from autograder.nbgrader.page_size import CELL, LINE, PAGE, REST

SECONDS = 10  # the worst takes 2 s of processor time; a machine may be five times as slow


@pytest.mark.parametrize("pattern", ['[a](b "', "\\\\[", "![", "\\begin{a}", "# a\n"])
def test_text_that_takes_the_square_of_its_length(pattern: str) -> None:
    assert (
        seconds([new_markdown_cell(pattern * 50_000), *(new_markdown_cell(pattern * 1000) for _ in range(20))])
        < SECONDS
    )


@pytest.mark.parametrize("pattern", ["a.", ".", "1.", "\n"])
def test_code_that_takes_the_square_of_its_length(pattern: str) -> None:
    assert seconds([new_code_cell(pattern * 50_000), *(new_code_cell(pattern * 1000) for _ in range(20))]) < SECONDS


def test_a_great_many_cells() -> None:
    assert seconds([new_code_cell("1") for _ in range(20_000)]) < SECONDS


def seconds(cells: list[NotebookNode]) -> float:
    begun = time.process_time()
    page = page_of(put_right(new_notebook(cells=cells), RELEASED), "feedback", Config())
    assert REST in page
    return time.process_time() - begun


def test_what_a_person_grades_has_its_room() -> None:
    notebook = handed_in()
    notebook.cells[:0] = [new_markdown_cell("x" * CELL) for _ in range(9)]
    made = put_right(notebook, RELEASED).cells
    assert made[-1].source == ANSWERS["why"], "the student's own cells do not take it"
    assert sum(len(cell.source) for cell in made) < PAGE + 1000
    notebook = handed_in()
    notebook.cells[-1].source = "y" * (CELL + 1)
    assert put_right(notebook, RELEASED).cells[-1].source == "y" * CELL + f"\n\n{REST}"


def test_a_long_line_of_code() -> None:
    notebook = handed_in()
    notebook.cells[1].source = "a = 1\n" + "b" * (LINE + 1)
    assert put_right(notebook, RELEASED).cells[1].source == "a = 1\n" + "b" * LINE + f"\n\n# {REST}"
