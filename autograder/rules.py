"""The rules of the course, `rules.toml`, and the audit hook that says them to student code early.

The hook is no wall: it refuses what the official run refuses, with the same sentence, where there are no walls.
"""

import sys
import tomllib
from collections.abc import Callable
from fnmatch import fnmatch
from importlib import import_module
from importlib.resources import files
from typing import Any, NoReturn


class RuleError(PermissionError):
    """Student code did what the rules of the course refuse."""


class PackageError(ModuleNotFoundError):
    """Student code imports a package that the official run does not have."""


def load_rules() -> dict[str, Any]:
    return tomllib.loads(files("autograder").joinpath("rules.toml").read_text(encoding="utf-8"))


def enforce(rules: dict[str, Any], is_student_file: Callable[[str], bool]) -> None:
    """Refuse what `rules` refuse, for the rest of this process's life.

    Imports are refused only where a file of the student's asks for them: libraries try optional packages freely.
    """
    allowed = {*rules["packages"], *sys.stdlib_module_names}
    sentences = {event: rule for rule in rules["refused"] for event in rule["events"]}
    missing = "The official run does not have the package `{}`. It has: " + ", ".join(rules["packages"]) + "."

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "import":
            package = str(args[0]).partition(".")[0]
            if package not in allowed and is_student_file(_importer()):
                raise PackageError(missing.format(package), name=package)
        elif event in sentences:
            rule = sentences[event]
            if "paths" not in rule or any(fnmatch(str(args[0]), pattern) for pattern in rule["paths"]):
                raise RuleError(rule["sentence"])

    sys.addaudithook(hook)
    if "os.fork" in sentences:
        refuse_spawning(sentences["os.fork"]["sentence"])


def refuse_spawning(sentence: str) -> None:
    """multiprocessing starts its processes by a function that tells no audit hook."""

    def refuse(*_: Any) -> NoReturn:
        raise RuleError(sentence)

    module = "_winapi" if sys.platform == "win32" else "_posixsubprocess"
    setattr(import_module(module), "CreateProcess" if sys.platform == "win32" else "fork_exec", refuse)
    import multiprocessing.util as util

    util.spawnv_passfds = refuse  # type: ignore[assignment]


def _importer() -> str:
    """The file whose code asked for an import: the first frame outside Python's import machinery."""
    frame = sys._getframe(2)
    while frame.f_back and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame.f_code.co_filename
