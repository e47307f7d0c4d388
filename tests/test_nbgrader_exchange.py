"""What a learning platform has packed, as nbgrader's zip_collect brings it to the students' folders."""

import glob
import os
import random
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import gradebooks
import jupytext
import pytest
from classes import MOODLE, NOON, Files, lay, packed
from corpus import CNN
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchFeedback
from nbgrader.utils import parse_utc
from nbgrader_class import nbgrader
from running import autograder
from test_archives import HOSTILE, damaged, link, lzma
from test_archives import changed as packed_with
from test_handins import CLASSES, NAMES

from autograder.handins import archives, lay_out
from autograder.handins.find import find_handins
from autograder.handins.stand_in import let_nbgrader_find, stand_in
from autograder.nbgrader.exchange import ReleaseFeedback
from autograder.nbgrader.handed_in import find_submitted

BOB = "Bob_6_assignsubmission_file_/cnn.ipynb"
EARLY, LATE = "2026-01-30-15-00-00", "2026-02-01-09-00-00"

Collect = Callable[..., dict[str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return gradebooks.new_course(tmp_path / "course")


@pytest.fixture
def collect(root: Path, monkeypatch: pytest.MonkeyPatch) -> Collect:
    """Runs nbgrader's command, in this process, on what lies in the folder of downloads by then."""
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(root.parent / "settings"))
    monkeypatch.setenv("AUTOGRADER_SANDBOX", "off")

    def run(files: Files, *options: str, saved: float = NOON) -> dict[str, str]:
        lay(root / "downloaded/cnn/archive", files, saved)
        monkeypatch.chdir(root)
        app = ZipCollectApp()
        app.initialize(["cnn", *options])
        app.start()
        return submitted(root)

    return run


def submitted(root: Path) -> dict[str, str]:
    """The files below submitted/, by their paths without the assignment's folder, and without what stands for them."""
    found = {}
    for path in (root / "submitted").rglob("*"):
        if path.is_file() and path.read_bytes() != stand_in("cnn").encode():
            student, assignment, *inside = path.relative_to(root / "submitted").parts
            assert assignment == "cnn"
            found["/".join([student, *inside])] = path.read_bytes().decode(errors="replace")
    return found


def graded(root: Path) -> dict[str, str]:
    """What counts of everybody, or why nothing does."""
    rows = {one.student: one.handin for one in find_submitted(root, CNN)}
    return {name: row.problem or row.read().decode() for name, row in rows.items()}


# --- nobody's files stop the class


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({"work.zip": {"cnn.ipynb": "hers", "data/train-images-idx3-ubyte.gz": b"\x1f\x8bnonsense"}}, "hers"),
        ({"train-images-idx3-ubyte.gz": b"\x1f\x8bnonsense", "cnn.py": "hers"}, "hers"),
        ({"cnn.ipynb": "hers", "cnn.ipynb.zip": {"cnn.ipynb": "older"}}, "hers"),
        ({"work.zip": b"Rar!\x1a\x07\x00"}, "work.zip cannot be opened (it is damaged, or no zip file)"),
        ({"work.zip": damaged(), "inner.zip": {"cnn.py": "hers"}}, "hers"),
        *(({"work.zip": data}, problem) for data, problem in HOSTILE[:-3]),
    ],
)
def test_what_a_student_has_packed_costs_their_own_row(root: Path, collect: Collect, theirs: Files, said: str) -> None:
    collect({"class.zip": {BOB: "his", **{f"{MOODLE}/{name}": content for name, content in theirs.items()}}})
    rows = graded(root)
    assert rows.keys() == {"Bob_6", "Jane Doe_123"} and rows["Bob_6"] == "his"
    assert rows["Jane Doe_123"].startswith(said)


def test_an_archive_of_a_student_stays_packed(root: Path, collect: Collect) -> None:
    found = collect({"class.zip": {BOB: "his", f"{MOODLE}/work.zip": {"a/cnn.ipynb": "hers", "../../cnn.py": "x"}}})
    assert found.keys() == {"Bob_6/cnn.ipynb", "Jane Doe_123/work.zip"}


