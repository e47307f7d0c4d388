"""The process that runs student code. Where fork is safe it imports torch once and forks a child per submission.

Run by `launch.py` as `python -m autograder.isolation.host fork|fork-warm|child|child-warm`:
`fork` takes commands on standard input, a socket: a child's own socket asks for a fork, `kill` ends the child; the
answer is the child's exit status. `child` is itself the child of one submission, where fork is missing or unsafe.
Both may be `walled`: bubblewrap stands around them, and each child is fenced in once more before student code runs.
The host that is `walled` is two processes: one that waits, and the first of a PID namespace, which forks.
`fork` may be `fenced` instead: it is another user's process, in a container, and each child is fenced in as far as the
kernel allows.
"""

import contextlib
import functools
import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from autograder.isolation import limits, pages


def serve_forks(
    control: socket.socket, warm: bool, fork: Callable[[], int], be: Callable[[socket.socket, bool], NoReturn]
) -> None:
    """Fork a child for each socket that comes, one at a time, and report how it ended. Ends with `control`.

    `be` is what a child does, with its socket and whether it sees a GPU.
    """
    prepare(warm)
    while True:
        command, fds, _, _ = socket.recv_fds(control, 64, 1)
        if not command:
            return
        if not fds:
            continue  # `kill` for a child that has ended meanwhile
        threads = len(os.listdir("/proc/self/task"))
        assert threads == 1, f"forking with {threads} threads would hang the child"
        pid = fork()
        if pid == 0:
            control.close()
            be(socket.socket(fileno=fds[0]), command == b"gpu")
        os.close(fds[0])
        control.send(str(wait_for(pid, control)).encode())


def prepare(warm: bool) -> None:
    """Have all at hand that a child needs, and its fork cheap."""
    import_torch()
    if warm:
        take_one_step()
    gc.freeze()  # a child that looked through torch for garbage would copy the pages of all that is there
    if warm:
        pages.collapse()


def wait_for(pid: int, control: socket.socket) -> int:
    """Exit code of `pid`, negative for a signal. Ends it on a command, or when the judge is gone."""
    child = os.pidfd_open(pid)
    waiting: list[int | socket.socket] = [child, control]
    ready, _, _ = select.select(waiting, [], [])
    if child not in ready:
        control.recv(64)
        select.select([child], [], [], 0.2)  # it may be about to end by itself, with a code of its own
    end_group(pid)  # also whatever it may have left behind, and before its number can be another's
    _, status = os.waitpid(pid, 0)
    os.close(child)
    return os.waitstatus_to_exitcode(status)


def end_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        except PermissionError:
            continue


def be_walled(sock: socket.socket, gpu: bool) -> NoReturn:
    """A child in namespaces of its own. The kernel ends it with the host, in whose PID namespace its own one is."""
    from autograder.isolation import namespaces

    namespaces.enter()
    limits.end_when_out_of_time()
    be_child(sock, gpu, partial(fence, own_folders=True))


def fence(own_folders: bool) -> None:
    from autograder.isolation import lower

    lower.fence(own_folders)


def be_fenced(sock: socket.socket, gpu: bool) -> NoReturn:
    """A child that is another user's, in a container."""
    from autograder.isolation import lower

    be_child(sock, gpu, lower.fence_as_far_as_possible)


def be_child(sock: socket.socket, gpu: bool, lower: Callable[[], None] = lambda: None) -> NoReturn:
    """Answer the judge on `sock` and leave; nothing else stays open. `lower` is called before student code runs."""
    try:
        with contextlib.suppress(AttributeError, PermissionError):  # Windows; a leader already, when spawned
            os.setsid()
        limits.no_core_dumps()
        keep = _only_descriptor(sock.detach())
        see_gpu(gpu)
        from autograder import observe, wire

        observe.serve(wire.Channel(socket.socket(fileno=keep), trusted=True), lower)
    except BaseException:
        os._exit(70)
    os._exit(0)


def _only_descriptor(keep: int) -> int:
    """Close everything but `keep`; 0, 1 and 2 lead nowhere. Returns the number that `keep` has now."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    if os.name == "nt":
        return keep  # a handle, not a descriptor
    if keep != 3:
        os.dup2(keep, 3)
    os.closerange(4, 65536)
    return 3


def see_gpu(gpu: bool) -> None:
    """Exact checks run where no GPU is seen. Read by CUDA when it first starts, which is not before this."""
    if gpu:
        os.environ.pop("CUDA_VISIBLE_DEVICES", None)
        if (before := os.environ.pop("AUTOGRADER_CUDA_VISIBLE_DEVICES", None)) is not None:
            os.environ["CUDA_VISIBLE_DEVICES"] = before
        return
    import torch

    # Metal has no such variable. torch looks for the `__wrapped__` of a cached function here.
    torch.backends.mps.is_available = functools.cache(lambda: False)


def import_torch() -> None:
    """Import torch on one thread. One op on more threads before a fork would hang the child (pytorch issue 17199)."""
    import torch

    # So that the child finds them loaded; the first is for the probes of a suite.
    import autograder.elsewhere
    import autograder.observe  # noqa: F401

    torch.set_num_threads(1)


def take_one_step() -> None:
    """What the first optimizer imports takes as long as torch itself: pay it once, for all children."""
    import torch

    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(8, 2))
    optimizer = torch.optim.Adam(model.parameters())
    torch.nn.functional.cross_entropy(model(torch.zeros(2, 1, 4, 4)), torch.zeros(2, dtype=torch.long)).backward()
    optimizer.step()


def main() -> None:
    mode, walled = sys.argv[1], "walled" in sys.argv[2:]
    if mode in ("fork", "fork-warm"):
        control, warm = socket.socket(fileno=os.dup(0)), mode == "fork-warm"
        if walled:
            from autograder.isolation import lower, namespaces  # here, so that each child finds them loaded

            namespaces.begin()
            serve_forks(control, warm, namespaces.fork, be_walled)
        elif "fenced" in sys.argv[2:]:
            from autograder.isolation import lower  # noqa: F401

            serve_forks(control, warm, os.fork, be_fenced)
        else:
            serve_forks(control, warm, os.fork, be_child)
    else:
        if os.name == "nt":
            size = int.from_bytes(sys.stdin.buffer.read(4), "big")
            sock = socket.fromshare(sys.stdin.buffer.read(size))  # type: ignore[attr-defined]
        else:
            sock = socket.socket(fileno=os.dup(0))
        import_torch()
        if mode == "child-warm":
            take_one_step()
        be_child(sock, sys.argv[2] == "gpu", partial(fence, own_folders=False) if walled else lambda: None)


if __name__ == "__main__":
    main()
