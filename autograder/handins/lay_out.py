"""A class's download, laid out as a folder for each student, for nbgrader's zip_collect.

Whose a file is, and which attempt counts, is decided as for a class run. A student's own archives stay packed.
"""

import itertools
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.files import write
from autograder.handins import listing
from autograder.handins.choice import NBGRADERS, File, choose, is_code, is_zip
from autograder.handins.find import (
    MAX_BYTES,
    MAX_NAME,
    MAX_READ,
    Student,
    cut,
    everything,
    expanded,
    natural,
    plain,
    posix,
    sort_out,
)
from autograder.handins.lms import senders
from autograder.submission import SubmissionError

LONGEST = 2000  # bytes of a path below a student's folder; a system takes 4096 of the whole
MISSING = "not-collected.txt"  # in a student's folder: what is not there, and why
NOTHING = "Nothing was handed in."
Warn = Callable[[str], Any]
Parts = tuple[str, ...]


@dataclass(frozen=True)
class Folder:
    """A student's."""

    student: str  # the id, and the folder's name
    files: list[File]
    attempt: str  # when they were handed in, as names of platforms say it; empty where they do not
    missing: list[str]  # what was handed in and is not among the files, in sentences


def folders(place: Path, assignment: str, known: Mapping[str, str], warn: Warn) -> list[Folder]:
    """A folder for everybody in a download, or in several.

    Args:
        place: the folder that holds the download, packed or unpacked.
        known: the id of each of Canvas's numbers.

    Raises:
        SubmissionError: it cannot be read.
    """
    items = everything(place, None)
    if len(items) == 1 and items[0].is_archive and not senders(items[0].parts, assignment):
        read_download(items[0].path)
    students: dict[Parts, Student] = {}
    sort_out(items, 0, assignment, students)
    claims: dict[str, list[Student]] = {}
    for student in students.values():
        name = known.get(student.number, student.name) if student.number else student.name
        claims.setdefault(unicodedata.normalize("NFC", name), []).append(student)
    taken: set[str] = set()
    made = []
    # Who has an id that can stay as it is keeps it.
    for name in sorted(claims, key=lambda name: (as_id(name) != name, natural(name), name)):
        # An archive that a student has packed lies deeper than what it would take the place of.
        *others, student = sorted(claims[name], key=lambda one: (-len(one.submission), downloaded(one), one.submission))
        who = next(free for free in numbered(as_id(name)) if free.casefold() not in taken)
        taken.add(who.casefold())
        for other in others:
            warn(f"{posix(other.submission)} was not collected: {posix(student.submission)} counts for {who}")
        if who != as_id(name):
            warn(f"{posix(student.submission)} was collected as {who}, since another student is called the same")
        made.append(folder(who, student, assignment))
    return made


def read_download(archive: Path) -> None:
    """Raises SubmissionError for what can be nobody's work, since nothing else has been downloaded."""
    if not everything(archive, None):
        raise SubmissionError(f"{archive} is empty: download it again")


def folder(who: str, student: Student, assignment: str) -> Folder:
    theirs = [named(file, assignment) for file in student.files if file.item.fault or not file.item.folder]
    # Times are for the platform to say, and secrets for nbgrader.
    theirs = [file for file in theirs if len(file.inside) > 1 or file.name.casefold() not in NBGRADERS]
    attempt = counted(theirs, assignment)
    missing = [f"{plain(file.name)} {file.item.fault}." for file in theirs if file.item.fault]
    for file in theirs:
        if file.attempt > attempt and not file.item.fault:
            missing.append(f"{plain(file.name)} was handed in later than what is graded, and holds nothing to grade.")
    files = [file for file in theirs if file.attempt == attempt and not file.item.fault]
    files.sort(key=lambda file: -file.item.saved)  # of two with one path the newer one keeps it
    return Folder(who, files, attempt, missing)


def named(file: File, assignment: str) -> File:
    """A file that is named for its student gets the name of the work."""
    suffix = PurePosixPath(file.name).suffix.lower()
    return File(file.item, (assignment + suffix,)) if file.flat and is_code(file.name) else file


