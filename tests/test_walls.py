"""The walls around student code: attacks are held, right code is graded as ever, and nothing is left behind."""

import json
import platform
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from conftest import check, set_limits
from corpus import CNN, wrong_submission
from running import autograder, needs_walls

from autograder.grade import grade
from autograder.gradescope.run import MUST_HOLD
from autograder.isolation import bubblewrap, landlock, sandbox, seccomp
from autograder.isolation.attacks import ATTACKS, PROBES, attack_all
from autograder.isolation.launch import ForkedChild, ForkingHost, Host, HostError, SpawningHost
from autograder.isolation.sandbox import walled_host, why_not
from autograder.report import Report
from autograder.rules import load_rules
from autograder.session import Question, Session
from autograder.submission import Cell, Submission


@pytest.fixture(scope="module")
def walled() -> Iterator[Host]:
    host = ForkingHost(warm=True, walled=True)
    yield host
    host.close()


def graded(host: Host, tmp_path: Path, text: str, *tasks: str) -> Report:
    path = tmp_path / "cnn.py"
    path.write_text(text, encoding="utf-8")
    return grade(CNN, path, host, tasks=tasks)


@needs_walls
def test_every_attack_is_held_and_the_next_is_graded_right(walled: Host, tmp_path: Path) -> None:
    before = {path.name for path in Path("/tmp").iterdir()}
    assert [outcome for outcome in attack_all(walled) if not outcome.held] == []
    report = graded(walled, tmp_path, CNN.master.read_text())
    assert report.score == 100 and report.sandbox == "warm"
    assert "left" not in {path.name for path in Path("/tmp").iterdir()} - before


@needs_walls
def test_without_walls_the_same_attacks_work() -> None:
    """Else they would prove nothing."""
    host = ForkingHost(warm=False)
    names = ["read another's file", "start a process", "connect to this machine", "an abstract socket"]
    names += [
        "see other processes",
        "list the home folder",
        "fill memory that no limit counts",
        "leave a file for the next",
    ]
    try:
        assert {outcome.attack for outcome in attack_all(host, names) if not outcome.held} == set(names)
    finally:
        host.close()
        Path("/tmp/left").unlink(missing_ok=True)


ENDS = (
    "import os; os._exit(0)",
    "import os; os._exit(255)",  # no signal's number, whatever tells of it
    "import ctypes; ctypes.string_at(0)",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
)


@needs_walls
@pytest.mark.slow
def test_cold_walls_hold_too(tmp_path: Path) -> None:
    host = SpawningHost(walled=True)
    try:
        assert [outcome for outcome in attack_all(host) if not outcome.held] == []
        assert graded(host, tmp_path, CNN.master.read_text()).sandbox == "cold"
        crashes = "\n# %%\ndef evaluate(*_):\n    import ctypes\n    ctypes.string_at(0)\n"
        report = graded(host, tmp_path, CNN.master.read_text() + crashes, "evaluate")
        assert "crashed the Python interpreter" in check(report, "evaluate.mode").came
        for code in ENDS:
            text = CNN.master.read_text() + f"\n# %%\n{code}\n"
            assert graded(host, tmp_path, text, "conv_output_size", "evaluate").score == 20, code
    finally:
        host.close()


INSIDE = """import os
def look():
    found = []
    for folder, names, files in os.walk('/'):
        found += [os.path.join(folder, name) for name in files if name in {names!r} or name.endswith('.ipynb')]
    return '\\n'.join(found)
outcome = look() + '|' + ' '.join(sorted(os.environ)) + '|' + os.getcwd() + '|' + ' '.join(os.listdir('.'))
"""


@needs_walls
def test_nothing_of_the_course_is_inside(walled: Host) -> None:
    names = ["cnn.py", "expected.bin", "mistakes.bin", "questions.py", "points.toml", "train-images-idx3-ubyte.gz"]
    names += [path.name for path in (CNN.master.parent / "mistakes").iterdir()]
    submission = Submission(Path("a.py"), [Cell(0, INSIDE.format(names=names), "a.py", 1)])
    session = Session(walled, submission, PROBES, {**load_rules(), "refused": []})
    try:
        found, variables, folder, files = session.ask("attack", Question()).values["outcome"].split("|")
    finally:
        session.close()
    assert found == "" and folder == "/tmp/t" and files == ""
    assert "AUTOGRADER" not in variables and "HOME" not in variables.split()


@needs_walls
@pytest.mark.parametrize("code", ENDS)
def test_what_ends_the_process_costs_its_own_task_only(walled: Host, tmp_path: Path, code: str) -> None:
    text = CNN.master.read_text() + f"\n# %%\n{code}\n"
    assert graded(walled, tmp_path, text, "conv_output_size", "evaluate").score == 20


