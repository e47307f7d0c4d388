"""Files are written beside and then renamed, so that a reader or a crash never meets half of one."""

import os
import shutil
import time
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
