"""What each student handed in, from the folders and the archives that instructors have."""

import os
from pathlib import Path

import pytest
from classes import MOODLE, NOON, Files, found, graded, lay, only

from autograder.handins.find import find_handins
from autograder.submission import SubmissionError


@pytest.mark.parametrize(
    "path",
    ["jane/cnn/cnn.ipynb", "jane/cnn.ipynb", "jane/anything/of/hers/cnn.ipynb", "jane/CNN.IPYNB", "jane/CNN/Cnn.Ipynb"],
)
def test_a_folder_is_a_student(tmp_path: Path, path: str) -> None:
    row = found(lay(tmp_path, {path: "hers", "bob/cnn.py": "his"}))["jane"]
    assert graded(row) == (path, path.rpartition("/")[2])
    assert (row.note, row.read()) == ("", b"hers")


def test_a_file_that_looks_like_canvas_s_stays_its_students(tmp_path: Path) -> None:
    rows = found(lay(tmp_path, {"jane/hw_2024_1015_final.ipynb": "hers", "bob/cnn.py": "his"}))
    assert rows.keys() == {"jane", "bob"} and rows["jane"].read() == b"hers"


def test_what_systems_and_platforms_leave_is_nobodys(tmp_path: Path) -> None:
    files = {
        "jane/cnn/cnn.ipynb": "hers",
        "jane/cnn/timestamp.txt": "2026-03-01 12:00:00 UTC",
        "jane/cnn/.ipynb_checkpoints/cnn-checkpoint.ipynb": "",
        "jane/cnn/__pycache__/cnn.py": "",
        "jane/venv/lib/site-packages/cnn.py": "",
        "jane/__MACOSX/cnn/cnn.py": "",
        "jane/.cnn.py": "",
        "__MACOSX/jane.ipynb": "",
        ".git/cnn.py": "",
        "index.html": "",
        "grades.csv": "",
        "README.md": "",
        "Thumbs.db": "",
    }
    row = only(lay(tmp_path, dict(files)))
    assert (row.student, row.submission, row.note) == ("jane", "jane/cnn/cnn.ipynb", "")


def test_everybody_has_a_row(tmp_path: Path) -> None:
    rows = found(
        lay(
            tmp_path,
            {
                "empty/": "",
                "deep/cnn/": "",
                "pdf/report.pdf": "",
                "many/a.pdf": "",
                "many/b.docx": "",
                "many/c.txt": "",
                "many/d.md": "",
                "many/e.md": "",
                "text/cnn.ipynb.txt": "",
                "flat.pdf": "",
                "flattext.ipynb.txt": "",
                "zipped.zip": {"report.pdf": ""},
                "nothing.zip": {},
                "rar.7z": "",
                "jane/cnn.py": "",
            },
        )
    )
    none = "but no notebook and no script: hand in cnn.ipynb or cnn.py"
    renamed = "is no notebook and no script by its name: hand in cnn.ipynb or cnn.py, with no other ending"
    assert {name: row.problem for name, row in rows.items()} == {
        "empty": "the folder is empty: hand in cnn.ipynb or cnn.py",
        "deep": "the folder is empty: hand in cnn.ipynb or cnn.py",
        "pdf": f"there is report.pdf, {none}",
        "many": f"there is a.pdf, b.docx, c.txt and 2 others, {none}",
        "text": f"cnn.ipynb.txt {renamed}",
        "flat": f"there is flat.pdf, {none}",
        "flattext": f"flattext.ipynb.txt {renamed}",
        "zipped": f"there is report.pdf, {none}",
        "nothing": "nothing.zip is empty: hand in cnn.ipynb or cnn.py itself",
        "rar": f"there is rar.7z, {none}",
        "jane": "",
    }
    assert (rows["pdf"].submission, rows["pdf"].name) == ("pdf", "cnn.ipynb")
    with pytest.raises(ValueError, match=r"there is report\.pdf"):
        rows["pdf"].read()


def test_rows_stand_in_natural_order(tmp_path: Path) -> None:
    names = ["s10", "S9", "s1", "ärger", "Zoe", "adam"]
    lay(tmp_path, {f"{name}/cnn.py": "" for name in names})
    assert list(found(tmp_path)) == ["adam", "s1", "S9", "s10", "Zoe", "ärger"]


def test_two_folders_of_a_student_are_no_class(tmp_path: Path) -> None:
    lay(tmp_path, {"jane/first/cnn.py": "", "jane/second/cnn.py": "", "bob/cnn.py": ""})
    assert set(found(tmp_path)) == {"jane", "bob"}


# --- flat files


