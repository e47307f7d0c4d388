"""What a child gives up before student code runs, in an order in which each step still may be taken."""

import contextlib
import ctypes
import os
import sys
from pathlib import Path

from autograder.isolation import landlock, limits, namespaces, seccomp
from autograder.isolation.libc import call

SCRATCH = "/tmp/t"  # where student code works
FOLDERS = ((SCRATCH, 32 << 20), ("/dev/shm", 1 << 20), ("/proc", 0))


class Capabilities(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def fence(own_folders: bool) -> None:
    """In the process that is to run student code, last before it does. Raises OSError when a step cannot be taken.

    `own_folders`: it is in namespaces of its own, and gets empty folders in memory. Else it is alone behind its walls.
    """
    readable = readable_folders()
    Path("/proc/self/oom_score_adj").write_text("1000")  # where memory runs out, this process goes first
    limits.behind_walls()
    if own_folders:
        namespaces.fresh_folders(FOLDERS)
        os.chdir(SCRATCH)
        drop_capabilities()
    landlock.restrict(readable, writable())
    seccomp.refuse()


def fence_as_far_as_possible() -> None:
    """The same in a container, whose kernel may lack some of it; another user's rights are the wall there.

    What is missing then is seen by attacks: see `sandbox.SELF_TEST`.
    """
    readable = readable_folders()
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    limits.behind_walls()
    with contextlib.suppress(OSError):
        landlock.restrict(readable, writable())
    with contextlib.suppress(OSError):
        seccomp.refuse()


def writable() -> list[str]:
    return [os.getcwd(), "/dev/null", "/dev/shm"]


def drop_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3 of linux/capability.h, this process
    call("capset", ctypes.byref(header), ctypes.byref((Capabilities * 2)()))


def readable_folders() -> list[str]:
    """Python and its packages, and what they are made of."""
    found = ["/usr", "/lib", "/lib64", "/dev", sys.prefix, sys.base_prefix, *sys.path]
    return [path for path in dict.fromkeys(found) if path and Path(path).exists()]
