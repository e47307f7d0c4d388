"""The report as one HTML page that needs nothing else: no network, no scripts, no other file.

Whatever comes from a submission is escaped; the page itself forbids scripts and requests.
"""

import contextlib
import platform
import re
import time
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder import __version__, files
from autograder.assignment import Assignment
from autograder.compare import printable
from autograder.render import messages, svg
from autograder.report import Report

MARKS = {"passed": "✓", "partial": "◐", "failed": "✗", "not_run": "·"}
STATUS = {"passed": "right", "partial": "partly right", "failed": "not right yet", "not_run": "waits"}


def write_page(assignment: Assignment, report: Report, path: Path) -> None:
    """Write the page, whole or not at all. Raises OSError where that cannot be done."""
    files.write(path, page(assignment, report))


def page(assignment: Assignment, report: Report) -> str:
    return template().render(
        assignment=assignment,
        report=report,
        name=Path(report.submission).name,
        pictures=[(picture, svg.draw(picture)) for picture in report.pictures],
        versions=versions(),
        time=time.strftime("%Y-%m-%d %H:%M"),
        marks=MARKS,
        status=STATUS,
        failures=messages.failures,
        waiting=messages.waiting,
        all_right=messages.all_right,
        to_do=messages.to_do,
        shortened=messages.shortened,
        points=messages.points,
    )


@lru_cache(maxsize=1)
def template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Also what no part of the grader has looked at, such as the name of the file.
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.filters["code"] = code
    return environment.get_template("page.html.jinja")


def code(words: str) -> Markup:
    """`words` escaped, with what stands in backticks set as code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(printable(words)))))


def versions() -> str:
    found = [f"autograder {__version__}", f"Python {platform.python_version()}"]
    with contextlib.suppress(PackageNotFoundError):
        found.append(f"PyTorch {version('torch')}")  # from its metadata: importing it takes seconds
    return ", ".join(found)
