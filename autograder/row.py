"""One hand-in of a class, and what came of it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    student: str  # as the class folder names them
    submission: str  # path relative to the class folder
    page: str | None  # the student's report page, relative to class.html ("pages/jane.html")
    report: dict[str, Any] | None  # as `--json` writes it (docs/report.schema.json); None: the grader itself failed
    fault: str = ""  # why it could not be graded, where `report` is None
