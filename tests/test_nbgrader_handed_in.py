"""What each student handed in, in the folders of nbgrader's, and the notebook that stands for it."""

import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from corpus import CNN

from autograder.handins.find import find_handins
from autograder.handins.stand_in import let_nbgrader_find, stand_in
from autograder.nbgrader.handed_in import find_own, find_submitted, other_release

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def put(root: Path, path: str, text: str = NOTEBOOK) -> Path:
    file = root / "submitted" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def found(root: Path) -> dict[str, tuple[str, str]]:
    return {one.student: (one.handin.name, one.handin.problem) for one in find_submitted(root, CNN)}


def test_everybody_is_found_and_found_again(tmp_path: Path) -> None:
    put(tmp_path, "ann/cnn/cnn.ipynb")
    put(tmp_path, "bob/cnn/cnn (1).ipynb")
    put(tmp_path, "cem/cnn/cnn.py")
    put(tmp_path, "dan/cnn.ipynb")  # one level too high
    put(tmp_path, "eve/cnn/timestamp.txt")
    put(tmp_path, "eve/cnn/submission_secret.txt")
    put(tmp_path, "other/mlp/mlp.ipynb")
    (tmp_path / "source/mlp").mkdir(parents=True)
    (tmp_path / "submitted/fay").mkdir()
    (tmp_path / "submitted/.hidden").mkdir()
    first = found(tmp_path)
    assert {name: file for name, (file, problem) in first.items() if not problem} == {
        "ann": "cnn.ipynb",
        "bob": "cnn (1).ipynb",
        "cem": "cnn.py",
        "dan": "cnn.ipynb",
    }
    assert "the folder is empty" in first["eve"][1] and "the folder is empty" in first["fay"][1]
    for one in find_submitted(tmp_path, CNN):
        let_nbgrader_find(one.folder, "cnn")
    assert found(tmp_path) == first, "what stands for a hand-in is none"
    assert (tmp_path / "submitted/ann/cnn/cnn.ipynb").read_text() == NOTEBOOK
    batch = {one.student: one.name for one in find_handins(tmp_path / "submitted", "cnn")}
    assert batch["bob"] == "cnn (1).ipynb" and batch["cem"] == "cnn.py"


@pytest.mark.parametrize("beside", [".ipynb_checkpoints", "data", "__MACOSX", "my work"])
def test_folders_that_are_of_no_assignment_hide_nobodys_work(tmp_path: Path, beside: str) -> None:
    put(tmp_path, "ann/cnn.ipynb")
    put(tmp_path, f"ann/{beside}/notes.txt")
    put(tmp_path, f"bob/{beside}/notes.txt")
    work = found(tmp_path)
    assert work["ann"] == ("cnn.ipynb", "") and work["bob"][1]


@pytest.mark.parametrize("other", ["mlp", "MLP", "old"])
def test_who_handed_in_for_another_assignment_only_is_left_out(tmp_path: Path, other: str) -> None:
    (tmp_path / "release/mlp").mkdir(parents=True)
    put(tmp_path, "ann/mlp.ipynb")
    put(tmp_path, f"ann/{other}/cnn.ipynb")
    put(tmp_path, f"ann/{other}/timestamp.txt")  # by which nbgrader has collected it, whatever it was
    assert found(tmp_path) == {}


def test_the_folder_of_the_assignment_in_capitals(tmp_path: Path) -> None:
    put(tmp_path, "ann/CNN/cnn.ipynb")
    put(tmp_path, "bob/CNN/cnn.ipynb")
    put(tmp_path, "bob/mlp/mlp.ipynb")
    put(tmp_path, "cem/Cnn/timestamp.txt")
    (tmp_path / "source/mlp").mkdir(parents=True)
    (tmp_path / "submitted/dan").mkdir()
    (tmp_path / "submitted/dan/CNN").symlink_to(tmp_path / "submitted/ann/CNN")
    for _ in range(2):  # with what stands for it in cnn/, too
        work = found(tmp_path)
        assert work["ann"] == work["bob"] == ("cnn.ipynb", "")
        assert "the folder is empty" in work["cem"][1] and "is a link" in work["dan"][1]
        for one in find_submitted(tmp_path, CNN):
            let_nbgrader_find(one.folder, "cnn")


def test_the_same_name_in_another_case_changes_nothing_of_the_hand_in(tmp_path: Path) -> None:
    put(tmp_path, "jane/cnn/cnn.ipynb")
    put(tmp_path, "Jane/cnn/cnn.ipynb")
    if len(list((tmp_path / "submitted").iterdir())) == 1:
        pytest.skip("no difference on this disk")
    twins = find_submitted(tmp_path, CNN)
    assert len({one.handin.student.casefold() for one in twins}) == 2
    assert all(one.handin.note == find_own(one.folder, CNN).note == "" for one in twins)


def test_a_link_is_neither_followed_nor_written_through(tmp_path: Path) -> None:
    secret = put(tmp_path, "ann/cnn/cnn.ipynb")
    folder = tmp_path / "submitted/bob/cnn"
    folder.mkdir(parents=True)
    (folder / "cnn.ipynb").symlink_to(secret)
    assert "is a link" in found(tmp_path)["bob"][1]
    (folder / "cnn.ipynb").unlink()
    (folder / "cnn.ipynb").symlink_to(tmp_path / "not there")
    let_nbgrader_find(folder, "cnn")
    assert not (tmp_path / "not there").exists()


def test_what_stands_for_a_hand_in_is_a_notebook() -> None:
    notebook = nbformat.reads(stand_in("cnn"), as_version=4)
    nbformat.validate(notebook)
    assert "what lies beside" in notebook.cells[0].source


@pytest.mark.parametrize("release, said", [(3, False), (2, True), ("x", False), (None, False)])
def test_another_release_is_said(tmp_path: Path, release: object, said: bool) -> None:
    made_from = json.dumps({"autograder": {"release": release}})
    file = put(tmp_path, "ann/cnn/cnn.ipynb", NOTEBOOK.replace('"metadata": {}', f'"metadata": {made_from}'))
    handin = find_own(file.parent, CNN)
    assert bool(other_release(handin, replace(CNN, release=3))) == said
    assert not other_release(handin, replace(CNN, release=0))
