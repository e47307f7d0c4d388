"""The zip for Gradescope, laid out as Gradescope does and run: what students read, and what their code cannot do."""

import contextlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from corpus import CNN

from autograder import bundle
from autograder.gradescope import build, results
from autograder.gradescope.build import make_zip, official_seeds, requirements
from autograder.gradescope.run import OFFICIAL
from autograder.isolation.launch import Host
from autograder.isolation.user import NoUser, find_user
from autograder.leaks import LeakError
from autograder.report import CheckResult, Report, TaskResult

SEED = 20
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
USER = 61000 + os.getpid() % 4000  # a number for these tests alone: all of its processes are ended
BASE = {"submission": "cnn.py", "seed": SEED, "device": "cpu", "sandbox": "container"}


def validate(found: dict[str, Any]) -> dict[str, Any]:
    """What Gradescope documents of results.json, and that all tasks stand in it."""
    top = {
        "score",
        "execution_time",
        "output",
        "output_format",
        "visibility",
        "stdout_visibility",
        "tests",
        "extra_data",
    }
    assert found.keys() == top
    assert found["output_format"] in FORMATS and found["stdout_visibility"] in VISIBILITIES
    assert isinstance(found["score"], float) and isinstance(found["execution_time"], int)
    for test in found["tests"]:
        assert test.keys() == {
            *("number", "name", "name_format", "score", "max_score", "status"),
            *("output", "output_format", "visibility"),
        }
        assert test["status"] in ("passed", "failed") and test["visibility"] in VISIBILITIES
        assert {test["output_format"], test["name_format"]} <= FORMATS
        assert test["status"] == "passed" or test["output"]
        assert (test["score"] == test["max_score"]) == (test["status"] == "passed")
    numbers = [f"{task}.{check}" for task, of in enumerate(CNN.tasks, 1) for check in range(1, len(of.checks) + 1)]
    assert [test["number"] for test in found["tests"]] == numbers
    assert sum(test["max_score"] for test in found["tests"]) == pytest.approx(100)
    assert sum(test["score"] for test in found["tests"]) == pytest.approx(found["score"])
    return found


def of_task(found: dict[str, Any], task: str) -> list[dict[str, Any]]:
    return [test for test in found["tests"] if test["name"].partition(":")[0].partition(".")[0] == task]


def a_report(**said: Any) -> Report:
    """A report in which the first task failed, with these words, and the others passed."""
    tasks = [
        TaskResult(
            task.id,
            task.title,
            task.points,
            [CheckResult(id, id, worth, worth, "passed") for id, worth in task.checks.items()],
        )
        for task in CNN.tasks
    ]
    first = tasks[0].checks[0]
    tasks[0].checks[0] = CheckResult(first.id, "It is right", 0.0, first.max_score, **({"status": "failed"} | said))
    return Report(assignment="cnn", suite_version="1", tasks=tasks, seconds=12.4, **BASE)


def test_a_failed_check_says_all_that_there_is_to_say() -> None:
    words = {
        "expected": "`5`",
        "came": "`4`",
        "why": "it matters",
        "hint": "count",
        "lesson": "1. Size",
        "line": "cnn.py:7",
    }
    found = validate(results.final(CNN, a_report(**words), {"seed": SEED}))
    assert found["score"] == 92 and found["execution_time"] == 12 and found["extra_data"]["seed"] == SEED
    first = found["tests"][0]
    assert first["name"] == "conv_output_size: It is right" and first["number"] == "1.1"
    assert first["output"] == (
        "<p>At <code>cnn.py:7</code></p><p><strong>expected</strong>: <code>5</code></p>"
        "<p><strong>came</strong>: <code>4</code></p><p><strong>why</strong>: it matters</p>"
        "<p><strong>hint</strong>: count</p><p><strong>lesson</strong>: 1. Size</p>"
    )
    assert "<p>92 / 100 points</p>" in found["output"] and "Next: <code>conv_output_size</code>" in found["output"]