@needs_walls
def test_processor_time_runs_out_behind_walls_too(
    walled: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the child is the first process of its namespace, for which signals do nothing by default."""
    set_limits(monkeypatch, probe=3)
    codes, end = [], ForkedChild.end
    monkeypatch.setattr(ForkedChild, "end", lambda child: codes.append(end(child)) or codes[-1])
    text = CNN.master.read_text() + "\n# %%\ndef evaluate(*_):\n    while True:\n        pass\n"
    report = graded(walled, tmp_path, text, "evaluate")
    assert report.cut_short and "more than 3 seconds" in check(report, "evaluate.mode").came
    assert codes[0] == signal.SIGXCPU, "and not the clock, which is there for those who wait"


@needs_walls
def test_cells_that_never_end_leave_time_for_the_questions(
    walled: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, cells=1, submission=20)
    text = CNN.master.read_text() + "\n# %%\nwhile True:\n    pass\n" * 8
    assert graded(walled, tmp_path, text, "conv_output_size", "evaluate").score == 20


@needs_walls
@pytest.mark.parametrize("which", range(4), ids=["bubblewrap", "its first process", "the one that waits", "the host"])
def test_whatever_of_a_host_is_killed_all_of_it_ends(which: int) -> None:
    host = ForkingHost(warm=False, walled=True)
    session = Session(host, Submission(Path("cnn.py")), PROBES, load_rules())
    assert not session.sees("cuda")  # there is a child that answers
    above = psutil.Process(host.process.pid)
    processes = [above, *above.children(recursive=True)]
    assert len(processes) == 5, "these four, and the child"
    processes[which].kill()
    host.process.wait(timeout=10)
    assert psutil.wait_procs(processes, timeout=10)[1] == []
    with pytest.raises(HostError):
        session.ask("attack", Question())
    host.close()


@needs_walls
def test_children_come_and_go_without_a_trace(walled: Host) -> None:
    assert isinstance(walled, ForkingHost)
    walled.spawn().end()  # it may still be importing torch
    host = psutil.Process(walled.process.pid).children(recursive=True)
    for _ in range(20):
        walled.spawn().end()
    assert psutil.Process(walled.process.pid).children(recursive=True) == host


@needs_walls
def test_a_mistake_is_named_behind_walls_too(walled: Host, tmp_path: Path) -> None:
    wrong = wrong_submission("train_no_zero_grad")
    assert graded(walled, tmp_path, wrong.text, "train").mistakes == [wrong.name]


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "found", lambda: None)
    monkeypatch.setattr(landlock, "version", lambda: 5)
    host, missing = walled_host()
    assert host is None and "apt install bubblewrap" in missing[0]
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    assert "virtual machine" in walled_host()[1][0]


@needs_walls
def test_grade_behind_walls(tmp_path: Path) -> None:
    done = autograder("grade", CNN.master, "--task", "evaluate", "--sandbox", "walls", "--json", tmp_path / "a.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "a.json").read_text())["sandbox"] == "warm"


def test_grade_refuses_where_there_are_no_walls(tmp_path: Path) -> None:
    done = autograder("grade", CNN.master, "--sandbox", "walls", PATH=str(tmp_path))
    assert done.returncode == 2 and "apt install bubblewrap" in done.stderr and "total" not in done.stdout
    assert autograder("grade", CNN.master, "--sandbox", "wall").returncode == 2


@needs_walls
def test_doctor_shows_what_was_held() -> None:
    done = autograder("doctor")
    assert done.returncode == 0 and done.stdout.count("held") > 20 and "HIT" not in done.stdout
    assert "Isolation: warm" in done.stdout and max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize(
    "words, meaning",
    [
        ("bwrap: setting up uid map: Permission denied", "bwrap-userns-restrict"),
        ("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", "bwrap-userns-restrict"),
        ("bwrap: No permissions to create new namespace", "inside a container"),
        ("first\nsomething else", "something else"),
    ],
)
def test_refusals_in_plain_words(words: str, meaning: str) -> None:
    assert meaning in why_not(words)


def test_list_of_system_calls_is_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    for machine in seccomp.MACHINES:
        monkeypatch.setattr(platform, "machine", lambda machine=machine: machine)
        program = list(seccomp.instructions())
        assert all(len(one) == 8 for one in program) and len(program) < 4096
        numbers = [numbers[seccomp.MACHINES[machine][0]] for numbers in seccomp.REFUSED.values()]
        known = [number for number in numbers if number is not None]
        assert len(known) == len(set(known)), "a number stands twice"
    monkeypatch.setattr(platform, "machine", lambda: "vax")
    with pytest.raises(OSError, match="vax"):
        list(seccomp.instructions())


def test_what_every_machine_is_tested_by_is_among_the_attacks() -> None:
    assert set(sandbox.SELF_TEST) | set(MUST_HOLD) <= set(ATTACKS)


@needs_walls
def test_an_environment_that_several_share_by_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.prefix == sys.base_prefix:
        pytest.skip("this Python is in no environment")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv/bin/python"))
    done = autograder("grade", CNN.master, "--task", "conv_output_size", "--sandbox", "walls")
    assert done.returncode == 0, done.stderr
