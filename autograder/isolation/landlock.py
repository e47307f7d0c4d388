"""Landlock: files that this process may read or write, and nothing else, for good (Linux 5.13 and newer).

See https://docs.kernel.org/userspace-api/landlock.html. What a newer kernel knows is used where it is known.
"""

import ctypes
import os
import stat
from collections.abc import Iterable

from autograder.isolation.libc import call, system_call

CREATE, ADD, RESTRICT = 444, 445, 446  # system calls, the same on all architectures
VERSION = 1  # flag of CREATE
PATH_BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
OF_FILES = WRITE_FILE | READ_FILE | 1 << 14  # the last is to truncate
ALL_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}  # rights to files
NETWORK = 0b11  # bind and connect of TCP, from version 4
SCOPES = 0b11  # abstract sockets and signals, from version 6
NO_NEW_PRIVILEGES = 38  # prctl


class Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


class PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """The version that this kernel speaks; 0 for none."""
    try:
        return system_call(CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION))
    except OSError:
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Leave this process only these folders: the `readable` to read, the `writable` to read and write; nothing is run.

    Raises OSError where the kernel has no Landlock.
    """
    known = version()
    if not known:
        raise OSError("this kernel has no Landlock")
    rights = next(ALL_BY_VERSION[since] for since in sorted(ALL_BY_VERSION, reverse=True) if since <= known)
    rules = Ruleset(rights, NETWORK if known >= 4 else 0, SCOPES if known >= 6 else 0)
    size = 8 * (1 + (known >= 4) + (known >= 6))
    ruleset = system_call(CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for paths, allowed in ((readable, READ_FILE | READ_DIR), (writable, rights & ~EXECUTE)):
            for path in paths:
                allow(ruleset, path, allowed)
        call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        system_call(RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def allow(ruleset: int, path: str, allowed: int) -> None:
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(folder).st_mode):
            allowed &= OF_FILES
        rule = PathBeneath(allowed, folder)
        system_call(ADD, ctypes.c_int(ruleset), ctypes.c_int(PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(folder)
