"""Validate does not count an empty answer to a question in words; the gradebook does."""

import pytest
from corpus import CNN
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ComputeChecksums

from autograder.nbgrader.stubs import MakeStubs
from autograder.nbgrader.written import MayStayEmpty
from autograder.source_notebook import make_notebook


def released(assignment: str) -> dict[str, NotebookNode]:
    notebook = make_notebook(CNN, 1)
    for step in (MakeStubs, ComputeChecksums, MayStayEmpty):
        resources = {"nbgrader": {"assignment": "cnn" if step is MakeStubs else assignment}}
        notebook, _ = step().preprocess(notebook, resources)
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}


def test_an_empty_answer_has_not_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CNN.root)  # as nbgrader does
    cells = released("cnn")
    assert utils.determine_grade(cells["still_cheaper"]) == (None, 5)
    assert all("checksum" in cell.metadata.nbgrader for name, cell in cells.items() if name != "still_cheaper")
    assert utils.determine_grade(released("somebody-elses")["still_cheaper"]) == (0, 5)
