"""The commands as a person or a script uses them: `autograder grade` and its exit codes, its report and its JSON."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from corpus import CNN, wrong_submission
from running import ROOT, SCHEMA, autograder

from autograder.cli_common import say

COMMANDS = ["grade", "watch", "lab", "batch", "autograde", "doctor", "assignments", "record", "release", "student"]
COMMANDS += ["gradescope", "roster", "export"]


def wrong(tmp_path: Path, name: str) -> Path:
    path = tmp_path / "cnn.py"
    path.write_text(wrong_submission(name).text, encoding="utf-8")
    return path


def test_solution_gets_everything(tmp_path: Path) -> None:
    report = tmp_path / "new folder" / "report.json"
    done = autograder("grade", CNN.master, "--json", report, "--fail-under", 100)
    assert done.returncode == 0, done.stderr
    assert "100 / 100" in done.stdout and "Everything is right." in done.stdout
    assert re.match(r"cnn\.py, saved .*", done.stdout)
    found = json.loads(report.read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    assert found["score"] == found["max_score"] == 100
    assert [task["id"] for task in found["tasks"]] == [task.id for task in CNN.tasks]


def test_report_of_a_mistake_has_its_four_parts(tmp_path: Path) -> None:
    path = wrong(tmp_path, "train_no_zero_grad")
    done = autograder("grade", path, "--task", "train", "--json", tmp_path / "report.json", "--fail-under", 20)
    assert done.returncode == 1  # 18 of 26
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    assert (found["score"], found["max_score"]) == (18, 26)
    failed = next(check for check in found["tasks"][0]["checks"] if check["status"] == "failed")
    assert failed["id"] == "train.update"
    line = 1 + next(n for n, text in enumerate(path.read_text().split("\n")) if text.startswith("def train("))
    assert failed["line"] == f"cnn.py:{line}"
    shown = " ".join(done.stdout.split())
    for part in (failed["line"], "expected", failed["expected"], "came", failed["came"], "hint", failed["hint"]):
        assert part in shown
    assert "Next: train.update" in shown
    assert max(map(len, done.stdout.split("\n"))) <= 80
    assert "Traceback" not in done.stdout + done.stderr


def test_exit_code_is_zero_whatever_the_score(tmp_path: Path) -> None:
    path = tmp_path / "cnn.py"
    path.write_text("x = 1\n", encoding="utf-8")
    done = autograder("grade", path, "--json", tmp_path / "report.json")
    assert done.returncode == 0, done.stderr
    jsonschema.validate(json.loads((tmp_path / "report.json").read_text()), SCHEMA)
    assert autograder("grade", path, "--fail-under", 1).returncode == 1


def test_fault_of_the_grader_is_no_zero(tmp_path: Path) -> None:
    """A broken torch, a broken check: an exit code of its own, no report, no score."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "torch.py").write_text("raise ImportError('torch is broken')", encoding="utf-8")
    report = tmp_path / "report.json"
    done = autograder("grade", CNN.master, "--json", report, PYTHONPATH=str(tmp_path / "broken"))
    assert done.returncode == 3
    assert "the grader's fault" in done.stderr and "torch is broken" in done.stderr, done.stderr
    assert "/ 100" not in done.stdout and not report.exists()


def test_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = autograder("grade", CNN.master, "--task", "forward", "--json", tmp_path / "file" / "report.json")
    assert done.returncode == 2
    assert "could not be written" in done.stderr and "Traceback" not in done.stderr


def test_broken_check_is_a_fault_of_the_grader(tmp_path: Path) -> None:
    shutil.copytree(CNN.suite, tmp_path / "autograder" / "suites" / "cnn")
    (tmp_path / "autograder" / "suites" / "cnn" / "test_forward.py").write_text(
        "import pytest\n\n@pytest.mark.task('forward')\ndef test_forward():\n    1 / 0\n", encoding="utf-8"
    )
    done = autograder("grade", CNN.master, "--root", tmp_path, "--task", "forward")
    assert done.returncode == 3 and "ZeroDivisionError" in done.stderr


def test_without_a_file_takes_the_one_saved_last(tmp_path: Path) -> None:
    shutil.copytree(CNN.suite, tmp_path / "autograder" / "suites" / "cnn")
    folder = tmp_path / "assignments" / "cnn"
    folder.mkdir(parents=True)
    shutil.copy(CNN.starter, folder / "cnn.py")
    cells = [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "source": "x", "execution_count": None}]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (folder / "cnn.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    twelve_minutes_ago = time.time() - 12 * 60 - 5
    os.utime(folder / "cnn.py", (twelve_minutes_ago - 60, twelve_minutes_ago - 60))
    os.utime(folder / "cnn.ipynb", (twelve_minutes_ago, twelve_minutes_ago))
    done = autograder("grade", "--root", tmp_path, "--task", "conv_output_size")
    assert done.stdout.startswith("cnn.ipynb, saved 12 minutes ago\n")
    os.utime(folder / "cnn.py")
    done = autograder("grade", "--root", tmp_path, "--task", "conv_output_size")
    assert done.stdout.startswith("cnn.py, saved just now\n")
    assert "Next: conv_output_size" in done.stdout


def test_suite_runs_under_plain_pytest(tmp_path: Path) -> None:
    path = wrong(tmp_path, "evaluate_percent")
    command = [sys.executable, "-m", "pytest", "autograder/suites/cnn", "--submission", str(path), "-q"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert re.search(r"1 failed, 35 passed", done.stdout), done.stdout
    assert "expected: right images divided by all images" in done.stdout
    assert "Traceback" not in done.stdout and "raise Failure" not in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_signs_that_a_console_has_not(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "cnn.py"
    path.write_text('def conv_output_size(*_, **__):\n    raise ValueError("漢 → ✗")\n', encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "grade", path, "--task", "conv_output_size", "--no-html"]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert b"ValueError" in done.stdout and b"0 / 8" in done.stdout


def test_suite_alone_is_skipped(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "autograder/suites/cnn", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0 and "36 skipped" in done.stdout


def test_help_names_every_command() -> None:
    done = autograder("--help")
    assert done.returncode == 0 and "Exit codes" in done.stdout
    assert all(re.search(rf"^│ {command} ", done.stdout, re.M) for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command: str) -> None:
    done = autograder(command, "--help")
    assert done.returncode == 0
    assert re.search(rf"Examples:\s+autograder {command}", done.stdout), done.stdout


def test_sign_of_a_gpu_that_pytorch_does_not_see_costs_nothing(tmp_path: Path) -> None:
    """A machine with an NVIDIA GPU and PyTorch's CPU build."""
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "nvidia-smi").chmod(0o755)
    report = tmp_path / "report.json"
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = autograder("grade", CNN.master, "--task", "learns", "--json", report, PATH=path)
    assert done.returncode == 0, done.stderr
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["score"] == 8
    import torch

    assert found["device"] == ("cuda" if torch.cuda.is_available() else "cpu")


def test_version() -> None:
    assert re.fullmatch(r"autograder \d+\.\d+\.\d+\n", autograder("--version").stdout)


def test_long_messages_are_folded_at_a_terminal() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    message = f"first\n  {'word ' * 40}/{'a-path' * 20}"
    screen, file = Screen(), io.StringIO()
    say(message, screen)
    say(message, file)
    assert file.getvalue() == f"{message}\n"
    *lines, last = screen.getvalue().splitlines()
    assert lines[0] == "first" and all(len(line) <= 80 and line.startswith("  word") for line in lines[1:])
    assert last == f"  /{'a-path' * 20}", "a path is left whole"
