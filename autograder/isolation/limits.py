"""Limits that a child sets on itself before student code runs; where the platform has none, the clock remains."""

import ctypes
import math
import signal
import time
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def memory(extra: int | None) -> None:
    """Allow `extra` bytes of address space above what this process has now; None sets no limit."""
    statm = Path("/proc/self/statm")
    if resource is None or extra is None or not statm.exists():
        return
    held = int(statm.read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = held + extra if hard == resource.RLIM_INFINITY else min(held + extra, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def processor_seconds(seconds: int) -> None:
    """Let the kernel end this process after `seconds` more of processor time."""
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))


def end_when_out_of_time() -> None:
    """Have SIGXCPU end this process also where it is the first of a PID namespace: what a signal does by default, it
    does not do there (pid_namespaces(7)). The handler is C's, since Python's would wait for a call to return.
    """
    from autograder.isolation.libc import LIBC

    assert resource is not None
    LIBC.signal(signal.SIGXCPU, ctypes.cast(LIBC._exit, ctypes.c_void_p))  # with the signal's number as exit code


def behind_walls() -> None:
    """What one submission may use up: files of 32 MB, few threads and descriptors, no locked memory."""
    assert resource is not None
    for what, most in (("FSIZE", 32 << 20), ("NPROC", 16), ("NOFILE", 64), ("MEMLOCK", 0), ("MSGQUEUE", 0)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{what}"), (most, most))


def no_core_dumps() -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
