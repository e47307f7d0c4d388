"""Comparisons of what came from a submission with what should have come; nothing that came is trusted."""

from typing import Any

import numpy as np

MAX_ROWS = 10_000  # of numbers that a probe may send any number of
MAX_NUMBER = 1e300  # no honest number comes near; larger whole numbers are no floats

# What the check that runs has measured: (what, value, limit). `Grading` takes it down for each check.
measured: list[tuple[str, float, float]] = []


def within(value: float, limit: float, what: str = "distance") -> bool:
    """Whether `value` keeps its `limit`. Both are noted, for how near a call it was (docs/evidence.md)."""
    measured.append((what, float(value), float(limit)))
    return value <= limit


def distance(observed: np.ndarray, expected: np.ndarray) -> float:
    """Relative L2 distance of two arrays of the same shape."""
    scale = float(np.linalg.norm(expected.astype(np.float64)))
    return float(np.linalg.norm(observed.astype(np.float64) - expected)) / (scale or 1.0)


def fault(observed: Any, expected: np.ndarray, tolerance: float, what: str = "distance") -> str | None:
    """What is wrong with an observed array, in words; None if it agrees within `tolerance` (relative L2)."""
    if not isinstance(observed, np.ndarray):
        return "nothing"
    if observed.shape != expected.shape:
        return f"the shape {observed.shape}"
    if not (np.issubdtype(observed.dtype, np.floating) or np.issubdtype(observed.dtype, np.integer)):
        return f"numbers of type {observed.dtype}"
    if not np.isfinite(observed).all():
        return "NaN or infinity among the numbers"
    if within(distance(observed, expected), tolerance, what):
        return None
    return "other numbers"


def integers(observed: Any, columns: int | None = None) -> np.ndarray:
    """An observed array of whole numbers, (n,) or (n, columns); an empty one for whatever else came.

    More rows than any probe sends are no observation either: they would keep the judge busy for hours.
    """
    shape = () if columns is None else (columns,)
    if (
        isinstance(observed, np.ndarray)
        and observed.dtype.kind in "iu"
        and observed.ndim
        and observed.shape[1:] == shape
        and len(observed) <= MAX_ROWS
    ):
        return observed.astype(np.int64)
    return np.zeros((0, *shape), dtype=np.int64)


def floats(observed: Any, shape: tuple[int | None, ...]) -> np.ndarray | None:
    """An observed array of finite real numbers of this shape (None in it: any length); None for whatever else came."""
    if not isinstance(observed, np.ndarray) or observed.dtype.kind != "f" or observed.ndim != len(shape):
        return None
    if any(due not in (None, size) for due, size in zip(shape, observed.shape, strict=True)):
        return None
    if len(observed) > MAX_ROWS:  # as for whole numbers, and the memory of the judge is not the child's to fill
        return None
    return observed.astype(np.float64) if np.isfinite(observed).all() else None


def number(seen: Any) -> float | None:
    """The number in a plain value as `observe.plain` gives it; None if it holds none."""
    value = seen.get("number") if isinstance(seen, dict) else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if abs(value) < MAX_NUMBER else None  # also none for NaN and infinity


def printable(text: str) -> str:
    """`text` without what could move a reader's cursor or colour a screen."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def kind(seen: Any) -> str:
    """The name of the type of a plain value; empty for what is none."""
    name = seen.get("type") if isinstance(seen, dict) else None
    return name if isinstance(name, str) else ""


def words(seen: Any) -> str:
    """A plain value in words: `14`, `None`, `a Tensor of shape (3, 4)`."""
    if not isinstance(seen, dict):
        return "nothing"
    if number(seen) is not None:
        return f"{seen['number']:.6g}" if isinstance(seen["number"], float) else str(seen["number"])
    shape = seen.get("shape")
    if isinstance(shape, list):
        return f"a {seen.get('type', 'value')} of shape ({', '.join(map(str, shape))})"
    text = str(seen.get("text", ""))
    return printable(text if 0 < len(text) <= 80 else f"a value of type {str(seen.get('type'))[:80]}")
