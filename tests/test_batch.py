"""A class graded in parallel, through the command: its tables and pages, and that nothing is lost whatever dies."""

import csv
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest
from running import ROOT, SCHEMA, autograder, needs_walls

from autograder.assignment import find_assignment
from autograder.batch import worker
from autograder.batch.results import suite_digest
from autograder.batch.worker import Setup, Work
from autograder.isolation.launch import ForkingHost

COURSE = Path(__file__).parent / "course"
SOLUTION = (COURSE / "solutions" / "softmax" / "softmax.py").read_text(encoding="utf-8")
HALF = SOLUTION.replace("logits - logits.max(dim=1, keepdim=True).values", "logits")  # 4 of 10
OFF = ("--sandbox", "off", "--root", COURSE)


def hand_in(folder: Path, **texts: str) -> Path:
    for student, text in texts.items():
        path = folder / student / "softmax" / "softmax.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def many(folder: Path, count: int) -> Path:
    return hand_in(folder, **{f"student{n:02}": f"{SOLUTION if n % 2 else HALF}\n# {n}\n" for n in range(count)})


def batch(place: Path, out: Path, *options: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    return autograder("batch", place, "--out", out, *(options or OFF), **variables)


@contextmanager
def started(place: Path, out: Path, *options: object, **how: Any) -> Iterator["subprocess.Popen[str]"]:
    """A run that goes on; it is ended, with all that it has started, after the block."""
    command = [sys.executable, "-m", "autograder", "batch", place, "--out", out, *(options or OFF)]
    run = subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **how,
    )
    try:
        yield run
    finally:
        if run.poll() is None:
            run.kill()
        run.communicate()


