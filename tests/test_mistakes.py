"""The known mistakes: each file is whole, each changes what a check sees, and no two look alike."""

import json
import re
import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from conftest import Graded, check
from corpus import CNN, known_mistakes, wrong_submission

from autograder import known, recording
from autograder.fingerprint import APART, MATCH, MAX_NUMBERS, Fingerprint, away
from autograder.grade import grade, open_grading, run_checks
from autograder.isolation.launch import Host
from autograder.known import Mistake
from autograder.mistakes import MistakeError, observe_mistakes, read_mistake, read_mistakes
from autograder.naming import name_mistakes
from autograder.questions import PUBLIC_SEED
from autograder.report import CheckResult

RECORDED = known.load(CNN.suite, CNN.version, PUBLIC_SEED)
MASTER = CNN.master.read_text(encoding="utf-8")
FOLDER = CNN.master.parent / "mistakes"


def test_every_mistake_is_recorded_and_says_what_its_file_says() -> None:
    files = [mistake for mistake, _ in read_mistakes(CNN)]
    assert files == [replace(mistake, fingerprints={}) for mistake in RECORDED], "run: make record"


@pytest.mark.parametrize("id", ["train_no_zero_grad", "layers_conv1_no_padding", "forward_softmax", "evaluate_percent"])
def test_record_is_fresh(host: Host, id: str) -> None:
    library = [(mistake, text) for mistake, text in read_mistakes(CNN) if mistake.id == id]
    [fresh] = observe_mistakes(CNN, library, host)
    recorded = next(mistake for mistake in RECORDED if mistake.id == id)
    assert known.say_the_same(recorded, fresh), "run: make record"


def test_record_is_small() -> None:
    assert (CNN.suite / known.RECORD).stat().st_size < 2 << 20
    for mistake in RECORDED:
        for parts in mistake.fingerprints.values():
            assert sum(len(numbers) for _, numbers in parts) <= MAX_NUMBERS


def test_record_shows_no_solution() -> None:
    """No line of the reference's answers stands in it: not even in a message."""
    record = recording.unpack((CNN.suite / known.RECORD).read_bytes()).decode()
    answers = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", MASTER, re.DOTALL)
    lines = [line.partition("#")[0].strip() for answer in answers for line in answer.splitlines()]
    lines += [line.partition("#")[0].strip() for line in MASTER.splitlines() if "# SOLUTION" in line]
    assert [line for line in lines if len(line) > 12 and line in record] == []


def test_messages_are_whole() -> None:
    headings = [line.lstrip("# ") for line in MASTER.splitlines() if line.startswith("# ## ")]
    checks = {id for task in CNN.tasks for id in task.checks}
    for mistake in RECORDED:
        assert all((mistake.title, mistake.happens, mistake.why, mistake.look)), mistake.id
        assert mistake.look.endswith(("?", ".")) and mistake.why.endswith("."), mistake.id
        assert mistake.loses and set(mistake.loses) <= checks, mistake.id
        assert not mistake.lesson or mistake.lesson in headings, mistake.id


@pytest.fixture(scope="module")
def right(host: Host) -> dict[str, Fingerprint]:
    """What the checks see of the reference."""
    with open_grading(CNN, CNN.master, host) as grading:
        run_checks(grading, [task for task in CNN.tasks if task.cell])
    return grading.saw


def test_mistakes_are_far_from_what_is_right(right: dict[str, Fingerprint]) -> None:
    for mistake in RECORDED:
        assert mistake.fingerprints, f"{mistake.id} changes nothing that a check sees"
        for id, fingerprint in mistake.fingerprints.items():
            assert away(fingerprint, right[id]) >= APART, f"{mistake.id} in {id}"


def test_mistakes_are_the_same_or_far_apart() -> None:
    """In each check; and no two are the same in all of them, else they would have to be one."""
    for one, other in combinations(RECORDED, 2):
        distances = {
            id: away(one.fingerprints[id], other.fingerprints[id])
            for id in one.fingerprints.keys() & other.fingerprints
        }
        near = {id: value for id, value in distances.items() if MATCH / 10 < value < APART}
        assert not near, f"{one.id} and {other.id}"
        twins = one.fingerprints.keys() == other.fingerprints.keys() and all(v <= MATCH for v in distances.values())
        assert not twins, f"{one.id} and {other.id} are one mistake"


# --- files ------------------------------------------------------------------------------------------------------


