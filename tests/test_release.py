"""The master and the student's file: generated, never drifting, and strict about its markers."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from corpus import CNN

from autograder.release import MarkerError, make_starter, make_stubs, release_starter


def test_starter_is_what_the_master_gives() -> None:
    assert make_starter(CNN) == CNN.starter.read_text(encoding="utf-8"), "run: make assignments"


def test_starter_keeps_no_solution() -> None:
    text = CNN.starter.read_text(encoding="utf-8")
    assert "SOLUTION" not in text
    for task in CNN.tasks:
        if task.cell:
            assert f"TODO({task.id}" in text
    blanks = re.findall(r"= \.\.\.|: \.\.\.,", text)
    assert len(blanks) == 20  # ten shapes, ten layers


def test_untouched_starter_runs_without_an_exception(tmp_path: Path) -> None:
    shutil.copy(CNN.starter, tmp_path / "cnn.py")
    done = run("cnn.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "This cell waits for you to finish: conv_output_size." in done.stdout
    assert "epoch" not in done.stdout  # nothing is trained


@pytest.mark.parametrize("file", [CNN.starter, CNN.master], ids=["starter", "solution"])
def test_importing_the_lesson_does_nothing(tmp_path: Path, file: Path) -> None:
    done = run("-c", "import cnn", cwd=file.parent)
    assert done.returncode == 0, done.stderr
    assert "epoch" not in done.stdout and "waits" not in done.stdout


def run(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MPLBACKEND": "Agg", **variables}
    return subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, env=environment)


def stubs(source: str, key: str | None = "train") -> str:
    return "\n".join(make_stubs(source.split("\n"), CNN, key, "cnn.py:{}", 1))


def test_region_becomes_a_stub_that_names_its_task() -> None:
    made = stubs("def train():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION")
    assert made.split("\n") == [
        "def train():",
        "    # TODO(train): write the body and delete the `raise` line.",
        '    raise NotImplementedError("train: write the body and delete this line")',
    ]


def test_line_becomes_three_dots() -> None:
    made = stubs("        self.conv1 = nn.Conv2d(1, 32, 3)  # SOLUTION: 32 filters", "simple_cnn")
    assert made == "        self.conv1 = ...  # TODO(layers.conv1): 32 filters"
    made = stubs('    "pool1": (64, 32, 14, 14),  # SOLUTION: after pool1', "predicted_shapes")
    assert made == '    "pool1": ...,  # TODO(predicted_shapes.pool1): after pool1'
    assert stubs("LAYERS: dict[str, int] = {}  # SOLUTION: none") == "LAYERS: dict[str, int] = ...  # TODO(train): none"


def test_region_in_a_cell_of_two_tasks_belongs_to_the_function_around_it() -> None:
    made = stubs("    def forward(self):\n        ### BEGIN SOLUTION\n        ### END SOLUTION", "simple_cnn")
    assert "TODO(forward)" in made


@pytest.mark.parametrize(
    ("source", "key", "message"),
    [
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "train", "cnn.py:2: a solution within"),
        ("x = 1\n### BEGIN SOLUTION\nx = 2", "train", "cnn.py:2: `### BEGIN SOLUTION` without"),
        ("x = 1\n### END SOLUTION", "train", "cnn.py:2: `### END SOLUTION` without"),
        ("### BEGIN SOLUTION\n### END SOLUTION", None, "cnn.py:1: a solution in a cell without a task"),
        ("### BEGIN SOLUTION\n### END SOLUTION", "nobody", "cnn.py:1: a solution in a cell without a task"),
        ("x = 1  # SOLUTION: one", None, "cnn.py:1: a solution in a cell without a task"),
        ("### BEGIN SOLUTION\nx = 1  # SOLUTION: one\n### END SOLUTION", "train", "cnn.py:2: a solution within"),
        ("return 1  # SOLUTION: one", "train", "cnn.py:1: `# SOLUTION:` belongs behind"),
        ("x = 128  # SOLUTION 128", "train", "cnn.py:1: this looks like a marker"),
        ("x = 1\n    # BEGIN SOLUTION", "train", "cnn.py:2: this looks like a marker"),
    ],
)
def test_markers_out_of_place_are_refused(source: str, key: str | None, message: str) -> None:
    with pytest.raises(MarkerError, match=re.escape(message)):
        stubs(source, key)


def test_work_in_the_starter_is_kept(tmp_path: Path) -> None:
    suite = tmp_path / "suite"
    suite.mkdir()
    own = replace(CNN, suite=suite, starter=tmp_path / "cnn.py")
    assert release_starter(own) is None
    assert release_starter(own) is None  # untouched: nothing to keep
    own.starter.write_text("my work", encoding="utf-8")
    kept = release_starter(own)
    assert kept is not None and kept.read_text(encoding="utf-8") == "my work"
    assert own.starter.read_text(encoding="utf-8") == make_starter(CNN)


def test_markers_are_refused_by_the_command_with_their_line(tmp_path: Path) -> None:
    for folder in ("autograder/suites/cnn", "solutions/cnn"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(CNN.suite / "points.toml", tmp_path / "autograder/suites/cnn")
    master = CNN.master.read_text(encoding="utf-8").replace("    ### END SOLUTION", "    pass", 1)
    (tmp_path / "solutions/cnn/cnn.py").write_text(master, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "assignments", "--root", str(tmp_path)], capture_output=True, text=True
    )
    line = 1 + master.split("\n").index("    ### BEGIN SOLUTION")
    assert done.returncode == 1
    assert done.stderr.startswith(f"solutions/cnn/cnn.py:{line}: ")
    assert not (tmp_path / "assignments").exists()
