"""How much of a hand-in nbgrader's pages show: the time that one takes grows with the square of some texts."""

from collections.abc import Mapping, Sequence

from nbformat.notebooknode import NotebookNode

# A solution of `cnn` has 13 000 characters of code, and 1600 in its longest cell. With these limits the worst patterns
# that were found (headings, empty lines of code, cells of one character) cost a page 2 s; 100 000 times `a.` took 25.
CELL = 10_000  # characters
LINE = 500  # of code
PAGE = 25_000  # of all cells that are not as released
LEAST = 100  # what a cell counts for, however small
REST = "The rest is not shown here. What was handed in is whole, and was graded as a whole."


def fit(cells: Sequence[NotebookNode], released: Mapping[str, str]) -> list[NotebookNode]:
    """The cells, cut where they are too long for a page, and without those for which it has no room.

    Args:
        released: the text of each cell of the release, by its name; these cells all stay, and come first.
    """
    names = [name_of(cell) for cell in cells]
    left, full, shown = PAGE, False, {}
    for place in sorted(range(len(cells)), key=lambda place: not names[place]):
        cell, name = cells[place], names[place]
        if not name and full:
            continue
        full = left <= 0
        if cell.source != released.get(name):
            cell.source = cut(cell.source, min(CELL, max(left, 0)), cell.cell_type == "code")
            left -= max(len(cell.source), LEAST)
        shown[place] = cell
    return [shown[place] for place in sorted(shown)]


def cut(source: str, size: int, code: bool) -> str:
    kept = source[:size]
    if code:
        kept = "\n".join(line[:LINE] for line in kept.split("\n"))
    return source if kept == source else f"{kept}\n\n{'# ' if code else ''}{REST}"


def name_of(cell: NotebookNode) -> str:
    """As the release calls it; empty for a student's own."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
