"""Which of a student's files is graded."""

import io
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import jupytext
import pytest
from classes import MOODLE, NOON, Files, found, graded, lay, only
from corpus import CNN
from nbformat.v4 import new_code_cell

from autograder.handins.find import find_handins
from autograder.handins.starter import untouched
from autograder.nbgrader.handed_in import find_submitted

STARTER = CNN.starter.read_text(encoding="utf-8")
WORKED = STARTER.replace("    raise NotImplementedError", "    return", 1)
WITH_WORK = "the first that can be read and is not as it was given out"


def notebook(script: str) -> str:
    return jupytext.writes(jupytext.reads(script, fmt="py:percent"), fmt="ipynb")


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
    files: dict[str, str] = {}
    for name in ("cnn.py", "cnn.ipynb"):
        text = WORKED if name == work else STARTER
        book = jupytext.reads(text, fmt="py:percent")
        if released:  # nbgrader's has cells of its own
            book.cells.insert(0, new_code_cell("import autograder"))
            book.cells.append(new_code_cell('check("train")'))
        files[name] = text if name == "cnn.py" else jupytext.writes(book, fmt="ipynb")
        if released and name != work:
            lay(tmp_path / "root/release/cnn", {"cnn.ipynb": jupytext.writes(book, fmt="ipynb")})
    lay(tmp_path / "class/jane", dict(files))
    assignment = replace(CNN, suite=tmp_path / "root/autograder/suites/cnn")
    (row,) = find_handins(tmp_path / "class", "cnn", untouched=untouched(assignment))
    assert row.read().decode() == files[work] and files[work] != files["cnn.py" if work != "cnn.py" else "cnn.ipynb"]
    why = "the notebook of those saved together" if work == "cnn.ipynb" else WITH_WORK
    assert f"{work} was graded, {why}" in row.note
    lay(tmp_path / "class/jane", {"cnn.ipynb": files[work], "cnn.py": files[work]})
    (row,) = find_handins(tmp_path / "class", "cnn", untouched=untouched(assignment))
    assert row.name == "cnn.ipynb"


CONTENT = {
    "worked": WORKED,
    "untouched": STARTER,
    "helper": "def double(x):\n    return 2 * x\n",
    "empty": "",
    "truncated": notebook(WORKED)[:-100],
    "text": "# my work is elsewhere\n",
}


def content(name: str, kind: str) -> str:
    script = CONTENT[kind]
    return notebook(script) if name.endswith(".ipynb") and kind in ("worked", "untouched", "helper") else script


@pytest.mark.parametrize(
    ("first", "last", "graded"),
    [
        ("untouched cnn.ipynb", "worked cnn-Copy1.ipynb", 1),
        ("worked cnn_final.ipynb", "untouched cnn.ipynb", 0),
        ("worked cnn.py", "untouched cnn.ipynb", 0),
        ("worked cnn.ipynb", "untouched cnn.py", 0),
        ("empty cnn.ipynb", "worked cnn (1).ipynb", 1),
        ("worked cnn.py", "truncated cnn.ipynb", 0),
        ("worked old/cnn.py", "text cnn.py", 0),
        ("untouched cnn.ipynb", "worked Jane Doe.ipynb", 1),
        ("worked homework.py", "helper utils.py", 0),
        ("worked cnn.ipynb", "worked cnn.py", 1),
        ("helper cnn.ipynb", "worked cnn (1).ipynb", 0),
        # What is for something else takes no place, not even that of a file without work.
        ("untouched cnn.ipynb", "helper utils.py", 0),
        ("truncated cnn.ipynb", "helper hw2.ipynb", 0),
        ("untouched cnn (1).ipynb", "empty cnn.ipynb", 1),
    ],
)
@pytest.mark.parametrize("nbgraders", [False, True])
def test_work_counts_before_what_is_none(tmp_path: Path, first: str, last: str, graded: int, nbgraders: bool) -> None:
    assignment = replace(CNN, suite=tmp_path / "autograder/suites/cnn")
    for index, (kind, name) in enumerate([first.split(maxsplit=1), last.split(maxsplit=1)]):
        lay(tmp_path / "submitted/jane/cnn", {name: content(name, kind)}, NOON + 60 * index)
    if nbgraders:
        row = find_submitted(tmp_path, assignment)[0].handin
    else:
        (row,) = find_handins(tmp_path / "submitted", "cnn", untouched=untouched(assignment))
    assert row.submission == f"jane/cnn/{(first, last)[graded].split(maxsplit=1)[1]}"
    assert row.note.startswith("there were 2 files; ")


