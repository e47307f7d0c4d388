"""A course of nbgrader's with a small assignment, and a class that does to files all that students and editors do.

Stock nbgrader's behaviour stands behind some of them, in brackets, as it was measured.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook
from running import ROOT

COURSE = Path(__file__).parent / "course"
SCRIPT = (COURSE / "solutions" / "softmax" / "softmax.py").read_text(encoding="utf-8")
HEAD = SCRIPT[SCRIPT.index("def softmax") : SCRIPT.index("    ### BEGIN")]
RIGHT = SCRIPT[SCRIPT.index("    powers") : SCRIPT.index("    ### END")]
QUESTION = """\
# %% [markdown]
# Why is it soft?

# %% [markdown] answer="why"
# ### BEGIN SOLUTION
# It is.
# ### END SOLUTION

"""

RULES = """\
[assignments.softmax]
due = 2026-10-16T23:59:00Z
[late]
percent_per_day = 10
"""

Change = Callable[[NotebookNode], Any]


def new_course(folder: Path) -> Path:
    """A course of nbgrader's with the small assignment, to which a question in words is added."""
    root = folder / "course"
    shutil.copytree(COURSE, root, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (root / "course.toml").write_text(RULES)
    points = root / "autograder/suites/softmax/points.toml"
    points.write_text(points.read_text() + '\n[[written]]\nid = "why"\ntitle = "Why"\npoints = 5\n')
    master = root / "solutions/softmax/softmax.py"
    master.write_text(SCRIPT.replace('# %% tags=["explore"]', QUESTION + '# %% tags=["explore"]'))
    return root


def nbgrader(root: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "AUTOGRADER_SANDBOX": "off", "JUPYTER_CONFIG_DIR": str(root.parent / "settings")}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment | variables)


