"""A class run beside stock `nbgrader autograde`, which runs the same checks in the student's kernel, a cell a task.

    python tests/benchmarks/stock_nbgrader.py [submissions of nbgrader] [submissions of a class run]

Both grade right submissions only. The notebook is the lesson's without its cells for the reader, which cost stock
nbgrader time and a class run none. Counted is the time from the first result to the last.
"""

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "benchmarks")]

from batch import CLASS, CNN, class_run  # noqa: E402

from autograder.source_notebook import make_notebook  # noqa: E402

STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'stock'\n"


def nbgrader(course: Path, *arguments: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    subprocess.run(command, check=True, cwd=course, env=environment, capture_output=True)


def stock_class(course: Path, count: int, lesson: bool) -> None:
    """A course of stock nbgrader's with a class of right notebooks, with the `lesson` or without its cells for the
    reader, and nothing graded yet.
    """
    notebook = make_notebook(CNN, 1)
    if not lesson:
        notebook.cells = [cell for cell in notebook.cells if "explore" not in cell.metadata.get("tags", [])]
    for folder in ("source", *(f"submitted/student{number:02}" for number in range(count))):
        path = course / folder / "cnn" / "cnn.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    (course / "nbgrader_config.py").write_text(STOCK, encoding="utf-8")
    nbgrader(course, "generate_assignment", "cnn")


def between(files: Iterable[Path], count: int) -> float:
    """Seconds a file, from the first to the last written: without the start of what writes them."""
    written = sorted(path.stat().st_mtime for path in files)
    assert len(written) == count, f"there are {len(written)} of {count}"
    return (written[-1] - written[0]) / (count - 1)


def exported(course: Path) -> dict[str, float]:
    """The points of each student, by `nbgrader export`."""
    nbgrader(course, "export")
    with open(course / "grades.csv", encoding="utf-8") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def stock(course: Path, count: int, lesson: bool = False) -> tuple[float, dict[str, float]]:
    """Seconds a submission of stock nbgrader, and everybody's points."""
    stock_class(course, count, lesson)
    nbgrader(course, "autograde", "cnn")
    took = between((course / "autograded").glob("*/cnn/cnn.ipynb"), count)
    points = exported(course)
    assert list(points.values()) == [100.0] * count, "stock nbgrader did not grade all, or not all right"
    return took, points


def main() -> None:
    few, many = (int(count) for count in (sys.argv[1:3] + ["10", str(CLASS)][len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        before, _ = stock(Path(folder, "stock"), few)
        ours = class_run(Path(folder), many)
    print(f"stock nbgrader: {before:.1f} s a submission; a class run: {ours:.2f} s; {before / ours:.1f} times as fast")


if __name__ == "__main__":
    main()
