"""nbgrader's own `collect` in a real exchange, by the rules of course.toml."""

import os
import shutil
from pathlib import Path

import pytest
from corpus import CNN
from gradebooks import new_course
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from running import needs_walls

from autograder.gradebook.attempts import Attempt
from autograder.gradebook.collect import CollectByRule, odd_times
from autograder.handins.stand_in import stand_in

RULES = 'timezone = "UTC"\n[assignments.cnn]\ndue = 2026-10-16 12:00:00\npercent_per_day = 10\ncounts = "{}"\n'
EARLY, GOOD, LATE = "2026-10-15 10:00:00.000000 UTC", "2026-10-16 11:00:00.000000 UTC", "2026-10-18 10:00:00.000000 UTC"


def submit(root: Path, student: str, stamp: str, text: str = "", assignment: str = "cnn") -> Path:
    folder = root.parent / "exchange/deep-learning/inbound" / f"{student}+{assignment}+{stamp}+{len(text)}_x-"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")
    (folder / "cnn.py").write_text(text or stamp, encoding="utf-8")
    return folder


def run(root: Path, size: int = 100_000, owners: bool = False, **options: object) -> dict[str, str]:
    """What `nbgrader collect cnn` leaves in submitted/: the time of each student's submission."""
    coursedir = CourseDirectory(root=str(root), course_id="deep-learning", assignment_id="cnn", max_dir_size=size)
    step = CollectByRule(coursedir=coursedir, **options)
    step.root, step.check_owner = str(root.parent / "exchange"), owners
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


def test_nbgrader_s_own_command_finds_who_has_handed_in_no_notebook(root: Path) -> None:
    run(root)
    notebook = root / "submitted/jane/cnn/cnn.ipynb"
    assert notebook.read_text(encoding="utf-8") == stand_in("cnn")
    (submit(root, "jane", "2026-10-16 11:30:00.000000 UTC") / "cnn.ipynb").write_text("hers", encoding="utf-8")
    assert run(root, update=True)["jane"].startswith("2026-10-16 11:30") and notebook.read_text() == "hers"


def test_links_that_somebody_has_put_there_are_not_collected(root: Path) -> None:
    secret = root / "source.py"
    secret.write_text("the solution", encoding="utf-8")
    folder = submit(root, "mallory", EARLY)
    (folder / "cnn.py").unlink()
    (folder / "cnn.py").symlink_to(secret)
    assert run(root)["mallory"] == EARLY
    assert not (root / "submitted/mallory/cnn/cnn.py").exists()


def words(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() for record in caplog.records if record.levelname == "WARNING")


