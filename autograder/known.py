"""The record of known mistakes in a suite: messages and fingerprints, which name a mistake without the solutions."""

import json
import zlib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder import recording
from autograder.files import write
from autograder.fingerprint import MATCH, Fingerprint, away

RECORD = "mistakes.bin"


@dataclass(frozen=True)
class Mistake:
    """A known mistake. `happens`, `why` and `look` are what a student reads: what happens, why it matters, and what to
    look at, never the line as it should be.
    """

    id: str
    title: str  # for a list of mistakes, in a few words
    happens: str
    why: str
    look: str
    loses: tuple[str, ...]  # the checks that it costs, and only those
    lesson: str = ""  # the heading under which the lesson explains it, where it is not that of the task
    fingerprints: dict[str, Fingerprint] = field(default_factory=dict)  # by check that fails


def load(suite: Path, version: str, seed: int) -> list[Mistake]:
    """The recorded mistakes of a suite; none where the record is missing, or is of another version or seed."""
    try:
        record = json.loads(recording.unpack((suite / RECORD).read_bytes()))
        if (record["suite_version"], record["seed"]) != (version, seed):
            return []
        return [from_json(values) for values in record["mistakes"]]
    except (OSError, zlib.error, ValueError, KeyError, TypeError):
        return []


def from_json(values: dict[str, Any]) -> Mistake:
    prints = {check: [(words, numbers) for words, numbers in parts] for check, parts in values["fingerprints"].items()}
    return Mistake(**values | {"loses": tuple(values["loses"]), "fingerprints": prints})


def save(suite: Path, version: str, seed: int, mistakes: list[Mistake]) -> bool:
    """Write the record, unless the one there says the same. Returns whether it was written."""
    known = load(suite, version, seed)
    if len(known) == len(mistakes) and all(map(say_the_same, known, mistakes)):
        return False
    record = {"suite_version": version, "seed": seed, "mistakes": [asdict(mistake) for mistake in mistakes]}
    write(suite / RECORD, recording.pack(json.dumps(record).encode()))
    return True


def say_the_same(one: Mistake, other: Mistake) -> bool:
    """Whether two mistakes are the same, but for what other CPU kernels make of the last digits."""
    same_words = replace(one, fingerprints={}) == replace(other, fingerprints={})
    return (
        same_words
        and one.fingerprints.keys() == other.fingerprints.keys()
        and all(away(one.fingerprints[check], other.fingerprints[check]) < MATCH / 2 for check in one.fingerprints)
    )
