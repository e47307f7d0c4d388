"""What is asked: the questions of a suite for a seed, and the reference's answers to them."""

import importlib.util
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

from numpy.random import RandomState

from autograder import recording
from autograder.assignment import Assignment, AssignmentError
from autograder.isolation.launch import Host
from autograder.probes import read_probes
from autograder.session import Observation, Question, Session
from autograder.submission import read_submission
from autograder.verdict import GraderFault

PUBLIC_SEED = 0  # of the recorded answers, and so of every grade on a student's machine
RECORD = "expected.bin"  # of a suite: the reference's answers to the public questions


class Questions:
    """The questions of a suite for one seed. Each probe has a random generator of its own."""

    def __init__(self, suite: Path, seed: int) -> None:
        self.seed = seed
        self.module = load_module(suite / "questions.py")
        self.facts: dict[str, dict[str, Any]] = {}  # the reference's values, by probe: a question may build on them
        self.drawn: dict[str, Question] = {}

    def random(self, probe: str) -> RandomState:
        return RandomState((zlib.crc32(probe.encode()) + self.seed) % 2**32)

    def __call__(self, probe: str) -> Question:
        if probe not in self.drawn:  # several checks look at one question, and its weights take a while to draw
            self.drawn[probe] = getattr(self.module, probe.replace(".", "_"))(self.random(probe), self.facts)
        return self.drawn[probe]

    def probes(self) -> list[str]:
        return list(self.module.PROBES)

    def know(self, expected: dict[str, Observation]) -> None:
        self.facts |= {probe: seen.values for probe, seen in expected.items()}


def load_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expected_answers(
    assignment: Assignment, questions: Questions, host: Host | None, rules: dict[str, Any], fresh: bool = False
) -> dict[str, Observation]:
    """The reference's answers: recorded ones for the seed of the recording, else those of the solution itself.

    Raises:
        AssignmentError: another seed is asked for, and the solutions are not here.
        GraderFault: the reference solution does not answer.
    """
    recorded = assignment.suite / RECORD
    if not fresh and recorded.exists():
        seed, expected = recording.load(recorded)
        if seed == questions.seed:
            questions.know(expected)
            return expected
    if not assignment.master.exists() or not host:
        raise AssignmentError(f"seed {questions.seed} needs {assignment.master}, which is not in a student's copy")
    session = Session(host, read_submission(assignment.master), read_probes(assignment.suite), rules)
    try:
        expected = {}
        for probe in questions.probes():
            seen = expected[probe] = session.ask(probe, questions(probe))
            if seen.error or seen.ended:
                raise GraderFault(f"the reference solution gives no answer to {probe}: {seen.ended or seen.error}")
            questions.know({probe: seen})
        return expected
    finally:
        session.close()
