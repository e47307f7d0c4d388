"""The walls around a host: bubblewrap shows it Python, PyTorch and the part of this package that it runs, and no more.

See bwrap(1). No solutions, no recorded answers, no submission, no gradebook and no home folder are in there, and no
network.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.assignment import PACKAGE
from autograder.isolation.lower import SCRATCH

PROGRAM = "bwrap"
LARGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage")  # where glibc looks whether there are any
USER = "1000"  # inside; also for root, who cannot be mapped into a nested namespace


def found() -> str | None:
    return shutil.which(PROGRAM)


def behind_walls(command: list[str], environment: dict[str, str]) -> list[str]:
    """`command` behind walls, with nothing but this environment. Its standard input is passed on."""
    options = ["--unshare-all", "--unshare-user", "--uid", USER, "--gid", USER, "--cap-drop", "ALL"]
    options += ["--die-with-parent", "--new-session", "--clearenv"]
    for folder in system_folders():
        options += ["--symlink", str(folder.readlink()), str(folder)] if folder.is_symlink() else read_only(folder)
    for folder in pythons_folders():
        options += read_only(folder)  # what it links to, where it is a link
    if LARGE_PAGES.exists():
        options += read_only(LARGE_PAGES)
    options += [*read_only(PACKAGE), *empty(PACKAGE / "suites")]
    options += ["--proc", "/proc", "--dev", "/dev", "--size", str(64 << 20), "--tmpfs", SCRATCH]
    # The root that bubblewrap makes, and its /dev, are in memory and could be filled.
    options += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", SCRATCH]
    for name, value in environment.items():
        options += ["--setenv", name, value]
    return [PROGRAM, *options, "--", *command]


def system_folders() -> Iterator[Path]:
    """The system's libraries; /lib is often a link into /usr."""
    return (path for path in map(Path, ("/usr", "/lib", "/lib64", "/etc/ld.so.cache")) if path.exists())


def pythons_folders() -> Iterator[Path]:
    """The folders of this Python and of its environment, PyTorch in it."""
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not Path(prefix).is_relative_to("/usr"):
            yield Path(prefix)


def read_only(path: Path) -> list[str]:
    return ["--ro-bind", str(path), str(path)]


def empty(path: Path) -> list[str]:
    return ["--tmpfs", str(path), "--remount-ro", str(path)]