def counted(files: list[File], assignment: str) -> str:
    """The attempt that is graded; where there is nothing to grade, the last with work, or the last."""
    attempts = {file.attempt for file in files}
    if len(attempts) > 1:
        with listing.Reader(MAX_READ) as reader:
            found = choose(expanded(files, reader), assignment)
        if found:
            return found.file.attempt
        attempts = {file.attempt for file in files if is_code(file.name) or is_zip(file.name)} or attempts
    return max(attempts, default="")


def downloaded(student: Student) -> float:
    """When the download was saved that a student's files lie in."""
    return max((saved(path) for path in {file.item.path for file in student.files}), default=0.0)


def saved(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def as_id(name: str) -> str:
    """A student's id that nbgrader can go by: it parts ids at commas, and looks for their folders by patterns."""
    return safe(re.sub(r"[][*?,]", "", name))


def lay_out(folder: Folder, place: Path) -> list[str]:
    """Write a student's folder, which has a file at least. Returns what could not be written, in sentences."""
    paths = Paths()
    paths.free((MISSING,))
    missing = folder.missing + write_files(folder.files, place / folder.student, paths)
    if missing or not folder.files:
        write(place / folder.student / MISSING, "\n".join(missing or [NOTHING]) + "\n")
    return missing


def write_files(files: Iterable[File], place: Path, paths: "Paths") -> list[str]:
    missing = []
    with listing.Reader() as reader:
        for file in files:
            try:
                data = reader.read(file.item)
            except listing.Fault as error:
                missing.append(f"{plain(file.name)} {error}.")
            except OSError as error:
                missing.append(f"{plain(file.name)} cannot be read ({error.strerror or error}).")
            else:
                path = place.joinpath(*paths.free(file.inside))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                if file.item.saved > 0:
                    os.utime(path, (file.item.saved, file.item.saved))
    return missing


def unpack(place: Path, into: Path, warn: Warn) -> None:
    """Unpack the archives that lie in a folder, each into a folder of its name, and copy what else there is.

    Raises SubmissionError if the folder cannot be read.
    """
    files = []
    for item in everything(place, None):
        inside = []
        try:
            inside = listing.unpack(item) if item.is_archive else []
        except (listing.Fault, OSError) as error:
            warn(f"{posix(item.parts)} was not unpacked: it {error}")
        around = (*item.parts[:-1], PurePosixPath(item.parts[-1]).stem)
        files += [File(each, (*around, *each.parts[len(item.parts) :])) for each in inside]
        files += [] if inside else [File(item, item.parts)]
    for file in files:
        if file.item.fault:
            warn(f"{posix(file.item.parts)} {file.item.fault}")
    whole = [file for file in files if not file.item.folder and not file.item.fault]
    for line in write_files(whole, into, Paths()):
        warn(line)


class Paths:
    """Paths that are safe below any folder, each given once; on many systems `A` is `a`."""

    def __init__(self) -> None:
        self.files: set[Parts] = set()
        self.folders: set[Parts] = set()

    def free(self, path: Parts) -> Parts:
        """`path`, or what comes nearest to it."""
        *above, name = map(safe, path)
        if len("/".join(above).encode()) > LONGEST:
            above = []
        made: Parts = ()
        for part in above:  # where a file has the name of the folder
            made = next(way for way in self.ways(made, part) if folded(way) not in self.files)
            self.folders.add(folded(made))
        made = next(way for way in self.ways(made, name) if folded(way) not in self.files | self.folders)
        self.files.add(folded(made))
        return made

    def ways(self, above: Parts, name: str) -> Iterable[Parts]:
        return ((*above, each) for each in numbered(name))


def numbered(name: str) -> Iterable[str]:
    """`cnn.ipynb`, `cnn (2).ipynb`, and so on."""
    path = PurePosixPath(name)
    return itertools.chain([name], (f"{path.stem} ({count}){path.suffix}" for count in itertools.count(2)))


def folded(path: Parts) -> Parts:
    return tuple(part.casefold() for part in path)


def safe(name: str) -> str:
    """A name that leads nowhere, is not hidden, and is as long as a file system takes it."""
    name = re.sub(r"[/\\]", "_", plain(unicodedata.normalize("NFC", name))).strip().lstrip(".")
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix) < 10 else ""
    short = cut(name.removesuffix(suffix), MAX_NAME - len(suffix), MAX_BYTES - len(suffix.encode()))
    return short + suffix or "unnamed"