def test_what_cannot_be_read_leaves_a_word_and_a_row(
    root: Path, collect: Collect, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = root / "secret.py"
    secret.write_text("the solution")
    folder = root / "downloaded/cnn/archive/Ann_5_assignsubmission_file_"
    folder.mkdir(parents=True)
    (folder / "cnn.py").symlink_to(secret)
    found = collect({BOB: "his", "Eve_7_assignsubmission_file_/": ""})
    assert found == {
        "Ann_5/not-collected.txt": "cnn.py is a link, which is not followed.\n",
        "Bob_6/cnn.ipynb": "his",
        "Eve_7/not-collected.txt": "Nothing was handed in.\n",
    }
    assert "Ann_5: cnn.py is a link, which is not followed." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "why"), [(link, "is a link, which is not followed"), (lzma, "is packed in a rare way")]
)
def test_what_cannot_be_read_of_a_class_s_archive(
    root: Path, collect: Collect, change: Callable[[zipfile.ZipInfo], None], why: str
) -> None:
    found = collect({"class.zip": packed_with({f"{MOODLE}/cnn.py": "/etc/passwd", f"{MOODLE}/a": "", BOB: ""}, change)})
    assert found.keys() == {"Bob_6/not-collected.txt", "Jane Doe_123/not-collected.txt"}
    assert found["Jane Doe_123/not-collected.txt"].startswith(f"cnn.py {why}")


def test_what_is_damaged_in_a_class_s_archive_is_left_out(root: Path, collect: Collect) -> None:
    data = bytearray(packed({f"{MOODLE}/cnn.py": random.Random(0).randbytes(500), BOB: "his"}))
    data[200] ^= 0xFF
    assert collect({"class.zip": bytes(data)}) == {
        "Jane Doe_123/not-collected.txt": "cnn.py cannot be unpacked (it is damaged).\n",
        "Bob_6/cnn.ipynb": "his",
    }


def test_what_is_too_large_is_left_out(root: Path, collect: Collect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)
    found = collect({"class.zip": {BOB: "his", f"{MOODLE}/cnn.py": "hers", f"{MOODLE}/big.zip": "x" * 2000}})
    assert found["Jane Doe_123/cnn.py"] == "hers" and "big.zip is too large" in found["Jane Doe_123/not-collected.txt"]


