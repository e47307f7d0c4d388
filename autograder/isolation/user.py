"""Another user for student code: the wall inside a container that refuses namespaces, where we are root (Linux).

What that user may not read, write or signal is what a system keeps from any user: files of ours that are closed to
others, and processes of ours.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment import PACKAGE


class NoUser(RuntimeError):
    """Nothing can be run as another user here; the text says why."""


@dataclass(frozen=True)
class User:
    number: int
    group: int

    def options(self, scratch: Path, environment: dict[str, str]) -> dict[str, Any]:
        """What `subprocess.Popen` takes to start our Python as this user, with nothing of our environment.

        In `scratch`, a new folder of ours, are laid out what it imports and an empty folder in which it works.
        """
        code, work = scratch / "code", scratch / "work"
        scratch.chmod(0o711)
        copy_package(code)
        work.mkdir(mode=0o700)
        os.chown(work, self.number, self.group)
        names = {"HOME": str(work), "TMPDIR": str(work), "LOGNAME": "student", "PYTHONPATH": str(code)}
        names["PATH"] = os.environ.get("PATH", os.defpath)
        return {"env": environment | names, "cwd": work, **self.identity()}

    def identity(self) -> dict[str, Any]:
        return {"user": self.number, "group": self.group, "extra_groups": []}

    def end_all(self) -> None:
        """End every process of this user, also those in sessions of their own."""
        # To -1 is to all that the caller may signal, at once: nothing can fork away meanwhile. Never as root.
        command = [sys.executable, "-ISc", "import os, signal; os.getuid() and os.kill(-1, signal.SIGKILL)"]
        subprocess.run(command, cwd="/", capture_output=True, check=False, **self.identity())


def find_user(name: str) -> User:
    """The user of that name or number. Raises NoUser."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise NoUser("student code can be run as another user on Linux only, and only by root")
    if name.isdigit():
        found = User(int(name), int(name))
    else:
        import pwd  # not on Windows

        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            raise NoUser(f"there is no user `{name}` for student code: has setup.sh run to its end?") from None
        found = User(entry.pw_uid, entry.pw_gid)
    if found.number == 0:
        raise NoUser(f"the user `{name}` is root: student code needs another one")
    return found


def copy_package(to: Path) -> None:
    """A copy of this package that anybody may read, without suites: ours may lie where only we can read."""
    for path in PACKAGE.rglob("*"):
        part = path.relative_to(PACKAGE)
        if path.suffix in (".py", ".toml") and part.parts[0] != "suites":
            copy = to / PACKAGE.name / part
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    for path in (to, *to.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # whatever our umask is
