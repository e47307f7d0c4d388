"""What a check saw of a submission, in at most 64 numbers: a known mistake is recognised by it.

A check calls `saw` with all that it judges. Numbers are kept as they are where they are few; many are projected onto a
few random directions, which keeps distances (Johnson and Lindenstrauss, 1984) and can be stored for each mistake.
"""

import zlib
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.compare import distance, kind, number, printable

MAX_NUMBERS = 64  # of one check
MAX_ARRAY = 100_000  # numbers that are looked at; no probe sends as many
KEPT = 15_000  # numbers for which directions are kept; what the reference sends has no more
MAX_TEXT = 300
MATCH = 1e-4  # relative L2: nearer than this, two observations are the same
APART = 10 * MATCH  # known mistakes are at least this far from each other and from what is right

# One observation: what it is in words (its shape, an error), and its numbers.
Part = tuple[str, list[float]]
Fingerprint = list[Part]

# What the check that runs has seen. `Grading` takes it from here after each check.
noted: list[Any] = []


def saw(*observations: Any) -> None:
    """Note what a check judges: arrays, plain values (`observe.plain`), errors, lists of these, and texts. A bare
    whole number counts as a text: another one is something else, however near.
    """
    noted.extend(observations)


def fingerprint(seen: list[Any]) -> Fingerprint:
    """What a check has noted, compact."""
    parts = [part(observation) for observation in seen]
    numeric = sum(bool(numbers) for _, numbers in parts) or 1
    return [(words, compact(numbers, MAX_NUMBERS // numeric)) for words, numbers in parts]


def part(observation: Any) -> Part:
    """An observation as words and numbers; nothing in it is trusted."""
    if isinstance(observation, np.ndarray):
        if observation.dtype.kind not in "iufb" or observation.size > MAX_ARRAY:
            return f"{observation.dtype} {observation.shape}", []
        values = observation.astype(np.float64).ravel()
        if not np.isfinite(values).all():
            return f"{observation.shape}, not finite", []
        return str(observation.shape), values.tolist()
    if isinstance(observation, list | tuple):
        inner = [part(value) for value in observation[:MAX_ARRAY]]
        return " ".join(words for words, _ in inner if words)[:MAX_TEXT], [x for _, xs in inner for x in xs]
    if isinstance(observation, float):
        return "", [observation]
    if (value := number(observation)) is not None:
        return "graph" if observation.get("graph") else "", [float(value)]
    if isinstance(observation, dict):
        if "message" in observation:  # an error, as `describe_error` gives it
            return printable(f"{observation.get('type')}: {observation['message']}")[:MAX_TEXT], []
        return f"{kind(observation)} {observation.get('shape', '')}"[:MAX_TEXT], []
    return printable(str(observation))[:MAX_TEXT], []


def compact(numbers: list[float], most: int) -> list[float]:
    if len(numbers) > most:
        numbers = (directions(most, len(numbers)) @ np.array(numbers)).tolist()
    return [float(f"{value:.8g}") for value in numbers]


def directions(rows: int, columns: int) -> np.ndarray:
    """Random directions, (rows, columns), the same everywhere."""
    # Kept for sizes of which there are few; what is sent may have any, and would fill the memory of the judge.
    signs = (kept_signs if columns <= KEPT else random_signs)(rows, columns)
    return signs / np.sqrt(rows)


def random_signs(rows: int, columns: int) -> np.ndarray:
    random = np.random.RandomState(zlib.crc32(f"{rows} {columns}".encode()))
    return random.choice([-1.0, 1.0], size=(rows, columns)).astype(np.int8)


kept_signs = lru_cache(maxsize=24)(random_signs)  # the reference has 14 sizes


def away(one: Fingerprint, other: Fingerprint) -> float:
    """How far apart two fingerprints are: the largest relative distance of a part; infinity for another kind."""
    if [(words, len(numbers)) for words, numbers in one] != [(words, len(numbers)) for words, numbers in other]:
        return float("inf")
    pairs = zip(one, other, strict=True)
    return max((distance(np.array(a), np.array(b)) for (_, a), (_, b) in pairs), default=0.0)