def test_what_a_student_wrote_is_escaped_wherever_it_stands() -> None:
    bad = "<img src=x onerror=alert(1)> `<b>` \x1b[31m"
    report = a_report(expected=bad, came=bad, hint=bad, line=bad, message=bad, lesson=bad, why=bad)
    report.notes, report.problem = [bad], bad
    found = validate(results.final(CNN, report, {}))
    for text in (found["output"], *(test["output"] for test in found["tests"])):
        assert "<img" not in text and "<b>" not in text and "\x1b" not in text


def test_a_check_that_waits_says_for_what() -> None:
    found = validate(results.final(CNN, a_report(status="not_run", message="not checked: needs `conv1`"), {}))
    assert found["tests"][0]["output"] == "<p>not checked: needs <code>conv1</code></p>"


def test_all_right_and_nothing_to_grade() -> None:
    report = a_report()
    report.tasks[0].checks[0].status, report.tasks[0].checks[0].score = "passed", 8.0
    assert "Everything is right" in validate(results.final(CNN, report, {}))["output"]
    report = a_report(status="not_run", message="not checked: the folder is empty")
    report.problem = "the folder is empty"
    assert validate(results.final(CNN, report, {}))["output"] == "<p>92 / 100 points</p><p>the folder is empty</p>"


def test_partial_results_name_what_is_not_graded() -> None:
    found = validate(results.partial(CNN, a_report(message="not so").tasks[:2], 3.0, {}))
    assert found["score"] == 6 and found["extra_data"]["partial"] and "partial results" in found["output"]
    assert {test["output"] for test in found["tests"][11:]} == {f"<p>{results.NOT_YET}</p>"}


def test_the_official_seed_stays_until_another_is_drawn(tmp_path: Path) -> None:
    first = official_seeds(tmp_path).current("cnn")
    assert first > 0 and official_seeds(tmp_path).current("cnn") == first
    assert stat.S_IMODE((tmp_path / "gradescope" / "seeds.json").stat().st_mode) == 0o600
    assert official_seeds(tmp_path).draw("cnn") != first


