"""The two faces of a student's work, `.py` and `.ipynb`, kept as one by jupytext."""

from pathlib import Path

from autograder.files import keep_copy
from autograder.submission import read_submission, saved_last


def pair(script: Path) -> tuple[Path, Path | None]:
    """Bring the notebook beside `script` up to date, or `script` with it: the one saved last goes on.

    Returns the notebook, and the copy that was kept when both held different code.

    Raises:
        FileNotFoundError: there is neither.
    """
    from jupytext.cli import jupytext

    notebook = script.with_suffix(".ipynb")
    newest = saved_last([script, notebook])
    if not newest:
        raise FileNotFoundError(script)
    kept = None
    older = notebook if newest == script else script
    if older.exists() and sources(older) != sources(newest):
        kept = keep_copy(older)
    jupytext(["--quiet", "--sync", str(newest)])
    if not notebook.exists():
        jupytext(["--quiet", "--to", "ipynb", "--output", str(notebook), str(script)])
    return notebook, kept


def sources(path: Path) -> list[str]:
    return [cell.source for cell in read_submission(path).cells]