def mistake_file(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "odd.toml"
    words = 'title = "t"\nhappens = "h"\nwhy = "w."\nlook = "l?"\nloses = ["train.update"]\n'
    path.write_text(f"{words}[[replace]]\ncell = 'train'\nold = '{old}'\nnew = '{new}'\n")
    return path


@pytest.mark.parametrize("old", ["optimizer.nothing()", "images"])
def test_piece_has_to_stand_once(tmp_path: Path, old: str) -> None:
    with pytest.raises(MistakeError, match=r"odd.toml: the cell train has \d+ times"):
        read_mistake(mistake_file(tmp_path, old, ""), MASTER)


def test_file_with_a_part_missing(tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text('title = "t"\nreplace = []\n')
    with pytest.raises(MistakeError, match=r"odd\.toml"):
        read_mistake(path, MASTER)


def test_mistake_that_changes_nothing_is_refused(host: Host, tmp_path: Path) -> None:
    harmless = read_mistake(mistake_file(tmp_path, "total = 0.0", "total = 0"), MASTER)
    with pytest.raises(MistakeError, match=r"odd .*nothing"):
        list(observe_mistakes(CNN, [harmless], host))


# --- naming -----------------------------------------------------------------------------------------------------


def test_message_stands_in_the_result(graded: Graded) -> None:
    report = graded(wrong_submission("train_no_zero_grad").text, tasks=["train"])
    result = check(report, "train.update")
    mistake = next(mistake for mistake in RECORDED if mistake.id == "train_no_zero_grad")
    assert (result.came, result.why, result.hint) == (mistake.happens, mistake.why, mistake.look)
    assert report.mistakes == [result.mistake] == ["train_no_zero_grad"]


def test_error_keeps_its_line_beside_the_name(graded: Graded) -> None:
    result = check(graded(wrong_submission("forward_one_pool_skipped").text, tasks=["forward"]), "forward")
    assert "RuntimeError" in result.came and "12544 = 64 * 14 * 14" in result.why and "pool1" in result.hint
    assert result.line
    assert result.mistake == "forward_one_pool_skipped"


def test_two_mistakes_in_one_task_are_both_named(graded: Graded) -> None:
    text = wrong_submission("train_no_zero_grad").text
    text = text.replace("        average_losses.append(total / batch)\n", "        average_losses.append(total)\n")
    assert graded(text, tasks=["train"]).mistakes == ["train_no_zero_grad", "train_returns_sum"]


def packed(**changes: object) -> bytes:
    values = {"suite_version": CNN.version, "seed": PUBLIC_SEED, "mistakes": []}
    return recording.pack(json.dumps(values | changes).encode())


def test_mistakes_that_explain_as_much_are_both_said() -> None:
    saw: Fingerprint = [("", [1.0, 2.0])]
    twins = [Mistake(id, id, f"{id} happens", "Why.", f"{id}?", ("a",), fingerprints={"a": saw}) for id in ("x", "y")]
    wider = Mistake("z", "z", "z happens", "Why.", "z?", ("a", "b"), fingerprints={"a": saw, "b": saw})
    results = {id: CheckResult(id, id, 0, 1, "failed") for id in ("a", "b")}
    assert name_mistakes(results, {"a": saw}, [*twins, wider]) == ["x", "y"]  # not z: it would show in b
    assert results["a"].came == "x happens, or y happens" and results["b"].mistake is None
    assert name_mistakes(results, {"a": saw, "b": saw}, [*twins, wider]) == ["z"]


@pytest.mark.parametrize(
    "record",
    [
        b"not packed",
        recording.pack(b"not JSON"),
        packed(suite_version="another"),
        packed(seed=1),
        packed(mistakes=[{"id": "half"}]),
    ],
)
def test_record_of_another_version_names_nothing(host: Host, tmp_path: Path, record: bytes) -> None:
    """It is graded all the same, in the checks' own words."""
    suite = tmp_path / "cnn"
    shutil.copytree(CNN.suite, suite)
    (suite / known.RECORD).write_bytes(record)
    path = tmp_path / "cnn.py"
    path.write_text(wrong_submission("evaluate_percent").text)
    report = grade(replace(CNN, suite=suite), path, host, tasks=["evaluate"])
    assert report.mistakes == [] and "percentage" in check(report, "evaluate.accuracy").came


def test_there_are_enough() -> None:
    assert len(known_mistakes()) >= 80
