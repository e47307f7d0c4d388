"""What each student of a class handed in: one hand-in a student, whatever the folder or the archive looks like.

A student is a folder (nbgrader, Moodle, Brightspace) or one or more files (Canvas, Blackboard, or by hand), in a folder
or in a zip archive, and may have handed in an archive. Whoever is there gets a hand-in, with a `problem` where there is
nothing to grade.
"""

import hashlib
import re
import unicodedata
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from autograder.compare import printable
from autograder.handins import archives, listing, lms
from autograder.handins.choice import File, Untouched, bare, choose, is_code, is_own_name, none_to_grade
from autograder.handins.listing import Item
from autograder.handins.stand_in import is_stand_in
from autograder.submission import SubmissionError

MAX_NAME, MAX_BYTES = 100, 180  # characters and bytes of a name; a file system takes 255 bytes
MAX_ARCHIVES, MAX_FILES = 20, 100_000  # of one student; archives beyond are not opened
MAX_READ = 2 * archives.MAX_BYTES  # of one student's archives, before it is known which file is graded
# Beside the students' work in many a class's folder: Brightspace's index, a gradebook, notes of the staff.
NOT_HANDED_IN = re.compile(r"index\.html|timestamp\.txt|readme(\..*)?|.+\.(csv|xlsx)", re.IGNORECASE)
SUFFIXES = re.compile(r"(\.(py|ipynb|zip|txt))*(\.\w{1,5})?\Z", re.IGNORECASE)  # jane.ipynb.txt is jane's
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # on Windows
HASHED = re.compile(r"-[0-9a-f]{10}$")


@dataclass(frozen=True)
class HandIn:
    student: str  # who, as the folder or the file says; no two of a class differ by case only
    submission: str  # the file, or what there is instead, by its path below the class's folder
    name: str  # of the file, for messages: as the student named it, without what an LMS has added
    problem: str = ""  # why there is nothing to grade
    note: str = ""  # what else there was
    item: Item | None = field(default=None, repr=False, compare=False)

    def read(self) -> bytes:
        """The content. Raises OSError or ValueError with a reason where it cannot be read, or where there is none."""
        if self.item is None:
            raise ValueError(self.problem)
        try:
            return listing.read(self.item)
        except listing.Fault as error:
            raise ValueError(f"{self.name} {error}") from error

    def content(self) -> tuple[bytes, str]:
        """What was handed in, and why there is nothing to grade; empty if there is."""
        if self.problem:
            return b"", self.problem
        try:
            return self.read(), ""
        except (OSError, ValueError) as error:
            return b"", f"{self.name} cannot be read: {error}"

    @property
    def page_name(self) -> str:
        """The stem of a file for this student, unlike those of all others, and safe on every system.

        It may hold spaces and letters of any language.
        """
        safe = "".join(c if c in " -_." or unicodedata.category(c)[0] in "LMN" else "_" for c in self.student)
        name = cut(safe.strip(" .-"), MAX_NAME - 11, MAX_BYTES - 11)
        if name == self.student and not HASHED.search(name) and not RESERVED.fullmatch(name):
            return name
        return f"{name or 'student'}-{hashlib.sha256(self.student.encode()).hexdigest()[:10]}"


@dataclass
class Student:
    name: str
    submission: tuple[str, ...]  # the path of what is theirs
    files: list[File] = field(default_factory=list)
    number: str = ""  # Canvas's, which its class list has


def find_handins(
    place: Path, assignment: str, skip: Path | None = None, untouched: Untouched = lambda file, read: False
) -> list[HandIn]:
    """What each student handed in, sorted by student.

    Args:
        place: the class's folder or zip file.
        assignment: its name; a student's work is `assignment`.ipynb or `assignment`.py, or what comes nearest to it.
        skip: a folder that is left out, though it may lie in `place`: that of the results.
        untouched: whether there is no work in a file; one with work counts before it, whatever their names.

    Raises:
        SubmissionError: there is no such folder or zip file, it cannot be read, or it holds nothing.
    """
    students: dict[tuple[str, ...], Student] = {}
    sort_out(everything(place, skip), 0, assignment, students)
    if not students:
        raise SubmissionError(
            f"{place} holds no hand-ins: it needs a folder or a file for each student, such as jane/{assignment}.ipynb"
        )
    rows = [hand_in(student, assignment, untouched) for student in students.values()]
    rows.sort(key=lambda row: (natural(row.student), row.student, row.submission.count("/"), natural(row.submission)))
    return without_twins(rows)


def find_handin(place: Path, assignment: str, untouched: Untouched = lambda file, read: False) -> HandIn:
    """What one student handed in, in a folder of theirs. Raises SubmissionError if there is no such folder."""
    files = [File(item, item.parts) for item in everything(place, None)]
    return hand_in(Student("student", ("submission",), files), assignment, untouched)


