"""Namespaces of its own for each submission: other processes, files and networks are not there (Linux).

See namespaces(7), user_namespaces(7) and mount(2).
"""

import os
from collections.abc import Iterable
from pathlib import Path

from autograder.isolation.libc import call

# sched.h
NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
# sys/mount.h
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, RECURSIVE, PRIVATE = 0x1, 0x2, 0x4, 0x8, 0x4000, 0x40000


def enter() -> None:
    """Put this process into a user, mount, IPC and network namespace of its own, and its children into a PID namespace.

    Raises OSError where the system refuses that, as in many containers.
    """
    user, group = os.getuid(), os.getgid()
    call("unshare", NEW_USER | NEW_PID | NEW_MOUNTS | NEW_IPC | NEW_NET)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def fresh_folders(sizes: Iterable[tuple[str, int]]) -> None:
    """Mount an empty folder in memory over each path, of at most so many bytes; 0 for one that stays empty."""
    call("mount", b"none", b"/", None, RECURSIVE | PRIVATE, None)
    for path, size in sizes:
        flags = NO_SUID | NO_DEVICES | NO_EXEC | (0 if size else READ_ONLY)
        call("mount", b"tmpfs", path.encode(), b"tmpfs", flags, f"size={size or 4096},nr_inodes=4096".encode())
