"""Whose a file is, by the names that learning platforms give."""

from pathlib import Path

import pytest
from classes import MOODLE, NOON, Files, found, lay, only


@pytest.mark.parametrize(
    ("path", "student", "name"),
    [
        (f"{MOODLE}/cnn.ipynb", "Jane Doe_123", "cnn.ipynb"),
        ("Jane Doe_123_assignsubmission_file/sub/cnn.py", "Jane Doe_123", "cnn.py"),
        ("Jane Doe_123_assignsubmission_file_work.ipynb", "Jane Doe_123", "work.ipynb"),
        ("Group A_7_assignsubmission_file/cnn.py", "Group A_7", "cnn.py"),
        ("doejane_12345_678901_cnn.ipynb", "doejane_12345", "cnn.ipynb"),
        ("doejane_LATE_12345_678901_cnn-1.ipynb", "doejane_12345", "cnn.ipynb"),
        ("doejane_12345_678901_work-1.ipynb", "doejane_12345", "work-1.ipynb"),
        ("müllerzoë_12345_678901_my_cnn (2).py", "müllerzoë_12345", "my_cnn (2).py"),
        ("anon_i9Z1a_678901_cnn.py", "anon_i9Z1a", "cnn.py"),
        ("LATE_anon_12345_678901_cnn.py", "anon_12345", "cnn.py"),
        ("ps1_bitdiddle_attempt_2016-01-30-15-00-00_cnn.ipynb", "bitdiddle", "cnn.ipynb"),
        ("397063-25573 - Mary-Ann Smith - Sep 24, 2024 926 PM/cnn.py", "Mary-Ann Smith_397063", "cnn.py"),
        ("397063-25573 - Mary-Ann Smith - Sep 24, 2024 926 PM - cnn.py", "Mary-Ann Smith_397063", "cnn.py"),
        ("397063-25573 - Zoé Noël - 24 sept., 2024 2126 - cnn.py", "Zoé Noël_397063", "cnn.py"),
    ],
)
def test_names_of_platforms(tmp_path: Path, path: str, student: str, name: str) -> None:
    row = only(lay(tmp_path, {path: "hers"}))
    assert (row.student, row.submission, row.name, row.read()) == (student, path, name, b"hers")


def test_files_that_a_platform_gives_for_one_student_belong_together(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "doejane_12345_678901_utils.py": "",
            "doejane_12345_678902_cnn.py": "hers",
            "doejane_12345_text.html": "",
            "doejohn_777_678903_cnn.py": "his",
            "Ann_5_assignsubmission_file_/cnn.py": "anns",
            "Ann_5_assignsubmission_onlinetext_/onlinetext.html": "",
            "Bob_6_assignsubmission_onlinetext_/onlinetext.html": "",
            "hw_eve_attempt_2016-01-30-15-00-00.txt": "",
            "hw_eve_attempt_2016-01-30-15-00-00_cnn.py": "eves",
            "hw_joe_attempt_2016-01-30-15-00-00.txt": "",
        },
    )
    rows = found(tmp_path)
    assert {name: row.read() for name, row in rows.items() if not row.problem} == {
        "Ann_5": b"anns",
        "doejane_12345": b"hers",
        "doejohn_777": b"his",
        "eve": b"eves",
    }
    note = "there were 2 files; cnn.py was graded, which has the nearest name, and not utils.py"
    assert rows["doejane_12345"].note == note
    assert rows["Bob_6"].problem.startswith("there is onlinetext.html, but no notebook")
    assert rows["joe"].problem.startswith("there is receipt.txt, but no notebook")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("hw_eve_attempt_2016-01-30-15-00-00_cnn.py", "hw_eve_attempt_2016-02-01-09-00-00_last.py"),
        ("3-5 - Eve - Sep 30, 2024 926 PM/cnn.py", "3-5 - Eve - Oct 2, 2024 1005 AM/cnn.py"),
        ("3-5 - Eve - Sep 30, 2024 105 PM - cnn.py", "3-5 - Eve - Sep 30, 2024 926 PM - cnn.py"),
    ],
)
def test_of_several_attempts_the_last_counts(tmp_path: Path, first: str, last: str) -> None:
    lay(tmp_path, {first: "first"}, NOON + 60)
    lay(tmp_path, {last: "last"})
    row = only(tmp_path)
    assert row.read() == b"last"
    assert row.note.startswith("of 2 attempts the last was graded")


@pytest.mark.parametrize("name", ["cnn_2026_{}_{}.py", "hw_2026_101_{1}.py", "hw_2026_11_{1}.py"])
def test_names_that_only_look_like_a_platforms_are_a_student_each(tmp_path: Path, name: str) -> None:
    lay(tmp_path, {name.format(1001 + index, who): who for index, who in enumerate(["ann", "bob"])})
    assert {row.read() for row in found(tmp_path).values()} == {b"ann", b"bob"}


@pytest.mark.parametrize(
    ("mallory", "bob", "hers", "his"),
    [
        ("cnn_mallory_attempt_{0}_{{}}", "cnn_bob_attempt_{0}_cnn.ipynb", "mallory", "bob"),
        ("mallory_1_90001_{{}}", "bob_5_90002_cnn.ipynb", "mallory_1", "bob_5"),
        ("Mallory_7_assignsubmission_file_{{}}", "bob_6_assignsubmission_file_cnn.ipynb", "mallory_7", "bob_6"),
        ("3-25 - mallory - {1} - {{}}", "4-25 - bob - {1} - cnn.ipynb", "mallory_3", "bob_4"),
    ],
)
@pytest.mark.parametrize(
    "forged",
    [
        "x_bob_attempt_2030-01-01-00-00-00_cnn.ipynb",
        "cnn_1_2024_x.ipynb",
        "bob_5_90009_cnn.ipynb",
        "bob_6_assignsubmission_file_cnn.ipynb",
        "4-25 - bob - Sep 24, 2030 926 PM - cnn.ipynb",
    ],
)
def test_what_a_student_calls_a_file_names_no_other_student(
    tmp_path: Path, mallory: str, bob: str, hers: str, his: str, forged: str
) -> None:
    times = ("2026-01-30-15-00-00", "Sep 24, 2024 926 PM")
    mallory, bob = mallory.format(*times), bob.format(*times)
    (alone,) = found(lay(tmp_path / "alone", {mallory.format(forged): "hers"})).values()
    assert alone.student.casefold().partition("_")[0] == "mallory"
    rows = found(lay(tmp_path / "class", {mallory.format(forged): "hers", bob: "his"}))
    assert {row.read(): name.casefold() for name, row in rows.items()} == {b"hers": hers, b"his": his}


def test_an_archive_may_be_called_like_a_hand_in(tmp_path: Path) -> None:
    files: Files = {"Ann_5_assignsubmission_file_/cnn.py": "anns", f"{MOODLE}/cnn.py": "hers"}
    assert set(found(lay(tmp_path / "class", {"DL_2026_4711_cnn.zip": files}))) == {"Ann_5", "Jane Doe_123"}
    theirs = found(lay(tmp_path / "one", {"doejane_12345_678901_work.zip": {"a.py": "", "b.py": "", "c/cnn.py": ""}}))
    assert set(theirs) == {"doejane_12345"}