def test_requirements_are_all_pinned_and_without_jupyter() -> None:
    pinned = {line.partition("==")[0].lower() for line in (bundle.COURSE / "constraints.txt").read_text().splitlines()}
    names = {line.partition(">")[0] for line in requirements().split()}
    assert names <= pinned and {"torch", "torchvision", "matplotlib", "ipython"} <= names
    assert not names & {"jupyterlab", "nbgrader", "distributed"}


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no users as on Unix")
@pytest.mark.parametrize(
    ("user", "name", "why"),
    [(0, "root", "is root"), (0, "0", "is root"), (0, "nobody-x", "no user"), (1000, "9", "root")],
)
def test_there_must_be_another_user(user: int, name: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with pytest.raises(NoUser, match=why):
        find_user(name)


@pytest.mark.skipif(os.name == "nt", reason="no bash")
def test_setup_installs_once_and_again(tmp_path: Path) -> None:
    """With stand-ins for what it calls, which note how they were called."""
    for name in ("id", "useradd", "python3.11"):
        stand_in(tmp_path / "bin" / name, 'echo "$(basename "$0") $*" >> "$LOG"')
    stand_in(tmp_path / "bin" / "id", "exit 1")
    made = 'if [ "$1 $2" = "-m venv" ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; fi'
    stand_in(tmp_path / "bin" / "python3.11", 'echo "python $*" >> "$LOG"\n' + made)
    source = tmp_path / "source"
    source.mkdir()
    shutil.copy(build.HERE / "setup.sh", source)
    (source / "torch_index").write_text("https://example.org/cpu\n")
    for again in (False, True):
        log = tmp_path / f"log{again}"
        environment = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "LOG": str(log)}
        environment["AUTOGRADER_ENVIRONMENT"] = str(tmp_path / "env")
        done = subprocess.run(["bash", source / "setup.sh"], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said = log.read_text()
        assert ("-m venv" in said) is not again and "--index-url https://example.org/cpu --no-deps torch" in said
        assert f"--constraint {source}/constraints.txt --requirement {source}/requirements.txt" in said
    assert stat.S_IMODE(source.stat().st_mode) & 0o077 == 0


def stand_in(path: Path, script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)


@pytest.fixture(scope="module")
def packed(host: Host) -> bytes:
    return make_zip(CNN, SEED, host)


@pytest.mark.slow
def test_the_zip_holds_answers_and_no_solutions(packed: bytes, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_zip(CNN, SEED, host) == packed
    with zipfile.ZipFile(io.BytesIO(packed)) as made:
        names = set(made.namelist())
        modes = {name: stat.S_IMODE(made.getinfo(name).external_attr >> 16) for name in names}
    assert {"setup.sh", "run_autograder", OFFICIAL, "constraints.txt", "requirements.txt"} <= names
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755 and modes[OFFICIAL] == 0o600
    left_out = bundle.INSTRUCTORS - set(build.NEEDED)
    assert not [name for name in names if name.split("/")[1:2] and name.split("/")[1] in left_out]
    assert not [name for name in names if name.startswith("solutions") or name.endswith("cnn/cnn.py")]
    solution = CNN.master.read_text(encoding="utf-8")
    monkeypatch.setattr(build, "requirements", lambda: solution)
    with pytest.raises(LeakError):
        make_zip(CNN, SEED, host)


@pytest.fixture(scope="module")
def python() -> Iterator[str]:
    """A Python with our packages that another user can run; the tests' own may lie in root's home."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("not root on Linux: what keeps student code from the grader is NOT tested")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = Path(pytest.__file__).parents[1]
    with tempfile.TemporaryDirectory(prefix="autograder-python-") as name:
        place = Path(name)
        place.chmod(0o755)
        for base in (os.path.realpath(sys.executable), f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
            if shutil.which(base):
                subprocess.run([base, "-m", "venv", "--clear", "--without-pip", place], check=True)
                (place / "lib" / version / "site-packages" / "ours.pth").write_text(f"{packages}\n")
                command = ["runuser", "-u", "nobody", "--", place / "bin" / "python", "-P", "-c", "import torch"]
                if subprocess.run(command, cwd="/", capture_output=True).returncode == 0:
                    yield str(place / "bin" / "python")
                    return
        pytest.skip("no Python here that another user can run: what keeps student code from the grader is NOT tested")


@dataclass
class Container:
    """What Gradescope lays out, below a folder of ours instead of /autograder."""

    folder: Path
    python: str

    def submit(self, files: dict[str, str]) -> None:
        shutil.rmtree(self.folder / "submission", ignore_errors=True)
        (self.folder / "submission").mkdir()
        for name, text in files.items():
            (self.folder / "submission" / name).write_text(text, encoding="utf-8")

    def start(self) -> "subprocess.Popen[str]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment = kept | {"AUTOGRADER_PYTHON": self.python, "AUTOGRADER_USER": str(USER)}
        command = [self.folder / "run_autograder"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=environment, **pipes)

    def run(self, text: str, name: str = "cnn.py") -> dict[str, Any]:
        self.submit({name: text})
        return self.finish(self.start())

    def finish(self, process: "subprocess.Popen[str]", warning: str = "") -> dict[str, Any]:
        said, _ = process.communicate(timeout=280)
        assert process.returncode == 0, said
        assert warning in said if warning else "WARNING" not in said, said
        assert not left_running()
        return validate(json.loads(self.results.read_text()))

    @property
    def results(self) -> Path:
        return self.folder / "results" / "results.json"


def left_running() -> list[str]:
    """Processes of the user whose code ran."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == USER:
                found.append((process / "cmdline").read_text())  # empty: ended, and not yet buried by init
        except OSError:
            continue
    return list(filter(None, found))


@pytest.fixture(scope="module")
def container(packed: bytes, python: str) -> Iterator[Container]:
    with tempfile.TemporaryDirectory(prefix="autograder-gradescope-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as /autograder, unlike pytest's own
        for part in ("source", "results"):
            (folder / part).mkdir()
        with zipfile.ZipFile(io.BytesIO(packed)) as made:
            made.extractall(folder / "source")
        shutil.copy(folder / "source" / "run_autograder", folder)
        (folder / "run_autograder").chmod(0o755)
        rules = folder / "source" / "autograder" / "rules.toml"  # shorter, for the one that hangs
        rules.write_text(rules.read_text().replace("cells = 20", "cells = 5").replace("probe = 10", "probe = 2"))
        yield Container(folder, python)


@pytest.mark.slow
def test_a_right_submission(container: Container) -> None:
    found = container.run(CNN.master.read_text(encoding="utf-8"))
    assert found["score"] == 100 and "Everything is right. Hand in cnn.py." in found["output"]
    assert found["extra_data"] == {
        **{"suite_version": CNN.version, "release": CNN.release, "mistakes": [], "partial": False, "not_held": []},
        **{"assignment": "cnn", "seed": SEED, "sandbox": "container"},
    }


@pytest.mark.slow
def test_a_wrong_submission_in_a_file_of_another_name(container: Container) -> None:
    text = CNN.master.read_text(encoding="utf-8").replace("optimizer.zero_grad()", "pass")
    found = container.run(text, "cnn (1).py")
    failed = [test["name"].partition(":")[0] for test in found["tests"] if test["status"] == "failed"]
    assert 0 < found["score"] < 100 and failed and all(name.startswith(("train", "learns")) for name in failed)
    assert found["extra_data"]["mistakes"]  # named, though the questions are not the public ones
    assert "<strong>why</strong>" in next(test["output"] for test in found["tests"] if test["status"] == "failed")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "the folder is empty"),
        ({"cnn.py": ""}, "cnn.py is empty"),
        ({"photo.jpg": "x"}, "no notebook and no script"),
    ],
)
def test_nothing_to_grade(container: Container, files: dict[str, str], problem: str) -> None:
    container.submit(files)
    found = container.finish(container.start())
    assert found["score"] == 0 and problem in found["output"]