def everything(place: Path, skip: Path | None) -> list[Item]:
    """All files and folders. Raises SubmissionError."""
    try:
        if place.is_dir():
            return listing.survey(place, skip)
        if not place.is_file():
            raise SubmissionError(f"there is no folder or zip file {place}: name the one that holds the hand-ins")
        if place.suffix.lower() != ".zip":
            raise SubmissionError(
                f"{place} is neither a folder nor a zip file: name the one that holds the hand-ins. "
                "To grade one file: autograder grade FILE"
            )
        archive = Item((place.name,), place.resolve())
        return [replace(item, parts=item.parts[1:]) for item in listing.unpack(archive)]
    except listing.Fault as error:
        raise SubmissionError(f"{place} {error}: download it again, or unpack it and name the folder") from error
    except OSError as error:
        raise SubmissionError(f"{place} cannot be read: {error.strerror or error}") from error


def sort_out(items: list[Item], level: int, assignment: str, students: dict[tuple[str, ...], Student]) -> None:
    """Give each student what is theirs, of items in a folder that is `level` parts deep."""
    children = by_name(items, level)
    senders = lms.senders(children, assignment)
    canvas = is_from_canvas(children, senders, level, assignment)
    for name, below in children.items():
        sender = senders.get(name)
        if sender and sender.upload and len(children) == 1 and is_download(below, level, assignment):
            sender = None  # an archive is called by the course, such as DL_2026_4711_cnn.zip
        if not sender:
            inner = class_within(below, level, assignment, alone=len(children) == 1)
            if inner := inner or (of_one_student(below, level, assignment) if canvas else []):
                sort_out(inner, level + 1, assignment, students)
                continue
        inside = below[0].parts[: level + 1]
        flat = all(item.parts == inside and not item.folder for item in below)
        who = sender.student if sender else whose(name) if flat else name
        # Not by the name alone: an archive could then hold a file in the name of somebody else.
        number = sender.number if sender else ""
        student = students.setdefault((*inside[:-1], who), Student(who, inside, number=number))
        for item in below:
            if flat and sender:
                # Only Blackboard's receipt has no name of its own, or what should be a folder.
                alone = sender.file or ("the folder" if item.fault else "receipt.txt")
                student.files.append(File(item, (alone,), sender.attempt))
            elif item.parts != inside or not item.folder:
                attempt = sender.attempt if sender else ""
                student.files.append(File(item, item.parts[level + 1 :] or (name,), attempt, flat))


def whose(name: str) -> str:
    """The student that a file is named for: `jane`, of `jane.ipynb`."""
    return SUFFIXES.sub("", bare(name)) or name


def by_name(items: Iterable[Item], level: int) -> dict[str, list[Item]]:
    """Items by the name of their part at this level, without those that nobody hands in."""
    children: dict[str, list[Item]] = {}
    for item in items:
        if len(item.parts) > level:
            children.setdefault(item.parts[level], []).append(item)
    for name in filter(NOT_HANDED_IN.fullmatch, list(children)):
        if not any(item.folder or len(item.parts) > level + 1 for item in children[name]):
            del children[name]
    return {name: children[name] for name in sorted(children, key=lambda name: (natural(name), name))}


def class_within(below: list[Item], level: int, assignment: str, alone: bool, packed: bool = False) -> list[Item]:
    """What lies in a folder or an archive that holds a class; nothing if it is a student's own.

    It holds a class if all names in it are an LMS's, or if it is an archive and two folders in it hold the assignment.
    What is `alone` in the class's folder is more likely the class than its one student.
    """
    items = contents(below)
    inside = by_name(items, level + 1)
    if not inside or any(is_own_name(name, assignment) for name in inside):
        return []
    if all_named(inside, assignment, alone):
        return items
    packed = packed or items is not below
    around, *others = inside.values()
    if not others and not around[0].is_archive and (alone or packed):  # a folder around the class's folder
        return items if class_within(around, level + 1, assignment, alone, packed) else []
    folders = [items for items in inside.values() if any(len(item.parts) > level + 2 for item in items)]
    if not alone:
        theirs = [any(is_own_name(item.parts[-1], assignment) for item in items) for items in folders]
        return items if packed and sum(theirs) >= 2 else []
    theirs = [any(is_code(item.parts[-1]) for item in items) for items in folders]
    flat = {whose(name) for name in inside if is_code(name) or name.lower().endswith(".zip")}
    # Two files in a folder on disk are a student's; where they are a class, its folder can be named instead.
    return items if sum(theirs) + (len(flat) if items[0].members else 0) >= 2 else []


def is_download(below: list[Item], level: int, assignment: str) -> bool:
    """Whether an archive that lies alone in a folder on disk holds a class, whatever its own name looks like."""
    if not below[0].is_archive or below[0].members:
        return False
    return all_named(by_name(contents(below), level + 1), assignment)


