"""Which of a student's files is graded."""

import io
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import jupytext
import pytest
from classes import MOODLE, NOON, Files, graded, lay, only
from corpus import CNN
from nbformat.v4 import new_code_cell

from autograder.handins.find import find_handins
from autograder.handins.starter import untouched


def test_of_several_assignments_the_one_that_is_graded_counts(tmp_path: Path) -> None:
    lay(tmp_path, {"jane/hw2/work.ipynb": "other", "jane/hw2/timestamp.txt": ""}, NOON + 3600)
    lay(tmp_path, {"jane/cnn/work.ipynb": "hers", "jane/cnn/timestamp.txt": ""})
    assert only(tmp_path).read() == b"hers"


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"jane/hw2/hw2.py": "", "jane/hw2/timestamp.txt": ""}, "there is hw2, but nothing for cnn: hand in cnn.ipynb"),
        ({"jane/hw2/hw2.py": "", "jane/cnn/": ""}, "there is no notebook and no script in the folder cnn: hand in"),
    ],
)
def test_another_assignment_is_not_graded_in_its_place(tmp_path: Path, files: Files, problem: str) -> None:
    assert only(lay(tmp_path, files)).problem.startswith(problem)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("cnn.ipynb", "cnn (1).ipynb"),
        ("CNN.PY", "cnn-1.py"),
        ("cnn.py", "cnn_final.ipynb"),
        ("cnn.py", "utils.py"),
        ("cnn (1).ipynb", "homework.ipynb"),
        ("cnn_final.py", "cnnotes.ipynb"),
        ("my_cnn.py", "utils.py"),
        ("old/cnn.py", "homework.py"),
    ],
)
def test_the_nearest_name_counts(tmp_path: Path, better: str, worse: str) -> None:
    lay(tmp_path, {f"jane/{better}": "better"})
    lay(tmp_path, {f"jane/{worse}": "worse"}, NOON + 3600)
    row, name = only(tmp_path), better.rpartition("/")[2]
    assert row.read() == b"better"
    assert row.note == f"there were 2 files; {name} was graded, which has the nearest name, and not {worse}"


def test_a_note_names_no_more_than_a_few(tmp_path: Path) -> None:
    row = only(lay(tmp_path, {"jane/cnn.py": "", **{f"jane/m{index}.py": "" for index in range(9)}}))
    assert row.note.endswith("which has the nearest name, and not m0.py, m1.py, m2.py and 6 others")


@pytest.mark.parametrize(
    ("first", "last", "seconds", "expected", "why"),
    [
        ("cnn.ipynb", "cnn.py", 60, "last", "cnn.py was graded, which was saved last, and not cnn.ipynb"),
        ("cnn.py", "cnn.ipynb", 60, "last", "cnn.ipynb was graded, which was saved last, and not cnn.py"),
        ("cnn.ipynb", "cnn.py", 1, "first", "cnn.ipynb was graded, the notebook of those saved together"),
        (
            "cnn.py",
            "old/cnn.py",
            0,
            "first",
            "cnn.py was graded, the first of those saved together, and not old/cnn.py",
        ),
        (
            "cnn.py",
            "old/cnn.ipynb",
            1,
            "last",
            "cnn.ipynb was graded, the notebook of those saved together, and not cnn",
        ),
        ("a/cnn.py", "b/cnn.py", 60, "last", "b/cnn.py was graded, which was saved last, and not a/cnn.py"),
        ("one.ipynb", "two.ipynb", 60, "last", "two.ipynb was graded, which was saved last, and not one.ipynb"),
    ],
)
@pytest.mark.parametrize("archive", [False, True])
def test_the_one_saved_last_counts(
    tmp_path: Path, first: str, last: str, seconds: int, expected: str, why: str, archive: bool
) -> None:
    if archive:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as zipped:
            for name, content, saved in ((last, "last", NOON + seconds), (first, "first", NOON)):
                zipped.writestr(zipfile.ZipInfo(name, time.localtime(saved)[:6]), content)
        lay(tmp_path, {f"{MOODLE}/work.zip": buffer.getvalue()})
    else:
        lay(tmp_path, {f"{MOODLE}/{last}": "last"}, NOON + seconds)
        lay(tmp_path, {f"{MOODLE}/{first}": "first"})
    row = only(tmp_path)
    assert row.read().decode() == expected
    assert row.note.startswith("there were 2 files; ")
    if not archive:
        assert why in row.note


@pytest.mark.parametrize("released", [False, True])
@pytest.mark.parametrize("work", ["cnn.ipynb", "cnn.py"])
def test_of_those_saved_together_the_one_with_work_counts(tmp_path: Path, work: str, released: bool) -> None:
    starter = CNN.starter.read_text(encoding="utf-8")
    files: dict[str, str] = {}
    for name in ("cnn.py", "cnn.ipynb"):
        text = starter.replace("    raise NotImplementedError", "    return", 1) if name == work else starter
        notebook = jupytext.reads(text, fmt="py:percent")
        if released:  # nbgrader's has cells of its own
            notebook.cells.insert(0, new_code_cell("import autograder"))
            notebook.cells.append(new_code_cell('check("train")'))
        files[name] = text if name == "cnn.py" else jupytext.writes(notebook, fmt="ipynb")
        if released and name != work:
            lay(tmp_path / "root/release/cnn", {"cnn.ipynb": jupytext.writes(notebook, fmt="ipynb")})
    lay(tmp_path / "class/jane", dict(files))
    assignment = replace(CNN, suite=tmp_path / "root/autograder/suites/cnn")
    (row,) = find_handins(tmp_path / "class", "cnn", untouched=untouched(assignment))
    assert row.read().decode() == files[work] and files[work] != files["cnn.py" if work != "cnn.py" else "cnn.ipynb"]
    assert f"{work} was graded, the only one of those saved together that is not as it was given out" in row.note
    lay(tmp_path / "class/jane", {"cnn.ipynb": files[work], "cnn.py": files[work]})
    (row,) = find_handins(tmp_path / "class", "cnn", untouched=untouched(assignment))
    assert row.name == "cnn.ipynb"


def test_a_file_of_another_name_is_graded_with_a_note(tmp_path: Path) -> None:
    row = only(lay(tmp_path, {"jane/homework.ipynb": "hers", "jane/data.csv": ""}))
    assert graded(row) == ("jane/homework.ipynb", "homework.ipynb")
    assert row.note == "homework.ipynb was graded, as there is no cnn.ipynb and no cnn.py"