@pytest.mark.parametrize("data", [b"", b"nonsense", {}])
def test_a_download_that_is_damaged_is_nobody_s(
    root: Path, collect: Collect, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        collect({"submissions.zip": data})
    assert "download it again" in capsys.readouterr().err


def test_nbgrader_s_own_command_finds_everybody_at_once(root: Path, collect: Collect) -> None:
    files: Files = {BOB: "his", f"{MOODLE}/cnn.py": "hers", "Ann_5_assignsubmission_file_/a.zip": {"cnn.py": "anns"}}
    collect({"class.zip": files | {"Eve_7_assignsubmission_file_/": ""}})
    notebooks = {path.parent.parent.name: path.read_text() for path in (root / "submitted").glob("*/cnn/cnn.ipynb")}
    assert notebooks.pop("Bob_6") == "his"
    assert notebooks == dict.fromkeys(("Jane Doe_123", "Ann_5", "Eve_7"), stand_in("cnn"))
    assert collect({"class.zip": files}, "--force") and graded(root)["Jane Doe_123"] == "hers"


# --- whose a file is


def attempt(student: str, file: str, when: str = EARLY) -> str:
    return f"cnn_{student}_attempt_{when}_{file}"


def brightspace(number: int, name: str, file: str, date: str = "Sep 24, 2024 926 PM") -> str:
    return f"{number}-25 - {name} - {date} - {file}"


FORGED_BLACKBOARD = "x_bob_attempt_2030-01-01-00-00-00_cnn.ipynb"
FORGED_BRIGHTSPACE = brightspace(4, "bob", "cnn.ipynb", "Sep 24, 2030 926 PM")


@pytest.mark.parametrize("in_archive", [False, True])
@pytest.mark.parametrize("forged", [FORGED_BLACKBOARD, FORGED_BRIGHTSPACE, "bob_5_90009_x.ipynb", "cnn_1_2024_x.ipynb"])
@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize(
    ("bob", "mallory", "his", "hers"),
    [
        ("bob_5_90002_cnn.ipynb", "mallory_1_90001_{}", "bob_5", "mallory_1"),
        ("bob_6_assignsubmission_file_cnn.ipynb", "Mallory_7_assignsubmission_file_{}", "bob_6", "Mallory_7"),
        ("bob_6_assignsubmission_file_/cnn.ipynb", "Mallory_7_assignsubmission_file_/{}", "bob_6", "Mallory_7"),
        (attempt("bob", "cnn.ipynb"), attempt("mallory", "{}"), "bob", "mallory"),
        (brightspace(4, "bob", "cnn.ipynb"), brightspace(3, "mallory", "{}"), "bob_4", "mallory_3"),
    ],
)
def test_a_file_s_own_name_makes_it_nobody_else_s(
    root: Path,
    collect: Collect,
    bob: str,
    mallory: str,
    his: str,
    hers: str,
    forged: str,
    alone: bool,
    in_archive: bool,
) -> None:
    files: Files = {mallory.format(forged): "hers"} | ({} if alone else {bob: "his"})
    collect({"class.zip": files} if in_archive else files)
    assert graded(root) == {hers: "hers"} | ({} if alone else {his: "his"})


@pytest.mark.parametrize("inside", [BOB, "Bob_6_assignsubmission_file_/cnn.py", attempt("Bob_6", "cnn.ipynb", LATE)])
@pytest.mark.parametrize(
    "around", ["mallory_1_90001_work.zip", "Mallory_7_assignsubmission_file_/a.zip", attempt("mallory", "a.zip")]
)
def test_an_archive_of_a_student_is_no_class(root: Path, collect: Collect, around: str, inside: str) -> None:
    bob = {"m": "bob_5_90002_cnn.ipynb", "M": BOB, "c": attempt("bob", "cnn.ipynb")}[around[0]]
    collect({"submissions.zip": {bob: "his", around: {inside: "forged"}}})
    rows = graded(root)
    assert len(rows) == 2 and [said for name, said in rows.items() if name.lower().startswith("bob")] == ["his"]


def test_an_archive_of_the_only_student_is_no_class(root: Path, collect: Collect) -> None:
    collect({"submissions.zip": {"mallory_1_90001_work.zip": {BOB: "forged", f"{MOODLE}/cnn.py": "forged"}}})
    assert graded(root).keys() == {"mallory_1"}


@pytest.mark.parametrize("saved", [NOON - 9999, NOON + 9999])
def test_what_lies_deeper_does_not_take_another_s_place(
    root: Path, collect: Collect, saved: float, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(root / "downloaded/cnn/archive", {"eve.zip": {BOB: "forged", f"{MOODLE}/cnn.py": "forged"}}, saved)
    assert collect({BOB: "his", f"{MOODLE}/cnn.py": "hers"}) == {
        "Bob_6/cnn.ipynb": "his",
        "Jane Doe_123/cnn.py": "hers",
    }
    said = capsys.readouterr().err
    assert (
        "eve.zip/Bob_6_assignsubmission_file_ was not collected: Bob_6_assignsubmission_file_ counts for Bob_6" in said
    )


def test_of_two_downloads_the_later_counts(root: Path, collect: Collect) -> None:
    lay(root / "downloaded/cnn/archive", {"b.zip": {BOB: "old", f"{MOODLE}/cnn.py": "hers"}}, NOON)
    found = collect({"a.zip": {BOB: "new", "Ann_5_assignsubmission_file_/cnn.py": "anns"}}, saved=NOON + 60)
    assert found == {"Bob_6/cnn.ipynb": "new", "Jane Doe_123/cnn.py": "hers", "Ann_5/cnn.py": "anns"}


CANVAS: Files = {"leelou_106_9001_cnn.ipynb": "lous", "roebob_107_9002_cnn.ipynb": "bobs"}
AGAIN = "leelou_106_9008_cnn-1.ipynb"


@pytest.mark.parametrize("name", ["submissions (1).zip", "late.zip", "a.zip"])
@pytest.mark.parametrize("later", [True, False])
def test_a_download_may_hold_one_student_only(
    root: Path, collect: Collect, name: str, later: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(root / "downloaded/cnn/archive", {name: {AGAIN: "again"}}, NOON + (60 if later else -60))
    collect({"submissions.zip": CANVAS})
    assert graded(root) == {"leelou_106": "again" if later else "lous", "roebob_107": "bobs"}
    said = [f"{name}/{AGAIN}", "submissions.zip/leelou_106_9001_cnn.ipynb"]
    counts, other = said if later else reversed(said)
    assert f"{other} was not collected: {counts} counts for leelou_106" in capsys.readouterr().err


def test_a_download_of_one_who_was_not_there_before(root: Path, collect: Collect) -> None:
    collect({"submissions.zip": CANVAS, "late.zip": {"sueann_108_9008_work.zip": {"cnn.py": "anns"}}})
    assert graded(root) == {"leelou_106": "lous", "roebob_107": "bobs", "sueann_108": "anns"}


def test_a_download_beside_one_that_is_unpacked(
    root: Path, collect: Collect, capsys: pytest.CaptureFixture[str]
) -> None:
    collect({**CANVAS, "late.zip": {AGAIN: "again"}})
    assert graded(root) == {"leelou_106": "lous", "roebob_107": "bobs"}
    said = f"late.zip/{AGAIN} was not collected: leelou_106_9001_cnn.ipynb counts for leelou_106"
    assert said in capsys.readouterr().err


def test_a_student_s_own_archive_beside_a_download(root: Path, collect: Collect) -> None:
    own: Files = {"jane.zip": {"cnn.ipynb": "hers"}, "ann.zip": {"lab_3_101.py": "anns"}}
    lay(root / "downloaded/cnn/archive", own | {"submissions.zip": CANVAS})
    collect({"late.zip": {AGAIN: "again"}}, saved=NOON + 60)
    assert graded(root) == {"jane": "hers", "ann": "anns", "roebob_107": "bobs", "leelou_106": "again"}


@pytest.mark.parametrize("name", ["mallory_1_90001_work.zip", "Mallory_7_assignsubmission_file_work.zip"])
def test_a_student_s_archive_beside_a_download_hands_in_for_nobody_else(
    root: Path, collect: Collect, name: str
) -> None:
    collect({name: {AGAIN: "forged"}, "submissions.zip": CANVAS}, saved=NOON + 60)
    rows = graded(root)
    assert rows.pop(name[: name.index("_", 8)]) == "forged"
    assert rows == {"leelou_106": "lous", "roebob_107": "bobs"}


def test_students_archives_are_no_downloads(root: Path, collect: Collect) -> None:
    collect({"jane.zip": {"lab_3_101_jane.ipynb": "hers"}, "bob.zip": {"lab_3_102_bob.ipynb": "his"}})
    assert graded(root) == {"jane": "hers", "bob": "his"}


@pytest.mark.parametrize("files", CLASSES)
@pytest.mark.parametrize("inside", ["", "submissions/"])
def test_it_is_whose_a_class_run_says_it_is(root: Path, collect: Collect, files: Files, inside: str) -> None:
    collect({"class.zip": {inside + name: content for name, content in files.items()}})
    batch = find_handins(root / "downloaded/cnn/archive", "cnn")
    assert graded(root) == {row.student: row.read().decode() for row in batch}


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("submissions.zip", {"jane.ipynb": "hers", "bob.ipynb": "his"}),
        ("submissions.zip", {f"{MOODLE}/cnn.py": "hers", BOB: "his"}),
        ("DL_2026_4711_cnn.zip", {f"{MOODLE}/cnn.py": "hers", BOB: "his"}),
    ],
)
def test_the_name_of_an_archive_is_nobody_s(root: Path, collect: Collect, name: str, files: Files) -> None:
    found = collect({name: {"index.html": "", **files}})
    assert set(found.values()) == {"hers", "his"} and len({path.split("/")[0] for path in found}) == 2
    assert not any("DL" in path or "submissions" in path for path in found)


def test_files_that_are_named_for_their_students(root: Path, collect: Collect) -> None:
    found = collect({"class.zip": {"jane.ipynb": "hers", "bob.zip": {"a.py": "his"}, "ann.PY": "anns"}})
    assert found.keys() == {"jane/cnn.ipynb", "bob/bob.zip", "ann/cnn.py"}
    assert graded(root) == {"jane": "hers", "bob": "his", "ann": "anns"}


@pytest.mark.parametrize("fixed", [True, False])
def test_an_instructor_s_own_names_rule(root: Path, collect: Collect, fixed: bool) -> None:
    regexp = r".*/(?P<file_id>\w+)-of-(?P<student_id>\w+)\.(ipynb|py|zip)"
    files: Files = {"cnn-of-jane.ipynb": "hers", "sub/cnn-of-bob.py": "his", "cnn-of-eve.zip": b"Rar!", "notes.txt": ""}
    if fixed:
        found = collect(
            {"one.zip": files, "two.zip": b"no archive"}, f"--FileNameCollectorPlugin.named_regexp={regexp}"
        )
        assert found == {"jane/cnn.ipynb": "hers", "bob/cnn.py": "his", "eve/cnn.zip": "Rar!"}
    else:
        assert "jane/cnn.ipynb" not in collect({"one.zip": files})


# --- attempts and times


@pytest.mark.parametrize(
    ("files", "student", "time"),
    [
        (
            {attempt("eve", "cnn.ipynb"): "first", attempt("eve", "cnn_v2.ipynb", LATE): "last"},
            "eve",
            datetime(2026, 2, 1, 8),
        ),
        (
            {
                brightspace(3, "Eve", "cnn.ipynb"): "first",
                brightspace(3, "Eve", "cnn_v2.ipynb", "Sep 25, 2024 1230 AM"): "last",
            },
            "Eve_3",
            datetime(2024, 9, 24, 22, 30),
        ),
        (
            {
                "3-25 - Eve - Sep 24, 2024 926 PM/cnn.ipynb": "first",
                "3-25 - Eve - Sep 25, 2024 1230 AM/work/v2.py": "last",
            },
            "Eve_3",
            datetime(2024, 9, 24, 22, 30),
        ),
        (
            {
                attempt("eve", "cnn.ipynb"): "last",
                f"cnn_eve_attempt_{EARLY}.txt": "my receipt",
                attempt("eve", "report.pdf", LATE): "no work",
            },
            "eve",
            datetime(2026, 1, 30, 14),
        ),
    ],
)
def test_the_last_attempt_with_work_counts(
    root: Path, collect: Collect, files: Files, student: str, time: datetime
) -> None:
    found = collect({"class.zip": files})
    assert graded(root) == {student: "last"}
    assert not any(text == "first" for text in found.values())
    assert parse_utc(found[f"{student}/timestamp.txt"]) == time  # on the wall in Zurich it was an hour or two later
    if "receipt.txt" in "".join(files):
        assert found[f"{student}/receipt.txt"] == "my receipt"


def test_of_a_great_many_attempts_the_last_counts(root: Path, collect: Collect) -> None:
    collect({attempt("eve", "a.zip", f"2026-01-{day:02}-12-00-00"): {"cnn.py": str(day)} for day in range(1, 29)})
    assert graded(root) == {"eve": "28"}


def test_of_two_attempts_within_a_minute_the_one_saved_last_counts(root: Path, collect: Collect) -> None:
    lay(root / "downloaded/cnn/archive", {"3-25 - Eve - Sep 24, 2024 926 PM - cnn.py": "first"}, NOON)
    collect({"3-26 - Eve - Sep 24, 2024 926 PM - cnn.py": "last"}, saved=NOON + 60)
    assert graded(root) == {"Eve_3": "last"}


def test_digits_that_are_no_time(root: Path, collect: Collect) -> None:
    assert collect({attempt("eve", "cnn.py", "2026-13-30-15-00-00"): "hers"}) == {"eve/cnn.py": "hers"}


@pytest.mark.parametrize("name", ["timestamp.txt", "TimeStamp.TXT", "submission_secret.txt"])
def test_nobody_brings_their_own_time(root: Path, collect: Collect, name: str) -> None:
    found = collect({"class.zip": {f"{MOODLE}/cnn.py": "hers", f"{MOODLE}/{name}": "2020-01-01 00:00:00", BOB: "his"}})
    assert found == {"Jane Doe_123/cnn.py": "hers", "Bob_6/cnn.ipynb": "his"}


def test_the_time_when_a_file_was_saved_is_kept_where_it_is_laid_out(root: Path, collect: Collect) -> None:
    collect({"class.zip": {f"{MOODLE}/cnn.py": "hers", BOB: "his"}})
    assert (root / "downloaded/cnn/extracted/Bob_6/cnn.ipynb").stat().st_mtime == NOON


def test_the_starter_beside_the_work_is_not_graded_in_its_place(root: Path, collect: Collect) -> None:
    starter = CNN.starter.read_text(encoding="utf-8")
    notebook = jupytext.writes(jupytext.reads(starter, fmt="py:percent"), fmt="ipynb")
    collect({"class.zip": {BOB: "his", f"{MOODLE}/cnn.ipynb": notebook, f"{MOODLE}/cnn.py": "print(1)"}})
    assert graded(root)["Jane Doe_123"] == "print(1)"


def test_a_course_file_that_cannot_be_followed_stops_it(
    root: Path, collect: Collect, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "course.toml").write_text('timezone = "Europe/Zurick"\n')
    with pytest.raises(SystemExit):
        collect({attempt("eve", "cnn.py"): "hers"})
    assert "course.toml, line 1: timezone = 'Europe/Zurick': no such time zone" in capsys.readouterr().err
    gradebooks.new_course(root.parent / "other")
    (root / "course.toml").write_text('timezone = "Europe/Zurich"\n')
    assert "eve/cnn.py" in collect({}), "nothing was laid out before"


# --- names


def test_files_of_one_path_are_all_collected(root: Path, collect: Collect) -> None:
    online = "Jane Doe_123_assignsubmission_onlinetext_/"
    theirs: Files = {
        f"{MOODLE}/onlinetext.html": "file",
        f"{online}onlinetext.html": "text",
        f"{MOODLE}/cnn.py": "hers",
    }
    theirs |= {f"{MOODLE}/A": "a file", f"{online}a/b": "in a folder", f"{online}CNN.py": "other"}
    found = collect({"class.zip": {BOB: "his", **theirs}})
    assert {path.partition("/")[2]: text for path, text in found.items() if path.startswith("Jane")} == {
        "onlinetext.html": "file",
        "onlinetext (2).html": "text",
        "cnn.py": "hers",
        "CNN (2).py": "other",
        "A": "a file",
        "a (2)/b": "in a folder",
    }


def test_canvas_s_numbers_become_the_ids_of_its_class_list(root: Path, collect: Collect) -> None:
    for number, student in (("12345", "jane"), ("12346", "bob"), ("12347", "ann")):
        gradebooks.add(root, student, lms_user_id=number)
    found = collect(
        {
            "submissions.zip": {
                "doejane_12345_text.html": "hers",
                "roebob_LATE_12346_678902_cnn.py": "his",
                "leeann_LATE_12347_link.html": "anns",
                "roeeric_99_678903_x_12345_text.html": "erics",
                "anon_12345_678904_cnn.py": "somebody's",
            }
        }
    )
    assert found == {
        "jane/text.html": "hers",
        "bob/cnn.py": "his",
        "ann/link.html": "anns",
        "roeeric_99/x_12345_text.html": "erics",
        "anon_12345/cnn.py": "somebody's",
    }


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Wang [Kevin] Wei_123", "Wang Kevin Wei_123"),
        ("Doe, Jane_123", "Doe Jane_123"),
        ("a*?_1", "a_1"),
        ("[]", "unnamed"),
        ("x" * 230, "x" * 100),
    ],
)
def test_ids_are_such_that_nbgrader_finds_their_folders(root: Path, collect: Collect, name: str, student: str) -> None:
    assert collect({f"{name}_assignsubmission_file/cnn.py": "hers", BOB: "his"}) == {
        f"{student}/cnn.py": "hers",
        "Bob_6/cnn.ipynb": "his",
    }
    assert glob.glob(f"{root}/submitted/{student}/cnn/*.py")


