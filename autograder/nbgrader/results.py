"""The results of a course's submissions: those that the class run has kept, and those that are graded here and now."""

import atexit
import os
from pathlib import Path

from autograder.assignment import Assignment
from autograder.batch import worker
from autograder.batch.jobs import better, content
from autograder.batch.output import Output, make_folder
from autograder.batch.results import Conditions, Result, suite_digest, torch_version
from autograder.batch.worker import Setup, Work
from autograder.handins.find import HandIn
from autograder.isolation.sandbox import CHOICES
from autograder.session import Observation

FOLDER = ".autograder"  # of a course: results, and the official seeds of each assignment
VARIABLE = "AUTOGRADER_SANDBOX"  # of the environment; nbgrader_config.py sets it where nobody else has


class CannotGrade(RuntimeError):
    """There is no result, by no fault of the student's; the text says why."""


class NoHost(CannotGrade):
    """Nothing can be graded here: there are no walls, for one."""


class Results:
    """The results of one assignment in one course."""

    def __init__(self, assignment: Assignment, root: Path, sandbox: str) -> None:
        """Raises OutputError or SeedError where the course's folder cannot be used."""
        self.assignment = assignment
        folder = results_folder(root, assignment)
        make_folder(folder)
        self.output = Output(folder, assignment)
        self.setup = Setup(assignment.name, root, sandbox, suite_digest(assignment))
        self.expected: dict[int, dict[str, Observation]] = {}

    def find(self, handin: HandIn) -> Result | None:
        """What is kept of a hand-in, graded by this suite, with these walls."""
        _, _, digest = content(handin)
        seed = self.output.official_seed(digest)
        for sandbox in CHOICES[self.setup.sandbox]:
            if result := self.output.results.find(digest, self.conditions(seed, sandbox)):
                return result
        return None

    def get(self, handin: HandIn) -> Result:
        """What is kept of a hand-in, or comes of grading it now. Raises CannotGrade."""
        return self.find(handin) or self.grade(handin)

    def grade(self, handin: HandIn) -> Result:
        ready = self.make_ready()
        data, problem, digest = content(handin)
        seed = self.output.official_seed(digest)
        work = Work(handin.name, data, seed, problem, handin.note)
        if seed not in self.expected:
            self.expected[seed] = worker.observe_reference(self.setup, seed)
        outcome = worker.grade_one(self.setup, ready, work, self.expected[seed])
        if outcome.cut_short:  # on a busy machine; as in a class run
            outcome = better(outcome, worker.grade_one(self.setup, ready, work, self.expected[seed]))
        if not outcome.result:
            raise CannotGrade(f"the grader failed: {outcome.fault}")
        self.output.results.keep(digest, self.conditions(seed, ready.sandbox), outcome.result)
        return outcome.result

    def make_ready(self) -> worker.Ready:
        """Start the host, if it does not run yet. Raises NoHost."""
        ready = worker.make_ready(self.setup)
        if ready.missing:
            other = f" To do without, say so: {VARIABLE}=container or {VARIABLE}=off."
            raise NoHost(ready.missing + (other if "no walls" in ready.missing else ""))
        return ready

    def conditions(self, seed: int, sandbox: str) -> Conditions:
        return Conditions(self.setup.suite, seed, sandbox, torch_version())


def results_folder(root: Path, assignment: Assignment) -> Path:
    return root / FOLDER / assignment.name


def chosen_sandbox() -> str:
    """The walls that the environment asks for, or nbgrader_config.py. Raises NoHost for what there is not."""
    sandbox = os.environ.get(VARIABLE) or "walls"
    if sandbox not in CHOICES:
        raise NoHost(f"there is no sandbox `{sandbox}`: it is {', '.join(CHOICES)}")
    return sandbox


in_use: dict[tuple[str, Path, str, str], Results] = {}


def results_of(assignment: Assignment, root: Path, sandbox: str) -> Results:
    """The same for all submissions of one run of nbgrader, with the host that it has started.

    Formgrader runs for weeks; after a change in the suite it gets others.
    """
    key = (assignment.name, root, sandbox, suite_digest(assignment))
    if key not in in_use:
        worker.close()
        in_use.clear()
        in_use[key] = Results(assignment, root, sandbox)
    return in_use[key]


atexit.register(worker.close)
