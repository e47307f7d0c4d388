"""An assignment released by nbgrader's own commands, in a course and an exchange of its own, and fetched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import Graded
from corpus import CNN, wrong_submission
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute

from autograder.assignment import find_assignment
from autograder.nbgrader.release import ReleaseError, look, number, release
from autograder.numbering import OrphanError, as_json, next_release
from autograder.percent import blocks
from autograder.source_notebook import make_notebook

ROOT = CNN.root
SECONDS = 30  # that nbgrader gives a cell
NOISE = (
    "    import os, sys, warnings\n"
    "    warnings.warn('a warning'); print('on stderr', file=sys.stderr); os.write(2, b'below Python')\n"
)


def new_course(folder: Path) -> Path:
    """A course of nbgrader's with the one assignment, and its exchange beside it."""
    root = folder / "course"
    shutil.copytree(
        CNN.suite, root / "autograder/suites/cnn", ignore=shutil.ignore_patterns("release.json", "__pycache__")
    )
    (root / "solutions/cnn").mkdir(parents=True)
    shutil.copy(CNN.master, root / "solutions/cnn")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for name in ("exchange", "settings", "student"):
        (folder / name).mkdir()
    settings = f"c = get_config()\nc.Exchange.root = {str(folder / 'exchange')!r}\n"
    settings += "c.CourseDirectory.course_id = 'deep-learning'\n"
    (folder / "settings/nbgrader_config.py").write_text(settings, encoding="utf-8")
    return root


def run(cwd: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = next(parent / "settings" for parent in (cwd, *cwd.parents) if (parent / "settings").exists())
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(settings)}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose assignment has been released."""
    root = new_course(tmp_path_factory.mktemp("term"))
    done = run(root, "autograder", "release", "--root", str(root))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("cnn: release 1. What is new:\n") and "is in the exchange" in done.stdout
    return root


@pytest.mark.slow
def test_release(course: Path) -> None:
    released = course / "release/cnn/cnn.ipynb"
    outbound = course.parent / "exchange/deep-learning/outbound/cnn/cnn.ipynb"
    assert outbound.read_bytes() == released.read_bytes()
    notebook = nbformat.read(released, as_version=4)
    assert notebook.metadata.autograder == {"assignment": "cnn", "release": 1}
    for cell in (cell for cell in notebook.cells if "nbgrader" in cell.metadata):
        written = utils.is_grade(cell) and utils.is_solution(cell)  # without one, so that it may stay empty
        assert cell.metadata.nbgrader.get("checksum") == (None if written else utils.compute_checksum(cell))
        assert cell.metadata.deletable is False and utils.is_locked(cell) == (cell.metadata.get("editable") is False)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment("cnn").max_score == 105
        kept = gradebook.find_notebook("cnn", "cnn")
        assert {cell.name for cell in kept.solution_cells} == {*(t.cell for t in CNN.tasks if t.cell), "still_cheaper"}


@pytest.mark.slow
def test_a_second_fetch_never_overwrites_answers(course: Path) -> None:
    student = course.parent / "student"
    assert run(student, "nbgrader", "fetch_assignment", "cnn").returncode == 0
    own = student / "cnn/cnn.ipynb"
    own.write_text("my answers", encoding="utf-8")
    assert run(student, "nbgrader", "fetch_assignment", "cnn").returncode != 0
    assert run(student, "nbgrader", "fetch_assignment", "cnn", "--replace").returncode == 0
    assert own.read_text(encoding="utf-8") == "my answers"
    own.rename(own.with_name("mine.ipynb"))
    assert run(student, "nbgrader", "fetch_assignment", "cnn", "--replace").returncode == 0
    look(CNN, course / "release/cnn")
    assert "release 1." in nbformat.read(own, as_version=4).cells[0].source


def executed(notebook: NotebookNode, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[object, str]]:
    """What stock nbgrader takes from each grade cell: its points, and the last value as text."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    done = Execute(timeout=SECONDS).preprocess(notebook, {"metadata": {"path": str(folder)}})[0]
    found = {}
    for cell in done.cells:
        explore = "explore" in cell.metadata.get("tags", [])  # may run out of time on a busy machine, and costs nothing
        if cell.cell_type == "code" and not explore:
            assert not [out for out in cell.outputs if out.output_type == "error"], cell.outputs
        if cell.cell_type == "code" and utils.is_grade(cell):
            assert not [out for out in cell.outputs if out.get("name") == "stderr"], cell.outputs
            (value,) = (out.data["text/plain"] for out in cell.outputs if out.output_type == "execute_result")
            found[cell.metadata.nbgrader.grade_id] = (utils.determine_grade(cell)[0], value)
    return found