@pytest.mark.slow
def test_one_that_hangs_has_partial_results_while_it_runs(container: Container) -> None:
    text = CNN.master.read_text(encoding="utf-8")
    head = "def evaluate(dataloader: DataLoader, model: nn.Module) -> float:"
    assert head in text
    container.submit({"cnn.py": text.replace(head, f"{head}\n    import time; time.sleep(999)")})
    process, seen = container.start(), []
    while process.poll() is None:
        if container.results.exists():
            seen.append(validate(json.loads(container.results.read_text())))
        time.sleep(0.05)
    partial = [found for found in seen if found["extra_data"]["partial"]]
    assert len({found["score"] for found in partial}) >= 3
    assert any(results.NOT_YET in test["output"] for test in partial[0]["tests"])
    found = container.finish(process)
    assert {test["status"] for test in of_task(found, "evaluate")} == {"failed"}
    assert "was stopped" in of_task(found, "evaluate")[0]["output"]
    assert 100 > found["score"] > 60 and not found["extra_data"]["partial"]


ATTACK = """
def evaluate(dataloader, model):
    import ctypes, os, pathlib
    libc, worked = ctypes.CDLL(None, use_errno=True), []

    def attempt(name, do):
        try:
            if do():
                worked.append(name)
        except (OSError, ValueError):
            pass

    here = pathlib.Path({folder!r})
    for place in ("source/official.bin", "source/autograder/suites/cnn/expected.bin", "results/results.json"):
        attempt(f"read {{place}}", lambda: open(here / place, "rb").read())
    attempt("list the sources", lambda: os.listdir(here / "source"))
    attempt("list the submission", lambda: os.listdir(here / "submission"))
    attempt("write results", lambda: open(here / "results" / "results.json", "w").write("{{}}"))
    attempt("replace results", lambda: open(here / "results" / "new.json", "w"))
    attempt("take the place of the results", lambda: os.rename(here / "results", here / "old") is None)
    judge = int(open(f"/proc/{{os.getppid()}}/stat").read().rpartition(")")[2].split()[1])  # the host's parent
    attempt("end the grader", lambda: os.kill(judge, 9) is None)
    attempt("trace the grader", lambda: libc.ptrace(16, judge, 0, 0) == 0)
    attempt("limit the grader", lambda: libc.prlimit(judge, 7, (ctypes.c_ulong * 2)(1, 1), None) == 0)
    attempt("read the grader's memory", lambda: open(f"/proc/{{judge}}/mem", "rb"))
    attempt("read the grader's environment", lambda: open(f"/proc/{{judge}}/environ", "rb").read())
    attempt("be root", lambda: os.setuid(0) is None)
    attempt("be in a group", lambda: os.getgroups())
    raise ValueError(f"worked: {{worked}} as {{os.getuid() == {user}}} beside {{judge > 1}}")
"""


