"""The outputs that nbgrader takes the points from: a number for every grade cell, or none of it."""

import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import Graded
from corpus import CNN
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute

from autograder.nbgrader.autograde import settle_sandbox
from autograder.nbgrader.feedback import whole_html
from autograder.nbgrader.judge import Judge, PutRight, ReleaseAgain, before, give_outputs
from autograder.nbgrader.results import NoHost, chosen_sandbox
from autograder.nbgrader.settings import AUTOGRADE, SANITIZE
from autograder.render.page import pictures
from autograder.report import Report
from autograder.source_notebook import grade_cell

STUB = CNN.starter.read_text(encoding="utf-8")


def test_ours_stand_where_nbgrader_has_its_own() -> None:
    stock = Autograde()
    assert [Execute if step is Judge else step for step in AUTOGRADE] == stock.autograde_preprocessors
    assert SANITIZE[0] is PutRight and SANITIZE[1:] == stock.sanitize_preprocessors


@pytest.fixture
def report(graded: Graded) -> Report:
    """Of a submission with HTML in a value that the report shows."""
    return graded(STUB.replace('"pool1": ...', '"pool1": "<script>alert(1)</script>"'))


def test_every_grade_cell_gets_its_number_and_the_words(report: Report) -> None:
    report.tasks[0].checks[0].score = 1e9  # more than there are
    notebook = new_notebook(cells=[grade_cell(task) for task in CNN.tasks])
    give_outputs(notebook, CNN, report)
    nbformat.validate(notebook)
    for cell, task in zip(notebook.cells, CNN.tasks, strict=True):
        shown, number = cell.outputs
        points, most = utils.determine_grade(cell)
        assert number.data["text/plain"] == str(points) and 0 <= points <= most == task.points
        assert task.id in shown.data["text/plain"] and task.id in shown.data["text/html"]
        assert "<script>" not in shown.data["text/html"]
    assert "script" in str(notebook)


def test_no_grade_cell_is_left_without_a_number(report: Report) -> None:
    """nbgrader would give it all points."""
    cells = [grade_cell(task) for task in CNN.tasks]
    with pytest.raises(ReleaseAgain, match="no grade cell belongs to check_learns"):
        give_outputs(new_notebook(cells=cells[:-1]), CNN, report)
    report.tasks.pop()
    with pytest.raises(ReleaseAgain, match="no task belongs to the grade cell check_learns"):
        give_outputs(new_notebook(cells=cells), CNN, report)


def test_a_report_comes_back_from_its_json_and_its_pictures_apart(report: Report) -> None:
    kept = Report.from_dict(report.as_dict())
    assert kept.as_dict() == report.as_dict()
    html = whole_html(CNN, kept, pictures(report))
    assert html.count("<figure>") == len(report.pictures) and "<script>" not in html


def test_what_is_none_of_ours_is_left_to_nbgrader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    resources = {"nbgrader": {"assignment": "other"}}
    notebook = new_notebook(cells=[new_code_cell("1")])
    assert PutRight().preprocess(notebook, resources)[0] is notebook
    monkeypatch.setattr(Execute, "preprocess", lambda self, nb, resources, **more: ("ran", resources))
    assert Judge().preprocess(notebook, resources)[0] == "ran"
    names = ["other.ipynb"]
    before(assignment="other", student="*", notebooks=names)
    assert names == ["other.ipynb"] and list(tmp_path.iterdir()) == []


def test_walls_are_the_choice_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTOGRADER_SANDBOX", raising=False)
    assert chosen_sandbox() == "walls"
    monkeypatch.setenv("AUTOGRADER_SANDBOX", "none")
    with pytest.raises(NoHost, match="there is no sandbox `none`"):
        chosen_sandbox()


def test_a_course_whose_nbgrader_would_run_students_code_itself_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_SANDBOX", "")
    with pytest.raises(NoHost, match="does not put the grader into"):
        settle_sandbox(tmp_path, None)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(NoHost, match="does not put the grader into"):
        settle_sandbox(tmp_path, "off")
    shutil.copy(CNN.root / "nbgrader_config.py", tmp_path)
    assert settle_sandbox(tmp_path, "container") == "container"
    monkeypatch.setenv("AUTOGRADER_SANDBOX", "")
    assert settle_sandbox(tmp_path, None) == "walls"