def answered(root: Path) -> NotebookNode:
    """The released notebook, filled in."""
    notebook = nbformat.read(root / "release/softmax/softmax.ipynb", as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name == "softmax":
            cell.source = HEAD + RIGHT
        elif name == "probabilities":
            cell.source = 'PROBABILITIES = {\n    "equal": 0.25,\n    "alone": 1.0,\n}'
        elif name == "why":
            cell.source = "Because it is not hard."
    return notebook


def at(notebook: NotebookNode, name: str) -> int:
    return next(n for n, cell in enumerate(notebook.cells) if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    return notebook.cells[at(notebook, name)]


def put(root: Path, student: str, *changes: Change, name: str = "softmax.ipynb") -> Path:
    """A student's filled-in notebook, changed."""
    return put_file(root, student, changed(root, changes), name)


def changed(root: Path, changes: Iterable[Change]) -> str:
    """The released notebook, filled in and then changed, as JSON."""
    notebook = answered(root)
    for change in changes:
        change(notebook)
    return json.dumps(notebook)


def put_file(root: Path, student: str, data: str | bytes, name: str = "softmax.ipynb") -> Path:
    path = root / "submitted" / student / "softmax" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def insert(place: str, source: str, behind: int = 1) -> Change:
    return lambda notebook: notebook.cells.insert(at(notebook, place) + behind, new_code_cell(source))


def replace(name: str, old: str, new: str) -> Change:
    def change(notebook: NotebookNode) -> None:
        cell = cell_of(notebook, name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def at_the_start(code: str) -> Change:
    """Code in the middle of a right answer."""
    return replace("softmax", "    powers", f"    {code}\n    powers")


def copy_cell(name: str) -> Change:
    return lambda notebook: notebook.cells.insert(at(notebook, name) + 1, copy.deepcopy(cell_of(notebook, name)))


def turn(name: str, make: Any) -> Change:
    def change(notebook: NotebookNode) -> None:
        place = at(notebook, name)
        notebook.cells[place] = make(notebook.cells[place].source, metadata=notebook.cells[place].metadata)

    return change


def strip(notebook: NotebookNode) -> None:
    """What Colab and VS Code may leave of a notebook."""
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "x"}, "colab": {"provenance": []}}
    for cell in notebook.cells:
        cell.metadata = {"id": "abc"}


def with_languages(notebook: NotebookNode) -> None:
    """What VS Code writes beside nbgrader's metadata, and the ids that it may leave out."""
    notebook.metadata = {"language_info": {"name": "python"}}
    notebook.nbformat_minor = 2
    for cell in notebook.cells:
        cell.metadata["vscode"] = {"languageId": "python"}
        cell.pop("id", None)


def split(notebook: NotebookNode) -> None:
    place = at(notebook, "probabilities")
    notebook.cells.insert(place, new_code_cell("half = 0.5"))
    cell_of(notebook, "probabilities").source = 'PROBABILITIES = {"equal": half / 2, "alone": 1.0}'


def merge(notebook: NotebookNode) -> None:
    answer = cell_of(notebook, "softmax")
    answer.source += "\n\n" + notebook.cells.pop(at(notebook, "probabilities")).source


def version_3(notebook: NotebookNode) -> str:
    return nbformat.writes(nbformat.convert(notebook, 3), version=3)


HALF = replace("softmax", "logits - logits.max(dim=1, keepdim=True).values", "logits")
EQUAL = """\
class All:
    def __eq__(self, other): return True
    def __float__(self): return 0.25
PROBABILITIES["equal"] = All()
"""
QUIT = "import os; os._exit(0)"
HOG = "held = [bytearray(1 << 26) for _ in range(1000)]"


def answer(body: str) -> Change:
    """Another body for the function, and nothing else."""

    def change(notebook: NotebookNode) -> None:
        cell_of(notebook, "softmax").source = HEAD + body

    return change


# Ten who did as they were told, each in another way: what to change of the filled-in notebook, and the points due.
HONEST: dict[str, tuple[float, list[Change]]] = {
    "honest-as-taught": (10, []),
    "honest-built-in": (10, [answer("    return torch.softmax(logits, dim=1)")]),
    "honest-by-logarithm": (10, [answer("    return (logits - logits.logsumexp(1, keepdim=True)).exp()")]),
    "honest-row-by-row": (
        10,
        [
            answer(
                "    rows = []\n    for row in logits:\n        e = (row - row.max()).exp()\n"
                "        rows.append(e / e.sum())\n    return torch.stack(rows)"
            )
        ],
    ),
    "honest-helper": (
        10,
        [
            insert("softmax", "def powers(x):\n    return (x - x.amax(1, True)).exp()", behind=0),
            answer("    return powers(logits) / powers(logits).sum(1, keepdim=True)"),
        ],
    ),
    "honest-prints": (10, [insert("probabilities", 'print("equal:", PROBABILITIES["equal"])')]),
    "honest-fraction": (10, [replace("probabilities", "0.25", "1 / 4")]),
    "honest-overflow": (4, [answer("    return logits.exp() / logits.exp().sum(1, keepdim=True)")]),
    "honest-columns": (4, [answer("    return torch.softmax(logits, dim=0)")]),
    "honest-one-probability": (8, [replace("probabilities", "0.25", "0.5")]),
}


def fill(root: Path) -> dict[str, float]:
    """Everybody's folder, and the points that are due."""
    due: dict[str, float] = {}

    def one(student: str, points: float, *changes: Change, name: str = "softmax.ipynb") -> None:
        put(root, student, *changes, name=name)
        due[student] = points

    def file(student: str, points: float, data: str | bytes, name: str = "softmax.ipynb") -> None:
        put_file(root, student, data, name)
        due[student] = points

    for student, (points, changes) in HONEST.items():
        one(student, points, *changes)
    one("half", 4, HALF)
    one("deleted-grade-cell", 10, lambda nb: nb.cells.pop(at(nb, "check_softmax")))  # [points lost without a word]
    one("deleted-all", 0, lambda nb: nb.cells.clear())
    one("copied-cell", 10, copy_cell("softmax"), copy_cell("check_softmax"))  # [the whole class's run aborts]
    one("edited-locked", 10, replace("check_softmax", 'check("softmax")', "1000.0"), replace("text_softmax", "S", "T"))
    one("more-points", 4, HALF, lambda nb: cell_of(nb, "check_probabilities").metadata.nbgrader.update(points=1000))
    one("renamed", 10, name="softmax (1).ipynb")  # [0 points]
    (root / "submitted/empty-folder/softmax").mkdir(parents=True)  # [no row]
    (root / "submitted/nothing-at-all").mkdir(parents=True)
    due |= {"empty-folder": 0, "nothing-at-all": 0}
    put(root, "one-level-too-high").rename(root / "submitted/one-level-too-high/mine.ipynb")
    (root / "submitted/one-level-too-high/softmax").rmdir()
    due["one-level-too-high"] = 10
    file("missing-notebook", 0, "my notes", "notes.txt")  # [no row]
    one("added-notebook", 10)
    put_file(root, "added-notebook", json.dumps(nbformat.v4.new_notebook()), "scratch.ipynb")
    file("script", 10, SCRIPT, "softmax.py")  # [no row]
    one("script-beside", 10)
    old = put_file(root, "script-beside", SCRIPT.replace("0.25", "7"), "softmax.py")
    os.utime(old, (1e9, 1e9))
    one("script-newer", 4, lambda nb: nb.cells.clear())
    os.utime(root / "submitted/script-newer/softmax/softmax.ipynb", (1e9, 1e9))
    file("script-newer", 10, SCRIPT, "softmax.py")
    one("reordered", 10, lambda nb: nb.cells.reverse())
    one("split", 10, split)
    one("merged", 10, merge)
    one("answer-as-text", 10, turn("softmax", new_markdown_cell))
    one("check-as-text", 10, turn("check_softmax", new_markdown_cell), turn("probabilities", new_raw_cell))
    one("stripped", 10, strip)
    one("vs-code", 10, with_languages)
    one("older-release", 10, lambda nb: nb.metadata.autograder.update(release=7))
    one("other-kernel", 10, lambda nb: nb.metadata.kernelspec.update(name="conda-base-r", display_name="R"))
    big = [nbformat.v4.new_output("stream", text="x" * 1_000_000) for _ in range(100)]
    one("large-outputs", 10, lambda nb: cell_of(nb, "softmax").update(outputs=big))
    file("truncated", 0, json.dumps(answered(root))[:-50])  # [no row]
    file("no-json", 0, "PK\x03\x04 not a notebook")
    file("a-list", 0, "[1, 2, 3]")
    file("version-3", 10, version_3(answered(root)))
    one("leaves", 4, at_the_start(QUIT))  # [dropped, no feedback at all]
    one("leaves-at-once", 10, insert("probabilities", QUIT))
    one("stderr", 10, at_the_start("import os; os.write(2, b'a warning')"))  # [all points lost]
    one("memory-hog", 4, at_the_start(HOG))
    one("asks", 4, at_the_start("input()"))
    one("hangs", 4, at_the_start("while True: pass"))
    one("equal-to-everything", 8, insert("probabilities", EQUAL))  # [full marks]
    theirs = root / "submitted/honest-as-taught/softmax/softmax.ipynb"
    (root / "submitted/linked/softmax").mkdir(parents=True)
    (root / "submitted/linked/softmax/softmax.ipynb").symlink_to(theirs)
    (root / "submitted/linked-folder").mkdir()
    (root / "submitted/linked-folder/softmax").symlink_to(theirs.parent)
    archive(root, "archive", {"work/softmax.ipynb": json.dumps(answered(root))})
    archive(root, "archive-above", {"../honest-as-taught/softmax/softmax.ipynb": "{}", "softmax.py": SCRIPT})
    archive(root, "archive-above-only", {"../../../gradebook.db": "x"})
    due |= {"linked": 0, "linked-folder": 0, "archive": 10, "archive-above": 10, "archive-above-only": 0}
    one("late", 10)
    put_file(root, "late", "2026-10-18 12:00:00 UTC", "timestamp.txt")
    one("two-hand-ins", 10)
    put(root, "two-hand-ins", replace("probabilities", "0.25", "7"), name="softmax (2).ipynb")
    one("Ünknown Stüdent", 10)
    return due


def archive(root: Path, student: str, files: dict[str, str]) -> None:
    path = put_file(root, student, b"", "softmax.zip")
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)


def submitted(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in (root / "submitted").rglob("*.*")}


def points(root: Path) -> dict[str, float]:
    """The points of everybody in the gradebook, without those that a person gives."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            submission.student_id: sum(
                grade.auto_score or 0 for notebook in submission.notebooks for grade in notebook.grades
            )
            for submission in gradebook.assignment_submissions("softmax")
        }


def feedback(root: Path, student: str) -> str:
    return (root / "feedback" / student / "softmax" / "softmax.html").read_text(encoding="utf-8")
