"""Submissions made from the reference solution by replacing a piece of it.

Those of `submissions/right` and `submissions/wrong` are pieces: percent-format files, whose answer cells take the place
of the reference's, and whose other cells come after the imports. A wrong one says in a line `# loses: ` which checks it
costs, and only those; in a line `# is: ` which known mistakes it makes, written in another way. The known mistakes of
`solutions/cnn/mistakes` are wrong submissions, too.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.assignment import find_assignment
from autograder.mistakes import read_mistakes
from autograder.percent import Block, blocks

SUBMISSIONS = Path(__file__).parent / "submissions"
CNN = find_assignment("cnn")


def pieces(kind: str) -> list[Path]:
    return sorted((SUBMISSIONS / kind).glob("*.py"))


def splice(piece: Path) -> str:
    """The reference solution with the cells of `piece` in their places."""
    return put_cells(blocks(piece.read_text(encoding="utf-8"))[1:], piece.name)


def put_cells(cells: list[Block], name: str) -> str:
    """The reference solution with these cells in their places."""
    replaced, added = {}, []
    for block in cells:
        if block.key:
            replaced[block.key] = block.lines
        else:
            added += block.lines
    made: list[str] = []
    for block in blocks(CNN.master.read_text(encoding="utf-8")):
        made += replaced.pop(block.key, block.lines) if block.key else block.lines
        if added and block.lines[0] == "# %%":
            made += added
            added = []
    assert not replaced and not added, f"{name} has cells that the reference has not: {list(replaced)}"
    return "\n".join(made)


@dataclass(frozen=True)
class Wrong:
    """A wrong submission: its text, the checks that it costs, and the known mistakes that should be named."""

    name: str
    text: str
    loses: frozenset[str]
    is_: frozenset[str]


@cache
def known_mistakes() -> list[Wrong]:
    return [
        Wrong(mistake.id, text, frozenset(mistake.loses), frozenset([mistake.id]))
        for mistake, text in read_mistakes(CNN)
    ]


@cache
def wrong_pieces() -> list[Wrong]:
    return [
        Wrong(piece.stem, splice(piece), frozenset(words(piece, "loses")), frozenset(words(piece, "is")))
        for piece in pieces("wrong")
    ]


def wrong_submission(name: str) -> Wrong:
    return next(wrong for wrong in (*known_mistakes(), *wrong_pieces()) if wrong.name == name)


def words(piece: Path, key: str) -> list[str]:
    """The words of the line `# key: ...` of a piece; none where there is no such line."""
    lines = piece.read_text(encoding="utf-8").splitlines()
    return next((line.split()[2:] for line in lines if line.startswith(f"# {key}:")), [])
