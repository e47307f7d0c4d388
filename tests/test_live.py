"""`check("train")` in a notebook and in plain Python: the verdict and the words of `make grade`, on live objects."""

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import Graded, check
from corpus import CNN, wrong_submission
from nbformat.v4 import new_code_cell, new_notebook

from autograder.percent import blocks
from autograder.ran import Ran, not_run_as_saved

WRONG = wrong_submission("train_no_zero_grad").text.replace("return correct / total", 'raise ValueError("<script>1")')


def cells_of(text: str) -> list[Any]:
    """The cells of a percent-format text that are graded, as a notebook has them."""
    kept = [block for block in blocks(text) if not block.explore and "[markdown]" not in block.lines[0]]
    return [new_code_cell("\n".join(block.lines[1:]), metadata={"answer": block.key}) for block in kept[1:]]


def run(tmp_path: Path, cells: list[Any], **variables: str) -> list[Any]:
    """The cells of a notebook `cnn.ipynb` after it has run in a kernel; nothing may have gone to stderr."""
    notebook = new_notebook(cells=cells)
    path = tmp_path / "cnn.ipynb"
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--output", "run"]
    environment = {**os.environ, "JPY_SESSION_NAME": str(path), **variables}
    subprocess.run([*command, str(path)], check=True, capture_output=True, cwd=tmp_path, env=environment)
    done = nbformat.read(tmp_path / "run.ipynb", as_version=4).cells
    assert not [out for cell in done for out in cell.outputs if out.get("name") == "stderr"]
    return done


def html(cell: Any) -> str:
    return "".join(out.data.get("text/html", "") for out in cell.outputs if out.output_type == "display_data")


def value(cell: Any) -> str:
    return next(out.data["text/plain"] for out in cell.outputs if out.output_type == "execute_result")


def test_notebook(tmp_path: Path, graded: Graded) -> None:
    """The same points and messages as `make grade`; floats; escaped; the kernel is as it was."""
    report = graded(WRONG)
    cells = [
        new_code_cell("import autograder, random, sys, torch\ntorch.manual_seed(1); out, err = sys.stdout, sys.stderr"),
        *cells_of(WRONG),
        new_code_cell("state, names, threads = torch.get_rng_state(), set(globals()), torch.get_num_threads()"),
        new_code_cell("points = autograder.check('train'); points"),
        new_code_cell("autograder.check('evaluate')"),
        new_code_cell("autograder.check()"),
        new_code_cell(
            "assert torch.equal(state, torch.get_rng_state()) and threads == torch.get_num_threads()\n"
            "assert torch.is_grad_enabled() and 'probes' not in sys.modules\n"
            "assert (out, err) == (sys.stdout, sys.stderr)\n"
            "made = {name for name in set(globals()) - names if name[0] != '_'}\n"
            "assert made == {'state', 'names', 'threads', 'points'}, made\n"
            "type(points)"
        ),
        new_code_cell("autograder.check('nothing')"),
    ]
    *_, train, evaluate, everything, kernel, unknown = run(tmp_path, cells)
    update = check(report, "train.update")
    assert value(train) == "18.0" and update.came in html(train) and update.why in html(train)
    assert (
        "cnn.ipynb, cell [" in html(evaluate) and "&lt;script&gt;" in html(evaluate) and "<script" not in html(evaluate)
    )
    assert value(everything) == str(float(report.score)) and update.came in html(everything)
    assert "was not run" not in html(everything)
    assert value(kernel) == "float", kernel.outputs
    (fault,) = unknown.outputs
    assert fault.ename == "AssignmentError" and "its tasks: conv_output_size" in fault.evalue
    assert fault.traceback == [fault.evalue], "a student reads what there is, and no frame of ours"


@pytest.mark.slow
def test_nbgrader_shows_the_message_as_an_exception(tmp_path: Path) -> None:
    cells = [new_code_cell("from autograder import check"), *cells_of(WRONG), new_code_cell("check('train')")]
    *_, train = run(tmp_path, cells, NBGRADER_EXECUTION="validate")
    error = next(out for out in train.outputs if out.output_type == "error")
    said = " ".join(error.evalue.split())
    assert error.ename == "NotAllPoints" and "18 / 26" in said and "add up from batch to batch" in said
    assert "cnn.ipynb, code cell " in said and max(map(len, error.evalue.split("\n"))) <= 52
    assert len(error.traceback) == 1  # the message, and no frame of ours
    *_, size = run(tmp_path, [*cells[:-1], new_code_cell("check('conv_output_size')")], NBGRADER_EXECUTION="validate")
    assert value(size) == "8.0"


