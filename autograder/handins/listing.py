"""What lies in a folder or in a zip archive, files of both kinds alike. No link is followed, no pipe is opened."""

import io
import math
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from autograder.handins import archives
from autograder.handins.archives import Archive, Fault

MAX_DEPTH = 3  # archives in one another: an LMS's download, a student's archive in it, and one in that
# What editors, Python and systems leave behind. Hidden ones, such as .ipynb_checkpoints, are left out as well.
LEFT_BEHIND = {"__macosx", "__pycache__", "desktop.ini", "node_modules", "site-packages", "thumbs.db"}


@dataclass(frozen=True)
class Item:
    """A file or a folder."""

    parts: tuple[str, ...]  # of its path below the class's folder; an archive counts as a folder
    path: Path  # of the file on disk, which may be an archive that it lies in
    members: tuple[int, ...] = ()  # its number in that archive, then in the archive there, and so on
    folder: bool = False
    saved: float = 0.0  # seconds since the epoch
    fault: str = ""  # why it is not read, as the rest of a sentence that begins with its name

    @property
    def is_archive(self) -> bool:
        return not self.folder and self.parts[-1].lower().endswith(".zip")


def left_behind(name: str) -> bool:
    return name.startswith(".") or name.lower() in LEFT_BEHIND


def survey(place: Path, skip: Path | None = None) -> list[Item]:
    """All that lies in a folder and below it, but for `skip`. Raises OSError if the folder itself cannot be opened."""
    place, skip = place.resolve(), skip and skip.resolve()
    found: list[Item] = []
    waiting: list[tuple[tuple[str, ...], Path]] = [((), place)]
    while waiting:
        parts, folder = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            if folder == place:
                raise
            found.append(Item(parts, folder, fault=f"cannot be opened ({error.strerror})"))
            continue
        if folder != place and not (skip and folder in skip.parents):
            found.append(Item(parts, folder, folder=True))
        for entry in entries:
            path = Path(entry.path)
            if left_behind(entry.name) or path == skip:
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(((*parts, entry.name), path))
            else:
                found.append(as_item((*parts, entry.name), path))
    return found


def as_item(parts: tuple[str, ...], path: Path) -> Item:
    try:
        seen = path.lstat()
    except OSError as error:
        return Item(parts, path, fault=f"cannot be opened ({error.strerror})")
    fault = ""
    if stat.S_ISLNK(seen.st_mode):
        fault = archives.LINK
    elif not stat.S_ISREG(seen.st_mode):
        fault = archives.NOT_PLAIN
    elif seen.st_size > archives.MAX_BYTES and not parts[-1].lower().endswith(".zip"):  # one may hold a whole class
        fault = archives.too_large(seen.st_size)
    return Item(parts, path, saved=seen.st_mtime, fault=fault)


class Reader:
    """Reads files and archives. An archive stays open for the next file in it; the end of a `with` closes all.

    Args:
        limit: bytes, of all that is read from archives; what comes then is not read.
    """

    def __init__(self, limit: float = math.inf) -> None:
        self.left = limit
        self.open: dict[tuple[Path, tuple[int, ...]], Archive] = {}  # each lies in the one before

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *error: object) -> None:
        self.close_but([])

    def unpack(self, item: Item) -> list[Item]:
        """What an archive holds. Raises Fault or OSError if it cannot be read."""
        if item.fault:
            raise Fault(item.fault)
        if len(item.members) >= MAX_DEPTH:
            raise Fault(f"is an archive in an archive, {MAX_DEPTH} times over")
        return [
            replace(
                item,
                parts=(*item.parts, *member.parts),
                members=(*item.members, member.index),
                folder=member.folder,
                saved=member.saved,
                fault=member.fault,
            )
            for member in self.archive(item.path, item.members).members()
            if not any(map(left_behind, member.parts))
        ]

    def read(self, item: Item) -> bytes:
        """The content of a file. Raises Fault or OSError if it cannot be read."""
        if item.members:
            return self.member(self.archive(item.path, item.members[:-1]), item.members[-1])
        with open_plain(item.path) as file:
            data = file.read(archives.MAX_BYTES + 1)
        if len(data) > archives.MAX_BYTES:
            raise Fault(archives.too_large(len(data)))
        return data

    def archive(self, path: Path, members: tuple[int, ...]) -> Archive:
        """An archive and, as it is opened, those that it lies in. Raises Fault or OSError."""
        way = [(path, members[:depth]) for depth in range(len(members) + 1)]
        self.close_but(way)
        for place in way[len(self.open) :]:
            around = self.open.get(way[len(self.open) - 1])
            file = io.BytesIO(self.member(around, place[1][-1])) if around else open_plain(path)
            self.open[place] = Archive(file)
        return self.open[way[-1]]

    def close_but(self, way: Sequence[tuple[Path, tuple[int, ...]]]) -> None:
        for place in [place for place in self.open if place not in way]:
            self.open.pop(place).close()

    def member(self, archive: Archive, index: int) -> bytes:
        if self.left <= 0:
            raise Fault("is too much, with what was unpacked before it")
        data = archive.read(index)
        self.left -= len(data)
        return data


def unpack(item: Item) -> list[Item]:
    """What an archive holds. Raises Fault or OSError if it cannot be read."""
    with Reader() as reader:
        return reader.unpack(item)


def read(item: Item) -> bytes:
    """The content of a file. Raises Fault or OSError if it cannot be read."""
    with Reader() as reader:
        return reader.read(item)


def open_plain(path: Path) -> IO[bytes]:
    """A file on disk, open for reading; never a link or a pipe, even if it has become one since it was listed."""
    flags = ("O_RDONLY", "O_BINARY", "O_NOFOLLOW", "O_NONBLOCK")  # Windows has the first two only
    file = os.fdopen(os.open(path, sum(getattr(os, flag, 0) for flag in flags)), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise Fault(archives.NOT_PLAIN)
    return file
