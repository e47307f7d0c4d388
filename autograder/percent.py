"""Scripts in the percent format, read line by line: a cell begins with `# %%`, which may name its key and tags."""

import re
from dataclasses import dataclass

MARKER = re.compile(r"^# ?%%(?P<head>(?:[ \t\[].*)?)$")  # `# %%time` is a comment
ANSWER = re.compile(r"""\banswer=["'](?P<key>\w+)["']""")


@dataclass
class Block:
    """The lines of one cell, its marker among them if it has one."""

    first_line: int  # its number in the file
    lines: list[str]

    @property
    def head(self) -> str:
        marker = MARKER.match(self.lines[0]) if self.lines else None
        return marker["head"] if marker else ""

    @property
    def key(self) -> str | None:
        """The key of an answer cell."""
        answer = ANSWER.search(self.head)
        return answer["key"] if answer else None

    @property
    def explore(self) -> bool:
        return "tags=" in self.head and "explore" in self.head

    def body(self) -> tuple[int, str]:
        """The cell without its marker and the empty lines around it, and the number of its first line."""
        first, last = (1 if self.lines and MARKER.match(self.lines[0]) else 0), len(self.lines)
        while first < last and not self.lines[first].strip():
            first += 1
        while last > first and not self.lines[last - 1].strip():
            last -= 1
        return self.first_line + first, "\n".join(self.lines[first:last])


def blocks(text: str) -> list[Block]:
    """The cells of a script, text cells too; the first is what stands above the first marker."""
    found = [Block(1, [])]
    for number, line in enumerate(text.split("\n"), start=1):
        if MARKER.match(line):
            found.append(Block(number, []))
        found[-1].lines.append(line)
    return found
