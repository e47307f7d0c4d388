"""Namespaces of its own for each submission: other processes, files and networks are not there (Linux).

See namespaces(7), user_namespaces(7), pid_namespaces(7) and mount(2).
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from autograder.isolation.libc import call

# sched.h
NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
# sys/mount.h
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, RECURSIVE, PRIVATE = 0x1, 0x2, 0x4, 0x8, 0x4000, 0x40000


def begin() -> None:
    """Go on as a process that may `fork` into namespaces: the first one of a PID namespace of its own, with all rights
    in a user namespace of its own. The process that there was waits for it.

    Raises OSError where the system refuses that, as in many containers.
    """
    enter(NEW_PID)
    if pid := os.fork():
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            print(f"the host was ended by signal {os.WTERMSIG(status)}", file=sys.stderr, flush=True)
        os._exit(status != 0)


def fork() -> int:
    """`os.fork`, whose child is the first process of a PID namespace of its own: all that is in there ends with it.

    Only after `begin`: `setns` takes rights over the PID namespace that it goes back to, and nobody in here has them
    over bubblewrap's. Without going back the next `unshare` would be refused. Raises OSError.
    """
    ours = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    call("unshare", NEW_PID)  # for the children of this process, not for itself
    pid = os.fork()
    if pid:
        call("setns", ours, NEW_PID)
    os.close(ours)
    return pid


def enter(kinds: int = NEW_MOUNTS | NEW_IPC | NEW_NET) -> None:
    """Put this process into a user namespace of its own, in which it has all rights, and into others of these kinds;
    into a PID namespace its children are put. Raises OSError.
    """
    user, group = os.getuid(), os.getgid()
    call("unshare", NEW_USER | kinds)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def fresh_folders(sizes: Iterable[tuple[str, int]]) -> None:
    """Mount an empty folder in memory over each path, of at most so many bytes; 0 for one that stays empty."""
    call("mount", b"none", b"/", None, RECURSIVE | PRIVATE, None)
    for path, size in sizes:
        flags = NO_SUID | NO_DEVICES | NO_EXEC | (0 if size else READ_ONLY)
        call("mount", b"tmpfs", path.encode(), b"tmpfs", flags, f"size={size or 4096},nr_inodes=4096".encode())
