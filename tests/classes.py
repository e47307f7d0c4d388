"""Folders and archives of hand-ins, made on the fly, and what is found in them."""

import io
import os
import time
import zipfile
from pathlib import Path

from autograder.handins.find import HandIn, find_handins

NOON = time.mktime((2026, 3, 1, 12, 0, 0, 0, 0, -1))
MOODLE = "Jane Doe_123_assignsubmission_file_"
ITSELF = ": hand in cnn.ipynb or cnn.py itself"
Files = dict[str, "str | bytes | Files"]


def lay(place: Path, files: Files, saved: float = NOON) -> Path:
    """Write files, by their paths; a path that ends with `/` is an empty folder, and a dict is a zip archive."""
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = place / name
        if name.endswith("/"):
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else packed(content))
        os.utime(path, (saved, saved))
    return place


def packed(content: "str | bytes | Files", saved: float = NOON) -> bytes:
    if not isinstance(content, dict):
        return content.encode() if isinstance(content, str) else content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inner in content.items():
            archive.writestr(zipfile.ZipInfo(name, time.localtime(saved)[:6]), packed(inner), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def found(place: Path, **options: Path) -> dict[str, HandIn]:
    rows = find_handins(place, "cnn", **options)
    assert len({row.student.casefold() for row in rows}) == len(rows)
    assert len({row.page_name.casefold() for row in rows}) == len(rows)
    for row in rows:
        texts = (row.student, row.submission, row.name, row.problem, row.note, row.page_name)
        assert all(text.isprintable() for text in texts)
        assert 0 < len(row.name) <= 100 and 0 < len(row.page_name) <= 100
        assert len(row.name.encode()) <= 200 and len(row.page_name.encode()) <= 200
        assert "/" not in row.page_name + row.name and not row.page_name.startswith((".", "-"))
        assert bool(row.problem) == (row.item is None)
    return {row.student: row for row in rows}


def only(place: Path) -> HandIn:
    (row,) = found(place).values()
    return row


def graded(row: HandIn) -> tuple[str, str]:
    assert not row.problem
    return row.submission, row.name
