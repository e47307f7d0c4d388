"""Bad submissions: a clear message, the points of their own task, and never a traceback of ours.

Each case replaces a piece of the reference solution; `loses` are the tasks that it may cost, `says` what stands in the
message of the check.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Graded, check, lost, set_limits
from corpus import CNN

from autograder.report import Report

REFERENCE = CNN.master.read_text(encoding="utf-8")
STARTER = CNN.starter.read_text(encoding="utf-8")
ALL = {task.id for task in CNN.tasks}
SIZE = "def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:\n"
TRAIN = re.compile(r"def train\(.*?### END SOLUTION\n", re.DOTALL)


def in_size(body: str) -> str:
    """The reference with another body of `conv_output_size`."""
    return REFERENCE.replace(SIZE, SIZE + f"    {body}\n", 1)


def tasks_lost(report: Report) -> set[str]:
    return {check_id.partition(".")[0] for check_id in lost(report)}


def test_untouched_starter(graded: Graded) -> None:
    report = graded(STARTER)
    assert report.score == 0 and tasks_lost(report) == ALL
    assert {task.status for task in report.tasks} == {"not_run"}
    first = report.next_step
    assert first and first.id == "conv_output_size" and "delete the `raise` line" in first.hint
    assert first.line and STARTER.split("\n")[int(first.line.partition(":")[2]) - 1].strip().startswith("raise")


def test_half_filled(graded: Graded) -> None:
    """One blank filled in is graded while the others wait."""
    text = re.sub(r"self\.conv1 = \.\.\.", "self.conv1 = nn.Conv2d(1, 32, 3, padding=1)", STARTER)
    text = re.sub(r'"pool1": \.\.\.', '"pool1": (64, 32, 14, 14)', text)
    report = graded(text)
    assert report.score == 4.6
    assert check(report, "layers.conv1").status == "passed"
    assert check(report, "layers.conv2").status == "not_run"
    assert check(report, "layers.conv2").hint == "replace the three dots `...` with the layer"
    assert check(report, "predicted_shapes.pool1").status == "passed"


# What is wrong with one function costs its own task only.
CASES = {
    "sys_exit": ("import sys; sys.exit(0)", "SystemExit"),
    "os_exit": ("import os; os._exit(0)", "ended its own process (exit code 0)"),
    "crash": ("import ctypes; ctypes.string_at(0)", "crashed the Python interpreter (Segmentation fault)"),
    "kills_itself": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended from outside"),
    "memory_hog": ("return len(bytearray(8 << 30))", "asked for more memory"),
    "torch_memory_hog": ("return len(torch.ones(2 << 30))", "asked for more memory"),
    "recursion": ("return conv_output_size(size, kernel_size)", "RecursionError"),
    "other_parameters": ("def conv_output_size(image): return 1", None),
    "returns_none": ("return None", "None"),
    "returns_text": ("return 'fourteen'", "'fourteen'"),
    "returns_nan": ("return float('nan')", "nan"),
    "returns_infinity": ("return float('inf')", "inf"),
    "returns_huge": ("return 10 ** 1000", "a value of type int"),
    "returns_tensor": ("return torch.ones(3, 4)", "a Tensor of shape (3, 4)"),
    "returns_true": ("return True", "True"),
    "equal_to_everything": (
        "return type('Any', (), {'__eq__': lambda a, b: True, '__hash__': lambda a: 0})()",
        "object at",
    ),
    "lies_about_its_type": ("return type('Seven', (), {'__class__': int, '__index__': lambda a: 7})()", "Seven"),
    "int_that_lies": ("return type('I', (int,), {'__eq__': lambda a, b: True, '__hash__': int.__hash__})(-1)", "-1"),
    "repr_fails": ("return type('R', (), {'__repr__': lambda a: 1 / 0})()", "cannot be shown"),
    "raises_without_text": ("raise ValueError", "ValueError"),
    "error_without_str": ("raise type('E', (Exception,), {'__str__': lambda a: 1 / 0})()", "cannot be shown"),
    "error_of_a_megabyte": ("raise ValueError('x' * 1000000)", "ValueError: xxx"),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "terminal_escapes": ("raise ValueError('\\x1b[2J\\x1b[31mgone')", "gone"),
    "input": ("return int(input('size? '))", "EOFError"),
}


@pytest.mark.parametrize("name", CASES)
def test_function(graded: Graded, name: str) -> None:
    body, says = CASES[name]
    if name == "other_parameters":
        report = graded(REFERENCE.replace(SIZE, "def conv_output_size(image):\n", 1))
        says = "keep the names and the order of the arguments"
    else:
        report = graded(in_size(body))
    assert tasks_lost(report) == {"conv_output_size"}
    found = check(report, "conv_output_size")
    assert found.status == "failed"
    said = f"{found.came} {found.hint}"
    assert says in said, said
    assert len(found.message) < 1000 and "\x1b" not in found.message
    assert found.hint and found.line and found.line.startswith("cnn.py:")


def test_endless_loop_costs_its_own_task(graded: Graded) -> None:
    report = graded(in_size("while True: pass"))
    assert tasks_lost(report) == {"conv_output_size"}
    assert "more than 10 seconds" in check(report, "conv_output_size").came


def test_endless_printing_costs_its_own_task(graded: Graded) -> None:
    report = graded(in_size("while True: print('x' * 1000)"))
    assert tasks_lost(report) == {"conv_output_size"}


def test_function_that_prints_a_lot_is_right(graded: Graded) -> None:
    assert graded(in_size("print('x' * 30_000_000)")).score == 100


def test_sleeping_is_ended_by_the_clock(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, probe=1)
    report = graded(in_size("import time; time.sleep(1000)"), tasks=["conv_output_size", "predicted_shapes"])
    assert tasks_lost(report) == {"conv_output_size"}
    assert "more than 1 seconds" in check(report, "conv_output_size").came


def test_train_that_ends_its_process_costs_train_and_learns(graded: Graded) -> None:
    report = graded(REFERENCE.replace("            loss.backward()\n", "            import os; os._exit(3)\n"))
    assert tasks_lost(report) == {"train", "learns"}
    assert "exit code 3" in check(report, "train.update").came


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("import os; os._exit(1)", "ended its own process (exit code 1)"),
        ("import ctypes; ctypes.string_at(0)", "crashed"),
    ],
)
def test_own_cell_that_ends_the_process_costs_nothing(graded: Graded, cell: str, says: str) -> None:
    report = graded(f"{REFERENCE}\n# %%\n{cell}\n")
    assert report.score == 100
    assert len(report.notes) == 1 and says in report.notes[0]


def test_own_cell_that_fails_costs_nothing(graded: Graded) -> None:
    report = graded(f"{REFERENCE}\n# %%\nprint(undefined_name)\n\n# %%\nimport sys; sys.exit(1)\n")
    assert report.score == 100 and report.notes == []


def test_definition_that_ends_the_process_costs_its_task(graded: Graded) -> None:
    report = graded(REFERENCE.replace("def evaluate(", "@__import__('os')._exit(0)\ndef evaluate(", 1))
    assert tasks_lost(report) == {"evaluate"}
    assert "ended its own process" in check(report, "evaluate.mode").came


def test_syntax_error_costs_its_cell(graded: Graded) -> None:
    report = graded(REFERENCE.replace("    correct = total = 0\n", "    correct = = 0\n"))
    assert tasks_lost(report) == {"evaluate"}
    found = check(report, "evaluate.accuracy")
    line = 1 + report_lines(report).index("    correct = = 0")
    assert "SyntaxError" in found.came and found.line == f"cnn.py:{line}"


def report_lines(report: Report) -> list[str]:
    return Path(report.submission).read_text(encoding="utf-8").split("\n")


def test_file_that_is_one_syntax_error(graded: Graded) -> None:
    report = graded("def train(:\n  what is this\n")
    assert report.score == 0
    found = check(report, "train.update")
    assert found.status == "failed" and "SyntaxError" in found.came and found.line == "cnn.py:1"


def test_cell_missing(graded: Graded) -> None:
    report = graded(TRAIN.sub("", REFERENCE))
    assert tasks_lost(report) == {"train", "learns"}
    found = check(report, "train.update")
    assert found.status == "not_run" and "there is no `train` in cnn.py" in found.message


def test_cell_twice_with_the_second_one_right(graded: Graded) -> None:
    cell = TRAIN.search(REFERENCE)
    assert cell
    wrong = cell[0].replace("            loss.backward()\n", "")
    assert graded(REFERENCE.replace(cell[0], f'{wrong}\n\n# %% answer="train"\n{cell[0]}')).score == 100


def test_class_that_is_not_a_module(graded: Graded) -> None:
    report = graded(REFERENCE.replace("class SimpleCNN(nn.Module):", "class SimpleCNN:"))
    assert {"forward", "learns"} <= tasks_lost(report) <= {"forward", "learns", "layers"}
    assert "nn.Module" in check(report, "forward").came


def test_class_that_is_a_function(graded: Graded) -> None:
    report = graded(f"{REFERENCE}\n# %%\ndef SimpleCNN():\n    return 3\n")
    assert tasks_lost(report) == {"layers", "forward", "learns"}


def test_forward_that_returns_an_array(graded: Graded) -> None:
    report = graded(REFERENCE.replace("return self.linear2(x)", "return self.linear2(x).detach().numpy()"))
    assert tasks_lost(report) == {"forward", "learns"}


def test_logits_that_are_nan(graded: Graded) -> None:
    report = graded(REFERENCE.replace("return self.linear2(x)", "return self.linear2(x) * float('nan')"))
    assert tasks_lost(report) == {"forward", "learns"}
    assert "NaN" in check(report, "forward").came


@pytest.mark.parametrize("value", ["None", "3", "'shapes'", "[1, 2]", "{}", "{'conv1': None, 'relu1': (64, '32')}"])
def test_predicted_shapes_of_another_kind(graded: Graded, value: str) -> None:
    report = graded(f"{REFERENCE}\n# %%\nPREDICTED_SHAPES = {value}\n")
    assert tasks_lost(report) == {"predicted_shapes"}
    assert check(report, "predicted_shapes.conv1").hint


# Files that cannot be read as a submission are graded with 0 points, and say why.
FILES = {
    "empty.py": (b"", "is empty"),
    "blank.py": (b"\n  \n", "is empty"),
    "empty.ipynb": (b"", "is empty"),
    "not_json.ipynb": (b"{ not json", "it is not JSON"),
    "truncated.ipynb": (b'{"cells": [{"cell_type": "code", "source": ["x = 1"', "it is not JSON"),
    "a_list.ipynb": (b"[1, 2]", "not a Jupyter notebook"),
    "no_cells.ipynb": (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "holds no code"),
    "null_tags.ipynb": (
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "id": "a", '
        b'"metadata": {"tags": null, "nbgrader": null}, "outputs": [], "execution_count": null, "source": "x = 1"}]}',
        "",
    ),
    "no_source.ipynb": (
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "metadata": {}}]}',
        "holds no code",
    ),
    "a_number.ipynb": (b"[1" + b"0" * 5000 + b"]", "not a Jupyter notebook"),
    "deep.ipynb": (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not a Jupyter notebook"),
    "brackets.ipynb": (b'{"cells": [' + b"{}," * 1_000_000 + b"{}]}", "a million brackets"),
    "many_cells.ipynb": (b'{"cells": [' + b"{}," * 100_000 + b"{}]}", "it has 100001 cells"),
    "many_cells.py": (b"# %%\nx\n" * 100_000, "it has 100000 cells"),
    "web_page.ipynb": (b"\n<!DOCTYPE html>\n<html></html>", "it is a web page"),
    "web_page.py": (b"\xef\xbb\xbf<!DOCTYPE html>\n<html></html>", "it is a web page"),
    "portable.ipynb": (b"%PDF-1.7 ...", "it is a PDF"),
    "packed.ipynb": (b"PK\x03\x04 ...", "it is a zip archive"),
    "packed.py": (b"\x1f\x8b\x08 ...", "it is a packed file"),
    "odd_tags.py": (b"# %% tags=3\nx = 1\n", ""),
    "binary.py": (bytes(range(256)) * 4, ""),
}


@pytest.mark.parametrize("name", FILES)
def test_file(graded: Graded, name: str) -> None:
    data, says = FILES[name]
    report = graded(data, name)
    assert report.score == 0 and report.max_score == 100
    if says:
        assert report.problem and says in report.problem and name in report.problem
        assert {task.status for task in report.tasks} == {"not_run"}


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", "grade", *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.py"], "there is no file nowhere.py"),
        (["."], "is a folder: name the file to grade, such as notes.py"),
        (["notes.txt"], "is neither a .py nor an .ipynb file"),
        (["notes.py", "--task", "trian"], "there is no task `trian`"),
        (["notes.py", "--assignment", "rnn"], "there is no assignment `rnn`; there are: cnn"),
        (["notes.py", "--device", "tpu"], "there is no device tpu"),
        (["notes.py", "--device", "mps"], "PyTorch sees no mps device here"),
    ],
)
def test_wrong_usage_is_told_in_one_line(tmp_path: Path, arguments: list[str], says: str) -> None:
    for name in ("notes.py", "notes.txt"):
        (tmp_path / name).write_text("x = 1\n", encoding="utf-8")
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr and "Traceback" not in done.stderr


def notebook(*cells: dict[str, object]) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)})


def test_error_in_a_notebook_names_the_cell(graded: Graded) -> None:
    code = "def evaluate(dataloader, model):\n    return 1 / 0\n"
    cell = {"cell_type": "code", "id": "a", "metadata": {"answer": "evaluate"}, "outputs": [], "source": code}
    report = graded(notebook(cell | {"execution_count": None}), "cnn.ipynb", tasks=["evaluate"])
    found = check(report, "evaluate.accuracy")
    assert "ZeroDivisionError" in found.came
    assert found.line == "cnn.ipynb, cell evaluate, line 2"
