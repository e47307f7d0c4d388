"""Our part of nbgrader's pipeline: the stubs of the notebook are those of the script."""

import re
from pathlib import Path
from typing import Any

import pytest
from corpus import CNN
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

from autograder.nbgrader.settings import GENERATE
from autograder.nbgrader.stubs import MakeStubs
from autograder.nbgrader.written import MayStayEmpty
from autograder.percent import blocks
from autograder.release import MarkerError
from autograder.source_notebook import make_notebook

ROOT = CNN.root
RESOURCES = {"nbgrader": {"assignment": "cnn"}}


@pytest.fixture(autouse=True)
def in_the_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # as nbgrader does


def stubbed(notebook: NotebookNode, resources: Any = RESOURCES) -> NotebookNode:
    return MakeStubs().preprocess(notebook, resources)[0]


def test_it_stands_where_nbgrader_has_its_own() -> None:
    stock = GenerateAssignment().preprocessors
    assert [ClearSolutions if step is MakeStubs else step for step in GENERATE if step is not MayStayEmpty] == stock


def test_notebook_and_script_have_the_same_stubs() -> None:
    script = {block.key: block.body()[1] for block in blocks(CNN.starter.read_text(encoding="utf-8")) if block.key}
    notebook = {c.metadata["answer"]: c for c in stubbed(make_notebook(CNN, 1)).cells if "answer" in c.metadata}
    assert notebook.keys() == script.keys() and len(script) == 7
    for key, cell in notebook.items():
        text = re.sub("^# ", "", script[key]) if cell.cell_type == "markdown" else script[key]
        assert cell.source == text


def test_a_marker_out_of_place_is_refused() -> None:
    locked = {"nbgrader": {"grade_id": "text_1", "solution": False, "grade": False, "locked": True}}
    notebook = new_notebook(cells=[new_code_cell("a = 1\n### BEGIN SOLUTION", metadata=locked)])
    with pytest.raises(
        MarkerError, match=re.escape("cnn.ipynb, cell text_1, line 2: a solution in a cell without a task")
    ):
        stubbed(notebook)


def test_an_assignment_that_is_none_of_ours_is_left_to_nbgrader(tmp_path: Path) -> None:
    solution = {"nbgrader": {"grade_id": "a", "solution": True, "grade": False, "locked": False, "schema_version": 3}}
    notebook = new_notebook(cells=[new_code_cell("a = 1", metadata=solution)])
    made = stubbed(notebook, {"nbgrader": {"assignment": "other"}})
    assert made.cells[0].source == "# YOUR CODE HERE\nraise NotImplementedError()"
