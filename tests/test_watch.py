"""`make watch`: a new report after each save, whatever an editor does to the file, until Ctrl-C."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import CNN, wrong_submission

REFERENCE = CNN.master.read_text(encoding="utf-8")
WRONG = wrong_submission("conv_output_size_no_plus_one").text
WAITS = "Save the file to grade it again"


class Watching:
    """`autograder watch` in a process of its own, and what it has said so far."""

    def __init__(self, path: Path, *arguments: str, **variables: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder", "watch", str(path), "--no-html", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=path.parent,
            env={**os.environ, "COLUMNS": "80", **variables},
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line)

    def until(self, text: str) -> str:
        """What comes up to the line that holds `text`."""
        said = ""
        while text not in said:
            said += self.lines.get(timeout=120)
        return said


@pytest.fixture(params=["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def watching(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Watching, Path]]:
    path = tmp_path / "cnn.py"
    path.write_text(REFERENCE)
    found = Watching(path, "--task", "conv_output_size", AUTOGRADER_START=request.param)
    yield found, path
    found.process.kill()
    found.process.wait()


def test_it_grades_after_each_save(watching: tuple[Watching, Path]) -> None:
    watch, path = watching
    assert "8 / 8" in watch.until(WAITS)
    path.write_text(WRONG)
    assert "always one place too few" in watch.until(WAITS)
    path.write_text("def conv_output_size(")  # saved in the middle of a thought
    assert "SyntaxError" in watch.until(WAITS)
    beside = path.with_suffix(".tmp")  # as many editors save
    beside.write_text(REFERENCE)
    path.unlink()
    beside.rename(path)
    assert "8 / 8" in watch.until(WAITS)
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(timeout=30) == 0


def test_a_save_meanwhile_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "cnn.py"
    path.write_text(REFERENCE)
    watch = Watching(path)
    watch.until("conv_output_size           8 / 8")
    path.write_text(WRONG)
    said = watch.until(WAITS)
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(timeout=30) == 0
    first, _, second = said.rpartition("saved just now")
    assert first and "total" not in first, "the first report should have been given up"
    assert "92 / 100" in second


def test_a_save_ends_a_loop_that_does_not_end(tmp_path: Path) -> None:
    path = tmp_path / "cnn.py"
    path.write_text(REFERENCE.replace("size = image_size\n", "size = image_size\n    while True: pass\n"))
    watch = Watching(path, "--task", "conv_output_size", "--task", "linear1_in_features")
    watch.until("8 / 8")
    path.write_text(REFERENCE)
    said = watch.until(WAITS)
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(timeout=30) == 0
    assert "16 / 16" in said and "✗" not in said  # no word of the one that was stopped


def test_half_of_a_notebook_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "cnn.ipynb"
    text = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'
    path.write_text(text)
    watch = Watching(path, "--task", "conv_output_size")
    watch.until(WAITS)
    with path.open("w") as half:
        half.write(text[:30])
        half.flush()
        time.sleep(0.4)
        half.write(text[30:] + "\n")
    assert "JSON" not in watch.until(WAITS)
    path.write_text(text[:30])
    assert "it is not JSON" in watch.until(WAITS)
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(timeout=30) == 0


def test_file_that_is_not_there(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autograder", "watch", str(tmp_path / "nothing.py")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and "there is no file" in done.stderr
