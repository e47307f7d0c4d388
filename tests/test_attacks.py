"""Hostile submissions, `attacks/*.py`: none gains a point, none harms its neighbours, none leaves anything behind.

Student code controls the interpreter that it runs in, so it can send any answer that it can compute. What keeps a grade
honest is that the answers cannot be computed without the work: the questions of an official run are drawn from a seed
that nobody knows, and no expected value is anywhere near. An own right implementation that is hidden somewhere is right
code, and may earn what it is worth. `learns` has the same answer for the same start and the same batches, so it takes
the training that was asked for, or one that is as good.

Two things stay open; a line `# forges:` in an attack says which checks they win. Some observations are counts that are
the same for every seed: which batches went backward, that the given objects were used, that something was printed.
Whoever reads the probes can write these down, in more lines than the loop has that they stand for. (Gradients in their
place would have to be judged, and would fail losses that right code scales or averages in another way.) And functions
of the grader's own that are right, which every student has on disk, can be called instead of written anew.

An attack is a piece like those of `submissions/wrong`: its cells take the place of the reference's. Lines at its top:

    # unfinished: answer cells that are still the starter's where the piece has none (`all` of them)
    # tasks: what is graded; all by default
    # honest: the points of the same submission without the cells that are tagged "attack", with those tagged "honest"
    # earns: its points
    # forges: checks that it wins all the same, see above
    # limits: seconds, in the place of those of rules.toml
"""

import ctypes
import gc
import io
import json
import os
import re
import resource
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Graded, check, lost, set_limits
from corpus import CNN, put_cells, words, wrong_submission
from rich.console import Console
from running import autograder, children, needs_walls

from autograder import device
from autograder import grade as grading
from autograder.grade import grade, open_grading, run_checks
from autograder.isolation.launch import ForkingHost, Host
from autograder.percent import blocks
from autograder.questions import PUBLIC_SEED, Questions, expected_answers
from autograder.render.page import page, pictures
from autograder.render.terminal import TerminalReport
from autograder.report import Report
from autograder.rules import load_rules
from autograder.session import Observation, Session
from autograder.submission import SubmissionError

FOLDER = Path(__file__).parent / "attacks"
ATTACKS = sorted(FOLDER.glob("*.py"))
QUICK = {"rewrites_what_was_seen", "claims_a_batch_that_never_was", "poisons_the_next"}
PARTS = ("cells", "probe", "training")  # that have a limit of time each
SEED = 1_234_567  # nobody knows it
LEFT = "left-by-attack"  # what an attack leaves behind is called so


@dataclass
class Bench:
    """A host, the questions of a seed, and the reference's answers to them."""

    host: Host
    questions: Questions
    expected: dict[str, Observation]
    folder: Path
    alone: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = field(default_factory=dict)

    def grade(self, text: str, tasks: tuple[str, ...] = (), name: str = "cnn.py") -> Report:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return grade(CNN, path, self.host, tasks=tasks, seed=SEED, questions=self.questions, expected=self.expected)

    def graded_alone(self, text: str, tasks: tuple[str, ...]) -> dict[str, Any]:
        """The verdict on an honest submission; many attacks share one."""
        if (text, tasks) not in self.alone:
            self.alone[text, tasks] = verdict(self.grade(text, tasks))
        return self.alone[text, tasks]

    def neighbour(self) -> dict[str, Any]:
        return self.graded_alone(reference(), NEIGHBOURS)


def make_bench(host: Host, folder: Path) -> Bench:
    questions = Questions(CNN.suite, SEED)
    return Bench(host, questions, expected_answers(CNN, questions, host, load_rules()), folder)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    host = ForkingHost(warm=True, walled=True)
    made = make_bench(host, tmp_path_factory.mktemp("attacks"))
    assert made.neighbour()["score"] == 20
    yield made
    host.close()