def test_ids_that_become_the_same_stay_two_students(root: Path, collect: Collect) -> None:
    found = collect({f"{name}_assignsubmission_file/cnn.py": name for name in ("A[b]_1", "Ab_1", "ab_1")})
    assert found["Ab_1/cnn.py"] == "Ab_1" and set(found.values()) == {"A[b]_1", "Ab_1", "ab_1"}
    assert len({path.casefold() for path in found}) == 3


def test_a_path_is_as_long_as_a_system_takes_it() -> None:
    assert lay_out.Paths().free(("\N{GRINNING FACE}" * 40,) * 24) == ("\N{GRINNING FACE}" * 40,)
    assert lay_out.Paths().free(("x" * 99, "cnn.py")) == ("x" * 99, "cnn.py")


def test_any_name_is_collected_and_nothing_lies_elsewhere(root: Path, collect: Collect) -> None:
    students = [os.fsencode(os.fsdecode(name)).decode(errors="replace")[:200] for name in NAMES if b"\\" not in name]
    moodle: Files = {f"{name}_{index}_assignsubmission_file_/c": "" for index, name in enumerate(students)}
    moodle["deep_1_assignsubmission_file_/" + ("\N{GRINNING FACE}" * 40 + "/") * 23 + "cnn.py"] = ""
    canvas: Files = {}
    for index, name in enumerate(["..", ".", "x/..", "../../x", "a/../../../x", "C:\\x", "x" * 250, "李" * 70, "a\nb"]):
        moodle[f"../../{index}_{index}_assignsubmission_file_/{name}"] = ""
        moodle[f"Joe_{index}_assignsubmission_file_{name}"] = ""
        canvas[f"doejane_{index}_6789{index:02}_{name}"] = ""
    collect({"moodle.zip": moodle, "canvas.zip": canvas})
    assert len({path.split("/")[0] for path in submitted(root)}) == len(students) + 1 + 3 * 9
    places = {path.relative_to(root.parent).parts[:3] for path in root.parent.rglob("*")}
    assert {place for place in places if place[1:2] in (("submitted",), ("downloaded",))} == {
        ("course", "downloaded"),
        ("course", "downloaded", "cnn"),
        ("course", "submitted"),
        *(("course", "submitted", folder.name) for folder in (root / "submitted").iterdir()),
    }
    assert {place[0] for place in places} == {"course", "settings"}
    assert {path.name for path in (root / "downloaded/cnn").iterdir()} == {"archive", "extracted"}