LEAVE = """
import os, time
if not os.fork():
    os.setsid()
    if not os.fork():
        time.sleep(600)
    os._exit(0)
"""


@contextlib.contextmanager
def changed(container: Container, name: str, *pieces: tuple[str, str]) -> Iterator[None]:
    """A file of the package in the container with these pieces replaced."""
    path = container.folder / "source" / "autograder" / name
    whole = path.read_text(encoding="utf-8")
    text = whole
    for before, after in pieces:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(whole, encoding="utf-8")


@contextlib.contextmanager
def by_rights_alone(container: Container) -> Iterator[None]:
    """As on a kernel without Landlock and seccomp, and without the course's rules; test_walls.py tests those."""
    fences = ("landlock.restrict(readable, writable())", "seccomp.refuse()")
    rules = (container.folder / "source" / "autograder" / "rules.toml").read_text(encoding="utf-8")
    refused = rules[rules.index("[[refused]]") :]
    with (
        changed(container, "isolation/lower.py", *((fence, "raise OSError") for fence in fences)),
        changed(container, "rules.toml", (refused, ""), ("packages =", "refused = []\npackages =")),
    ):
        yield


@pytest.mark.slow
def test_what_student_code_cannot_do_to_the_grader(container: Container) -> None:
    attack = ATTACK.format(folder=str(container.folder), user=USER)
    container.submit({"cnn.py": CNN.master.read_text(encoding="utf-8") + f"\n# %%\n{LEAVE}\n# %%\n{attack}"})
    with by_rights_alone(container):
        process = container.start()
        found = container.finish(process, warning="student code from this: start a process.")
    assert "start a process" in found["extra_data"]["not_held"]
    output = of_task(found, "evaluate")[0]["output"]
    assert "worked: [] as True beside True" in output, output
    assert 100 > found["score"] > 60


@pytest.mark.slow
def test_nothing_is_graded_where_student_code_could_read_the_answers(container: Container) -> None:
    """Nor is a fault of ours a zero: there are no results then."""
    for part in ("source", "results"):
        (container.folder / part).chmod(0o755)
    container.results.write_text("{}")
    container.submit({"cnn.py": CNN.master.read_text(encoding="utf-8")})
    with (
        by_rights_alone(container),
        changed(container, "gradescope/run.py", ("        close_to_others(folder)\n", "")),
    ):
        process = container.start()
        said, _ = process.communicate(timeout=280)
    assert process.returncode == 3 and "read the recorded answers" in said and "grader's fault" in said, said
    assert not container.results.exists() and not left_running()
