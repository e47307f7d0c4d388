"""What comes from a child is not trusted: forged and malformed messages cost points at most, never a grade."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import Graded, check
from corpus import CNN

from autograder.grade import open_grading, run_checks
from autograder.isolation.launch import Host, HostError
from autograder.session import Observation, Session

REFERENCE = CNN.master.read_text(encoding="utf-8")

FORGED = {
    "infinity": '{"running": 1e999, "statement": 0, "line": 1}',
    "another cell": '{"running": 999, "statement": 0, "line": 1}',
    "text for a number": '{"running": 0, "statement": "x", "line": 1}',
    "nothing": "{}",
    "no JSON": "not JSON",
    "ready with text for numbers": '{"ready": true, "gpus": [], "errors": [], "late": [["x", 1e999]]}',
    "ready with three numbers for two": '{"ready": true, "gpus": [], "errors": [], "late": [[0, 1, 2]]}',
    "ready with errors of no cell": '{"ready": true, "gpus": 3, "errors": [{"cell": 1e999}], "late": []}',
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_message(graded: Graded, name: str) -> None:
    header = FORGED[name].encode()
    arrays = b"\x02" + bytes(7) + b"{}"
    message = len(header).to_bytes(8, "big") + len(arrays).to_bytes(8, "big") + header + arrays
    report = graded(f"# %%\nimport os\nos.write(3, {message!r})\n\n{REFERENCE}", tasks=["conv_output_size"])
    assert check(report, "conv_output_size").status == "passed"
    assert all(len(note) <= 500 for note in report.notes)


def test_a_fault_of_ours_is_no_answer_of_a_student_s(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise ValueError("a mistake in the session")

    monkeypatch.setattr(Session, "_ask", breaks)
    with pytest.raises(HostError, match="conv_output_size could not be asked"):
        graded(REFERENCE, tasks=["conv_output_size"])


NAMELESS = """
# %%
class Nameless(type):
    @property
    def __name__(cls):
        raise SystemExit

class Error(Exception, metaclass=Nameless):
    def __str__(self):
        raise SystemExit

raise Error
# %%
def evaluate(dataloader, model):
    raise Error
"""


def test_an_error_that_cannot_be_told_costs_its_own_task(graded: Graded) -> None:
    report = graded(REFERENCE + NAMELESS, tasks=["conv_output_size", "evaluate"])
    assert report.score == 8 and "cannot be shown" in check(report, "evaluate.accuracy").came


def wild(rng: random.Random, depth: int = 0) -> Any:
    """Any value that JSON can hold."""
    leaves: list[Any] = [None, True, 0, -1, 1.5, 1e308, 2**60, "", "x", "NoneType", "ellipsis", [], {}]
    if depth > 2 or rng.random() < 0.6:
        return rng.choice(leaves)
    if rng.random() < 0.5:
        return [wild(rng, depth + 1) for _ in range(rng.randint(1, 12))]
    return {rng.choice(["type", "number", "shape", "text", "sizes", "error", "where"]): wild(rng, depth + 1)}


def wild_array(rng: random.Random, like: np.ndarray) -> np.ndarray:
    choices = [
        np.zeros(0),
        np.zeros((0, 4), dtype=np.int64),
        np.full(like.shape, np.nan, dtype=np.float32),
        np.full(like.shape, np.iinfo(np.int64).max),
        np.zeros((300_000, *like.shape[1:]), dtype=np.int64),
        like.astype(bool),
        like[:1],
        like[None],
        -like,
    ]
    return rng.choice(choices)


def garble(seen: Observation, rng: random.Random) -> Observation:
    values = {key: wild(rng) if rng.random() < 0.5 else value for key, value in seen.values.items()}
    arrays = {key: wild_array(rng, a) if rng.random() < 0.5 else a for key, a in seen.arrays.items()}
    error = wild(rng) if rng.random() < 0.2 else None
    return replace(seen, values=values, arrays=arrays, error=error if isinstance(error, dict) else None)


@pytest.mark.parametrize("start", range(0, 16, 4))
def test_any_answer_gets_a_verdict(host: Host, monkeypatch: pytest.MonkeyPatch, start: int) -> None:
    for number in range(start, start + 4):
        rng = random.Random(number)
        with open_grading(CNN, CNN.master, host) as grading:
            answers = {probe: garble(seen, rng) for probe, seen in grading.expected.items()}
            monkeypatch.setattr(Session, "ask", lambda self, probe, question, answers=answers: answers[probe])
            run_checks(grading, list(CNN.tasks))  # raises GraderFault if a check gives none
        assert len(grading.results) == sum(len(task.checks) for task in CNN.tasks)
