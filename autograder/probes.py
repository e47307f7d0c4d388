"""The probes of a suite: from its folder into the process that runs student code.

A suite has them in a file `probes.py`, or in a package `probes/` whose `__init__.py` names them all.
"""

import contextlib
import importlib
import marshal
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

NAME = "probes"
Modules = tuple[tuple[str, str], ...]  # names, `probes` and `probes.train`, and texts


def read_probes(suite: Path) -> Modules:
    """The texts of a suite's probes."""
    folder = suite / NAME  # first: an older release unpacked below this one may have left its file
    files = sorted(folder.glob("*.py")) if folder.is_dir() else [suite / f"{NAME}.py"]
    return tuple((module_name(path), path.read_text(encoding="utf-8")) for path in files)


def module_name(path: Path) -> str:
    return NAME if path.stem in ("__init__", NAME) else f"{NAME}.{path.stem}"


@lru_cache(maxsize=8)
def compiled(modules: Modules) -> bytes:
    """Their code, marshalled: a process of the same Python need not compile it again."""
    return marshal.dumps({name: compile(text, f"<{name}>", "exec") for name, text in modules})


def load(code: bytes) -> ModuleType:
    """Import the module `probes` from what `compiled` gives. It is a real one, and stays in `sys.modules`, so that
    student code can pickle the models that are made in it.
    """
    finder = Sent(marshal.loads(code))
    sys.meta_path.insert(0, finder)
    try:
        return importlib.import_module(NAME)
    finally:
        sys.meta_path.remove(finder)


class Sent(MetaPathFinder, Loader):
    """Finds the modules whose code was sent along."""

    def __init__(self, code: dict[str, CodeType]) -> None:
        self.code = code

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return spec_from_loader(name, self, is_package=name == NAME) if name in self.code else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code[module.__name__], module.__dict__)


def probe_modules() -> dict[str, ModuleType]:
    """The modules that are called `probes`, or are in it."""
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == NAME}


@contextlib.contextmanager
def swapped_in(modules: dict[str, ModuleType]) -> Iterator[None]:
    """Have these loaded, and no others of that name, for a while: a notebook may have a module `probes` of its own."""
    before = probe_modules()
    swap(modules)
    try:
        yield
    finally:
        swap(before)


def swap(modules: dict[str, ModuleType]) -> None:
    for name in probe_modules():
        del sys.modules[name]
    sys.modules.update(modules)