@pytest.mark.slow
def test_stock_nbgrader_gives_the_reference_all_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = executed(make_notebook(CNN, 1), tmp_path, monkeypatch)
    assert given == {f"check_{task.id}": (task.points, str(float(task.points))) for task in CNN.tasks}


@pytest.mark.slow
def test_stock_nbgrader_gives_a_stub_none(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = executed(nbformat.read(course / "release/cnn/cnn.ipynb", as_version=4), tmp_path, monkeypatch)
    assert given == {f"check_{task.id}": (0.0, "0.0") for task in CNN.tasks}


@pytest.mark.slow
def test_noise_of_right_answers_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stock nbgrader gives 0 to a grade cell that wrote anything to stderr."""
    notebook = make_notebook(CNN, 1)
    notebook.cells = [cell for cell in notebook.cells if "explore" not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        for mark in ("    device = next(model.parameters()).device\n", "        x = self.flatten(x)"):
            cell.source = cell.source.replace(
                mark, NOISE.replace("    ", mark[: len(mark) - len(mark.lstrip())]) + mark
            )
    given = executed(notebook, tmp_path, monkeypatch)
    assert sum(points for points, _ in given.values()) == 100  # type: ignore[misc]


@pytest.mark.slow
def test_stock_nbgrader_gives_the_points_of_the_grader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, graded: Graded
) -> None:
    text = wrong_submission("train_no_zero_grad").text.replace('"pool1": (64, 32, 14, 14)', '"pool1": (64, 32)')
    answers = {block.key: block.body()[1] for block in blocks(text) if block.key}
    notebook = make_notebook(CNN, 1)
    notebook.cells = [cell for cell in notebook.cells if "explore" not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("answer"), cell.source)
    given = executed(notebook, tmp_path, monkeypatch)
    report = graded(text)
    assert {name: points for name, (points, _) in given.items()} == {f"check_{t.id}": t.score for t in report.tasks}
    assert 60 < report.score < 90


@pytest.mark.slow
def test_a_leak_is_not_released(tmp_path: Path) -> None:
    """nbgrader's own way with solutions leaves single lines as they are."""
    root = new_course(tmp_path)
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.ClearSolutions.enforce_metadata = False\n")
    done = run(root, "autograder", "release", "--root", str(root))
    assert done.returncode == 1 and "would give the solution away" in done.stderr, done.stderr
    assert list((tmp_path / "exchange").iterdir()) == [] and not (root / "autograder/suites/cnn/release.json").exists()


@pytest.mark.slow
def test_what_orphans_work_is_refused(course: Path) -> None:
    points = course / "autograder/suites/cnn/points.toml"
    kept = points.read_text(encoding="utf-8")
    points.write_text(kept.replace('id = "learns"', 'id = "it_learns"'), encoding="utf-8")
    try:
        done = run(course, "autograder", "release", "--root", str(course))
    finally:
        points.write_text(kept, encoding="utf-8")
    assert done.returncode == 1
    assert "the task `learns` is gone" in done.stderr and "FORCE=1" in done.stderr


def test_a_folder_without_nbgraders_settings_is_refused(tmp_path: Path) -> None:
    root = new_course(tmp_path)
    (root / "nbgrader_config.py").unlink()
    with pytest.raises(ReleaseError, match=r"has no nbgrader_config\.py"):
        release(find_assignment("cnn", root), print)


@pytest.mark.slow
def test_a_course_without_an_exchange(tmp_path: Path) -> None:
    root, taken = new_course(tmp_path), tmp_path / "taken"
    taken.write_text("a file where the exchange should be")
    settings = tmp_path / "settings/nbgrader_config.py"
    settings.write_text(settings.read_text().replace(str(tmp_path / "exchange"), str(taken / "exchange")))
    done = run(root, "autograder", "release", "--root", str(root))
    assert done.returncode == 1 and (root / "release/cnn/cnn.ipynb").exists()
    assert "cnn.ipynb is ready, but not in the exchange" in done.stderr and "EXCHANGE=no" in done.stderr
    assert "Traceback" not in done.stderr and "File " not in done.stderr
    done = run(root, "autograder", "release", "--no-exchange", "--root", str(root))
    assert done.returncode == 0 and "exchange" not in done.stdout


def test_a_release_that_is_refused_changes_nothing(tmp_path: Path) -> None:
    root = new_course(tmp_path)
    own = find_assignment("cnn", root)
    record, _ = next_release(own, {})
    record["cells"]["gone"] = ""
    (own.suite / "release.json").write_bytes(as_json(record))
    own.master.write_text(own.master.read_text(encoding="utf-8").replace("You are going to build", "You will build"))
    before = (own.suite / "released.json").read_bytes()
    with pytest.raises(OrphanError, match="the answer cell `gone` is gone"):
        number(own, print, force=False)
    assert not own.starter.exists() and (own.suite / "released.json").read_bytes() == before
