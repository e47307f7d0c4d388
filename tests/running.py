"""The commands as they are run, and what a machine needs for some of the tests."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.isolation import bubblewrap, landlock

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))


def autograder(*arguments: object, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    command += ["--no-html"] if arguments[0] == "grade" else []  # test_page.py has the page
    environment = {**os.environ, "COLUMNS": "80", **variables}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment)


def children(pid: int) -> set[int]:
    """All processes below `pid`."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == pid:
            child = int(stat.parent.name)
            found |= {child} | children(child)
    return found


def nested_namespaces() -> bool:
    """Whether this system lets bubblewrap, and what runs in it, make namespaces. Nothing of ours is asked."""
    if not shutil.which(bubblewrap.PROGRAM) or not landlock.version():
        return False
    command = [bubblewrap.PROGRAM, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc"]
    command += ["unshare", "-Ur", "true"]
    return subprocess.run(command, capture_output=True).returncode == 0


needs_walls = pytest.mark.skipif(
    not nested_namespaces(), reason="no bubblewrap, Landlock or nested namespaces here: the walls are NOT tested"
)
