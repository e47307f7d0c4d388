"""Calls of the C library that Python 3.11 has no function for."""

import ctypes
import os
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> int:
    """A function of the C library that gives -1 and sets errno when it fails. Raises OSError then."""
    result = getattr(LIBC, name)(*arguments)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return int(result)


def system_call(number: int, *arguments: Any) -> int:
    """A system call that has no function in the C library. Raises OSError when it fails."""
    result = LIBC.syscall(ctypes.c_long(number), *arguments)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"system call {number}: {os.strerror(error)}")
    return int(result)
