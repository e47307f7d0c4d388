"""What an error of the student's code was, as plain text: taken down beside that code, explained elsewhere."""

import linecache
import traceback
from typing import Any

from autograder.rules import PackageError, RuleError

MAX_TEXT = 500  # characters of any one text that comes from student code
HIDDEN = "(the text of this error cannot be shown)"


class Missing(NameError):
    """The submission has no such name."""


def describe_error(error: BaseException, filenames: set[str]) -> dict[str, Any]:
    """Type, text and the line of the student's own code where it came up; never fails itself."""
    try:
        return described(error, filenames)
    except BaseException:  # of a class whose very name is code
        return {"type": "Exception", "message": HIDDEN, "where": None, "rule": False}


def described(error: BaseException, filenames: set[str]) -> dict[str, Any]:
    try:
        message = str(error)[:MAX_TEXT]
    except BaseException:
        message = HIDDEN
    where: dict[str, Any] | None = None
    if isinstance(error, SyntaxError) and error.filename in filenames:
        message = str(error.msg)[:MAX_TEXT]
        where = {"filename": error.filename, "line": error.lineno, "function": ""}
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename in filenames:
            where = {"filename": frame.f_code.co_filename, "line": line, "function": frame.f_code.co_qualname}
    if where:
        where["source"] = linecache.getline(where["filename"], where["line"] or 0).strip()[:MAX_TEXT]
    rule = isinstance(error, RuleError | PackageError)
    seen = {"type": type(error).__name__[:80], "message": message, "where": where, "rule": rule}
    return seen | ({"name": error.name} if isinstance(error, Missing) else {})