def test_flat_files_are_a_student_each(tmp_path: Path) -> None:
    lay(tmp_path, {"jane.ipynb": "hers", "bob_cnn.PY": "his", "cnn-ann.ipynb": "", "j.doe.py": ""})
    rows = found(tmp_path)
    assert {name: graded(row) for name, row in rows.items()} == {
        "jane": ("jane.ipynb", "cnn.ipynb"),
        "bob_cnn": ("bob_cnn.PY", "cnn.py"),
        "cnn-ann": ("cnn-ann.ipynb", "cnn.ipynb"),
        "j.doe": ("j.doe.py", "cnn.py"),
    }
    assert not any(row.note for row in rows.values())


def test_flat_files_of_the_same_name_are_one_student(tmp_path: Path) -> None:
    lay(tmp_path, {"jane.ipynb": "old", "jane.pdf": ""})
    lay(tmp_path, {"jane.py": "new"}, NOON + 60)
    row = only(tmp_path)
    assert row.read() == b"new"
    assert row.note == "there were 2 files; jane.py was graded, which was saved last, and not jane.ipynb"


@pytest.mark.parametrize(
    ("files", "submission"),
    [
        ({"jane.zip": {"cnn.ipynb": "hers"}}, "jane.zip/cnn.ipynb"),
        ({"jane.ZIP": {"cnn/cnn.ipynb": "hers", "cnn/data/": ""}}, "jane.ZIP/cnn/cnn.ipynb"),
        ({"jane/work.zip": {"a/b/cnn.ipynb": "hers"}}, "jane/work.zip/a/b/cnn.ipynb"),
        ({"jane/work.zip": {"inner.zip": {"cnn.ipynb": "hers"}}}, "jane/work.zip/inner.zip/cnn.ipynb"),
        ({"jane.zip": {"a\\cnn.ipynb": "hers"}}, "jane.zip/a/cnn.ipynb"),
        ({"jane.zip": {"./cnn.ipynb": "hers", "__MACOSX/._cnn.ipynb": "no"}}, "jane.zip/cnn.ipynb"),
    ],
)
def test_a_student_may_hand_in_an_archive(tmp_path: Path, files: Files, submission: str) -> None:
    row = found(lay(tmp_path, {**files, "bob.py": "his"}))["jane"]
    assert (*graded(row), row.read(), row.note) == (submission, "cnn.ipynb", b"hers", "")


CLASSES: list[Files] = [
    {f"{MOODLE}/cnn.py": "hers", "Bob_6_assignsubmission_file_/work.zip": {"cnn.py": "his"}},
    {"doejane_12345_678901_cnn.py": "hers", "bob_LATE_6_678902_work.zip": {"cnn.py": "his"}},
    {
        "index.html": "",
        "3-5 - Jane - Sep 3, 2024 926 PM/cnn.py": "hers",
        "4-5 - Bob - Sep 3, 2024 926 PM/cnn.py": "his",
    },
    {"jane/cnn/cnn.py": "hers", "bob/cnn.py": "his"},
]


@pytest.mark.parametrize("files", [*CLASSES, {"jane.py": "hers", "bob.zip": {"cnn.py": "his"}}])
@pytest.mark.parametrize("inside", ["", "submissions/"])
def test_a_class_is_an_archive(tmp_path: Path, files: Files, inside: str) -> None:
    lay(tmp_path, {"class.zip": {inside + name: content for name, content in files.items()}})
    rows = find_handins(tmp_path / "class.zip", "cnn")
    assert {row.read() for row in rows} == {b"hers", b"his"}
    assert not any(row.submission.startswith("class.zip") for row in rows)
    within = find_handins(tmp_path, "cnn")  # it lies alone in the class's folder
    assert [row.submission for row in within] == [f"class.zip/{row.submission}" for row in rows]
    lay(tmp_path / "all", files)
    assert [row.read() for row in find_handins(tmp_path / "all", "cnn")] == [row.read() for row in rows]


@pytest.mark.parametrize("files", CLASSES)
def test_a_class_in_an_archive_may_lie_beside_others(tmp_path: Path, files: Files) -> None:
    lay(tmp_path, {"class.zip": files, "ann/cnn.py": "anns", "eve.zip": {"a.py": "eves", "b.txt": ""}})
    rows = found(tmp_path)
    assert {row.read() for row in rows.values()} == {b"hers", b"his", b"anns", b"eves"}
    assert {"ann", "eve"} < set(rows)


def test_an_archive_cannot_hand_in_for_somebody_else(tmp_path: Path) -> None:
    lay(tmp_path, {f"{MOODLE}/cnn.py": "hers", "jane/cnn.py": "janes"})
    lay(tmp_path, {"eve.zip": {f"{MOODLE}/cnn.py": "forged"}}, NOON + 60)
    rows = found(tmp_path)
    assert rows["Jane Doe_123"].read() == b"hers"
    forged = rows["Jane Doe_123 (2)"]
    assert forged.submission == f"eve.zip/{MOODLE}/cnn.py"
    assert forged.note == "another hand-in is called Jane Doe_123, too"