@pytest.mark.slow
def test_it_says_what_is_saved_and_was_not_run(tmp_path: Path) -> None:
    cells = [new_code_cell("from autograder import check"), *cells_of(CNN.master.read_text())]
    evaluate = next(cell for cell in cells if cell.metadata.get("answer") == "evaluate")
    later = new_code_cell(evaluate.source.replace("total", "count"), metadata={"answer": "evaluate"})
    skipped = [cell for cell in cells if cell is not evaluate]
    # Saved with a cell that was changed after it had run: here, one that stands below the call and has not run yet.
    done = run(tmp_path, [*skipped, new_code_cell(evaluate.source), new_code_cell("check()"), later])
    assert "<code>evaluate</code> as it is saved in cnn.ipynb was not run" in html(done[-2])
    assert "Everything is right" in html(done[-2])


def test_plain_python(tmp_path: Path) -> None:
    path = tmp_path / "cnn.py"
    path.write_text(
        "from autograder import check\n"
        "def conv_output_size(size, kernel_size, padding=0, stride=1):\n"
        "    return (size + padding - kernel_size) // stride + 1\n"
        "assert type(check('conv_output_size')) is float\n"
        "check('train')\n"
    )
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"}
    )
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert "conv_output_size  cnn.py:2" in done.stdout and "on one side only" in done.stdout
    assert "there is no `train` yet" in done.stdout


ENDLESS = """def train(dataloader, model, loss_fn, optimizer, epochs=5):
    global left_behind
    left_behind = 1
    print('printed'); logging.warning('logged'); os.write(2, b'below Python'); display('shown'); random.random()
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    while True:
        pass"""
STATE = """import logging, os, random, signal, sys, threading, torch
from autograder import check
logging.basicConfig()
def state():
    now = random.getstate(), torch.get_rng_state().sum(), torch.cuda.synchronize, torch.cuda.is_available, input
    now += sys.stdout, sys.stderr, sys.stdin, logging.root.handlers[0].stream, get_ipython().display_pub.publish
    return [*map(str, now), sorted(name for name in globals() if not name.startswith('_'))]"""


@pytest.mark.slow
def test_stop_button_and_whatever_else_code_does(tmp_path: Path) -> None:
    """A loop without end, stopped: nothing of it is shown or goes to stderr, and all is as it was."""
    cells = [f"{STATE}\n{ENDLESS}", "before = None\nbefore = state()", "check('train')", "print(before == state())"]
    cells += [
        "%%time\ndef train():\n    logging.warning('x')\n    input()",
        "check('train')",
        "check()",
        "check('train.mode')",
    ]
    *_, stopped, same, _, asks, everything, unknown = run(tmp_path, [new_code_cell(cell) for cell in cells])
    assert [out.get("ename") for out in stopped.outputs] == [None, "KeyboardInterrupt"] and html(stopped) == "stopped"
    assert same.outputs[0].text == "True\n"
    assert "cnn.ipynb, cell [" in html(asks) and [out.output_type for out in asks.outputs][1:] == ["execute_result"]
    assert "was not run" not in html(everything)
    assert unknown.outputs[0].ename == "AssignmentError"


def test_nothing_is_done_where_a_file_is_imported_or_graded(graded: Graded) -> None:
    """In a graded process there are no recorded answers to read, and no time to grade twice."""
    solution = CNN.master.read_text(encoding="utf-8")
    report = graded(f"from autograder import check\nassert check() != check()\n\n{solution}", tasks=["forward"])
    assert report.score == 12 and not report.notes


def test_all_of_it_is_left_to_the_grade_cells_where_nbgrader_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("from autograder import check\npoints = check()", namespace)
    assert math.isnan(namespace["points"])


def test_a_name_that_a_later_explore_cell_takes_is_no_change_of_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "cnn.py"
    answer = 'batch = 64\nPREDICTED_SHAPES = {"conv1": (batch, 32, 28, 28)}'
    explore = "for batch in range(3):\n    print(batch)"
    path.write_text(f'# %% answer="predicted_shapes"\n{answer}\n\n# %% tags=["explore"]\n{explore}\n')
    ran = Ran({}, {1: answer, 2: explore}, {}, path)
    assert not_run_as_saved(ran, path, [explore]) == []
    ran.sources[3] = answer.replace("32", "16")
    assert not_run_as_saved(ran, path, [explore]) == ["predicted_shapes"]


@pytest.mark.slow
def test_names_that_only_explore_cells_bind_are_the_same_as_in_make_grade(tmp_path: Path, graded: Graded) -> None:
    text = CNN.master.read_text(encoding="utf-8").replace("device = next(model.parameters()).device", "model.train")
    device = text.replace("images.to(device), labels.to(device)", "images, train_loader and labels")
    report = graded(device, tasks=["train"])
    *_, train = run(
        tmp_path, [new_code_cell("from autograder import check"), *cells_of(device), new_code_cell("check('train')")]
    )
    assert value(train) == str(float(report.score))


def test_importing_the_package_stays_quick() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, autograder; print({'torch', 'numpy', 'pytest'} & set(sys.modules))"],
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "set()"


@pytest.fixture(autouse=True)
def no_nbgrader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
