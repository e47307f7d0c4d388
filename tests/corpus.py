"""Submissions made from the reference solution by replacing a piece of it: `submissions/right` and `submissions/wrong`.

A piece is a percent-format file. Its answer cells take the place of the reference's, its other cells come after the
imports. A wrong one says in a line `# loses: ` which checks it costs, and only those.
"""

from pathlib import Path

from autograder.assignment import find_assignment
from autograder.percent import blocks

SUBMISSIONS = Path(__file__).parent / "submissions"
CNN = find_assignment("cnn")


def pieces(kind: str) -> list[Path]:
    return sorted((SUBMISSIONS / kind).glob("*.py"))


def splice(piece: Path) -> str:
    """The reference solution with the cells of `piece` in their places."""
    replaced, added = {}, []
    for block in blocks(piece.read_text(encoding="utf-8"))[1:]:
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
    assert not replaced and not added, f"{piece.name} has cells that the reference has not: {list(replaced)}"
    return "\n".join(made)


def loses(piece: Path) -> set[str]:
    lines = piece.read_text(encoding="utf-8").splitlines()
    return set(next(line for line in lines if line.startswith("# loses:")).split()[2:])
