"""A class from `submitted/` to feedback and a table: our way beside stock nbgrader's, on the same notebook.

    python tests/benchmarks/course.py [submissions of ours] [submissions of nbgrader]

The notebook is the released one, solved, the whole lesson with it. Ours is counted whole, every start of a command with
it. Of stock nbgrader's only the time from the first result to the last is counted, of grades and of feedback, and no
export: what is told is the least that ours gains.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from stock_nbgrader import CLASS, CNN, ROOT, between, exported, nbgrader, stock

FEW = 6


def autograder(course: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "autograder", *arguments, "--root", str(course)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)


def own_course(course: Path, count: int) -> None:
    """A course of ours, released, with a class of right notebooks of which no two are the same."""
    shutil.copytree(CNN.suite, course / "autograder/suites/cnn")
    shutil.copytree(CNN.master.parent, course / "solutions/cnn")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    autograder(course, "release", "--no-exchange")
    notebook = nbformat.read(course / "source/cnn/cnn.ipynb", as_version=4)  # with its solutions
    for number in range(count):
        path = course / f"submitted/student{number:02}/cnn/cnn.ipynb"
        path.parent.mkdir(parents=True)
        notebook.metadata["number"] = number
        nbformat.write(notebook, path)


def seconds(do: Callable[[], object]) -> float:
    begin = time.perf_counter()
    do()
    return time.perf_counter() - begin


def ours(course: Path, count: int) -> tuple[float, dict[str, float]]:
    """Seconds a submission, and everybody's points."""
    own_course(course, count)
    points: dict[str, float] = {}
    steps: dict[str, Callable[[], object]] = {
        "class run and nbgrader's pass": lambda: autograder(course, "autograde"),
        "feedback": lambda: nbgrader(course, "generate_feedback", "cnn"),
        "export": lambda: points.update(exported(course)),
    }
    took = {name: seconds(do) for name, do in steps.items()}
    books = between((course / "autograded").glob("*/cnn/cnn.ipynb"), count)
    pages = between((course / "feedback").glob("*/cnn/cnn.html"), count)
    said = ", ".join(f"{name} {time / count:.2f} s" for name, time in took.items())
    print(f"ours, {count} of them: {said} a submission")
    print(f"  of these {books:.2f} s for nbgrader's pass and {pages:.2f} s for feedback, without any start", flush=True)
    return sum(took.values()) / count, points


def stocks(course: Path, count: int) -> tuple[float, dict[str, float]]:
    """The same of stock nbgrader."""
    course.mkdir()
    grades, points = stock(course, count, lesson=True)
    nbgrader(course, "generate_feedback", "cnn")
    pages = between((course / "feedback").glob("*/cnn/cnn.html"), count)
    print(f"stock nbgrader, {count} of them: {grades:.2f} s and {pages:.2f} s for feedback", flush=True)
    return grades + pages, points


def main() -> None:
    many, few = (int(count) for count in (sys.argv[1:3] + [str(CLASS), str(FEW)][len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        own, points = ours(Path(folder, "ours"), many)
        before, others = stocks(Path(folder, "stock"), few)
    assert len(points) == many and set(points.values()) == set(others.values()) == {100.0}, (
        "the points are not the same"
    )
    print(f"{before:.2f} s a submission by stock nbgrader, {own:.2f} s by ours: {before / own:.1f} times as fast")


if __name__ == "__main__":
    main()
