"""Reading submissions: cells, lines and keys, from scripts and notebooks."""

import os
import re
import time
from pathlib import Path

import jupytext
import nbformat
import pytest
from corpus import CNN

from autograder.submission import age, read_submission

SCRIPT = '''# %% [markdown]
# # A text

# %%
import torch


# %% answer="train"
def train():
    """A string with
    # %% a marker in it."""


# %% tags=["explore"]
print("for the reader")
'''


def write(tmp_path: Path, data: bytes | str, name: str = "work.py") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_cells_of_a_script_stand_at_their_lines(tmp_path: Path) -> None:
    submission = read_submission(write(tmp_path, SCRIPT))
    assert [(cell.first_line, cell.answer, cell.explore) for cell in submission.cells] == [
        (5, None, False),
        (9, "train", False),
        (15, None, True),
    ]
    assert [cell.source.split("\n")[0] for cell in submission.to_run()] == ["import torch", "def train():"]
    assert submission.find(re.compile("def train"), "train") == "work.py:9"


def test_every_line_of_the_master_is_found_where_it_stands() -> None:
    lines = CNN.master.read_text(encoding="utf-8").split("\n")
    for cell in read_submission(CNN.master).cells:
        source = cell.source.split("\n")
        assert lines[cell.first_line - 1 :][: len(source)] == source


def test_notebook_and_script_have_the_same_cells(tmp_path: Path) -> None:
    notebook = write(tmp_path, nbformat.writes(jupytext.read(CNN.starter)), "cnn.ipynb")
    one, other = read_submission(CNN.starter), read_submission(notebook)
    assert [(c.source, c.answer, c.explore) for c in one.cells] == [
        (c.source, c.answer, c.explore) for c in other.cells
    ]


def test_explore_cell_is_known_by_its_source_when_its_tag_is_gone(tmp_path: Path) -> None:
    text = CNN.starter.read_text(encoding="utf-8")
    assert 'tags=["explore"]' in text
    stripped = read_submission(write(tmp_path, text.replace(' tags=["explore"]', "")), CNN.explore_cells())
    assert sum(cell.explore for cell in stripped.cells) == sum(
        cell.explore for cell in read_submission(CNN.starter).cells
    )


@pytest.mark.parametrize("change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n")])
def test_encodings_and_line_ends(tmp_path: Path, change) -> None:
    cells = read_submission(write(tmp_path, SCRIPT)).cells
    assert read_submission(write(tmp_path, change(SCRIPT))).cells == cells


def test_plain_script_is_one_cell(tmp_path: Path) -> None:
    (cell,) = read_submission(write(tmp_path, "import torch\n\n\ndef train():\n    pass\n")).cells
    assert cell.first_line == 1 and "def train" in cell.source


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "just now"),
        (65, "1 minute ago"),
        (12 * 60 + 1, "12 minutes ago"),
        (7300, "2 hours ago"),
        (90000, "1 day ago"),
        (40 * 365 * 86400, ""),  # as in the zip for students, where all files are of 1980
    ],
)
def test_age(tmp_path: Path, seconds: int, words: str) -> None:
    path = write(tmp_path, SCRIPT)
    os.utime(path, (time.time() - seconds,) * 2)
    assert age(path) == words
