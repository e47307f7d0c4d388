"""Any hand-in becomes a notebook in order: each cell of the release once at most, each with points exactly once."""

import json
from typing import Any

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from autograder.nbgrader.notebook import Released, put_right, read_notebook

RELEASED = [
    Released("text", "markdown", "# Read this", "1" * 32, locked=True, solution=False),
    Released("first", "code", "def first():\n    ...", "2" * 32, locked=False, solution=True),
    Released("check_first", "code", 'check("first")', "3" * 32, locked=True, solution=False, points=6),
    Released("second", "code", "SECOND = {}", "4" * 32, locked=False, solution=True),
    Released("check_second", "code", 'check("second")', "5" * 32, locked=True, solution=False, points=4),
    Released("asked", "markdown", "Why?", "6" * 32, locked=True, solution=False),
    Released("why", "markdown", "*Your answer*", "7" * 32, locked=False, solution=True, points=5),
]
ANSWERS = {"first": "def first():\n    return 1", "second": "SECOND = {1: 2}", "why": "Because."}
WITH_POINTS = {"check_first", "check_second", "why"}


def handed_in(named: bool = True) -> NotebookNode:
    cells = []
    for one in RELEASED:
        make = new_code_cell if one.cell_type == "code" else new_markdown_cell
        metadata = {"nbgrader": one.metadata} if named else {"colab": {}}
        cells.append(make(ANSWERS.get(one.name, one.source), metadata=metadata))
    return new_notebook(cells=cells)


def named(notebook: NotebookNode) -> dict[str, str]:
    MetadataValidator().validate_nb(notebook)
    names = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert len(names) == len(set(names)) and set(names) >= WITH_POINTS
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in notebook.cells if "nbgrader" in cell.metadata}


def test_what_is_in_order_stays() -> None:
    before = [cell.source for cell in handed_in().cells]
    made = put_right(handed_in(), RELEASED)
    assert [cell.source for cell in made.cells] == before
    assert named(made) == {one.name: ANSWERS.get(one.name, one.source) for one in RELEASED}


def test_lost_metadata_are_found_again() -> None:
    assert named(put_right(handed_in(named=False), RELEASED)) == named(put_right(handed_in(), RELEASED))


@pytest.mark.parametrize("gone", range(len(RELEASED)))
def test_a_deleted_cell_with_points_comes_back_behind_what_stood_before_it(gone: int) -> None:
    notebook = handed_in()
    del notebook.cells[gone]
    made = named(put_right(notebook, RELEASED))
    wanted = [one.name for number, one in enumerate(RELEASED) if number != gone or one.points is not None]
    assert list(made) == wanted
    assert "why" not in [RELEASED[gone].name] or made["why"] == "*Your answer*"


def test_of_copies_the_one_that_was_answered_counts() -> None:
    notebook = handed_in()
    notebook.cells.insert(0, new_markdown_cell("*Your answer*", metadata={"nbgrader": RELEASED[-1].metadata}))
    notebook.cells.append(notebook.cells[2])
    made = put_right(notebook, RELEASED)
    assert named(made)["why"] == "Because." and len(made.cells) == len(RELEASED) + 2


@pytest.mark.parametrize("metadata", [7, {"grade_id": 7}, {"grade_id": "first", "points": []}, {"grade_id": "unknown"}])
def test_metadata_of_any_shape(metadata: Any) -> None:
    notebook = handed_in()
    notebook.cells[1].metadata["nbgrader"] = metadata
    assert named(put_right(notebook, RELEASED))["check_first"] == 'check("first")'


def test_a_script() -> None:
    text = '# %% [markdown]\n# # Read this\n\n# %% answer="first"\ndef first():\n    return 1\n\n# %%\nmine = 1\n'
    made = put_right(read_notebook("a.py", text.encode()), RELEASED)
    assert named(made)["text"] == "# Read this" and named(made)["first"] == ANSWERS["first"]
    assert "mine = 1" in [cell.source for cell in made.cells]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1]", b"\x00\xff", b'{"cells": 3}', b'{"cells": [{"cell_type": "code"}]}']
)
def test_what_cannot_be_read_has_the_cells_with_points(data: bytes) -> None:
    assert set(named(put_right(read_notebook("a.ipynb", data), RELEASED))) == WITH_POINTS


def test_half_a_character_is_written_as_one_that_files_can_hold() -> None:
    half = "\ud83d"
    attachments = {f"{half}.png": {"image/png": "AA=="}}
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "metadata": {}, "source": f"a {half} \U0001f600", "attachments": attachments},
        {"cell_type": "code", "metadata": {"answer": half, "nbgrader": {half: half}}, "source": [half], "outputs": []},
    ]
    data = json.dumps({"cells": cells, "metadata": {half: half}, "nbformat": 4, "nbformat_minor": 5})
    read = read_notebook("a.ipynb", data.encode())
    text, code = read.cells
    assert text.source == "a \ufffd \U0001f600" and code.source == code.metadata.answer == "\ufffd"
    assert list(text.attachments) == ["\ufffd.png"] and code.metadata.nbgrader == {"\ufffd": "\ufffd"}
    assert nbformat.writes(put_right(read, RELEASED)).encode()
    script = b"# coding: unicode_escape\nhalf = '\\ud83d'\n"
    assert nbformat.writes(put_right(read_notebook("a.py", script), RELEASED)).encode()


def test_outputs_go_and_pictures_in_text_stay() -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": ["a"], "attachments": {"a.png": {"image/png": "AA=="}}}
    output = {"output_type": "execute_result", "data": {"text/plain": "100.0"}, "metadata": {}, "execution_count": 1}
    code = {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [output], "execution_count": 1}
    data = json.dumps({"cells": [cell, code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    text, ran = read_notebook("a.ipynb", data.encode()).cells
    assert text.attachments["a.png"] and ran.outputs == [] and ran.execution_count is None