# --- feedback


@pytest.mark.parametrize(
    ("names", "fetched"),
    [
        (["cnn.ipynb"], {"cnn"}),
        (["cnn (1).ipynb"], {"cnn (1)"}),
        (["Kay Homework.ipynb", "scratch.ipynb", "cnn.py"], {"Kay Homework", "scratch"}),
        (["cnn.py"], set()),
        (["work/mine.ipynb"], set()),
    ],
)
def test_students_fetch_feedback_whatever_their_notebooks_are_called(
    root: Path, names: list[str], fetched: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    said, home = "2026-10-16 11:00:00.000000 UTC", root.parent / "home"
    there = {name: "{}" for name in names} | {"timestamp.txt": said, "submission_secret.txt": "hers"}
    cached = home / "cache/deep-learning" / f"kay+cnn+{said}"
    for folder in (cached, root / "submitted/kay/cnn"):
        lay(folder, there, NOON)
    let_nbgrader_find(root / "submitted/kay/cnn", "cnn")
    page = {name: there[name] for name in ("timestamp.txt", "submission_secret.txt")} | {"cnn.html": "well done"}
    lay(root / "feedback/kay/cnn", page, NOON)
    course = {"course_id": "deep-learning", "assignment_id": "cnn"}
    exchange = root.parent / "exchange"
    exchange.mkdir()
    ReleaseFeedback(coursedir=CourseDirectory(root=str(root), **course), root=str(exchange)).start()
    assert ("Send it by hand" in caplog.text) == (not fetched)
    student = CourseDirectory(root=str(home), **course)
    options = {"root": str(exchange), "cache": str(home / "cache"), "assignment_dir": str(home)}
    ExchangeFetchFeedback(coursedir=student, **options).start()
    pages = list((home / "cnn/feedback").glob("*/*.html"))
    assert {page.stem for page in pages} == fetched and {page.read_text() for page in pages} <= {"well done"}


# --- nbgrader's own command


@pytest.mark.slow
def test_a_class_of_canvas_s(root: Path, tmp_path: Path) -> None:
    grades = tmp_path / "grades.csv"
    grades.write_text("Student,ID,SIS User ID,SIS Login ID,Section\n'Doe, Jane',12345,s1,jane,A\n".replace("'", '"'))
    done = autograder("roster", grades, "--root", root)
    assert done.returncode == 0, done.stderr
    files: Files = {"doejane_12345_678901_cnn.py": "", "roeric_LATE_99_678902_cnn.py": "", "leo_98_678903_a.zip": "x"}
    lay(root / "downloaded/cnn/archive", {"submissions.zip": files})
    done = nbgrader(root, "zip_collect", "cnn")
    assert done.returncode == 0, done.stderr
    assert sorted(folder.name for folder in (root / "submitted").iterdir()) == ["jane", "leo_98", "roeric_99"]
