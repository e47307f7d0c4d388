"""Which of a student's files is graded, and how that is said."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import NamedTuple

from autograder.compare import printable
from autograder.handins import listing
from autograder.handins.listing import Item
from autograder.submission import TOGETHER

CODE = (".ipynb", ".py")
STAMP = "timestamp.txt"  # nbgrader's, in each folder of an assignment that was handed in
SECRET = "submission_secret.txt"  # nbgrader's, by which a student finds the page with feedback
NBGRADERS = {STAMP, SECRET}  # its own, beside what it has collected
RESOLUTION = 2  # seconds, of times in zip archives
MAX_OPENED = 20  # files of a student that are looked into; a zip may hold 100,000
EXACT, BEGINS, HOLDS, IN_FOLDER, OTHER = range(5)  # how near a file is to the assignment by its name


@dataclass(frozen=True)
class File:
    item: Item
    inside: tuple[str, ...]  # its path in the student's folder, where the last name is without what an LMS has added
    attempt: str = ""  # of several attempts; a later one sorts later
    flat: bool = False  # it lies in the class's folder, and its name is the student's

    @property
    def name(self) -> str:
        return bare(self.inside[-1])

    @property
    def backup(self) -> bool:
        return self.inside[-1].endswith("~")


Read = Callable[[Item], bytes]
Untouched = Callable[[File, Read], bool]  # whether there is no work in a file that could be graded


class Choice(NamedTuple):
    file: File
    note: str  # why this one, and which not; empty if there was no other


def bare(name: str) -> str:
    """`cnn.ipynb` of `cnn.ipynb~`, an editor's backup, and of `cnn.ipynb.` and `cnn.ipynb `: slips of the hand.

    Other names stay as they are.
    """
    stripped = name.rstrip(" .~")
    return stripped if stripped.lower().endswith(CODE) else name


def is_code(name: str) -> bool:
    return PurePosixPath(bare(name)).suffix.lower() in CODE


def is_own_name(name: str, assignment: str) -> bool:
    """Whether a file or a folder has the assignment's name: `cnn`, `cnn.ipynb`, `CNN.PY`, `cnn.zip`."""
    path = PurePosixPath(bare(name))
    stem = path.stem if path.suffix.lower() in (*CODE, ".zip") else name
    return stem.lower() == assignment.lower()


def nearness(file: File, assignment: str) -> int:
    """How near a notebook or a script is to the assignment by its name; the smaller the nearer."""
    stem, word = PurePosixPath(file.name).stem, re.escape(assignment)
    if stem.lower() == assignment.lower():
        return EXACT
    if re.match(rf"{word}(?![^\W\d_])", stem, re.IGNORECASE):  # cnn (1), cnn-1, cnn2, cnn_final; not cnnotes
        return BEGINS
    if re.search(rf"(?<![^\W_]){word}(?![^\W\d_])", stem, re.IGNORECASE):  # jane_cnn
        return HOLDS
    return IN_FOLDER if any(is_own_name(folder, assignment) for folder in file.inside[:-1]) else OTHER


def choose(
    files: Sequence[File],
    assignment: str,
    untouched: Untouched = lambda file, read: False,
    read: Read = listing.read,
) -> Choice | None:
    """The file that is graded: of the last attempt the first with work in it, as `ranked` has them.

    Where none of those that are looked into holds work, it is the first of all: a row says what is wrong with it.
    """
    code = gradable(files, assignment)
    if not code:
        return None
    attempts = {file.attempt for file in code}
    last = max(attempts)
    code = [file for file in code if file.attempt == last]
    ranking = list(islice(ranked(code, assignment), MAX_OPENED))
    worked = next((place for place in ranking if len(code) == 1 or not untouched(place.file, read)), None)
    chosen, why = worked or ranking[0]

    said = [f"of {len(attempts)} attempts the last was graded"] if len(attempts) > 1 else []
    if len(code) > 1:
        if chosen is not ranking[0].file:
            why = "the first that can be read and is not as it was given out"
        others = [file for file in code if file is not chosen]
        names = f"{short(chosen, code)} was graded, {why}, and not {listed(others, code)}"
        said.append(f"there were {len(code)} files; {names}")
        if not worked and len(code) > MAX_OPENED:
            opened = {place.file for place in ranking}
            beyond = [file for file in code if file not in opened]
            said.append(f"no work was found in the first {MAX_OPENED}, and not looked for in {listed(beyond, code)}")
    elif nearness(chosen, assignment) >= IN_FOLDER and not chosen.flat:
        said.append(f"{short(chosen, code)} was graded, as there is no {assignment}.ipynb and no {assignment}.py")
    left = [file for file in files if file.item.fault and (is_code(file.name) or is_zip(file.name))]
    said += [f"left out: {short(file, files)} {file.item.fault}" for file in left[:3]]
    return Choice(chosen, "; ".join(said))


