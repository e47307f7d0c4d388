"""The notebook beside the script: made, kept the same, and nobody's work lost."""

import os
import shutil
import time
from pathlib import Path

import nbformat
import pytest
from corpus import CNN

from autograder.pairing import digest, pair


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return Path(shutil.copy(CNN.starter, tmp_path / "cnn.py"))


def test_notebook_is_made_and_keeps_the_keys(script: Path) -> None:
    path, kept = pair(script)
    notebook = nbformat.read(path, as_version=4)
    keys = [cell.metadata.get("answer") for cell in notebook.cells if cell.metadata.get("answer")]
    tasks = list(dict.fromkeys(task.cell for task in CNN.tasks if task.cell))
    assert keys == [*tasks, *(question.id for question in CNN.written)]
    assert kept is None and digest(script) == digest(CNN.starter) == digest(path)


def test_plots_and_logs_stay_in_the_notebook(script: Path) -> None:
    path, _ = pair(script)
    notebook = nbformat.read(path, as_version=4)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code.outputs = [nbformat.v4.new_output("stream", text="a log")]
    nbformat.write(notebook, path)
    script.write_text(script.read_text(encoding="utf-8") + "\n# %%\nmine = 1\n", encoding="utf-8")
    os.utime(script, (path.stat().st_mtime + 10,) * 2)
    path, kept = pair(script)
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[-1].source == "mine = 1"
    assert any(cell.get("outputs") for cell in notebook.cells)
    assert kept is None  # only the script had changed


def test_newer_notebook_goes_on_and_the_script_is_kept(script: Path) -> None:
    path, _ = pair(script)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("in_the_notebook = 1"))
    nbformat.write(notebook, path)
    script.write_text(script.read_text(encoding="utf-8") + "\n# %%\nin_the_script = 1\n", encoding="utf-8")
    os.utime(script, (path.stat().st_mtime - 10,) * 2)
    _, kept = pair(script)
    assert kept is not None and "in_the_script" in kept.read_text(encoding="utf-8")
    assert "in_the_notebook" in script.read_text(encoding="utf-8")


def test_an_answer_in_words_is_kept(script: Path) -> None:
    path, _ = pair(script)
    notebook = nbformat.read(path, as_version=4)
    answer = next(cell for cell in notebook.cells if cell.metadata.get("answer") == CNN.written[0].id)
    answer.source = "The same weights are used at each place."
    nbformat.write(notebook, path)  # an editor without jupytext
    script.write_text(script.read_text(encoding="utf-8") + "\n# %%\nlater = 1\n", encoding="utf-8")
    os.utime(script, (path.stat().st_mtime + 10,) * 2)
    _, kept = pair(script)
    assert kept is not None and answer.source in kept.read_text(encoding="utf-8")


def test_scripts_that_lost_their_header_are_paired_again(script: Path) -> None:
    path, _ = pair(script)
    script.write_text("# %%\nx = 2\n", encoding="utf-8")
    os.utime(script, (path.stat().st_mtime + 10,) * 2)
    path, _ = pair(script)
    assert [cell.source for cell in nbformat.read(path, as_version=4).cells] == ["x = 2"]


def test_a_notebook_that_cannot_be_read_is_left_alone(script: Path) -> None:
    path = script.with_suffix(".ipynb")
    path.write_text("{ broken", encoding="utf-8")
    os.utime(path, (script.stat().st_mtime - 10,) * 2)
    with pytest.raises(ValueError, match=r"cnn\.ipynb cannot be read: it is not JSON"):
        pair(script)
    assert path.read_text(encoding="utf-8") == "{ broken"


def test_nothing_to_pair(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        pair(tmp_path / "cnn.py")


def test_commands_of_a_notebook_are_no_change(tmp_path: Path) -> None:
    """jupytext writes them as comments in the script; that must not look like work of somebody's."""
    script = tmp_path / "cnn.py"
    script.write_text("# %%\nx = 1\n\n# %%\n# only a comment\n\n# %%\n# %matplotlib inline\ny = 2\n", encoding="utf-8")
    notebook, kept = pair(script)
    assert kept is None and "%matplotlib" in notebook.read_text(encoding="utf-8")
    for touched in (notebook, script):
        os.utime(touched, (time.time() + 60, time.time() + 60))
        assert pair(script)[1] is None
        os.utime(touched)
