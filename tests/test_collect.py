"""nbgrader's own `collect` in a real exchange, by the rules of course.toml."""

import os
import shutil
from pathlib import Path

import pytest
from corpus import CNN
from gradebooks import new_course
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from test_walls import needs_walls

from autograder.gradebook.attempts import Attempt
from autograder.gradebook.collect import CollectByRule, odd_times

RULES = 'timezone = "UTC"\n[assignments.cnn]\ndue = 2026-10-16 12:00:00\npercent_per_day = 10\ncounts = "{}"\n'
EARLY, GOOD, LATE = "2026-10-15 10:00:00.000000 UTC", "2026-10-16 11:00:00.000000 UTC", "2026-10-18 10:00:00.000000 UTC"


def submit(root: Path, student: str, stamp: str, text: str = "", assignment: str = "cnn") -> Path:
    folder = root.parent / "exchange/deep-learning/inbound" / f"{student}+{assignment}+{stamp}+{len(text)}_x-"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")
    (folder / "cnn.py").write_text(text or stamp, encoding="utf-8")
    return folder


def run(root: Path, **options: object) -> dict[str, str]:
    """What `nbgrader collect cnn` leaves in submitted/: the time of each student's submission."""
    coursedir = CourseDirectory(root=str(root), course_id="deep-learning", assignment_id="cnn")
    step = CollectByRule(coursedir=coursedir, **options)
    step.root, step.check_owner = str(root.parent / "exchange"), False
    step.start()
    stamps = (root / "submitted").glob("*/cnn/timestamp.txt")
    return {stamp.parts[-3]: stamp.read_text(encoding="utf-8") for stamp in stamps}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = new_course(tmp_path / "course", RULES.format("latest_on_time"))
    for stamp in (EARLY, GOOD, LATE):
        submit(root, "jane", stamp)
    submit(root, "joe+x", LATE)
    submit(root, "jane+cnn", EARLY)
    submit(root, "jane", LATE, "other", assignment="dnn")
    return root


def test_what_counts_is_collected(root: Path) -> None:
    assert run(root) == {"jane": GOOD, "joe+x": LATE, "jane+cnn": EARLY}


def test_links_that_somebody_has_put_there_are_not_collected(root: Path) -> None:
    secret = root / "source.py"
    secret.write_text("the solution", encoding="utf-8")
    folder = submit(root, "mallory", EARLY)
    (folder / "cnn.py").unlink()
    (folder / "cnn.py").symlink_to(secret)
    assert run(root)["mallory"] == EARLY
    assert not (root / "submitted/mallory/cnn/cnn.py").exists()


def test_what_is_there_is_replaced_only_if_asked_for(root: Path) -> None:
    (root / "course.toml").write_text(RULES.format("latest"), encoding="utf-8")
    assert run(root)["jane"] == LATE
    (root / "course.toml").write_text(RULES.format("latest_on_time"), encoding="utf-8")
    assert run(root)["jane"] == LATE
    assert run(root, update=True)["jane"] == GOOD
    assert run(root, update=True)["jane"] == GOOD


def test_nbgraders_own_rule_on_demand(root: Path) -> None:
    (root / "course.toml").write_text(RULES.format("latest"), encoding="utf-8")
    assert run(root, before_duedate=True)["jane"] == LATE  # by the gradebook, nothing is due


def test_the_best_is_graded_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "course.toml").write_text(RULES.format("best"), encoding="utf-8")
    asked: list[Attempt] = []

    def grade(self: CollectByRule, attempts: list[Attempt]) -> dict[Attempt, float]:
        asked.extend(attempts)
        return {attempt: 60.0 if EARLY in attempt.folder.name else 50.0 for attempt in attempts}

    monkeypatch.setattr(CollectByRule, "grade", grade)
    assert run(root) == {"jane": EARLY, "joe+x": LATE, "jane+cnn": EARLY}
    assert {attempt.student for attempt in asked} == {"jane"} and len(asked) == 3


def test_a_course_file_that_cannot_be_followed_stops_it(root: Path) -> None:
    (root / "course.toml").write_text(RULES.format("worst"), encoding="utf-8")
    with pytest.raises(Exception, match=r"course\.toml, line 5: counts = 'worst'"):
        run(root)


def test_files_that_were_changed_after_their_time_are_named(tmp_path: Path) -> None:
    root = new_course(tmp_path / "course")
    inbound = submit(root, "jane", EARLY).parent
    inbound_record = {"username": "jane", "filename": f"jane+cnn+{EARLY}+0_x-"}
    (line,) = odd_times(inbound, [{**inbound_record, "timestamp": parse_utc("2001-01-01 00:00:00 UTC")}])
    assert "its files were changed" in line and "after the time that it bears" in line
    assert odd_times(inbound, [{**inbound_record, "timestamp": parse_utc("2101-01-01 00:00:00 UTC")}]) == []


@pytest.mark.slow
@needs_walls
def test_the_best_of_real_submissions(tmp_path: Path) -> None:
    root = new_course(tmp_path / "course", RULES.format("best"))
    shutil.copytree(CNN.suite, root / "autograder/suites/cnn", dirs_exist_ok=True)
    (root / "solutions/cnn").mkdir(parents=True)
    shutil.copy(CNN.master, root / "solutions/cnn")
    whole = CNN.master.read_text(encoding="utf-8")
    submit(root, "jane", EARLY, CNN.starter.read_text(encoding="utf-8"))
    submit(root, "jane", GOOD, whole)
    submit(root, "jane", LATE, whole + "\n")
    assert run(root) == {"jane": GOOD}
    assert os.listdir(root / "attempts") == ["cnn"]
