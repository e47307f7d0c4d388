"""Starts the processes that run student code, and ends them: the judge's side of `host.py`."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any, Protocol

from autograder.assignment import PACKAGE
from autograder.isolation.bubblewrap import behind_walls
from autograder.isolation.user import User
from autograder.wire import Channel

# One thread: the sums of a second one differ in their last digits, and on shared cores two are slower than one.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "CUDA_VISIBLE_DEVICES": "",
    # glibc's: keep what is freed. A training step takes and frees megabytes, and each time the kernel would clear them.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # and take it in pages of 2 MB, where the kernel has them
    "MPLBACKEND": "Agg",  # plt.show() must not wait for somebody to close a window
}


class HostError(RuntimeError):
    """The grader's own process did not start or died: nobody's fault but ours."""


class Child(Protocol):
    """The process of one submission."""

    channel: Channel

    def end(self) -> int:
        """End the process, if it still runs; its exit code, negative for a signal."""


class Host(Protocol):
    sandbox: str  # the walls around its children: none, warm, cold or container

    def spawn(self, gpu: bool = False) -> Child: ...

    def make_ready(self) -> None:
        """Prepare the next `spawn`, where that takes a while."""

    def stop_child(self) -> None:
        """End the child that runs, from another thread than that which waits for it; nothing where there is none."""

    def last_words(self) -> str:
        """What its processes complained of, to be added to a message; empty if nothing."""

    def close(self) -> None: ...


def start_host(warm: bool = False) -> Host:
    """A host for this platform; `warm` pays for many submissions, and delays the first.

    `AUTOGRADER_START=spawn` forces the way of macOS and Windows, where fork is unsafe.
    """
    fork = sys.platform == "linux" and os.environ.get("AUTOGRADER_START") != "spawn"
    return ForkingHost(warm) if fork else SpawningHost(warm)


class ForkingHost:
    """One process that imports torch, and forks a child for each `spawn`; one child at a time.

    With a `user` it and its children are that user's, whose processes all end with it: one host, one submission.
    """

    def __init__(self, warm: bool, walled: bool = False, user: User | None = None) -> None:
        self.sandbox = "container" if user else "warm" if walled else "none"
        self.user = user
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mode = "fork-warm" if warm else "fork"
        self.process, self.errors, self.scratch = _start_python([mode], theirs, walled, user)
        theirs.close()

    def spawn(self, gpu: bool = False) -> "ForkedChild":
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self.control, [b"gpu" if gpu else b"cpu"], [theirs.fileno()])
        except OSError as error:
            raise self.died() from error
        theirs.close()
        return ForkedChild(Channel(ours), self)

    def make_ready(self) -> None:
        """A fork takes no preparation."""

    def stop_child(self) -> None:
        with contextlib.suppress(OSError):
            self.control.send(b"kill")

    def died(self) -> HostError:
        return HostError("the process that imports torch has ended" + self.last_words())

    def last_words(self) -> str:
        return read_complaints(self.errors)

    def close(self) -> None:
        self.control.close()  # the host ends when its commands do
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.user:
            self.user.end_all()
        self.scratch.cleanup()


class ForkedChild:
    def __init__(self, channel: Channel, host: ForkingHost) -> None:
        self.channel = channel
        self.host = host

    def end(self) -> int:
        """Raises HostError when the host is gone."""
        self.channel.close()
        try:
            self.host.control.settimeout(10)
            self.host.control.send(b"kill")  # too late for a child that has ended by itself: its own code comes back
            status = self.host.control.recv(64)
        except OSError as error:
            raise self.host.died() from error
        if not status:
            raise self.host.died()
        return int(status)


class SpawningHost:
    """Starts a new Python for each child; the first one at once, so that it imports torch meanwhile."""

    def __init__(self, warm: bool = False, walled: bool = False) -> None:
        self.warm, self.walled = warm, walled
        self.sandbox = "cold" if walled else "none"
        self.ready: SpawnedChild | None = SpawnedChild(warm=warm, walled=walled)
        self.running = self.ready  # the one that was given out last

    def spawn(self, gpu: bool = False) -> "SpawnedChild":
        if self.ready and not gpu:
            self.running, self.ready = self.ready, None
        else:
            self.running = SpawnedChild(gpu, walled=self.walled)
        return self.running

    def make_ready(self) -> None:
        if not self.ready:
            self.ready = SpawnedChild(warm=self.warm, walled=self.walled)

    def stop_child(self) -> None:
        if self.running is not self.ready:
            self.running.process.kill()

    def last_words(self) -> str:
        return read_complaints(self.running.errors)

    def close(self) -> None:
        if self.ready:
            self.ready.end()


class SpawnedChild:
    def __init__(self, gpu: bool = False, warm: bool = False, walled: bool = False) -> None:
        ours, theirs = socket.socketpair()
        self.walled = walled
        arguments = ["child-warm" if warm else "child", "gpu" if gpu else "cpu"]
        self.process, self.errors, self.scratch = _start_python(arguments, theirs, walled)
        theirs.close()
        self.channel = Channel(ours)

    def end(self) -> int:
        self.channel.close()
        try:
            code = self.process.wait(timeout=0.2)  # it may be about to end by itself, with a code of its own
            by_signal = self.walled and 128 < code < 128 + signal.NSIG  # bubblewrap's way to tell of one
            return 128 - code if by_signal else code
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            if os.name != "nt":  # what it may have started shares its session; a used number stays taken until then
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.process.pid, signal.SIGKILL)
            self.scratch.cleanup()


def _start_python(
    arguments: list[str], theirs: socket.socket, walled: bool = False, user: User | None = None
) -> "tuple[subprocess.Popen[bytes], IO[bytes], tempfile.TemporaryDirectory[str]]":
    """`host.py` in a session of its own, with `theirs` as its standard input.

    Returns the process, a file of what it complains, and the folder where it works: student code must not write
    beside the student's own files.
    """
    # -P: a `torch.py` or `random.py` in the current folder must not take the place of the real one.
    command = [sys.executable, "-P", "-m", "autograder.isolation.host", *arguments]
    environment = {**os.environ, **ENVIRONMENT}
    # The child's `autograder` is this one, whichever is installed.
    paths = [
        str(PACKAGE.parent),
        *map(os.path.abspath, filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))),
    ]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    if (gpus := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        environment["AUTOGRADER_CUDA_VISIBLE_DEVICES"] = gpus
    if walled:
        command = behind_walls([*command, "walled"], ENVIRONMENT | {"PYTHONPATH": str(PACKAGE.parent)})
    errors = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the process
    scratch = tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True)
    options: dict[str, Any] = {"stdout": errors, "stderr": errors, "env": environment, "cwd": scratch.name}
    if user:
        command.append("fenced")
        options |= user.options(Path(scratch.name), ENVIRONMENT)
    if os.name != "nt":
        return subprocess.Popen(command, stdin=theirs.fileno(), start_new_session=True, **options), errors, scratch
    process = subprocess.Popen(command, stdin=subprocess.PIPE, **options)
    share = theirs.share(process.pid)  # type: ignore[attr-defined]  # Windows cannot inherit a socket as a file
    assert process.stdin
    process.stdin.write(len(share).to_bytes(4, "big") + share)
    process.stdin.close()
    return process, errors, scratch


def read_complaints(errors: IO[bytes]) -> str:
    errors.seek(0)
    words = errors.read().decode(errors="replace").strip()
    return f":\n{words[-2000:]}" if words else ""
