"""What a class run costs beside the bare work, beside stock nbgrader, and what walls and processes cost.

    make bench

Ratios of one run count: the speed of a machine drifts, and both sides of a ratio drift with it.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "benchmarks")]

from grade import BARE  # noqa: E402

from autograder.assignment import find_assignment  # noqa: E402
from autograder.batch.cluster import cores  # noqa: E402
from autograder.grade import grade  # noqa: E402
from autograder.isolation.host import prepare  # noqa: E402
from autograder.isolation.launch import ForkingHost, Host  # noqa: E402
from autograder.probes import read_probes  # noqa: E402
from autograder.rules import load_rules  # noqa: E402
from autograder.session import Session  # noqa: E402
from autograder.submission import Submission, read_submission  # noqa: E402

CNN = find_assignment("cnn")
CLASS = 60
FORKS = 40


def class_run(folder: Path, count: int) -> float:
    """Seconds a submission, from the first result to the last, of a class of right ones."""
    for number in range(count):
        path = folder / "class" / f"student{number}" / "cnn" / "cnn.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"{CNN.master.read_text(encoding='utf-8')}\n# {number}\n", encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "batch", str(folder / "class"), "--out", str(folder / "out")]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    graded = sorted(path.stat().st_mtime for path in (folder / "out" / ".results").rglob("*.gz"))
    assert len(graded) == count
    return (graded[-1] - graded[0]) / (count - 1)


def bare_work(folder: Path, count: int) -> float:
    """Seconds a submission of the same forward passes and training steps, warm, on all cores, and nothing else."""
    cells = read_submission(CNN.master).to_run()
    (folder / "cnn.py").write_text("\n\n".join(cell.source for cell in cells), encoding="utf-8")
    head, work = BARE.split("# The questions of the suite")
    indented = "\n".join(f"    {line}" for line in work.splitlines()[1:])
    script = f"{head}\nimport time\ndef work():\n{indented}\nwork()\nprint('ready', flush=True)\ninput()\n"
    script += f"begin = time.perf_counter()\nfor _ in range({count // cores()}): work()\n"
    script += "print('took', time.perf_counter() - begin, flush=True)\n"
    (folder / "bare.py").write_text(script, encoding="utf-8")
    command = [sys.executable, str(folder / "bare.py"), str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    running = [subprocess.Popen(command, **pipes) for _ in range(cores())]  # type: ignore[call-overload]

    def wait_for(process: "subprocess.Popen[str]", word: str) -> str:
        assert process.stdout
        return next(line for line in process.stdout if line.startswith(word))

    for process in running:
        wait_for(process, "ready")
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    took = [float(wait_for(process, "took").split()[1]) for process in running]
    for process in running:
        process.wait()
    return max(took) / (count // cores()) / cores()


def bare_fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def start_and_end(host: Host) -> None:
    """A child of the host, ready to run cells of which there are none, and ended."""
    session = Session(host, Submission(Path("cnn.py")), read_probes(CNN.suite), load_rules())
    session._channel()
    session.close()


def milliseconds(do: Callable[[], object], times: int) -> float:
    do()
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        do()
        took.append(time.perf_counter() - begin)
    return 1000 * statistics.median(took)


def walls() -> tuple[float, float]:
    """Median seconds of a right submission behind warm walls and without, in turn."""
    hosts = [ForkingHost(warm=True, walled=walled) for walled in (True, False)]
    took: list[list[float]] = [[], []]
    for turn in range(9):
        for host, times in zip(hosts, took, strict=True):
            begin = time.perf_counter()
            assert grade(CNN, CNN.master, host).score == 100
            if turn:
                times.append(time.perf_counter() - begin)
    for host in hosts:
        host.close()
    ratios = [one / other for one, other in zip(*took, strict=True)]
    return statistics.median(ratios), statistics.median(took[0])


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CLASS
    ratio, seconds = walls()
    print(f"walls: {ratio:.3f} times as long as without ({seconds:.2f} s a right submission)", flush=True)
    prepare(warm=True)  # as a host does, so that a fork here is one of the host
    host = ForkingHost(warm=True, walled=True)
    bare, child = milliseconds(bare_fork, FORKS), milliseconds(lambda: start_and_end(host), FORKS)
    host.close()
    print(
        f"a child's start and end: {child:.0f} ms, {child / bare:.1f} times a bare fork and exit ({bare:.0f} ms)",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        work = bare_work(Path(folder), count)
        took = class_run(Path(folder), count)
        again = bare_work(Path(folder), count)
    work = (work + again) / 2  # before and after, since the machine drifts
    print(
        f"a class of {count}: {took:.2f} s each on {cores()} cores, "
        f"{took / work:.2f} times the bare work ({work:.2f} s)"
    )


if __name__ == "__main__":
    main()
