"""Zip archives, listed and read in memory: nothing is unpacked to disk, and nothing that they say is trusted."""

import re
import stat
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import IO

MAX_BYTES = 200_000_000  # of one file; a notebook full of pictures has 50 MB
MAX_DIRECTORY = 10 << 20  # bytes; some 100,000 files, of each of which Python makes an object
MAX_NAME = 1000  # characters of a member's path
UTF8 = 0x800  # the flag of a name that is in UTF-8
LOCKED = 0x1  # the flag of a member with a password
DRIVE = re.compile(r"[A-Za-z]:")
PLAIN = (0, stat.S_IFREG, stat.S_IFDIR)  # 0: made on Windows
# What all platforms and LMSs write. Python cannot stop bzip2 and LZMA in the middle, so that a bomb would go off.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

LINK = "is a link, which is not followed"
NOT_PLAIN = "is not a plain file"


class Fault(ValueError):
    """Why something is not read, as the rest of a sentence that begins with its name."""


@dataclass(frozen=True)
class Member:
    index: int  # in the archive's directory
    parts: tuple[str, ...]  # of its path, without those that lead out of the archive
    folder: bool
    saved: float  # seconds since the epoch, to two seconds
    fault: str = ""  # why it is not read


class Sparing:
    """A file that reads no more than an archive's directory may have: `zipfile` reads all of it at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self.seek, self.tell, self._read = file.seek, file.tell, file.read

    def read(self, size: int = -1, /) -> bytes:
        data = self._read(min(size, MAX_DIRECTORY + 1) if size >= 0 else MAX_DIRECTORY + 1)
        if len(data) > MAX_DIRECTORY:
            raise Fault("holds too many files")
        return data


class Archive:
    """An archive that is open. Raises Fault for what is none, holds too much or is damaged."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def members(self) -> list[Member]:
        with faults("cannot be opened (it is damaged, or no zip file)"), zipfile.ZipFile(Sparing(self.file)) as zipped:
            found: dict[tuple[str, ...], Member] = {}
            shadowed = []
            for index, info in enumerate(zipped.infolist()):
                member = as_member(index, info)
                if not member.parts:
                    continue
                older = found.pop(member.parts, None)
                if older and not older.folder:
                    shadowed.append(replace(older, fault="is in the archive twice, and the last one counts"))
                found[member.parts] = member
        return [*found.values(), *shadowed]

    def read(self, index: int) -> bytes:
        """The content of a member. Raises Fault for what `members` reports, too."""
        with faults("cannot be unpacked (it is damaged)"):
            info = self.zipped.infolist()[index]
            if wrong := fault(info):
                raise Fault(wrong)
            with self.zipped.open(info) as member:
                data = member.read(MAX_BYTES + 1)  # sizes in the directory may be lies
            if len(data) > MAX_BYTES:
                raise Fault(too_large(len(data)))
            return data

    @cached_property
    def zipped(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(self.file)

    def close(self) -> None:
        self.file.close()


@contextmanager
def faults(damaged: str) -> Iterator[None]:
    try:
        yield
    except Fault:
        raise
    except UnicodeDecodeError as error:
        raise Fault("cannot be opened (a name in it is damaged)") from error
    except Exception as error:  # BadZipFile, zlib.error, EOFError, OverflowError, struct.error, and what comes next
        raise Fault(damaged) from error


def as_member(index: int, info: zipfile.ZipInfo) -> Member:
    name = real_name(info).replace("\\", "/")  # some of Windows' tools write them
    steps = [step for step in name[:MAX_NAME].split("/") if step not in ("", ".")]
    parts = tuple(step[:255] for step in steps if step != ".." and not DRIVE.fullmatch(step))
    wrong = fault(info)
    if name.startswith("/") or len(parts) < len(steps):
        wrong = "has a path that leads out of the archive"
    elif len(name) > MAX_NAME or parts != tuple(steps):
        wrong = "has too long a name"
    return Member(index, parts, name.endswith("/") or file_type(info) == stat.S_IFDIR, saved(info), wrong)


def real_name(info: zipfile.ZipInfo) -> str:
    """A name without the flag of UTF-8 is often in UTF-8 all the same (macOS); Python reads it as CP437."""
    if not info.flag_bits & UTF8:
        try:
            return info.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return info.filename


def fault(info: zipfile.ZipInfo) -> str:
    """Why a member is not read, by what the directory says of it; empty if it is."""
    if file_type(info) == stat.S_IFLNK:
        return LINK
    if file_type(info) not in PLAIN:
        return NOT_PLAIN
    if info.flag_bits & LOCKED:
        return "is locked with a password"
    if info.compress_type not in METHODS:
        return "is packed in a rare way, which is not read here"
    return too_large(info.file_size) if info.file_size > MAX_BYTES else ""


def file_type(info: zipfile.ZipInfo) -> int:
    return stat.S_IFMT(info.external_attr >> 16)


def saved(info: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*info.date_time, 0, 0, -1))
    except (OverflowError, ValueError):
        return 0.0


def too_large(size: int) -> str:
    return f"is too large: {size / 1e6:,.0f} MB, and at most {MAX_BYTES / 1e6:.0f} MB are read"