def until(holds: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def rows(out: Path) -> list[dict[str, str]]:
    with open(out / "results.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scores(out: Path) -> dict[str, str]:
    return {row["student"]: row["score"] for row in rows(out)}


def reports(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]


def kept(out: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (out / ".results").rglob("*.gz")}


def graded(out: Path) -> int:
    return len(kept(out))


def processes(run: "subprocess.Popen[str]", words: str) -> list[psutil.Process]:
    """What the run has started, whose command holds these words."""
    found = []
    for process in psutil.Process(run.pid).children(recursive=True):
        try:
            if words in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def above(process: psutil.Process) -> list[psutil.Process]:
    """Its parents; none where it has just ended."""
    with suppress(psutil.NoSuchProcess):
        return process.parents()
    return []


def of_submissions(run: "subprocess.Popen[str]") -> list[psutil.Process]:
    """The processes in which student code runs, of a run without walls: forked from hosts."""
    hosts = processes(run, "isolation.host")
    return [process for process in hosts if set(above(process)) & set(hosts)]


def killed(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):  # it has just ended by itself
        process.kill()
        return True
    return False


def whole(out: Path, count: int) -> None:
    """Everybody of `many` has a row, once, with the points that are due, and a report, and a page."""
    expected = {f"student{n:02}": "10" if n % 2 else "4" for n in range(count)}
    assert [(row["student"], f"{float(row['score']):g}") for row in rows(out)] == list(expected.items())
    assert len(reports(out)) == graded(out) == count
    assert sorted(path.stem for path in (out / "pages").iterdir()) == list(expected)
    assert not (out / ".work").exists()


@needs_walls
def test_a_class_is_graded(tmp_path: Path) -> None:
    place = hand_in(tmp_path / "class", ann=SOLUTION, bob=HALF, cem=HALF, dan="")
    (place / "eve" / "softmax").mkdir(parents=True)
    out = tmp_path / "out"
    done = batch(place, out, "--root", COURSE)
    assert done.returncode == 0, done.stderr
    assert {name: score and float(score) for name, score in scores(out).items()} == {
        "ann": 10,
        "bob": 4,
        "cem": 4,
        "dan": 0,
        "eve": 0,
    }
    found = reports(out)
    for report in found:
        jsonschema.validate(report, SCHEMA)
    assert [report["submission"] for report in found[:2]] == ["ann/softmax/softmax.py", "bob/softmax/softmax.py"]
    assert {report["sandbox"] for report in found} == {"warm"}
    assert "dan/softmax/softmax.py" in done.stdout and "is empty" in done.stdout
    assert graded(out) == 4, "bob and cem handed in the same, which is graded once"
    for name in ("ann", "bob", "cem", "dan", "eve"):
        assert "Softmax" in (out / "pages" / f"{name}.html").read_text(encoding="utf-8")
    assert "Softmax" in (out / "class.html").read_text(encoding="utf-8")

    # For the owner's eyes only, and for no repository.
    seeds = out / "seeds.json"
    assert not any(path.stat().st_mode & 0o077 for path in (out, *out.rglob("*")))
    assert seeds.stat().st_mode & 0o777 == 0o600
    assert "*" in (out / ".gitignore").read_text().splitlines()
    (seed,) = json.loads(seeds.read_text())["softmax"]
    assert seed and {report["seed"] for report in found} == {seed}
    assert not any("ann" in str(path.relative_to(out)) for path in kept(out))

    before = kept(out)
    hand_in(place, fay=f"{SOLUTION}\n")
    here = Path("tests") / "course"
    again = batch(place, Path(os.path.relpath(out, ROOT)), "--root", here)
    assert again.returncode == 0 and "5 of 6 graded already" in again.stdout
    assert before == {path: kept(out)[path] for path in before}, "what was graded is not graded again"
    assert float(scores(out)["fay"]) == 10 and len(reports(out)) == 6

    shutil.rmtree(place)
    hand_in(place, ann=SOLUTION)
    alone = batch(place, out, "--root", COURSE)
    assert alone.stdout.startswith("1 hand-in\n"), alone.stdout
    assert [path.name for path in (out / "pages").iterdir()] == ["ann.html"], "who is gone has no page"


@pytest.mark.slow
def test_the_same_on_any_number_of_workers(tmp_path: Path) -> None:
    place = many(tmp_path / "class", 5)
    for workers in (1, 3):
        assert batch(place, tmp_path / str(workers), *OFF, "--seed", 7, "--workers", workers).returncode == 0
        whole(tmp_path / str(workers), 5)
    one, three = reports(tmp_path / "1"), reports(tmp_path / "3")
    for report in one + three:
        del report["seconds"]
    assert one == three and {report["seed"] for report in one} == {7}
    assert {report["sandbox"] for report in one} == {"none"}


@pytest.mark.slow
def test_seeds(tmp_path: Path) -> None:
    """A seed is used until feedback is out, and a submission keeps the one that it was graded with."""
    place, out, root = hand_in(tmp_path / "class", ann=SOLUTION), tmp_path / "out", tmp_path / "course"
    shutil.copytree(COURSE, root)
    options = ("--sandbox", "off", "--root", root)

    def seed_of() -> dict[str, str]:
        return {row["student"]: row["seed"] for row in rows(out)}

    assert batch(place, out, *options).returncode == 0
    first = seed_of()["ann"]
    hand_in(place, bob=HALF)
    assert batch(place, out, *options).returncode == 0
    assert seed_of() == {"ann": first, "bob": first}
    hand_in(place, cem=HALF + "\n")
    assert batch(place, out, *options, "--new-seed").returncode == 0
    second = seed_of()["cem"]
    assert seed_of() == {"ann": first, "bob": first, "cem": second} and first != second
    # A suite that has been mended grades all again, with the same questions.
    points = root / "autograder" / "suites" / "softmax" / "points.toml"
    points.write_text(points.read_text().replace("points = 6", "points = 16"))
    assert batch(place, out, *options).returncode == 0
    assert seed_of() == {"ann": first, "bob": first, "cem": second}
    assert float(scores(out)["ann"]) == 20


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["the run", "a worker", "a host", "a child"])
def test_nothing_is_lost_when_something_is_killed(tmp_path: Path, victim: str) -> None:
    place, out = many(tmp_path / "class", 12), tmp_path / "out"
    for path in place.rglob("*.py"):
        path.write_text(f"{path.read_text()}\n# %%\nimport time\n\ntime.sleep(0.5)\n")  # so that it can be met
    with started(place, out) as run:
        until(lambda: graded(out) >= 2)
        before = kept(out)
        everything = psutil.Process(run.pid).children(recursive=True)
        hosts = processes(run, "isolation.host")
        if victim == "the run":
            run.kill()
            assert not psutil.wait_procs(everything, timeout=20)[1], "something outlived the run"
        elif victim == "a worker":
            processes(run, "spawn_main")[0].kill()
        elif victim == "a host":
            next(host for host in hosts if not set(host.parents()) & set(hosts)).kill()
        else:
            until(lambda: any(map(killed, of_submissions(run))))
        run.communicate(timeout=200)
        assert victim == "the run" or run.returncode == 0
    assert batch(place, out).returncode == 0
    whole(out, 12)
    assert before == {path: kept(out)[path] for path in before}


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["its process", "its worker"])
def test_the_reference_is_asked_again_when_it_is_killed(tmp_path: Path, victim: str) -> None:
    place, out, root = many(tmp_path / "class", 6), tmp_path / "out", tmp_path / "course"
    shutil.copytree(COURSE, root)
    with open(root / "solutions" / "softmax" / "softmax.py", "a") as master:
        master.write("\n# %%\nimport time\n\ntime.sleep(3)\n")  # so that it is the one that is met

    def asked() -> list[psutil.Process]:
        """What is to be killed, where a host has a child."""
        asked = of_submissions(run)
        if victim == "its process":
            return asked
        workers = processes(run, "spawn_main")
        return [worker for worker in workers for child in asked if worker in above(child)]

    with started(place, out, "--sandbox", "off", "--root", root) as run:
        until(lambda: any(map(killed, asked())))
        assert graded(out) == 0
        said, _ = run.communicate(timeout=200)
        assert run.returncode == 0, said
    whole(out, 6)


