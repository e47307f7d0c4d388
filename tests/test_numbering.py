"""Numbers of releases: one content, one number; and what would orphan work in progress is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from corpus import CNN

from autograder.assignment import Assignment, find_assignment
from autograder.numbering import OrphanError, as_json, next_release, version

FILES = {"autograder/grade.py": b"1", "autograder/suites/cnn/questions.py": b"2"}


@pytest.fixture
def released(tmp_path: Path) -> Assignment:
    """The assignment with a first release behind it."""
    (tmp_path / "cnn.py").write_bytes(CNN.master.read_bytes())
    own = replace(CNN, suite=tmp_path, master=tmp_path / "cnn.py")
    record, news = next_release(own, FILES)
    assert record["release"] == 1 and news == ["the first release"]
    (tmp_path / "release.json").write_bytes(as_json(record))
    return own


def edited(assignment: Assignment, before: str, after: str) -> None:
    text = assignment.master.read_text(encoding="utf-8")
    assert before in text
    assignment.master.write_text(text.replace(before, after), encoding="utf-8")


def test_nothing_new_is_the_same_release(released: Assignment) -> None:
    record, news = next_release(released, FILES)
    assert record["release"] == 1 and news == []


def test_a_solution_is_nothing_that_students_get(released: Assignment) -> None:
    edited(released, "return correct / total", "return correct / max(1, total)")
    assert next_release(released, FILES)[1] == []


def test_what_is_new_is_listed(released: Assignment) -> None:
    edited(released, "You are going to build", "You will build")
    edited(released, "Accuracy of `model` on all images", "Accuracy of `model` on the images")
    first, *others = released.tasks
    now = replace(released, tasks=(replace(first, checks={first.id: 9}), *others))
    files = {**FILES, "autograder/suites/cnn/questions.py": b"3", "autograder/new.py": b""}
    record, news = next_release(now, files)
    assert record["release"] == 2
    assert news == [
        "`conv_output_size` is worth 9 points, no longer 8",
        "the stub in the answer cell `evaluate`",
        "the text of the lesson, or its cells for the reader",
        "the grader",
        "the checks, their questions, messages or recordings",
    ]


def test_another_text_is_no_change_of_the_checks(released: Assignment) -> None:
    """What is known of the starter is another then, too."""
    edited(released, "You are going to build", "You will build")
    files = {**FILES, "autograder/suites/cnn/released.json": b"another"}
    assert next_release(released, files)[1] == ["the text of the lesson, or its cells for the reader"]


def test_a_tag_is_new_to_students(released: Assignment) -> None:
    edited(released, '# %% tags=["explore"]', "# %%")
    assert next_release(released, FILES)[1] == ["the text of the lesson, or its cells for the reader"]


@pytest.mark.parametrize(
    ("before", "after", "tasks", "message"),
    [
        ('answer="train"', 'answer="training"', {"train": "training"}, "the answer cell `train` is gone"),
        ("", "", {"learns": None}, "the task `learns` is gone"),
        ("", "", {"forward": "train"}, "the task `forward` has moved from the cell `simple_cnn` to `train`"),
    ],
)
def test_orphans_are_refused(
    released: Assignment, before: str, after: str, tasks: dict[str, str | None], message: str
) -> None:
    kept = [task for task in released.tasks if tasks.get(task.id, "") is not None]
    now = replace(released, tasks=tuple(replace(task, cell=tasks.get(task.id, task.cell)) for task in kept))
    edited(now, before, after)
    with pytest.raises(OrphanError, match=message):
        next_release(now, FILES)
    record, news = next_release(now, FILES, force=True)
    assert record["release"] == 2 and message in news


def test_version_names_every_release(tmp_path: Path) -> None:
    for name, record in (("a", None), ("b", {"release": 3}), ("cnn", {"release": 1})):
        suite = tmp_path / "autograder" / "suites" / name
        suite.mkdir(parents=True)
        (suite / "points.toml").write_text('title = ""\nversion = "1"\ntasks = []\n', encoding="utf-8")
        if record:
            (suite / "release.json").write_text(json.dumps(record), encoding="utf-8")
    assert version(find_assignment("cnn", tmp_path), 2).endswith("+b.3.cnn.2")