NAMES = [
    b"Jane \x1b[31mDoe",
    b"Jane \x1b[32mDoe",  # the same to a reader
    b"two\nlines",
    b"two\rlines",
    b"=HYPERLINK(1)",
    b"-rf",
    b"caf\xe9",  # not UTF-8
    b"caf\xe8",
    "café".encode(),
    "cafe\u0301".encode(),  # the same letter, as macOS writes it
    "‮ordered".encode(),
    "हिन्दी".encode(),
    "李".encode() * 85,
    b"x" * 255,
    b"x" * 254 + b"y",
    b"CON",
    b"con.x",
    b"   ",
    b"a\\b",
    b'<b onclick="x">',
    b"jane-0123456789",
    b"Jane",
    b"jane",
]


@pytest.mark.parametrize("archive", [False, True])
def test_any_name_gets_a_row_of_its_own(tmp_path: Path, archive: bool) -> None:
    content = {}
    for index, name in enumerate(NAMES):
        content[os.fsdecode(name) + "/cnn.py"] = str(index)
    if archive:
        content = {os.fsencode(name).decode(errors="replace"): text for name, text in content.items()}
        place = lay(tmp_path, {"class.zip": content}) / "class.zip"
    else:
        place = lay(tmp_path / "class", content)
    rows = found(place)
    assert {row.read() for row in rows.values()} == {text.encode() for text in content.values()}
    folder = tmp_path / "pages"
    for row in rows.values():
        lay(folder, {f"{row.page_name}.html": row.student})
    assert len(list(folder.iterdir())) == len(rows)
    assert {"Jane", "jane (2)", "CON", "-rf", "=HYPERLINK(1)", "हिन्दी", "unnamed"} <= set(rows)
    assert {"café", "café (2)"} < set(rows)
    assert rows["Jane"].page_name == "Jane" and rows["हिन्दी"].page_name == "हिन्दी"
    for name in ("CON", "con.x", "jane-0123456789"):  # reserved on Windows, and what another's page could be called
        assert rows[name].page_name != name
    assert [row.student for row in find_handins(place, "cnn")] == list(rows)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_file(tmp_path: Path, name: bytes) -> None:
    row = only(lay(tmp_path, {"jane/" + os.fsdecode(name[:249]) + ".ipynb": "hers", "jane/utils.pyc": ""}))
    assert row.read() == b"hers" and row.name.endswith(".ipynb")
    (tmp_path / row.name).write_text("as a file system takes it")


def test_the_folder_of_the_results_is_left_out(tmp_path: Path) -> None:
    lay(tmp_path, {"jane/cnn.py": "", "graded/out/bob/cnn.py": "", "old/cnn.py": ""})
    assert set(found(tmp_path, skip=tmp_path / "graded" / "out")) == {"jane", "old"}
    assert set(found(tmp_path, skip=tmp_path / "jane" / ".." / "old")) == {"graded", "jane"}
    assert set(found(tmp_path, skip=tmp_path / "new")) == {"graded", "jane", "old"}


@pytest.mark.parametrize(
    ("files", "name", "reason"),
    [
        ({"x": ""}, "no such", "there is no folder or zip file .*no such: name the one that holds the hand-ins"),
        ({"cnn.py": ""}, "cnn.py", "is neither a folder nor a zip file: .*To grade one file: autograder grade FILE"),
        ({"class/": ""}, "class", r"holds no hand-ins: it needs .* such as jane/cnn\.ipynb"),
        ({"class/README.md": "", "class/.git/cnn.py": ""}, "class", "holds no hand-ins"),
        ({"class.zip": {}}, "class.zip", "holds no hand-ins"),
        ({"class.zip": "no archive"}, "class.zip", "cannot be opened .*: download it again, or unpack it and name"),
    ],
)
def test_where_there_is_nothing(tmp_path: Path, files: Files, name: str, reason: str) -> None:
    with pytest.raises(SubmissionError, match=reason):
        find_handins(lay(tmp_path, files) / name, "cnn")


def test_a_pipe_for_a_class(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "class.zip")
    with pytest.raises(SubmissionError, match="there is no folder or zip file"):
        find_handins(tmp_path / "class.zip", "cnn")


def test_a_link_to_the_class_is_the_instructor_s(tmp_path: Path) -> None:
    lay(tmp_path / "real", {"jane/cnn.py": "hers", "class.zip": {"jane.py": "hers", "bob.py": "his"}})
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "link.zip").symlink_to(tmp_path / "real" / "class.zip")
    assert found(tmp_path / "link")["jane"].read() == b"hers"
    assert found(tmp_path / "link.zip")["jane"].read() == b"hers"
