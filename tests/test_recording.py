"""What is recorded of the reference is fresh, small, and rewritten only when it no longer holds."""

import copy
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from corpus import CNN

from autograder import recording
from autograder.grade import grade
from autograder.isolation.launch import Host
from autograder.questions import PUBLIC_SEED, Questions, expected_answers
from autograder.rules import load_rules
from autograder.session import Observation

RECORDED = CNN.suite / "expected.bin"
LIMITS = Questions(CNN.suite, PUBLIC_SEED).module.RECORDING_LIMITS


@pytest.fixture(scope="module")
def fresh(host: Host) -> dict[str, Observation]:
    return expected_answers(CNN, Questions(CNN.suite, PUBLIC_SEED), host, load_rules(), fresh=True)


def test_recording_is_fresh(fresh: dict[str, Observation]) -> None:
    seed, known = recording.load(RECORDED)
    assert seed == PUBLIC_SEED
    assert recording.agree(known, fresh, LIMITS), "run: make record"


def test_recording_again_rewrites_nothing_that_agrees(fresh: dict[str, Observation], tmp_path: Path) -> None:
    path = tmp_path / "expected.bin"
    shutil.copy(RECORDED, path)
    assert not recording.save(path, PUBLIC_SEED, fresh, LIMITS)
    assert path.read_bytes() == RECORDED.read_bytes()
    changed = copy.deepcopy(fresh)
    changed["train.mode"].arrays["inner"] *= np.float32(1.01)
    assert recording.save(path, PUBLIC_SEED, changed, LIMITS)
    assert recording.agree(recording.load(path)[1], changed, {})


def test_all_recordings_are_small() -> None:
    assert sum(path.stat().st_size for path in CNN.suite.parent.glob("*/*.bin")) < 2_000_000


def test_answers_are_not_read_by_accident() -> None:
    """No shape, and no number of features, stands in the suite as it is given to students."""
    for path in CNN.suite.iterdir():
        if path.suffix in (".py", ".toml", ".json", ".bin"):
            assert b"3136" not in path.read_bytes(), path.name
            assert b"14, 14" not in path.read_bytes(), path.name
    assert RECORDED.read_bytes().startswith(b"Recorded answers")
    assert b"no secret" in RECORDED.read_bytes()[:200]


def test_grades_without_the_solutions(host: Host, tmp_path: Path) -> None:
    submission = tmp_path / "cnn.py"
    shutil.copy(CNN.master, submission)
    without = replace(CNN, master=tmp_path / "nowhere" / "cnn.py")
    assert grade(without, submission, host).score == 100


@pytest.mark.slow
def test_another_seed_gives_the_reference_full_marks(host: Host) -> None:
    for seed in (1, 2, 3):
        assert grade(CNN, CNN.master, host, seed=seed).score == 100
