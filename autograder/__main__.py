"""`python -m autograder`: from a checkout any Python will do, thanks to `.venv` there."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

NEEDED = ("typer", "rich", "numpy", "torch", "jupytext")


def main() -> None:
    if all(find_spec(name) for name in NEEDED):
        from autograder.cli import main as cli

        cli()
        return
    from autograder.install import PYTHON, VENV

    if not PYTHON.exists() or Path(sys.prefix).resolve() == VENV.resolve():
        print(
            "The packages that the grader needs are not installed yet. Run `make grade`,\n"
            "or without make: python autograder/install.py",
            file=sys.stderr,
        )
        sys.exit(2)
    command = [str(PYTHON), "-m", "autograder", *sys.argv[1:]]
    if os.name == "posix":
        os.execv(command[0], command)
    try:  # on Windows exec would not wait for the end
        sys.exit(subprocess.run(command).returncode)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
