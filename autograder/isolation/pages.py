"""Memory in large pages: a fork copies the table of all pages, and for 2 MB that is one entry instead of 512."""

import contextlib
import ctypes
import sys
from pathlib import Path

LARGE = 2 << 20  # bytes of a large page where a small one has 4 kB; others are refused below
COLLAPSE = 25  # MADV_COLLAPSE of madvise(2), since Linux 6.1


def collapse() -> None:
    """Have the kernel put the memory of this process into large pages, where it can and has them; else nothing."""
    if sys.platform != "linux":
        return
    from autograder.isolation.libc import call

    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        addresses, rights, _, _, inode, *_ = line.split()
        if rights != "rw-p" or inode != "0":
            continue  # a file's, or shared
        first, last = (int(address, 16) for address in addresses.split("-"))
        first, last = -(-first // LARGE) * LARGE, last // LARGE * LARGE
        if first < last:
            with contextlib.suppress(OSError):
                call("madvise", ctypes.c_void_p(first), ctypes.c_size_t(last - first), COLLAPSE)
