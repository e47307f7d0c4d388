"""nbgrader's source notebook: its cells, ids, points and metadata, as nbgrader itself reads them."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from corpus import CNN
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.nbgraderformat import MetadataValidator

from autograder.release import MarkerError
from autograder.source_notebook import make_notebook

NOTEBOOK = make_notebook(CNN, 3)


def by_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    return {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}


def test_nbgrader_accepts_it() -> None:
    nbformat.validate(NOTEBOOK)
    MetadataValidator().validate_nb(NOTEBOOK)
    assert {c.metadata.nbgrader.schema_version for c in by_id(NOTEBOOK).values()} == {3}


def test_it_is_the_same_at_every_run() -> None:
    assert nbformat.writes(make_notebook(CNN, 3)) == nbformat.writes(NOTEBOOK)
    assert "jupytext" not in NOTEBOOK.metadata


def test_a_grade_cell_per_task_adds_up_to_100_and_the_question_in_words_stands_beyond() -> None:
    cells = by_id(NOTEBOOK)
    points = {name: cell.metadata.nbgrader.points for name, cell in cells.items() if utils.is_grade(cell)}
    assert points.pop("still_cheaper") == 5
    assert points == {f"check_{task.id}": task.points for task in CNN.tasks} and sum(points.values()) == 100
    question = cells["still_cheaper"]
    assert question.cell_type == "markdown" and utils.is_solution(question) and not utils.is_locked(question)
    rubric = [line for line in cells["text_one_question_in_words"].source.splitlines() if line.startswith("- ")]
    assert [int(line[2]) for line in rubric] == [2, 2, 1]


def test_grade_cells_follow_the_answers() -> None:
    order = [c.metadata.nbgrader.grade_id for c in NOTEBOOK.cells if "nbgrader" in c.metadata]
    order = [name for name in order if not name.startswith(("text_", "code_"))]
    assert order == [
        *("setup", "conv_output_size", "check_conv_output_size", "predicted_shapes", "check_predicted_shapes"),
        *("linear1_in_features", "check_linear1_in_features", "simple_cnn", "check_layers", "check_forward"),
        *("train", "check_train", "evaluate", "check_evaluate", "check_learns", "still_cheaper"),
    ]


def test_what_is_locked() -> None:
    for cell in NOTEBOOK.cells:
        if "explore" in cell.metadata.get("tags", []):
            assert "nbgrader" not in cell.metadata  # for playing with
            assert not cell.source.startswith("check(") or cell.source == "check()"  # the grade cells do that
        else:
            assert utils.is_locked(cell) != utils.is_solution(cell)


def test_the_release_number_stands_in_it() -> None:
    assert NOTEBOOK.metadata.autograder == {"assignment": "cnn", "release": 3}
    assert "release 3." in NOTEBOOK.cells[0].source


def test_first_cell_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = NOTEBOOK.cells[0].source
    exec(first, {})
    monkeypatch.setitem(__import__("sys").modules, "autograder", None)  # importing it fails
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ImportError, match=r"from your instructor(.|\n)*%pip install autograder-\.\.\.whl"):
        exec(first, {})
    (tmp_path / "autograder-0.1.0+cnn.3-py3-none-any.whl").touch()
    with pytest.raises(ImportError, match=r"%pip install autograder-0\.1\.0\+cnn\.3-py3-none-any\.whl\n"):
        exec(first, {})


def test_points_and_master_must_agree() -> None:
    with pytest.raises(MarkerError, match="train"):
        make_notebook(replace(CNN, tasks=tuple(task for task in CNN.tasks if task.id != "train")), 1)
