"""Official seeds: drawn once per assignment, and kept where no student sees them. After feedback others are drawn."""

import contextlib
import json
import secrets
from pathlib import Path

from autograder.files import locked, write

NAME = "seeds.json"
OWNER_ONLY = 0o600


class SeedError(ValueError):
    """The file of the seeds cannot be used; the text says what to do."""


class OfficialSeeds:
    """The official seeds of one folder, by assignment; the last of each is the one in use.

    They are read whenever they are asked for: the formgrader runs for weeks, while another command draws.
    """

    def __init__(self, folder: Path) -> None:
        """Raises SeedError."""
        self.path = folder / NAME
        self.read()

    def read(self) -> dict[str, list[int]]:
        """Raises SeedError."""
        if not self.path.exists():
            return {}
        try:
            return {str(name): list(map(int, seeds)) for name, seeds in json.loads(self.path.read_text()).items()}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise SeedError(
                f"{self.path} cannot be read. It holds the official seeds: bring it back from a copy, or "
                "delete it, and others are drawn"
            ) from error

    def current(self, assignment: str) -> int:
        """The seed in use; drawn now if there is none. Raises OSError where it cannot be kept."""
        if drawn := self.drawn(assignment):
            return drawn[-1]
        with self.alone():  # of two commands that begin at once, one draws
            drawn = self.drawn(assignment)
            return drawn[-1] if drawn else self._add(assignment)

    def draw(self, assignment: str) -> int:
        """Put another seed in use: whoever has feedback could work out the questions of the last one."""
        with self.alone():
            return self._add(assignment)

    def alone(self) -> contextlib.AbstractContextManager[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return locked(self.path.parent)

    def _add(self, assignment: str) -> int:
        seeds, new = self.read(), 1 + secrets.randbelow(2**31 - 1)  # 0 is the public one
        seeds.setdefault(assignment, []).append(new)
        write(self.path, json.dumps(seeds) + "\n", OWNER_ONLY)
        return new

    def drawn(self, assignment: str) -> list[int]:
        """All that were ever in use."""
        return self.read().get(assignment, [])
