"""Zip archives, also those that mean no good."""

import io
import random
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from classes import ITSELF, MOODLE, Files, found, lay, only, packed
from corpus import CNN

from autograder.handins import archives, find
from autograder.handins.find import find_handins
from autograder.handins.starter import untouched


def test_names_in_an_archive_without_the_flag_of_utf8(tmp_path: Path) -> None:
    raw = packed({"xxxx/cnn.py": "hers", "yyyy/cnn.py": "his"})
    lay(tmp_path, {"class.zip": raw.replace(b"xxxx", "Zoë".encode()).replace(b"yyyy", b"Zo\x89!")})
    assert set(found(tmp_path / "class.zip")) == {"Zoë", "Zoë!"}  # as macOS, and as Windows writes them


def test_reading_touches_no_other_file(tmp_path: Path) -> None:
    lay(tmp_path / "class", {"jane.zip": {"work.zip": {"cnn.py": "hers"}}, "bob.py": ""})
    before = sorted(tmp_path.rglob("*"))
    assert found(tmp_path / "class")["jane"].read() == b"hers"
    assert sorted(tmp_path.rglob("*")) == before


def changed(content: Files, change: Callable[[zipfile.ZipInfo], None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inner in content.items():
            info = zipfile.ZipInfo(name, (2026, 3, 1, 12, 0, 0))
            change(info)
            archive.writestr(info, packed(inner))
    return buffer.getvalue()


def link(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def pipe(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFIFO | 0o666) << 16


def lzma(info: zipfile.ZipInfo) -> None:
    info.compress_type = zipfile.ZIP_LZMA


def locked() -> bytes:
    data = bytearray(packed({"cnn.py": "hers"}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(packed({"cnn.py": random.Random(0).randbytes(500)}))
    data[200] ^= 0xFF
    return bytes(data)


HOSTILE = [
    (b"this is no archive", "work.zip cannot be opened (it is damaged, or no zip file)"),
    (b"", "work.zip cannot be opened (it is damaged, or no zip file)"),
    (packed({"cnn.py": "hers"})[:-30], "work.zip cannot be opened (it is damaged, or no zip file)"),
    (packed({"cnné.py": ""}).replace("é".encode(), b"\xff\xfe"), "work.zip cannot be opened (a name in it is damaged)"),
    (packed({"../cnn.py": ""}), "cnn.py has a path that leads out of the archive"),
    (packed({"a/../../cnn.py": ""}), "cnn.py has a path that leads out of the archive"),
    (packed({"/etc/cnn.py": ""}), "cnn.py has a path that leads out of the archive"),
    (packed({"C:\\cnn.py": ""}), "cnn.py has a path that leads out of the archive"),
    (packed({f"{'a/' * 600}cnn.py": ""}), "a has too long a name"),
    (changed({"cnn.py": "/etc/passwd"}, link), "cnn.py is a link, which is not followed"),
    (changed({"cnn.py": ""}, pipe), "cnn.py is not a plain file"),
    (changed({"cnn.py": ""}, lzma), "cnn.py is packed in a rare way, which is not read here"),
    (locked(), "cnn.py is locked with a password"),
    (packed({"cnn.py": bytes(3 << 20)}), "cnn.py is too large: 3 MB, and at most 2 MB are read"),
    (packed({"a.zip": {"b.zip": {"c.zip": {"cnn.py": ""}}}}), "c.zip is an archive in an archive, 3 times over"),
    (packed({f"{number:0200}": "" for number in range(400)}), "work.zip holds too many files"),
]


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize(("data", "problem"), HOSTILE)
def test_a_hostile_archive_costs_its_own_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, problem: str, flat: bool
) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 2 << 20)
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 80_000)
    rows = found(lay(tmp_path, {"work.zip" if flat else "jane/work.zip": data, "bob.py": "his"}))
    row = rows["work" if flat else "jane"]
    assert row.problem.startswith(problem) and row.problem.endswith(ITSELF)
    assert rows["bob"].read() == b"his"


@pytest.mark.parametrize(("data", "problem"), HOSTILE)
def test_a_hostile_archive_in_a_class_s_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, problem: str
) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 2 << 20)
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 80_000)
    rows = found(lay(tmp_path, {"all.zip": {f"{MOODLE}/work.zip": data, "bob.py": "his"}}) / "all.zip")
    assert rows["Jane Doe_123"].problem.startswith(problem.replace("c.zip", "b.zip"))
    assert rows["bob"].read() == b"his"


