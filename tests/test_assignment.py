"""A second assignment, found by its folders alone and worked on with the same commands: `tests/course`."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from corpus import CNN

from autograder.assignment import PACKAGE, AssignmentError, assignment_names, find_assignment, likely_assignment

COURSE = Path(__file__).parent / "course"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with what `assignments` and `record` make of it."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(COURSE, root, dirs_exist_ok=True)
    for command in ("assignments", "record"):
        done = autograder(command, root)
        assert done.returncode == 0, done.stderr
        assert "softmax" in done.stdout
    return root


def autograder(command: str, root: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "autograder", command, "--root", str(root), *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, cwd=root)


def score(course: Path, text: str, *arguments: object) -> tuple[float, str]:
    """Points and screen of `text`, graded as the student's own file."""
    (course / "assignments" / "softmax" / "softmax.py").write_text(text, encoding="utf-8")
    done = autograder("grade", course, "--json", course / "report.json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads((course / "report.json").read_text(encoding="utf-8"))["score"], done.stdout


def test_discovery(course: Path) -> None:
    assert list(assignment_names(course)) == ["softmax"]
    found = find_assignment("softmax", course)
    assert [task.id for task in found.tasks] == ["softmax", "probabilities"] and found.points == 10


def test_graded_from_stub_to_solution(course: Path) -> None:
    starter = (course / "assignments" / "softmax" / "softmax.py").read_text(encoding="utf-8")
    assert "TODO(softmax)" in starter and '"equal": ...,  # TODO(probabilities.equal)' in starter
    points, screen = score(course, starter)
    assert points == 0 and "Next: softmax" in screen
    half = starter.replace('"equal": ...', '"equal": 1 / 4')
    assert score(course, half)[0] == 2
    solution = find_assignment("softmax", course).master.read_text(encoding="utf-8")
    points, screen = score(course, solution)
    assert points == 10 and "Everything is right." in screen


def test_mistake_is_told(course: Path) -> None:
    solution = find_assignment("softmax", course).master.read_text(encoding="utf-8")
    points, screen = score(course, solution.replace("logits - logits.max(dim=1, keepdim=True).values", "logits"))
    assert points == 4 and "what is e to the power of 3000?" in screen
    assert "what is e to the power of 3000?" in (course / "reports" / "softmax.html").read_text(encoding="utf-8")


def test_other_questions_with_the_solutions(course: Path) -> None:
    assert score(course, find_assignment("softmax", course).master.read_text(encoding="utf-8"), "--seed", 7)[0] == 10


def test_graded_without_the_solutions(course: Path, tmp_path: Path) -> None:
    shutil.copytree(course / "autograder", tmp_path / "autograder")
    shutil.copytree(course / "solutions", tmp_path / "assignments")
    done = autograder("grade", tmp_path)
    assert "10 / 10" in done.stdout, done.stderr
    done = autograder("grade", tmp_path, "--seed", 7)
    assert done.returncode == 2 and "which is not in a student's copy" in done.stderr


def test_the_assignment_that_is_meant(course: Path, tmp_path: Path) -> None:
    assert likely_assignment() == "cnn"
    assert likely_assignment(course) == "softmax"
    shutil.copytree(CNN.suite, tmp_path / "autograder" / "suites" / "cnn")
    shutil.copytree(COURSE / "autograder" / "suites" / "softmax", tmp_path / "autograder" / "suites" / "softmax")
    assert likely_assignment(tmp_path, Path("work/softmax.ipynb")) == "softmax"
    with pytest.raises(AssignmentError, match="there are: cnn, softmax"):
        likely_assignment(tmp_path, Path("work/mine.py"))
    with pytest.raises(AssignmentError, match="there are none"):
        likely_assignment(COURSE / "solutions")


def test_grader_knows_no_assignment_by_name() -> None:
    """Outside its suites the package names `cnn` in comments, docstrings and examples of file names only."""
    for file in PACKAGE.rglob("*.py"):
        if PACKAGE / "suites" / "cnn" in file.parents:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            name = getattr(node, "id", getattr(node, "attr", getattr(node, "name", ""))) or ""
            text = node.value if isinstance(node, ast.Constant) and id(node) not in docstrings else name
            if "cnn" in str(text).replace("SimpleCNN", "").lower():
                assert "cnn.py" in str(text) or "cnn.ipynb" in str(text), f"{file}:{node.lineno}: {text}"


def test_every_task_names_the_part_of_the_lesson_that_explains_it() -> None:
    headings = [line.lstrip("# ") for line in CNN.master.read_text().splitlines() if line.startswith("# ## ")]
    assert all(task.lesson in headings for task in CNN.tasks)
