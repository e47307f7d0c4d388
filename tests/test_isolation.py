"""The processes of student code: forked or spawned, ended for good, and nothing left behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import set_limits
from corpus import CNN
from running import children

from autograder.grade import grade
from autograder.isolation.launch import HostError, start_host

REFERENCE = CNN.master.read_text(encoding="utf-8")
SIZE = "def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:\n"


def test_spawned_children_grade_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of macOS and Windows: a new Python for each child, also after one has ended itself."""
    monkeypatch.setenv("AUTOGRADER_START", "spawn")
    path = tmp_path / "cnn.py"
    path.write_text(REFERENCE.replace(SIZE, f"{SIZE}    import os; os._exit(5)\n", 1), encoding="utf-8")
    host = start_host()
    assert type(host).__name__ == "SpawningHost"
    report = grade(CNN, path, host)
    host.close()
    assert report.score == 92
    assert "exit code 5" in report.tasks[0].checks[0].came


@pytest.mark.skipif(sys.platform != "linux", reason="/proc shows the processes")
@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setenv("AUTOGRADER_START", way)
    path = tmp_path / "cnn.py"
    # A process of its own, by a way that no audit hook sees, and then a hang that ignores what it can.
    starts = f"import ctypes, os, time\nif ctypes.CDLL(None).fork() == 0:\n    open({str(tmp_path / 'pid')!r}, 'w')"
    starts += ".write(str(os.getpid()))\n    time.sleep(1000)"
    hangs = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]; time.sleep(1000)"
    path.write_text(f"{REFERENCE}\n# %%\n{starts}\n# %%\n{hangs}\n", encoding="utf-8")
    before = children(os.getpid())
    set_limits(monkeypatch, cells=2)
    host = start_host()
    report = grade(CNN, path, host, tasks=["conv_output_size"])
    assert report.score == 8
    assert any("more than 2 seconds" in note for note in report.notes)
    host.close()
    orphan = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while (children(os.getpid()) - before or running(orphan)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert children(os.getpid()) - before == set()
    assert not running(orphan)


def running(pid: int) -> bool:
    """Whether `pid` is there, and not only waiting for somebody to ask how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_host_that_dies_is_a_fault_of_the_grader() -> None:
    host = start_host()
    host.process.kill()  # type: ignore[attr-defined]
    host.process.wait()  # type: ignore[attr-defined]
    with pytest.raises(HostError):
        grade(CNN, CNN.master, host, tasks=["conv_output_size"])
    host.close()


def test_a_file_named_torch_beside_the_work_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('not the real one')", encoding="utf-8")
    (tmp_path / "cnn.py").write_text(REFERENCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    host = start_host()
    assert grade(CNN, Path("cnn.py"), host, tasks=["conv_output_size"]).score == 8
    host.close()


PEEKS = {
    "descriptors": "import os; assert sorted(int(n) for n in os.listdir('/proc/self/fd'))[:4] == [0, 1, 2, 3]; "
    "assert len(os.listdir('/proc/self/fd')) <= 5",
    "gpu": "assert not torch.cuda.is_available() and not torch.backends.mps.is_available()",
    "threads": "assert torch.get_num_threads() == 1",
    "answers": "import sys; assert not [name for name in sys.modules if 'recording' in name or 'test_' in name]",
}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.parametrize("name", PEEKS)
def test_what_student_code_finds_around_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "cnn.py"
    path.write_text(REFERENCE.replace(SIZE, f"{SIZE}    {PEEKS[name]}\n", 1), encoding="utf-8")
    host = start_host()
    report = grade(CNN, path, host, tasks=["conv_output_size"])
    host.close()
    assert report.score == 8, report.tasks[0].checks[0].message


@pytest.mark.skipif(sys.platform != "linux", reason="large pages are asked for on Linux only")
def test_what_a_host_holds_is_put_into_large_pages_and_stays_as_it_is() -> None:
    code = """
import mmap, re
from pathlib import Path
from autograder.isolation.pages import COLLAPSE, collapse

def filled() -> mmap.mmap:
    memory = mmap.mmap(-1, 16 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(4096):
        memory[4096 * page] = page % 251
    return memory

def large() -> int:
    return sum(map(int, re.findall(r"AnonHugePages: +([0-9]+)", Path("/proc/self/smaps").read_text())))

try:
    filled().madvise(COLLAPSE, 0, 16 << 20)
except OSError as error:
    print(error)
    raise SystemExit(77)
held, before = filled(), large()
collapse()
assert all(held[4096 * page] == page % 251 for page in range(4096))
print(large() - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip(f"this kernel gives no large pages when asked: {done.stdout}")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 12 << 10  # kB, of 16 MB that need not begin with a large page
