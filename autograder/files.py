"""Files are written beside and then renamed, so that a reader or a crash never meets half of one; and locks."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path


def write(path: Path, data: str | bytes, mode: int = 0o666) -> None:
    """Write `path` whole or not at all; folders above it are made. `mode` is lowered by the umask, as for any file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")  # two runs at once each have one of their own
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def keep_copy(path: Path) -> Path:
    """A copy of somebody's file beside it, with the time in its name."""
    name, count = f"{path.stem}-kept-{time.strftime('%Y%m%d-%H%M%S')}", 0
    while (copy := path.with_name(f"{name}{f'-{count}' if count else ''}{path.suffix}")).exists():
        count += 1
    shutil.copy2(path, copy)
    return copy


@contextlib.contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[None]:
    """Keep other processes out of such a block for the same file or folder; a file is made if need be. The lock ends
    with its process. On Windows, where no class is graded, there is none.

    Raises:
        BlockingIOError: another process is in one, and this one shall not wait.
    """
    if os.name == "nt":
        yield
        return
    import fcntl

    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)