def test_a_worker_that_is_unlike_the_others_grades_nothing(tmp_path: Path) -> None:
    setup = Setup("softmax", COURSE, "off", suite_digest(find_assignment("softmax", COURSE)))
    work = Work("softmax.py", SOLUTION.encode(), seed=1)
    ready = worker.make_ready(setup)
    try:
        expected = worker.observe_reference(setup, 1)
        graded_here = worker.grade_one(setup, ready, work, expected)
        assert graded_here.result and graded_here.result.report["score"] == 10
        others = [
            (setup, replace(ready, torch="0")),
            (setup, replace(ready, sandbox="warm")),
            (replace(setup, suite="another"), ready),
        ]
        for theirs, like in others:
            outcome = worker.grade_one(theirs, like, work, expected)
            assert outcome.elsewhere and not outcome.result and "unlike the others" in outcome.fault
        assert "Were they changed meanwhile?" in outcome.fault
    finally:
        worker.close()


def test_a_host_that_nobody_asks_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run on somebody's cluster may be stopped, and its workers stay."""
    monkeypatch.setattr(worker, "IDLE", 1)
    setup = Setup("softmax", COURSE, "off", suite_digest(find_assignment("softmax", COURSE)))
    work = Work("softmax.py", SOLUTION.encode(), seed=1)
    ready = worker.make_ready(setup)
    host = worker.graders[setup].host
    assert isinstance(host, ForkingHost)
    process = psutil.Process(host.process.pid)
    until(lambda: not worker.graders and not process.is_running())
    monkeypatch.undo()  # or the next one would end while it is asked
    outcome = worker.grade_one(setup, ready, work, worker.observe_reference(setup, 1))
    assert outcome.result and outcome.result.report["score"] == 10, "the next one starts another"
    worker.close()