class Place(NamedTuple):
    file: File
    why: str  # it comes before the next one


def ranked(files: Sequence[File], assignment: str) -> Iterator[Place]:
    """The nearest by its name first, of several the one saved last, and of those saved together the notebook.

    Backups, which are older whatever their times say, come after all others.
    """
    by_nearness: dict[tuple[bool, int], list[File]] = {}
    for file in files:
        by_nearness.setdefault((file.backup, nearness(file, assignment)), []).append(file)
    for _, nearest in sorted(by_nearness.items()):
        nearest.sort(key=lambda file: (not is_notebook(file), len(file.inside), file.inside))
        while nearest:
            newest = max(file.item.saved for file in nearest)
            together = [file for file in nearest if newest - file.item.saved < TOGETHER + RESOLUTION]
            first, *others = together
            if others:
                alike = is_notebook(first) == is_notebook(others[0])
                why = f"{'the first' if alike else 'the notebook'} of those saved together"
            else:
                why = "which was saved last" if len(nearest) > 1 else "which has the nearest name"
            yield Place(first, why)
            nearest.remove(first)


def gradable(files: Sequence[File], assignment: str) -> list[File]:
    """Notebooks and scripts that can be read, without those of other assignments."""
    foreign = other_assignments(files, assignment)
    code = [
        file
        for file in files
        if is_code(file.name) and not file.item.folder and not file.item.fault
        if not any(file.inside[:depth] in foreign for depth in range(1, len(file.inside)))
    ]
    if assignment.lower() in folders(files):  # where the work would be; what lies elsewhere is for something else
        code = [file for file in code if nearness(file, assignment) < OTHER]
    return code


def other_assignments(files: Sequence[File], assignment: str) -> set[tuple[str, ...]]:
    """The folders that nbgrader has collected for other assignments."""
    stamped = {file.inside[:-1] for file in files if file.name.lower() == STAMP and len(file.inside) > 1}
    return {folder for folder in stamped if folder[-1].lower() != assignment.lower()}


def folders(files: Sequence[File]) -> set[str]:
    return {folder.lower() for file in files for folder in (file.inside if file.item.folder else file.inside[:-1])}


def none_to_grade(files: Sequence[File], assignment: str) -> str:
    """Why there is nothing to grade, and what to do."""
    advice = f"hand in {assignment}.ipynb or {assignment}.py"
    if faulty := [file for file in files if file.item.fault]:
        # The work itself first, then what it may lie in.
        faulty.sort(key=lambda file: (not is_code(file.name), not is_zip(file.name), len(file.inside)))
        said = "; ".join(f"{short(file, files)} {file.item.fault}" for file in faulty[:3])
        return f"{said}: {advice} itself"
    if foreign := other_assignments(files, assignment):
        names = sorted({words(folder[-1]) for folder in foreign})
        return f"there is {enumeration(names[:4], len(names))}, but nothing for {assignment}: {advice}"
    others = [file for file in files if not file.item.folder and file.name.lower() != STAMP]
    if not others:
        return f"the folder is empty: {advice}"
    renamed = next((file for file in others if re.search(r"\.(ipynb|py)\.\w+$", file.name, re.IGNORECASE)), None)
    if renamed:  # browsers and mail programs do that
        return f"{short(renamed, files)} is no notebook and no script by its name: {advice}, with no other ending"
    if any(is_code(file.name) for file in others):
        return f"there is no notebook and no script in the folder {assignment}: {advice}"
    return f"there is {listed(others, files)}, but no notebook and no script: {advice}"


def is_notebook(file: File) -> bool:
    return file.name.lower().endswith(".ipynb")


def is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def short(file: File, among: Sequence[File]) -> str:
    """The file's name, or its path where others have the same name."""
    alike = sum(other.name == file.name for other in among) > 1
    return words("/".join(file.inside) if alike else file.name)


def words(name: str) -> str:
    """A name as a sentence can hold it."""
    text = printable(name).replace("\n", "\N{REPLACEMENT CHARACTER}")
    return text if len(text) <= 60 else f"{text[:40]}…{text[-15:]}"


def listed(files: Sequence[File], among: Sequence[File]) -> str:
    return enumeration([short(file, among) for file in files[:4]], len(files))


def enumeration(names: list[str], count: int) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 5 others`; of `count` names the first four at least are known."""
    if count > 4:
        names = [*names[:3], f"{count - 3} others"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
