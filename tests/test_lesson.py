"""The lesson's own cells: what they wait for, how they shorten themselves, and the pictures that they draw."""

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from corpus import CNN

from autograder import lesson

STARTER = CNN.starter.read_text(encoding="utf-8")
PICTURES = {"batch", "loss", "filters_before", "filters_after", "digit", "feature_maps", "wrong", "shift"}


@pytest.mark.slow
def test_solved_lesson_runs_from_top_to_bottom(tmp_path: Path) -> None:
    """As nbgrader runs it: every explore cell, shortened."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "NBGRADER_EXECUTION": "validate"}
    done = subprocess.run(
        [sys.executable, str(CNN.master)], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for line in (
        "640 training images in 10 batches, 320 test images",
        "largest difference: 0.0",
        "parameters: 421,642",
        "After conv1: (64, 32, 28, 28)",
        "conv2     (64, 64, 14, 14)    (64, 64, 14, 14)    ✓",
        "epoch 3 of 3: average loss",
    ):
        assert line in done.stdout, done.stdout
    before = re.search(r"loss before training: ([\d.]+)", done.stdout)
    assert before and float(before[1]) == pytest.approx(math.log(10), abs=0.05)  # of a batch that is shuffled
    assert "✗" not in done.stdout and "waits" not in done.stdout and "run the cell above" not in done.stdout
    assert {path.stem for path in (tmp_path / "reports").glob("*.png")} == PICTURES


def test_facts_of_the_text_are_those_of_the_network() -> None:
    from torch import nn

    namespace: dict[str, object] = {"__name__": "cnn"}
    exec(CNN.master.read_text(encoding="utf-8"), namespace)
    model = namespace["SimpleCNN"]()  # type: ignore[operator]
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 128), nn.ReLU(), nn.Linear(128, 10))
    sizes = {name: sum(p.numel() for p in layer.parameters()) for name, layer in model.named_children()}
    dense = 784 * 25_088 + 25_088
    for number in (sizes["conv1"], sum(sizes.values()), sum(p.numel() for p in mlp.parameters()), dense):
        assert f"{number:,}" in STARTER
    assert 32 * 28 * 28 == 25_088
    assert 0.945 < sizes["linear1"] / sum(sizes.values()) < 0.955


def test_text_is_not_the_answer() -> None:
    """The shapes that are to be predicted, and the number that is to be computed, stand nowhere in the starter."""
    for answer in ("3136", "3,136", "(64, 32, 28, 28)", "(64, 64, 14, 14)", "64 * 7 * 7", "(64, 10)"):
        assert answer not in STARTER


def stub() -> None:
    raise NotImplementedError("train: write the body and delete this line")


class Blank:
    def __init__(self) -> None:
        self.conv1 = ...


class Stubbed:
    def forward(self) -> None:
        raise NotImplementedError("forward: write the body and delete this line")


@pytest.mark.parametrize(
    ("value", "waits"),
    [
        (stub, "train"),
        (Blank, "the layers of Name"),
        (Stubbed, "forward"),
        ({"conv1": ..., "relu1": 1}, "Name"),
        ({"conv1": (64, 1)}, None),
        (lambda: "train: other", None),
        (Path, None),
        (print, None),
        (3, None),
    ],
)
def test_what_is_still_open(value: object, waits: str | None) -> None:
    assert lesson.still_open(value, "Name") == waits


def cell(module: ModuleType, code: str) -> object:
    exec(f"result = {code}", module.__dict__)
    return module.__dict__["result"]


def test_ready(capsys: pytest.CaptureFixture[str]) -> None:
    module = ModuleType("__main__")
    module.__dict__.update(ready=lesson.ready, train=stub)
    assert cell(module, "ready('model')") is False
    assert capsys.readouterr().out == "This cell uses `model`: run the cell above that makes it first.\n"
    assert cell(module, "ready('train')") is False
    assert capsys.readouterr().out == "This cell waits for you to finish: train.\n"
    module.__dict__["train"] = print
    assert cell(module, "ready('train', seconds=32)") is True
    assert capsys.readouterr().out == "This takes about 30 seconds.\n"
    module.__dict__["__name__"] = "cnn"
    assert cell(module, "ready('train')") is False
    assert capsys.readouterr().out == ""


def test_every_explore_cell_says_how_long_it_takes() -> None:
    released = json.loads((CNN.suite / "released.json").read_text(encoding="utf-8"))["explore"]
    assert len(released) >= 10
    for source in released:
        only_checks = all(line.startswith("check(") for line in source.splitlines())
        assert only_checks or "ready(" in source or "takes(" in source
