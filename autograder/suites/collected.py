"""A suite's tests, found once in a process and run for one submission after another: finding them takes pytest longer
than running them.
"""

import contextlib
import faulthandler
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.compare import measured
from autograder.fingerprint import noted
from autograder.suites import plugin

if TYPE_CHECKING:
    from autograder.grading import Grading

# Plugins of pytest's own that no suite needs; starting one takes milliseconds. Nothing is captured or watched: a
# notebook's kernel does that itself, and handlers of signals and logs are those of the program around it. Nor is
# pytest-timeout there, for which `pytest.ini` has a line: see `backstop`.
UNUSED = (
    "cacheprovider",
    "capture",
    "debugging",
    "doctest",
    "faulthandler",
    "junitxml",
    "legacypath",
    "logging",
    "pastebin",
    "recwarn",
    "setuponly",
    "setupplan",
    "skipping",
    "stepwise",
    "subtests",
    "terminal",
    "threadexception",
    "unittest",
    "unraisableexception",
    "warnings",
)
PATIENCE = 3  # times what student code has for all of a submission; processes that start slowly come on top of that
collected: dict[Path, "Collected"] = {}  # by suite


def run_suite(suite: Path, grading: "Grading", selected: list[str]) -> None:
    """Run the tests of the selected tasks for a submission. What keeps them from a verdict is left in `grading.fault`."""
    tests = collected.pop(suite, None) or Collected(suite, grading)
    tests.run(grading, selected)
    if tests.items and not tests.plugin.over:  # where it was stopped, pytest has not put everything away
        collected[suite] = tests


class Collected:
    """The tests of a suite alone: no other plugin, no settings of the current folder, no output of pytest's."""

    def __init__(self, suite: Path, grading: "Grading") -> None:
        self.items: list[pytest.Item] = []
        self.plugin = plugin.GradingPlugin(grading, [task.id for task in grading.assignment.tasks])
        options = ["--disable-plugin-autoload", "--import-mode=importlib", "--assert=plain"]
        for unused in UNUSED:
            options += ["-p", f"no:{unused}"]
        # Nor is a conftest.py above the suite its own.
        options += ["-c", str(plugin.SETTINGS), "--rootdir", str(suite), "--confcutdir", str(suite)]
        before = os.environ.pop("PYTEST_ADDOPTS", None)
        try:
            pytest.main([*options, str(suite)], plugins=[plugin, self.plugin, self])
        finally:
            if before is not None:
                os.environ["PYTEST_ADDOPTS"] = before
            # pytest names a module by its path below the suite: another suite's test_train.py must not find this one.
            for name, module in list(sys.modules.items()):
                if str(getattr(module, "__file__", None)).startswith(str(suite)):
                    del sys.modules[name]
        if self.plugin.interrupted:
            raise KeyboardInterrupt  # pytest takes Ctrl-C for itself

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the tests out of pytest's hands, before it runs any."""
        self.items = session.items
        return True

    def run(self, grading: "Grading", selected: list[str]) -> None:
        items = [item for item in self.items if plugin.check_of(item).partition(".")[0] in selected]
        if not items:
            return
        config = items[0].config
        noted.clear()  # what a run that broke off may have left
        measured.clear()
        self.plugin.begin(config, grading)
        try:
            with backstop(grading), warnings.catch_warnings(action="ignore"):
                for item, following in zip(items, [*items[1:], None], strict=True):
                    if not self.plugin.over:
                        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        finally:
            self.plugin.end(config)
            # pytest keeps the last failure for a debugger, and with it all that the submission answered.
            for name in ("last_type", "last_value", "last_traceback", "last_exc"):
                vars(sys).pop(name, None)


@contextlib.contextmanager
def backstop(grading: "Grading") -> Iterator[None]:
    """End this process if judging hangs, which would be a fault of ours; a class run goes on with another worker.

    Where a notebook's kernel answers, the student's own loops take their time, and there is a stop button.
    """
    if grading.session.live:
        yield
        return
    faulthandler.dump_traceback_later(PATIENCE * grading.session.rules["limits"]["submission"], exit=True, file=2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