def test_only_the_last_attempt_is_looked_into_for_work(tmp_path: Path) -> None:
    early, late = (f"cnn_eve_attempt_2026-02-0{day}-09-00-00_cnn.py" for day in (1, 2))
    lay(tmp_path, {early: WORKED, late: STARTER, "cnn_bob_attempt_2026-02-01-09-00-00_cnn.py": WORKED})
    (_, row) = find_handins(tmp_path, "cnn", untouched=untouched(CNN))
    assert row.read().decode() == STARTER and row.note == "of 2 attempts the last was graded"


@pytest.mark.parametrize(("index", "graded"), [(19, 19), (20, 0)])
def test_of_a_great_many_files_the_first_are_looked_into(tmp_path: Path, index: int, graded: int) -> None:
    files = {f"{number:02}/cnn.py": WORKED if number == index else STARTER for number in range(25)}
    lay(tmp_path, {"jane/work.zip": dict(files)})
    (row,) = find_handins(tmp_path, "cnn", untouched=untouched(CNN))
    assert row.submission == f"jane/work.zip/{graded:02}/cnn.py"
    left = "work.zip/20/cnn.py, work.zip/21/cnn.py, work.zip/22/cnn.py and 2 others"
    said = f"; no work was found in the first 20, and not looked for in {left}"
    assert row.note.endswith(said) == (not graded)


def test_a_file_of_another_name_is_graded_with_a_note(tmp_path: Path) -> None:
    row = only(lay(tmp_path, {"jane/homework.ipynb": "hers", "jane/data.csv": ""}))
    assert graded(row) == ("jane/homework.ipynb", "homework.ipynb")
    assert row.note == "homework.ipynb was graded, as there is no cnn.ipynb and no cnn.py"


@pytest.mark.parametrize("end", [" ", ".", "~", "~ "])
@pytest.mark.parametrize(
    "path", ["jane/cnn.ipynb", "jane/cnn/CNN.PY", "jane.ipynb", "doejane_12345_678901_cnn-1.ipynb", f"{MOODLE}/cnn.py"]
)
@pytest.mark.parametrize("archive", [False, True])
def test_a_file_is_what_it_is_whatever_hangs_on_its_name(tmp_path: Path, path: str, end: str, archive: bool) -> None:
    files: Files = {path + end: "hers", "bob/cnn.py": "his"}
    rows = found(lay(tmp_path, {"class.zip": files} if archive else files))
    (jane,) = rows.keys() - {"bob"}
    assert rows[jane].read() == b"hers" and rows[jane].note == ""
    assert jane in ("jane", "doejane_12345", "doejane_12345_678901_cnn-1", "Jane Doe_123")
    assert rows[jane].name.lower() == "cnn" + Path(path).suffix.lower()


@pytest.mark.parametrize("other", ["cnn.py", "cnn.ipynb", "cnn_final.py"])
def test_a_backup_is_older_than_the_work(tmp_path: Path, other: str) -> None:
    lay(tmp_path, {f"jane/{other}": "new"})
    row = only(lay(tmp_path, {"jane/cnn.ipynb~": "old"}, NOON + 60))
    assert row.read() == b"new" and row.note.startswith(f"there were 2 files; {other} was graded, ")
