"""Any hand-in as a notebook that nbgrader can work on, whatever its student or an editor has done to it.

Grading does not hang on this: it reads the hand-in itself. Here each cell of the release that nbgrader keeps points or
comments for is found again, and gets its metadata back; all other cells stay as the student left them, without any.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.ipynb import read_ipynb
from autograder.nbgrader.beside import words_beside
from autograder.nbgrader.harmless import harmless
from autograder.nbgrader.page_size import fit, name_of
from autograder.percent import blocks
from autograder.submission import cell_key, decode, is_json, squeeze

NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
PICTURE = re.compile(r"image/(png|jpeg|gif|webp)")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
HALF = re.compile("[\ud800-\udfff]")
BINDING = re.compile(r"^(?:async +)?(?:def|class) +(\w+)|^(\w+) *(?::[^=\n]+)?=(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class Released:
    """A cell of the release, as nbgrader's gradebook knows it."""

    name: str
    cell_type: str
    source: str
    checksum: str | None
    locked: bool
    solution: bool
    points: float | None = None  # of a grade cell

    @property
    def metadata(self) -> dict[str, Any]:
        grade = {} if self.points is None else {"points": self.points}
        kinds = {"grade": self.points is not None, "solution": self.solution, "locked": self.locked, "task": False}
        made = {"schema_version": 3, "grade_id": self.name, **kinds, **grade}
        return made | {"cell_type": self.cell_type} | ({"checksum": self.checksum} if self.checksum else {})


def read_notebook(name: str, data: bytes) -> NotebookNode:
    """The cells of a notebook or a script, without outputs; no cells where it cannot be read."""
    try:
        text = decode(data)
        if is_json(PurePosixPath(name), text):
            cells = [copied(writable(cell)) for cell in read_ipynb(text).cells]
        else:
            cells = [as_cell(block) for block in blocks(writable(text)) if block.body()[1]]
    except Exception:  # the report says what is wrong
        cells = []
    return new_notebook(cells=cells)


def writable(value: Any) -> Any:
    """Text and what holds it, without halves of characters such as "\\ud83d": JSON may hold them, and no file can."""
    if isinstance(value, str):
        return HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [writable(each) for each in value]
    if isinstance(value, dict):
        return type(value)((writable(key), writable(each)) for key, each in value.items())
    return value


def copied(cell: Any) -> NotebookNode:
    """A cell with what makes it one, and nothing else: nbgrader's pages show metadata as they are."""
    made = NEW.get(cell.get("cell_type"), new_raw_cell)(str(cell.get("source", "")))
    if isinstance(cell.get("metadata"), dict):
        made.metadata = NotebookNode(
            {key: cell.metadata[key] for key in ("answer", "nbgrader") if key in cell.metadata}
        )
    if made.cell_type == "markdown" and (pictures := attached(cell.get("attachments"))):
        made.attachments = pictures
    return made


def attached(attachments: Any) -> dict[str, dict[str, str]]:
    """The pictures in a text cell, of formats that hold nothing but a picture."""
    found = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        kinds = kinds.items() if isinstance(kinds, dict) else ()
        kept = {kind: data for kind, data in kinds if PICTURE.fullmatch(kind) and BASE64.fullmatch(str(data))}
        if kept:
            found[name] = kept
    return found


def as_cell(block: Any) -> NotebookNode:
    """A cell of a script in the percent format."""
    text, source = "[markdown]" in block.head, block.body()[1]
    if text:
        source = "\n".join(line.removeprefix("#").removeprefix(" ") for line in source.split("\n"))
    metadata: dict[str, Any] = {"answer": block.key} if block.key else {}
    return (new_markdown_cell if text else new_code_cell)(source, metadata=metadata)