@pytest.mark.parametrize("name", ["x+cnn+oops", "x+cnn+", "x+cnn+9999-12-31 23:59:59 UTC+r", "x+cnn+0001-01-01 CET+r"])
def test_a_name_that_holds_no_time_is_left_out(root: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    (root.parent / "exchange/deep-learning/inbound" / name).mkdir()
    assert run(root) == {"jane": GOOD, "joe+x": LATE, "jane+cnn": EARLY}
    assert f"'{name}' in the exchange was left out: there is no student or no time in its name" in words(caplog)


@pytest.mark.parametrize("student", ["..", "", ".hidden", "two\nlines"])
def test_a_name_that_is_no_students_is_left_out(root: Path, student: str, caplog: pytest.LogCaptureFixture) -> None:
    submit(root, student, EARLY)
    assert run(root, update=True) == {"jane": GOOD, "joe+x": LATE, "jane+cnn": EARLY}
    assert not (root / "cnn").exists() and words(caplog).count("was left out") == 1


def test_what_cannot_be_copied_costs_nobody_else_anything(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    pipe, large = submit(root, "a-pipe", EARLY), submit(root, "b-large", EARLY, "x" * 9000)
    os.mkfifo(pipe / "pipe")
    (pipe / "below").mkdir(mode=0o555)
    submit(root, "c-file", EARLY)
    (root / "submitted").mkdir()
    (root / "submitted/c-file").write_text("", encoding="utf-8")  # where the student's folder would be
    assert run(root, size=8) == {"jane": GOOD, "joe+x": LATE, "jane+cnn": EARLY, "a-pipe": EARLY}
    assert (root / "submitted/a-pipe/cnn/cnn.py").exists() and os.listdir(root / "submitted/b-large/cnn") == [
        "cnn.ipynb"
    ]
    assert (root / "submitted/a-pipe/cnn/below").stat().st_mode & 0o700 == 0o700, "it can be replaced later"
    said = words(caplog)
    assert "a-pipe" in said and "is a named pipe" in said and "The rest of the submission was" in said
    assert f"Nothing of {large} was collected: Directory size is too big" in said and "max_dir_size" in said
    assert "c-file+cnn" in said and "Look at the student's folder" in said
    assert run(root, update=True)["b-large"] == EARLY, "with another limit it is collected"


def test_an_unreadable_file_keeps_nobody_from_being_collected(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for an instructor who is not root."""
    submit(root, "a-closed", EARLY)
    copy = shutil.copyfile

    def copyfile(src: "os.PathLike[str]", dst: str, **options: bool) -> object:
        if "a-closed" in os.fspath(src) and os.fspath(src).endswith(".py"):
            raise PermissionError(13, "Permission denied", os.fspath(src))
        return copy(src, dst, **options)

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    assert run(root) == {"jane": GOOD, "joe+x": LATE, "jane+cnn": EARLY, "a-closed": EARLY}
    assert sorted(os.listdir(root / "submitted/a-closed/cnn")) == ["cnn.ipynb", "timestamp.txt"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files to others")
def test_what_another_account_made_takes_nobodys_place(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    (root / "course.toml").write_text(RULES.format("latest"), encoding="utf-8")
    os.chown(submit(root, "daemon", EARLY), 1, 1)
    forged = submit(root, "daemon", LATE)
    assert run(root, owners=True)["daemon"] == EARLY
    assert f"{forged.name} belongs to root, and was left out: daemon has submissions of their own" in words(caplog)
    assert run(root, owners=True)["jane"] == LATE, "none is jane's own: as nbgrader has it, with its warning"
    assert run(root, update=True)["daemon"] == LATE, "where owners mean nothing"


def test_the_time_is_that_of_the_folders_name(root: Path) -> None:
    """A student owns the file in it, and may have written another time there at once."""
    for student, stamp in {"late": GOOD, "none": "no time", "odd": "9999-12-31 23:59:59"}.items():
        (submit(root, student, LATE) / "timestamp.txt").write_text(stamp, encoding="utf-8")
    folder = submit(root, "folder", LATE)
    (folder / "timestamp.txt").unlink()
    (folder / "timestamp.txt").mkdir()
    others = {"jane": GOOD, "joe+x": LATE, "jane+cnn": EARLY}
    assert run(root) == others | dict.fromkeys(("late", "none", "odd", "folder"), LATE)


@pytest.mark.parametrize("counts", ["latest", "latest_on_time"])
def test_a_second_update_copies_nothing(root: Path, counts: str) -> None:
    (root / "course.toml").write_text(RULES.format(counts), encoding="utf-8")
    run(root)
    marks = [folder / "mark" for folder in (root / "submitted").glob("*/cnn")]
    for mark in marks:
        mark.touch()
    run(root, update=True)
    assert len(marks) == 3 and all(mark.exists() for mark in marks)


@pytest.mark.parametrize("stamp", ["no time", "9999-12-31 23:59:59", "0001-01-01 00:00:00 CET"])
def test_a_time_that_cannot_be_is_replaced(root: Path, stamp: str) -> None:
    run(root)
    (root / "submitted/jane/cnn/timestamp.txt").write_text(stamp, encoding="utf-8")
    assert run(root, update=True) == {"jane": GOOD, "joe+x": LATE, "jane+cnn": EARLY}


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
