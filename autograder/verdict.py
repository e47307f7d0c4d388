"""What a check says when it does not pass: a failure in parts, or why it could not run."""

from dataclasses import dataclass

WAITS_FOR_YOU = "it waits for you"
NEEDS = "it needs"  # and then the id of another check


@dataclass
class Failure(AssertionError):
    """The check ran and the work is not right yet.

    `expected` is a property, never the answer that the student is to find; `came` what was seen instead; `hint`
    the next step; `place` the student's own `file:line`, where the check knows better than its task.
    """

    expected: str
    came: str
    hint: str = ""
    place: str | None = None

    def __str__(self) -> str:
        return "\n".join(part for part in (f"expected: {self.expected}", f"came: {self.came}", self.hint) if part)


@dataclass
class NotChecked(Exception):
    """The check could not run: `waits_for` names what is still open, `hint` what to do about it."""

    waits_for: str
    hint: str = ""
    place: str | None = None

    def __str__(self) -> str:
        return f"not checked: {self.waits_for}"


class GraderFault(RuntimeError):
    """The grader could not do its work: never a student's zero."""