def submission(attack: Path, tags: str) -> str:
    """The submission of an attack, with the cells that carry no tag or one of `tags`."""
    cells = [
        block
        for block in blocks(attack.read_text(encoding="utf-8"))[1:]
        if (found := re.search(r'tags=\["(\w+)"\]', block.head)) is None or found[1] == tags
    ]
    unfinished, own = words(attack, "unfinished"), {block.key for block in cells if block.key}
    for block in blocks(CNN.starter.read_text(encoding="utf-8")):
        if block.key and block.key not in own and (block.key in unfinished or unfinished == ["all"]):
            cells.append(block)
    return put_cells(cells, attack.name)


NEIGHBOURS = ("conv_output_size", "evaluate")


@cache
def reference() -> str:
    return CNN.master.read_text(encoding="utf-8")


def verdict(report: Report) -> dict[str, Any]:
    """All of a report but how long it took."""
    return report.as_dict() | {"seconds": 0}


@dataclass
class Traces:
    """What may be left behind: processes, memory of the host and of the judge, files, names."""

    processes: set[int]
    host: int  # bytes
    judge: int  # bytes
    named: list[str]

    @classmethod
    def of(cls, bench: Bench) -> "Traces":
        processes = {bench.host.process.pid, *children(bench.host.process.pid)}  # type: ignore[attr-defined]
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)  # the C library keeps what is free, depending on what came before
        return cls(processes, sum(map(held, processes)), held(os.getpid()), left_behind())