def is_from_canvas(
    children: dict[str, list[Item]], senders: dict[str, lms.Sender], level: int, assignment: str
) -> bool:
    """Whether a folder on disk holds a download of Canvas's, packed or not. The name of one file may just look so."""
    named = [senders]
    for name, below in children.items():
        if name not in senders and is_download(below, level, assignment):
            named.append(lms.senders(by_name(contents(below), level + 1), assignment))
    return any(sum(bool(sender.upload) for sender in each.values()) > 1 for each in named)


def of_one_student(below: list[Item], level: int, assignment: str) -> list[Item]:
    """What lies in an archive on disk if that is one file of Canvas's: of a student who handed in late, or again."""
    if not below[0].is_archive or below[0].members:
        return []
    items = contents(below)
    return items if all_named(by_name(items, level + 1), assignment, alone=True) else []


def contents(below: list[Item]) -> list[Item]:
    """What lies in a folder, or in an archive if it is one; nothing if it cannot be read: the student's row says so."""
    if len(below) > 1 or not below[0].is_archive:
        return below
    try:
        return listing.unpack(below[0])
    except (listing.Fault, OSError):
        return []


def all_named(inside: dict[str, list[Item]], assignment: str, alone: bool = False) -> bool:
    """Whether all names are an LMS's. One file among other students' folders may just look like Canvas's."""
    named = list(lms.senders(inside, assignment).values())
    return 0 < len(named) == len(inside) and (alone or len(named) > 1 or not named[0].upload)


def hand_in(student: Student, assignment: str, untouched: Untouched = lambda file, read: False) -> HandIn:
    with listing.Reader(MAX_READ) as reader:
        files = [file for file in expanded(student.files, reader) if not is_stand_in(file.item)]
        found = choose(files, assignment, untouched, reader.read)
    who = cut(plain(unicodedata.normalize("NFC", student.name)).strip(), MAX_NAME, MAX_NAME * 4) or "unnamed"
    if not found:
        problem = none_to_grade(files, assignment)
        return HandIn(who, posix(student.submission), f"{assignment}.ipynb", problem)
    name = lms.without_counter(found.file.name, assignment)
    suffix = PurePosixPath(name).suffix
    if found.file.flat:  # it is named for the student
        suffix = suffix.lower()
        name = f"{assignment}{suffix}"
    short = cut(plain(name).removesuffix(suffix), MAX_NAME - len(suffix), MAX_BYTES - len(suffix))
    return HandIn(who, posix(found.file.item.parts), short + suffix, note=found.note, item=found.file.item)


def expanded(files: list[File], reader: listing.Reader) -> list[File]:
    """The files, with those in archives, and in archives there, in the place of the archives."""
    # The last attempt first: of a great many archives those beyond are not opened.
    waiting, found, count = deque(sorted(files, key=lambda file: file.attempt, reverse=True)), [], 0
    while waiting:
        file = waiting.popleft()
        if not file.item.is_archive or file.item.fault:
            found.append(file)
            continue
        count += 1
        try:
            if count > MAX_ARCHIVES or len(found) + len(waiting) > MAX_FILES:
                raise listing.Fault("is one archive too many")
            inside = reader.unpack(file.item)
            if not inside:
                raise listing.Fault("is empty")
        except listing.Fault as error:
            found.append(replace(file, item=replace(file.item, fault=str(error))))
        except OSError as error:
            found.append(replace(file, item=replace(file.item, fault=f"cannot be opened ({error.strerror or error})")))
        else:
            depth = len(file.item.parts)
            waiting += [File(item, (*file.inside, *item.parts[depth:]), file.attempt) for item in inside]
    return found


def without_twins(rows: list[HandIn]) -> list[HandIn]:
    """The rows, with a number behind a name that one before has, too; on many systems `Jane` is `jane`."""
    taken: set[str] = set()
    for index, row in enumerate(rows):
        name, count = row.student, 1
        while name.casefold() in taken:
            count += 1
            name = f"{row.student} ({count})"
        taken.add(name.casefold())
        if count > 1:
            note = "; ".join(filter(None, [row.note, f"another hand-in is called {row.student}, too"]))
            rows[index] = replace(row, student=name, note=note)
    return rows


def natural(text: str) -> list[tuple[str, int]]:
    """A key to sort by: `student 9` stands before `Student 10`."""
    return [(words, int(digits or 0)) for words, digits in re.findall(r"([^0-9]*)([0-9]*)", text.casefold())]


def posix(parts: tuple[str, ...]) -> str:
    return plain("/".join(parts))


def plain(text: str) -> str:
    return printable(text).replace("\n", "\N{REPLACEMENT CHARACTER}")


def cut(text: str, characters: int, size: int) -> str:
    """The beginning of `text`, of no more characters and of no more bytes in UTF-8."""
    return text[:characters].encode()[:size].decode(errors="ignore")
