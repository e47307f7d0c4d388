"""Results of a class run on disk, each under the key of what it hangs on, so that a run can go on where it was.

`OUT/.results/SUBMISSION/CONDITIONS.json.gz` holds the report and the page of one submission, named by digests: no
student's name is in it. A file is there whole or not at all.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autograder.assignment import PACKAGE, RELEASE, RELEASED, Assignment
from autograder.files import write
from autograder.submission import read_submission

GRADER = ("*.py", "*.toml", "*.ini", "*.jinja")
LENGTH = 32  # hexadecimal digits of a digest; half of SHA-256


@dataclass(frozen=True)
class Conditions:
    """What a result hangs on beside the submission."""

    suite: str  # digest of the suite and of the grader's code, its rules among it
    seed: int
    sandbox: str
    torch: str
    device: str = "cpu"

    @property
    def digest(self) -> str:
        return digest([json.dumps(asdict(self), sort_keys=True).encode()])


@dataclass(frozen=True)
class Result:
    report: dict[str, Any]  # as `--json` writes it, without the path of anybody's file
    page: str  # the report as a page of HTML
    pictures: str = ""  # those of the page alone, for another page to hold


class ResultStore:
    """The results below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, submission: str, conditions: Conditions) -> Path:
        return self.folder / submission[:2] / submission / f"{conditions.digest}.json.gz"

    def find(self, submission: str, conditions: Conditions) -> Result | None:
        return read(self.path(submission, conditions))

    def keep(self, submission: str, conditions: Conditions, result: Result) -> None:
        """Raises OSError where the disk does not take it; nothing is left of it then."""
        data = gzip.compress(json.dumps(vars(result)).encode(), compresslevel=6, mtime=0)
        write(self.path(submission, conditions), data)

    def seed_of(self, submission: str, official: list[int]) -> int | None:
        """The official seed that a submission was graded with, by whichever version of the suite."""
        seeds = {result.report["seed"] for result in self.all_of(submission)}
        return next((seed for seed in reversed(official) if seed in seeds), None)

    def last(self, submission: str, points: Mapping[str, float]) -> Result | None:
        """The last result of a submission that came to these points, by whichever version of the suite: where several
        did, maybe not the one that was booked.
        """
        return next((result for result in self.all_of(submission) if points.items() <= scores(result).items()), None)

    def all_of(self, submission: str) -> Iterator[Result]:
        """All results of a submission, the last first."""
        folder = self.folder / submission[:2] / submission
        paths = sorted(folder.glob("*.json.gz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        return filter(None, map(read, paths))


def scores(result: Result) -> dict[str, float]:
    """The points by task."""
    return {task["id"]: float(task["score"]) for task in result.report["tasks"]}


def read(path: Path) -> Result | None:
    """A result; None where there is none, or what is there is no longer whole."""
    try:
        return Result(**json.loads(gzip.decompress(path.read_bytes())))
    except (OSError, EOFError, zlib.error, ValueError, TypeError):
        return None


def submission_digest(name: str, data: bytes) -> str:
    """The name of the file counts, since messages call it by that."""
    return digest([name.encode(errors="surrogatepass"), data])


def suite_digest(assignment: Assignment) -> str:
    """Digest of all that decides a grade: the suite with its recordings, the code of the grader and of the reference.

    What a release changes beside that stays out: the text of the lesson, its digest, and the release's number.
    """
    suites = PACKAGE / "suites"
    found = {path for pattern in GRADER for path in PACKAGE.rglob(pattern) if not path.is_relative_to(suites)}
    files = {f"grader/{path.relative_to(PACKAGE).as_posix()}": path for path in [*found, *suites.glob("*.*")]}
    found = {path for path in assignment.suite.rglob("*.*") if "__pycache__" not in path.parts}
    files |= {f"suite/{path.relative_to(assignment.suite).as_posix()}": path for path in found}
    for name in (RELEASED, RELEASE):
        files.pop(f"suite/{name}", None)
    parts = {name: path.read_bytes() for name, path in files.items() if path.is_file()}
    parts["explore"] = json.dumps(assignment.explore_cells()).encode()
    if assignment.master.is_file():
        reference = read_submission(assignment.master)
        code = [(cell.answer, cell.explore, cell.source) for cell in reference.cells]
        parts["master"] = json.dumps([reference.problem, *code]).encode()
    return digest(part for name in sorted(parts) for part in (name.encode(), parts[name]))


@cache
def torch_version() -> str:
    """From its metadata: importing it takes seconds."""
    return version("torch")


def digest(parts: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()[:LENGTH]
