"""What lies in a folder, and what of it is not read."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from classes import ITSELF, MOODLE, found, lay, only

from autograder.handins import archives


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = lay(tmp_path / "secret", {"cnn.py": "secret"})
    place = lay(tmp_path / "class", {"jane/": "", "bob/cnn.ipynb": "his", "eve/data.csv": ""})
    (place / "jane" / "cnn.py").symlink_to(secret / "cnn.py")
    (place / "bob" / "cnn.py").symlink_to(secret / "cnn.py")
    (place / "eve" / "cnn").symlink_to(secret, target_is_directory=True)
    (place / "flat.py").symlink_to(secret / "cnn.py")
    (place / "folder").symlink_to(secret, target_is_directory=True)
    (place / MOODLE).symlink_to(secret, target_is_directory=True)
    (place / "broken.zip").symlink_to(secret / "no.zip")
    (place / "loop").symlink_to(place / "loop")
    said = "is a link, which is not followed"
    rows = found(place)
    assert {name: row.problem or row.note for name, row in rows.items()} == {
        "jane": f"cnn.py {said}{ITSELF}",
        "bob": f"left out: cnn.py {said}",
        "eve": f"cnn {said}{ITSELF}",
        "flat": f"flat.py {said}{ITSELF}",
        "folder": f"folder {said}{ITSELF}",
        "Jane Doe_123": f"the folder {said}{ITSELF}",
        "broken": f"broken.zip {said}{ITSELF}",
        "loop": f"loop {said}{ITSELF}",
    }
    assert rows["bob"].read() == b"his"


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    lay(tmp_path, {"jane/": ""})
    for name in ("jane/cnn.py", "flat.ipynb", "class.zip", "pipe"):
        os.mkfifo(tmp_path / name)
    rows = found(tmp_path)
    assert {row.problem.partition(":")[0] for row in rows.values()} == {
        "cnn.py is not a plain file",
        "flat.ipynb is not a plain file",
        "class.zip is not a plain file",
        "pipe is not a plain file",
    }


@pytest.mark.parametrize(
    "swap", [lambda path: path.symlink_to("/etc/passwd"), lambda path: os.mkfifo(path), lambda path: None]
)
def test_a_file_that_has_become_something_else_is_not_read(tmp_path: Path, swap: Callable[[Path], None]) -> None:
    row = only(lay(tmp_path, {"jane/cnn.py": "hers"}))
    (tmp_path / "jane" / "cnn.py").unlink()
    swap(tmp_path / "jane" / "cnn.py")
    with pytest.raises((OSError, ValueError)):
        row.read()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open everything")
def test_what_may_not_be_opened(tmp_path: Path) -> None:
    lay(tmp_path, {"jane/cnn.py": "hers", "bob.zip": {}, "ann/cnn.py": "anns"})
    for name in ("jane", "bob.zip", "ann/cnn.py"):
        (tmp_path / name).chmod(0)
    rows = found(tmp_path)
    (tmp_path / "jane").chmod(0o700)  # so that pytest can remove it
    assert rows["jane"].problem.startswith("jane cannot be opened (Permission denied)")
    assert rows["bob"].problem.startswith("bob.zip cannot be opened (Permission denied)")
    with pytest.raises(OSError, match="Permission denied"):
        rows["ann"].read()


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    lay(tmp_path, {"jane/cnn.py": ""})
    os.truncate(tmp_path / "jane" / "cnn.py", archives.MAX_BYTES + 1)  # a hole, which takes no space on disk
    assert only(tmp_path).problem == f"cnn.py is too large: 200 MB, and at most 200 MB are read{ITSELF}"