def held(pid: int) -> int:
    """Memory of a process, in bytes."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def left_behind() -> list[str]:
    """Files, processes and sockets that are named as attacks name theirs."""
    folders = ["/tmp", "/tmp/t", "/dev/shm", "/dev/mqueue", "/var/tmp", Path.home(), Path.cwd(), CNN.suite]
    found = [str(path) for folder in map(Path, folders) if folder.is_dir() for path in folder.glob(f"*{LEFT}*")]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().strip() == LEFT:
                found.append(process.name)
        except OSError:
            continue
    return found + [line for line in Path("/proc/net/unix").read_text().splitlines() if LEFT in line]


def traces_after(bench: Bench, before: Traces) -> Traces:
    """What is left behind after a moment: the kernel takes a while to bury the dead."""
    deadline = time.monotonic() + 10
    while (after := Traces.of(bench)).processes != before.processes and time.monotonic() < deadline:
        time.sleep(0.05)
    return after


def parameters() -> list[Any]:
    return [
        pytest.param(attack, id=attack.stem, marks=() if attack.stem in QUICK else pytest.mark.slow)
        for attack in ATTACKS
    ]


@needs_walls
@pytest.mark.parametrize("attack", parameters())
def test_attack(bench: Bench, monkeypatch: pytest.MonkeyPatch, attack: Path) -> None:
    tasks, limit = tuple(words(attack, "tasks")), words(attack, "limits")
    honest = bench.graded_alone(submission(attack, "honest"), tasks)["score"]
    neighbour = bench.neighbour()  # graded first of all, and after each attack, so before the next
    before = Traces.of(bench)
    if limit:
        set_limits(monkeypatch, **dict.fromkeys(PARTS, int(limit[0])))
    report = bench.grade(submission(attack, "attack"), tasks)
    monkeypatch.undo()
    after = traces_after(bench, before)

    # nothing gained, but for what can be forged
    forges = words(attack, "forges")
    said = {check.id: check.message for task in report.tasks for check in task.checks if check.message}
    assert [honest] == [float(word) for word in words(attack, "honest")]
    assert [report.score] == [float(word) for word in words(attack, "earns")], said
    assert not lost(report).intersection(forges)
    assert report.score <= honest + sum(CNN.task(check).checks[check] for check in forges)
    # nobody harmed
    assert verdict(bench.grade(reference(), NEIGHBOURS)) == neighbour
    # nothing left behind
    assert after.processes <= before.processes
    assert after.named == []
    assert after.host - before.host < 16 << 20
    assert after.judge - before.judge < 32 << 20
    # nothing that attacks a reader
    for text in texts(report.as_dict()):
        assert all(c.isprintable() or c == "\n" for c in text), text


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def attack_named(name: str, tags: str = "attack") -> str:
    return submission(FOLDER / f"{name}.py", tags)


def test_attacks_say_what_they_attack() -> None:
    assert len(ATTACKS) >= 40 and {attack.stem for attack in ATTACKS} >= QUICK
    known = {check for task in CNN.tasks for check in task.checks}
    for attack in ATTACKS:
        lines = attack.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("# ") and not re.match(r"# \w+:", lines[0]), attack.name
        assert words(attack, "honest") and words(attack, "earns"), attack.name
        assert set(words(attack, "forges")) <= known, attack.name
        assert attack_named(attack.stem) != attack_named(attack.stem, "honest"), attack.name


@needs_walls
@pytest.mark.slow
def test_after_attacks_the_whole_is_graded_right(bench: Bench) -> None:
    """Points and messages, also of a wrong submission, are those of a host that has seen no attack."""
    wrong = wrong_submission("train_no_zero_grad")
    for name in ("poisons_the_next", "patches_torch", "poisons_caches", "fills_memory"):
        bench.grade(attack_named(name), ("conv_output_size", "linear1_in_features", "evaluate"))
    assert bench.grade(reference()).score == 100
    assert lost(bench.grade(wrong.text)) == wrong.loses


@needs_walls
@pytest.mark.slow
def test_how_it_ended_is_told(bench: Bench) -> None:
    """Its own exit code, and not that of whoever cleans up."""
    for _ in range(5):
        report = bench.grade(attack_named("leaves_in_the_middle"), ("evaluate",))
        assert "exit code 0" in check(report, "evaluate.mode").came


@needs_walls
@pytest.mark.slow
@pytest.mark.parametrize("name", ["weights_prepared", "nearest_neighbour", "class_means", "starts_elsewhere"])
def test_reading_digits_is_not_enough(bench: Bench, name: str) -> None:
    """These read the digits, most of them better than the reference does; they did not come there by training."""
    path = bench.folder / "cnn.py"
    path.write_text(attack_named(name), encoding="utf-8")
    options = {"seed": SEED, "questions": bench.questions, "expected": bench.expected}
    with open_grading(CNN, path, bench.host, **options) as opened:  # type: ignore[arg-type]
        run_checks(opened, [CNN.task("learns")])
    closest: dict[str, list[float]] = {}  # of both trainings: value over limit
    for what, value, limit in opened.measured["learns"]:
        closest.setdefault(what, []).append(value / limit)
    assert closest["wrong digits"][0] < 1 and closest["distance"][0] > 4
    assert closest["distance"][1] > 2  # on images from 0 to 1, for which the four were not made


@needs_walls
@pytest.mark.slow
def test_without_walls_some_attacks_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else they would prove nothing."""
    orphans_here = attack_named("orphans").replace(LEFT, "left-unwalled")  # or tests beside this one would find them
    monkeypatch.setitem(globals(), "LEFT", "left-unwalled")
    here = f"look({str(CNN.master.parent)!r})"
    stolen = attack_named("reads_the_solutions").replace("in look()", f"in {here}")
    tasks = ("conv_output_size", "layers", "forward")
    set_limits(monkeypatch, **dict.fromkeys(PARTS, 2))
    for walled, points in ((True, 0), (False, 40)):
        host = ForkingHost(warm=False, walled=walled)
        bench = Bench(host, Questions(CNN.suite, PUBLIC_SEED), {}, tmp_path)
        path = tmp_path / "cnn.py"
        try:
            path.write_text(stolen, encoding="utf-8")
            assert grade(CNN, path, host, tasks=tasks).score == points
            path.write_text(orphans_here, encoding="utf-8")
            before = Traces.of(bench)
            assert grade(CNN, path, host, tasks=["evaluate"]).score == 0
            orphans = traces_after(bench, before).named
            assert (orphans == []) == walled
            for orphan in orphans:
                os.kill(int(orphan), signal.SIGKILL)
        finally:
            host.close()


