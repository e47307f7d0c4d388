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

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder import __version__, files
from autograder.assignment import Assignment
from autograder.compare import printable
from autograder.render import messages, svg
from autograder.report import Report

MARKS = {"passed": "✓", "partial": "◐", "failed": "✗", "not_run": "·"}
SAID = (messages.failures, messages.waiting, messages.all_right, messages.to_do, messages.shortened, messages.points)
STATUS = {"passed": "right", "partial": "partly right", "failed": "not right yet", "not_run": "waits"}


def write_page(assignment: Assignment, report: Report, path: Path) -> None:
    """Write the page, whole or not at all. Raises OSError where that cannot be done."""
    files.write(path, page(assignment, report, pictures(report)))


def page(assignment: Assignment, report: Report, pictures: str) -> str:
    """`pictures` is what the function of that name makes of the report."""
    return (
        environment()
        .get_template("page.html.jinja")
        .render(
            assignment=assignment,
            report=report,
            name=Path(report.submission).name,
            pictures=Markup(pictures),
            versions=versions(),
            time=time.strftime("%Y-%m-%d %H:%M"),
        )
    )


def pictures(report: Report) -> str:
    """The pictures alone, as a piece of HTML; it takes the style of `svg.css.jinja`."""
    template = environment().get_template("pictures.html.jinja")
    drawn = [(picture, svg.draw(picture)) for picture in report.pictures]
    return template.render(pictures=drawn) if drawn else ""


def cell(assignment: Assignment, report: Report) -> str:
    """The report below a cell of a notebook: a piece of HTML without pictures, in the notebook's own colours."""
    return environment().get_template("cell.html.jinja").render(assignment=assignment, report=report)


@lru_cache(maxsize=1)
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Also what no part of the grader has looked at, such as the name of the file.
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    made.filters["code"] = code
    made.globals |= {"marks": MARKS, "status": STATUS}
    made.globals |= {function.__name__: function for function in SAID}
    return made


def code(words: str) -> Markup:
    """`words` escaped, with what stands in backticks set as code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(printable(words)))))


@lru_cache(maxsize=1)
def versions() -> str:
    found = [f"autograder {__version__}", f"Python {platform.python_version()}"]
    with contextlib.suppress(PackageNotFoundError):
        found.append(f"PyTorch {version('torch')}")  # from its metadata: importing it takes seconds
    return ", ".join(found)
