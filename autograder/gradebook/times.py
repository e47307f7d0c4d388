"""Times of submission. They come from names of folders and from files that students own: any text may stand there."""

from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.handins.choice import STAMP

YEARS = range(2000, 2100)  # nothing of a course is due or handed in outside of them


def sensible(moment: datetime | None) -> datetime | None:
    """The time, or None for one out of range: near the years 1 and 9999 arithmetic ends in an OverflowError."""
    return moment if moment and moment.year in YEARS else None


def read_time(text: str) -> datetime | None:
    """A time as nbgrader writes it, in UTC and without saying so; None for a text that is none, or one out of range."""
    try:
        return sensible(parse_utc(text.strip()))
    except Exception:  # dateutil raises what it meets
        return None


def stamped(folder: Path) -> str:
    """What stands where a folder of submitted/ keeps its time of submission; empty where nothing does."""
    path = folder / STAMP
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""
    except OSError:
        return ""