def put_right(notebook: NotebookNode, released: Sequence[Released]) -> NotebookNode:
    """Each cell of the release once at most, each that has points exactly once; identifiers of cells anew."""
    cells = notebook.cells
    found = by_key(cells, released)
    found |= by_source(cells, released, found)
    found |= by_place(cells, released, found)
    missing: dict[int, list[NotebookNode]] = {}  # after which cell they go
    for index, one in enumerate(released):
        if one.name not in found and one.points is not None:
            before = [found[other.name] for other in released[:index] if other.name in found]
            missing.setdefault(before[-1] if before else len(cells) - 1, []).append(as_released(one))
    names = {place: one for one in released for place in [found.get(one.name)] if place is not None}
    made = list(missing.get(-1, []))
    for place, cell in enumerate(cells):
        made += [marked(cell, names.get(place)), *missing.get(place, [])]
    for question, one in itertools.pairwise(released):
        if one.solution and one.points is not None and one.cell_type != "code" and question.locked:
            words_beside(made, (question.name, question.source), (one.name, one.source))
    sources = {one.name: one.source for one in released}
    made = [shown(cell, sources) for cell in fit(made, sources)]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"  # copied cells have those of the first
    notebook.cells = made
    return notebook


def by_key(cells: Sequence[NotebookNode], released: Sequence[Released]) -> dict[str, int]:
    """Cells that still have their name. Of copies the first counts that is no longer as released, else the first."""
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        if key := cell_key(cell.metadata):
            places.setdefault(key, []).append(place)
    found = {}
    for one in released:
        copies = places.get(one.name, [])
        answered = [place for place in copies if squeeze(cells[place].source) != squeeze(one.source)]
        if copies:
            found[one.name] = (answered if one.solution and answered else copies)[0]
    return found


def by_source(cells: Sequence[NotebookNode], released: Sequence[Released], found: dict[str, int]) -> dict[str, int]:
    """Cells without a name that are as released: some editors drop what they do not know."""
    taken, more = set(found.values()), {}
    for one in released:
        if one.name in found:
            continue
        for place, cell in enumerate(cells):
            if place not in taken and not cell_key(cell.metadata) and squeeze(cell.source) == squeeze(one.source):
                more[one.name] = place
                taken.add(place)
                break
    return more


def by_place(cells: Sequence[NotebookNode], released: Sequence[Released], found: dict[str, int]) -> dict[str, int]:
    """Answers without a name: what stands where the cell was, between the cells that are known."""
    taken, more = set(found.values()), {}
    for index, one in enumerate(released):
        if one.name in found or not one.solution:
            continue
        before = [found[other.name] for other in released[:index] if other.name in found]
        behind = [found[other.name] for other in released[index + 1 :] if other.name in found]
        first, last = (before[-1] + 1 if before else 0), (behind[0] if behind else len(cells))
        own = [place for place in range(first, last) if place not in taken and not cell_key(cells[place].metadata)]
        own = [place for place in own if cells[place].cell_type == one.cell_type]
        if one.cell_type == "code":
            own = [place for place in own if bound_names(cells[place].source) & bound_names(one.source)]
        elif index and released[index - 1].name not in found:  # a text has nothing but its question to be known by
            own = []
        if own:
            more[one.name] = own[0]
            taken.add(own[0])
    return more


def bound_names(source: str) -> set[str]:
    """What a cell of code defines; an answer defines what its stub did."""
    return {name for found in BINDING.findall(source) for name in found if name}


def marked(cell: NotebookNode, one: Released | None) -> NotebookNode:
    """A student's cell with nbgrader's metadata, of the kind that it was released as; without if it is none of ours."""
    if one and cell.cell_type != one.cell_type:
        metadata = cell.metadata
        cell = NEW[one.cell_type](cell.source)
        cell.metadata = metadata  # and no pictures, which only a text has
    cell.metadata.pop("nbgrader", None)
    if one:
        cell.metadata["nbgrader"] = NotebookNode(one.metadata)
    return cell


def shown(cell: NotebookNode, released: Mapping[str, str]) -> NotebookNode:
    """A cell for people's eyes: what a student wrote as text does nothing on a page."""
    if cell.cell_type != "code" and cell.source != released.get(name_of(cell)):
        cell.source = harmless(cell.source, cell.get("attachments", {}))
    return cell


def as_released(one: Released) -> NotebookNode:
    return marked(NEW[one.cell_type](one.source), one)