# --- what people read -------------------------------------------------------------------------------------------


@needs_walls
@pytest.mark.slow
def test_what_people_read_is_text(bench: Bench) -> None:
    report = bench.grade(attack_named("text_that_attacks_the_reader"), name="cnn.py")
    shown = page(CNN, report, pictures(report))
    assert "&lt;script&gt;" in shown and "HYPERLINK" in shown
    for tag in ("<script", "<img src=x", "<svg onload", "<b>"):
        assert tag not in shown
    screen = io.StringIO()
    TerminalReport(CNN, console=Console(file=screen, width=100)).finish(report)
    for text in (shown, screen.getvalue(), *texts(report.as_dict())):
        assert "HYPERLINK" not in text or all(c.isprintable() or c == "\n" for c in text)
    json.dumps(report.as_dict(), allow_nan=False)


def test_the_name_of_a_file_is_text(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[2J\u202ecnn.py"
    path.write_text("", encoding="utf-8")
    screen = io.StringIO()
    terminal = TerminalReport(CNN, console=Console(file=screen, width=100))
    terminal.begin(path)
    terminal.finish(Report("cnn", "1", str(path), 0, "cpu", "none", problem=f"{path.name} is empty"))
    assert "\x1b" not in screen.getvalue() and "\u202e" not in screen.getvalue() and "cnn.py" in screen.getvalue()


@needs_walls
@pytest.mark.slow
@pytest.mark.parametrize("name", ["text_that_attacks_the_reader", "poisons_the_next"])
def test_attacks_through_the_command(tmp_path: Path, name: str) -> None:
    """The public seed: other seeds ask the reference first, which takes long."""
    path, report = tmp_path / "cnn.py", tmp_path / "report.json"
    path.write_text(attack_named(name), encoding="utf-8")
    options = ["--task", "conv_output_size", "--task", "linear1_in_features", "--json", report]
    done = autograder("grade", path, "--sandbox", "walls", *options)
    assert done.returncode == 0, done.stderr
    assert json.loads(report.read_text())["score"] == 0 and json.loads(report.read_text())["sandbox"] == "warm"
    assert "\x1b" not in done.stdout + done.stderr and "\x9b" not in done.stdout


# --- the judge's own side: nothing of a child takes part ---------------------------------------------------------

LINES = 300_000


@pytest.mark.timeout(120)  # it took hours
@pytest.mark.parametrize("cell", [' tags=["explore"]', ""])
def test_empty_lines_do_not_keep_the_judge_busy(graded: Graded, cell: str) -> None:
    text = reference().replace("def evaluate(", "def evaluated(")
    report = graded(f"{text}\n# %%{cell}\nx\n" + "\n" * LINES + "y\n", tasks=["conv_output_size", "evaluate"])
    assert report.score == 8 and "no `evaluate`" in check(report, "evaluate.mode").message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no links and pipes here")
def test_links_pipes_and_devices_are_no_submissions(tmp_path: Path) -> None:
    class Walled:
        sandbox = "warm"

    link, pipe, endless = tmp_path / "cnn.py", tmp_path / "pipe.py", tmp_path / "zero.py"
    link.symlink_to(CNN.master)
    os.mkfifo(pipe)
    endless.symlink_to("/dev/zero")
    for path in (link, pipe, endless):
        with pytest.raises(SubmissionError):
            grade(CNN, path, Walled())  # type: ignore[arg-type]


@needs_walls
def test_a_gpu_makes_no_way_around_the_walls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a GPU seems to be, a host without walls would let student code see it."""
    monkeypatch.setattr(device, "likely_gpu", lambda: "cuda")
    monkeypatch.setattr(grading, "start_host", lambda: pytest.fail("a host without walls"))
    host = ForkingHost(warm=False, walled=True)
    try:
        assert grade(CNN, CNN.master, host, tasks=["conv_output_size"], device="auto").score == 8
        with pytest.raises(SubmissionError, match="walls"):
            grade(CNN, CNN.master, host, tasks=["conv_output_size"], device="cuda")
    finally:
        host.close()


def forged(monkeypatch: pytest.MonkeyPatch, host: Host, task: str, **answers: Observation) -> set[str]:
    """The checks of a task that pass when these are the answers to its probes."""
    with open_grading(CNN, CNN.master, host) as opened:
        ask = {f"{task}.{probe}": answer for probe, answer in answers.items()}
        monkeypatch.setattr(Session, "ask", lambda self, probe, question: ask.get(probe, Observation()))
        run_checks(opened, [CNN.task(task)])
    return {check.id for check in opened.results.values() if check.status == "passed"}


LOSSES = {
    "of logits times zero": ([(0, 1, 0, 0), (1, 2, 0, 0)], 1.6094379124341003),
    "of the batch that is nearly right": ([(0, 1, 120, 1), (1, 2, 120, 1)], 0.0),
    "of that batch, worked out": ([(0, 1, 120, 1), (1, 2, 120, 1)], 1.8158322e-4),
    "of that batch, made right": ([(0, 1, 120, 100), (1, 2, 120, 100)], 0.0),
    "of one batch among many": ([(0, 1, 0, 1), (1, 2, 0, 1)], 0.01),
    "of that batch and another": ([(i, 1 + i // 200, 120 if i % 200 else 0, 1) for i in range(400)], 0.01),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_that_are_known_without_any_batch(host: Host, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rows, value = LOSSES[name]
    seen = Observation(
        {"losses": [{"type": "float", "number": value}] * 2},
        {"forward": np.array(rows), "backward": np.array(rows), "printed": np.zeros(2, dtype=np.int64)},
    )
    assert forged(monkeypatch, host, "train", epochs=seen) == set()


def test_weights_after_a_batch_that_never_was(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = Questions(CNN.suite, PUBLIC_SEED)("train.update").arrays
    start = np.concatenate([arrays[name].ravel() for name in ("1.weight", "1.bias", "3.weight", "3.bias")])
    for order in ([100], [-1], [2**62]):
        seen = Observation({}, {"order": np.array(order), "states": np.stack([0 * start, start])})
        assert forged(monkeypatch, host, "train", update=seen) == set()


@pytest.mark.parametrize("task", ["train", "evaluate"])
@pytest.mark.parametrize("image", [1, [3, 1, 4, 1]], ids=["all alike", "made up"])
def test_a_pass_on_another_device_that_never_was(
    host: Host, monkeypatch: pytest.MonkeyPatch, task: str, image: Any
) -> None:
    arrays = {"image": np.full((1, 4), image, dtype=np.float32), "logits": np.ones((1, 3), dtype=np.float32)}
    arrays["moves"] = np.ones(2, dtype=np.int64)
    for error in (None, {"type": "ValueError", "message": "an error afterwards"}):
        assert forged(monkeypatch, host, task, device=Observation({}, arrays, error)) == set()


def test_how_many_are_right_is_drawn() -> None:
    """Else the accuracy could be written down. No number of right ones may make a wrong fraction the right one."""
    fractions = set()
    for seed in range(60):
        arrays = Questions(CNN.suite, seed)("evaluate.accuracy").arrays
        right = arrays["x"].reshape(-1, 10).argmax(axis=1) == arrays["y"]
        fractions.add(int(right.sum()))
        batches = [right[start : start + 7].mean() for start in range(0, len(right), 7)]
        others = (1 - right.mean(), np.mean(batches), batches[0], right.sum() / 42, right[:35].mean(), right.sum() / 35)
        assert min(abs(right.mean() - other) for other in others) > 3e-4, seed
    assert len(fractions) >= 8
