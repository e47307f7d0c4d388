"""The two faces of a student's work, `.py` and `.ipynb`, kept as one by jupytext."""

import hashlib
import re
from pathlib import Path

from autograder.files import keep_copy, write
from autograder.submission import read_submission, saved_last

COMMENTED_COMMAND = re.compile(r"^# ?(?=[%!])", re.MULTILINE)


def pair(script: Path) -> tuple[Path, Path | None]:
    """Bring the notebook beside `script` up to date, or `script` with it: the one saved last goes on.

    Returns the notebook, and the copy that was kept when both had been changed.

    Raises:
        FileNotFoundError: there is neither.
        ValueError: one of them cannot be read.
    """
    from jupytext.cli import jupytext

    notebook = script.with_suffix(".ipynb")
    newest = saved_last([notebook, script])
    if not newest:
        raise FileNotFoundError(script)
    older = notebook if newest == script else script
    # What both held when they were last the same; a face that still holds it has nothing to lose.
    common = script.with_name(f".{script.stem}.paired")
    known = common.read_text(encoding="utf-8") if common.exists() else None
    kept = None
    if older.exists() and digest(older) not in (known, digest(newest)):
        kept = keep_copy(older)
    jupytext(["--quiet", "--set-formats", "ipynb,py:percent", "--sync", str(newest)])
    write(common, digest(newest))
    return notebook, kept


def digest(path: Path) -> str:
    """Of the code and the text in the cells of a script or a notebook."""
    import jupytext

    submission = read_submission(path)
    if submission.problem:
        raise ValueError(f"{submission.problem}. Mend it or move it away, then try again.")
    # In a script jupytext writes a notebook's commands as comments.
    sources = [COMMENTED_COMMAND.sub("", cell.source).strip() for cell in submission.cells]
    # A question in words is answered in a text; how its lines are broken is jupytext's affair.
    texts = [" ".join(cell.source.split()) for cell in jupytext.read(path).cells if cell.cell_type != "code"]
    return hashlib.sha256("\0".join([*sources, *filter(None, texts)]).encode()).hexdigest()