def test_what_can_be_read_is_graded_beside_what_cannot(tmp_path: Path) -> None:
    raw = packed({"cnn.py": "new", "x/cnn.py": "old"}).replace(b"x/cnn.py", b"./cnn.py")
    lay(
        tmp_path,
        {
            "jane/cnn.py": "hers",
            "jane/work.zip": b"no archive",
            "bob.zip": changed({"cnn.ipynb": "", "../cnn.py": ""}, lambda info: None),
            "ann.zip": raw,
        },
    )
    rows = found(tmp_path)
    assert rows["jane"].read() == b"hers"
    assert rows["jane"].note == "left out: work.zip cannot be opened (it is damaged, or no zip file)"
    assert rows["bob"].note == "left out: cnn.py has a path that leads out of the archive"
    assert rows["ann"].read() == b"old"  # the later one, as any program would unpack it
    assert rows["ann"].note == "left out: ann.zip/cnn.py is in the archive twice, and the last one counts"


def test_an_archive_of_archives_ends(tmp_path: Path) -> None:
    many: Files = {f"{index}.zip": {"notes.txt": ""} for index in range(25)}
    row = only(lay(tmp_path, {"jane/work.zip": many}))
    assert row.problem.startswith("19.zip is one archive too many; 20.zip is one archive too many; 21.zip")


def test_content_that_does_not_come_as_announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lies = bytearray(packed({"cnn.py": bytes(3 << 20)}))
    at = lies.index(b"PK\x01\x02") + 24
    lies[at : at + 4] = (1000).to_bytes(4, "little")
    lay(tmp_path, {"jane.zip": damaged(), "bob.zip": bytes(lies), "ann/cnn.py": "x" * 2000, "zoe.zip": {"cnn.py": ""}})
    rows = found(tmp_path)
    lay(tmp_path, {"zoe.zip": "gone"})
    monkeypatch.setattr(archives, "MAX_BYTES", 1500)
    for name, reason in {
        "jane": r"cnn\.py cannot be unpacked \(it is damaged\)",
        "bob": r"cnn\.py cannot be unpacked \(it is damaged\)",
        "ann": r"cnn\.py is too large",
        "zoe": r"cnn\.py cannot be unpacked",
    }.items():
        with pytest.raises(ValueError, match=reason):
            rows[name].read()


def test_an_archive_is_opened_once_for_all_that_is_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starter = CNN.starter.read_text(encoding="utf-8")
    inner: Files = {f"{number}/cnn.py": starter for number in range(25)}
    lay(tmp_path, {"jane/work.zip": {"inner.zip": inner}})
    opened = []

    class Counted(zipfile.ZipFile):
        def __init__(self, file: IO[bytes]) -> None:
            opened.append(file)
            super().__init__(file)

    monkeypatch.setattr(archives.zipfile, "ZipFile", Counted)
    (row,) = find_handins(tmp_path, "cnn", untouched=untouched(CNN))
    assert row.submission == "jane/work.zip/inner.zip/0/cnn.py"
    assert len(opened) < 10  # each to list it and to read from it; also to see whether it holds a class


def test_no_more_is_unpacked_than_a_student_can_have_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "MAX_READ", 5000)
    many: Files = {
        f"{number}.zip": {"data": random.Random(number).randbytes(3000), "cnn.py": ""} for number in range(4)
    }
    row = only(lay(tmp_path, {"jane/work.zip": many}))
    assert row.submission == "jane/work.zip/0.zip/cnn.py"
    too_much = "is too much, with what was unpacked before it"
    assert row.note.endswith(f"left out: 2.zip {too_much}; left out: 3.zip {too_much}")