@pytest.mark.slow
def test_ctrl_c_and_again(tmp_path: Path) -> None:
    place, out = many(tmp_path / "class", 30), tmp_path / "out"
    with started(place, out) as run:
        until(lambda: graded(out) >= 2)
        everything = psutil.Process(run.pid).children(recursive=True)
        os.killpg(run.pid, signal.SIGINT)
        said, _ = run.communicate(timeout=60)
        assert run.returncode == 130 and "the same command goes on" in said and "Traceback" not in said
        assert not psutil.wait_procs(everything, timeout=20)[1]
    stopped = len(reports(out))
    assert 2 <= stopped < 30 and (out / "class.html").exists()
    assert batch(place, out).returncode == 0
    whole(out, 30)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1, 3])
def test_ctrl_c_while_the_workers_start(tmp_path: Path, seconds: float) -> None:
    place, out = many(tmp_path / "class", 4), tmp_path / "out"
    with (
        heard(signal.SIGINT),
        started(place, out, *OFF, "--workers", 4, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as run,
    ):
        assert run.stdout and run.stdout.readline() == "4 hand-ins\n"
        time.sleep(seconds)
        everything = psutil.Process(run.pid).children(recursive=True)
        os.killpg(run.pid, signal.SIGINT)
        said, _ = run.communicate(timeout=60)
        assert run.returncode == 130 and not psutil.wait_procs(everything, timeout=20)[1]
    *loud, last = said.splitlines()  # that there are no walls, in two lines, unless they were read with the first
    assert last.startswith("stopped.") and len(loud) <= 2 and "Traceback" not in said, said


@contextmanager
def heard(number: signal.Signals) -> Iterator[None]:
    """What is started meanwhile hears a signal, also where these tests ignore it, as in the background of a shell."""
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.slow
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    place, out = many(tmp_path / "class", 4), tmp_path / "out"
    assert batch(hand_in(tmp_path / "few", student00=f"{HALF}\n# 0\n"), out).returncode == 0

    def no_large_files() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    with started(place, out, preexec_fn=no_large_files) as run:
        said, _ = run.communicate(timeout=200)
        assert run.returncode == 3 and "could not be kept" in said and "Traceback" not in said, said
    assert graded(out) >= 1
    assert batch(place, out).returncode == 0
    whole(out, 4)


@pytest.mark.slow
def test_what_takes_its_worker_down_is_told_and_the_others_are_graded(tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(COURSE, root)
    suite = root / "autograder" / "suites" / "softmax" / "test_softmax.py"
    fatal = '    if number(came) == 13:\n        import os\n\n        os._exit(1)\n    if came.get("type")'
    suite.write_text(suite.read_text().replace('    if came.get("type")', fatal))
    place = hand_in(many(tmp_path / "class", 6), student03=SOLUTION.replace("0.25", "13"))
    out = tmp_path / "out"
    done = batch(place, out, "--sandbox", "off", "--root", root)
    assert done.returncode == 1, done.stderr
    assert "student03" in done.stdout and "died, 3 times" in done.stdout
    found = scores(out)
    assert found.pop("student03") == "" and all(found.values()) and len(found) == 5
    assert len(reports(out)) == 5, "what the grader could not grade has no report, and no zero"


@pytest.mark.slow
def test_a_time_out_is_repeated_alone_before_it_costs_points(tmp_path: Path) -> None:
    mark = tmp_path / "been here"
    wait = (
        f"import os, time\nif not os.path.exists({str(mark)!r}):\n    open({str(mark)!r}, 'w')\n    while True: pass\n"
    )
    place = hand_in(tmp_path / "class", ann=SOLUTION.replace("### BEGIN", f"exec({wait!r})\n    ### BEGIN"), bob=HALF)
    out = tmp_path / "out"
    assert batch(place, out).returncode == 0
    assert mark.exists() and {name: float(score) for name, score in scores(out).items()} == {"ann": 10, "bob": 4}


@pytest.mark.slow
def test_nobody_else_on_the_machine_is_let_in(tmp_path: Path) -> None:
    for_ever = SOLUTION.replace("### BEGIN", "while True: pass\n    ### BEGIN")
    place, out = (
        hand_in(tmp_path / "class", ann=SOLUTION, **{f"b{n}": f"{for_ever}# {n}" for n in range(8)}),
        tmp_path / "out",
    )
    with started(place, out) as run:
        until(lambda: graded(out))
        family = [psutil.Process(run.pid), *psutil.Process(run.pid).children(recursive=True)]
        ports = {
            at.laddr for process in family for at in process.net_connections("inet") if at.status == psutil.CONN_LISTEN
        }
        assert ports and {at.ip for at in ports} == {"127.0.0.1"}
        assert 8787 not in {at.port for at in ports}, "where another Dask of this machine may have its pages"
        for at in ports:
            assert not speaks_to_strangers(at.port), f"port {at.port} answers to anybody"
        assert run.poll() is None, "it was over too soon to look"


def speaks_to_strangers(port: int) -> bool:
    """Whether a port tells anything to a program without the certificate: by TLS, or as a web page."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=2) as plain:
        try:
            with context.wrap_socket(plain) as secure:
                secure.sendall(b"anything")
                return bool(secure.recv(1))
        except (ssl.SSLError, OSError):
            pass
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as plain:
            plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = plain.recv(100)
            return bool(answer) and b" 404 " not in answer
    except OSError:
        return False


@pytest.mark.slow
def test_an_existing_cluster_is_used_and_learns_no_names(tmp_path: Path) -> None:
    from distributed import LocalCluster

    text = SOLUTION + "\n# Jane Doe, student00\n"
    place, out = hand_in(many(tmp_path / "class", 3), student00=text.replace("0.25", "1 / 0")), tmp_path / "out"
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0") as cluster:
        done = batch(place, out, *OFF, "--scheduler", cluster.scheduler_address)
        assert done.returncode == 0, done.stderr
        keys = [str(entry[0]) for entry in cluster.scheduler.transition_log]
        logs = str([cluster.get_logs(), cluster.scheduler.get_events()])
    assert len({key for key in keys if key.startswith("submission-")}) == 3
    for name in ("student", "Jane", "softmax.py"):
        assert name not in logs and not any(name in key for key in keys)
    assert len(reports(out)) == 3


def test_what_cannot_be_run_is_said(tmp_path: Path) -> None:
    place, out = hand_in(tmp_path / "class", ann=SOLUTION), tmp_path / "out"
    assert batch(place, out).returncode == 0
    done = batch(place, out, "--root", COURSE, PATH=str(tmp_path))
    assert done.returncode == 2 and "apt install bubblewrap" in done.stderr and "--sandbox off" in done.stderr
    assert float(scores(out)["ann"]) == 10, "what was graded still stands in the table"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    for place_, out_, options, said in (
        (tmp_path / "nowhere", out, OFF, "nowhere"),
        (place, tmp_path / "mine", OFF, "holds something else"),
        (place, out, (*OFF, "--sandbox", "wall"), "there is no sandbox"),
        (place, out, (*OFF, "--scheduler", "tcp://127.0.0.1:1"), "no Dask scheduler answers"),
    ):
        done = batch(place_, out_, *options)
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    place, out = many(tmp_path / "class", 8), tmp_path / "out"
    with started(place, out):
        until(lambda: (out / ".lock").exists())
        time.sleep(0.2)
        done = batch(place, out)
    assert done.returncode == 2 and "another run" in done.stderr


@pytest.mark.slow
def test_names_that_attack_a_spreadsheet(tmp_path: Path) -> None:
    name = '=HYPERLINK("x")<a href=x>'
    out = tmp_path / "out"
    assert batch(hand_in(tmp_path / "class", **{name: SOLUTION}), out).returncode == 0
    assert [row["student"] for row in rows(out)] == [f"'{name}"]
    assert "<a href=x" not in (out / "class.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_container_is_named_as_the_wall(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = batch(hand_in(tmp_path / "class", ann=HALF), out, "--sandbox", "container", "--root", COURSE)
    assert done.returncode == 0 and "container" in done.stdout
    assert [report["sandbox"] for report in reports(out)] == ["container"]
