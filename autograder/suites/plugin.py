"""pytest plugin: gives the tests of a suite `observed` and `expected`, and takes down their verdicts.

`autograder grade` runs a suite with it; so does `pytest autograder/suites/NAME --submission FILE`.
"""

import contextlib
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from numpy.random import RandomState

from autograder.verdict import Failure, NotChecked

if TYPE_CHECKING:
    from autograder.grading import Grading
    from autograder.session import Observation, Question

SETTINGS = Path(__file__).parent / "pytest.ini"
GRADING = pytest.StashKey["Grading"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("autograder", "grade a submission with the suite of its assignment")
    group.addoption("--submission", metavar="FILE", help="the .py or .ipynb file to grade")
    group.addoption("--seed", type=int, default=0, help="draw other questions (needs the solutions)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "task(id): the check of points.toml that a graded test decides")
    if config.getoption("--submission"):
        config.pluginmanager.register(standalone(config))


def standalone(config: pytest.Config) -> "GradingPlugin":
    """A grading for plain `pytest SUITE --submission FILE`."""
    from autograder.assignment import find_assignment
    from autograder.grade import open_grading
    from autograder.isolation.launch import start_host
    from autograder.submission import SubmissionError

    suites = [Path(argument).resolve() for argument in config.args]
    suite = next((path for at in suites for path in (at, *at.parents) if (path / "points.toml").exists()), None)
    if not suite:
        raise pytest.UsageError("--submission goes with the folder of a suite, as in: pytest autograder/suites/NAME")
    assignment = find_assignment(suite.name, suite.parents[2])
    opened = contextlib.ExitStack()
    config.add_cleanup(opened.close)
    host = opened.enter_context(contextlib.closing(start_host()))
    path, seed = Path(config.getoption("--submission")), config.getoption("--seed")
    try:
        grading = opened.enter_context(open_grading(assignment, path, host, seed=seed))
    except SubmissionError as error:
        raise pytest.UsageError(str(error)) from error
    return GradingPlugin(grading, [task.id for task in assignment.tasks])


class GradingPlugin:
    """Runs the checks of the selected tasks in the order of points.toml and hands their verdicts to the grading."""

    def __init__(self, grading: "Grading", selected: list[str]) -> None:
        self.grading = grading
        self.selected = selected
        self.interrupted = False  # by Ctrl-C
        self.over = False  # whether no more tests are to be run

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest has subclasses of KeyboardInterrupt for reasons of its own.
        self.interrupted = type(excinfo.value) is KeyboardInterrupt

    def begin(self, config: pytest.Config, grading: "Grading") -> None:
        """From now on, what is run is run for this submission."""
        self.grading = config.stash[GRADING] = grading
        self.over = False

    def end(self, config: pytest.Config) -> None:
        """Forget the submission: what it has answered may be large."""
        del self.grading, config.stash[GRADING]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.grading.fault = RuntimeError(report.longreprtext)

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[GRADING] = self.grading

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Each graded test has exactly one check of points.toml, and each check one test."""
        tests: dict[str, pytest.Item] = {}
        for item in items:
            marks = list(item.iter_markers("task"))
            if len(marks) != 1:
                raise pytest.UsageError(f"{item.nodeid} needs exactly one @pytest.mark.task, and has {len(marks)}")
            check = marks[0].args[0]
            if check in tests:
                raise pytest.UsageError(f"{item.nodeid} and {tests[check].nodeid} both decide {check}")
            if check not in self.grading.assignment.task(check).checks:
                raise pytest.UsageError(f"{item.nodeid} decides {check}, which is not in points.toml")
            tests[check] = item
        items[:] = [
            tests[check]
            for task in self.grading.assignment.tasks
            if task.id in self.selected
            for check in task.checks
            if check in tests
        ]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        check = check_of(item)
        raised = call.excinfo.value if call.excinfo else None
        if isinstance(raised, Exception) and call.when == "call" and self.is_the_answer(item, raised):
            raised = Failure("an answer that can be read", "something else", "keep to the names of the starter")
        if raised or call.when == "call":
            function = getattr(item, "function", None)
            self.grading.record(check, ((function and function.__doc__) or check).strip().splitlines()[0], raised)
        if isinstance(raised, Failure):
            place = self.grading.results[check].line
            report.longrepr = f"{check} {place or ''}\n{raised}"  # what the student reads, no frame of ours
        elif isinstance(raised, NotChecked):
            report.outcome = "skipped"
            report.longrepr = (str(item.path), 0, str(raised))
        elif raised:
            self.stop(item, "the grader itself failed")
        return report

    def is_the_answer(self, item: pytest.Item, raised: Exception) -> bool:
        """Whether a check broke on what a child answered: with the reference's answers it does not."""
        from autograder.isolation.launch import HostError

        if isinstance(raised, Failure | NotChecked | HostError):
            return False
        self.grading.replays = True
        try:
            item.runtest()
        except Exception:
            return False
        finally:
            self.grading.replays = False
        return True

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.grading.on_check(check_of(item))

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        if self.grading.stop():
            self.stop(item, "the caller wants no more")

    def stop(self, item: pytest.Item, why: str) -> None:
        self.over = True
        item.session.shouldstop = why


def check_of(item: pytest.Item) -> str:
    """The check that a test decides."""
    return next(item.iter_markers("task")).args[0]


@pytest.fixture
def grading(request: pytest.FixtureRequest) -> "Grading":
    found = request.config.stash.get(GRADING, None)
    if found is None:
        pytest.skip("a graded suite needs --submission FILE")
    return found


@pytest.fixture
def observed(grading: "Grading") -> "Callable[[str], Observation]":
    """The student's answer to a probe."""
    return grading.observed


@pytest.fixture
def expected(grading: "Grading") -> "Callable[[str], Observation]":
    """The reference's answer to a probe."""
    return grading.expected.__getitem__


@pytest.fixture
def question(grading: "Grading") -> "Callable[[str], Question]":
    """What a probe was asked."""
    return grading.questions


@pytest.fixture
def questions(grading: "Grading") -> ModuleType:
    """The module that draws the questions."""
    return grading.questions.module


@pytest.fixture
def random_state(grading: "Grading") -> Callable[[str], RandomState]:
    """The random generator that a probe's question was drawn from, anew."""
    return grading.questions.random
