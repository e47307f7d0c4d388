"""Lateness in nbgrader's own gradebook, plugin and feedback page."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from corpus import CNN
from gradebooks import ROOT, RULES, add, autograded, new_course, opened
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.preprocessors import AssignLatePenalties, GetGrades
from traitlets.config.loader import PyFileConfigLoader

from autograder.gradebook.course_file import load_course
from autograder.gradebook.penalties import CourseLatePlugin, LateGrades, LatePenalties, settle, with_lateness
from autograder.nbgrader.autograde import lateness


def resources(root: Path, student: str) -> dict[str, dict[str, str]]:
    about = {"notebook": "cnn", "assignment": "cnn", "student": student, "db_url": f"sqlite:///{root / 'gradebook.db'}"}
    return {"nbgrader": about}


def lost(root: Path, student: str) -> float | None:
    with opened(root) as gradebook:
        return gradebook.find_submission_notebook("cnn", "cnn", student).late_submission_penalty


def nbgrader(root: Path, *arguments: str, code: int = 0) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(root / "none")}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stderr


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = new_course(tmp_path / "course", extensions="ext,cnn,,3,a private matter\nmore,cnn,,3,\n")
    monkeypatch.chdir(root)  # as nbgrader does
    add(root, "prompt", "2026-10-16 21:59:00", (40, 30), by_hand=4)
    add(root, "grace", "2026-10-16 22:29:00", (40, 30))
    add(root, "late", "2026-10-18 08:12:00", (40, 30), by_hand=4)
    add(root, "ext", "2026-10-18 08:12:00", (40, 30))
    add(root, "more", "2026-10-20 08:12:00", (40, 30))
    add(root, "closed", "2026-11-18 08:12:00", (40, 30), by_hand=4)
    add(root, "undated", None, (40, 30))
    add(root, "nothing")
    return root


COSTS = {"prompt": None, "grace": None, "late": 14, "ext": None, "more": 7, "closed": 74, "undated": None}


def test_ours_stand_where_nbgrader_has_its_own() -> None:
    stock = Autograde().autograde_preprocessors
    assert [AssignLatePenalties if step is LatePenalties else step for step in with_lateness(stock)] == stock
    assert LatePenalties in with_lateness(stock)
    assert with_lateness(GenerateFeedback().preprocessors)[0] is LateGrades


@pytest.mark.parametrize(("student", "points"), COSTS.items())
def test_autograding_assigns_the_penalty(course: Path, student: str, points: float | None) -> None:
    LatePenalties().preprocess(new_notebook(), resources(course, student))
    assert lost(course, student) == points
    with opened(course) as gradebook:
        submission = gradebook.find_submission("cnn", student)
        assert submission.assignment.duedate.isoformat() == "2026-10-16T21:59:00"
        assert (submission.extension is not None) == (student in ("ext", "more"))
        late = submission.total_seconds_late
    assert (late > 0) == (student in ("grace", "late", "more", "closed"))


@pytest.mark.parametrize("said", [None, "", "9999-12-31 23:59:59", "2026-10-18 08:12:00 UTC"])
def test_the_time_of_an_earlier_hand_in_goes_with_it(course: Path, said: str | None) -> None:
    folder = course / "submitted/late/cnn"
    folder.mkdir(parents=True)
    if said is not None:
        (folder / "timestamp.txt").write_text(said)
    LatePenalties().preprocess(new_notebook(), resources(course, "late"))
    there_is = bool(said and said.startswith("2026"))
    assert lost(course, "late") == (14 if there_is else None)
    with opened(course) as gradebook:
        assert (gradebook.find_submission("cnn", "late").timestamp is not None) == there_is


@pytest.mark.parametrize(
    ("rules", "student", "points"),
    [
        (RULES, "late", 6),  # two days of the 30 points for `train`
        (RULES + 'percent_of = "possible"\n', "late", 16),
        (RULES + 'percent_of = "possible"\npercent_per_day = 40\ncap_percent = 100\n', "late", 30),
        (RULES, "closed", 69),  # nothing counts
    ],
)
def test_points_of_a_task_that_a_person_gave_stay_whole(course: Path, rules: str, student: str, points: float) -> None:
    (course / "course.toml").write_text(rules, encoding="utf-8")
    with opened(course) as gradebook:
        gradebook.find_grade("check_conv_output_size", "cnn", "cnn", student).manual_score = 35
        gradebook.db.commit()
        settle(gradebook, load_course(course), "cnn")
    assert lost(course, student) == points
    LatePenalties().preprocess(new_notebook(), resources(course, student))
    assert lost(course, student) == points


def test_the_plugin_serves_nbgraders_own_preprocessor(course: Path) -> None:
    with opened(course) as gradebook:
        gradebook.update_or_create_assignment("cnn", duedate="2026-10-16 21:59:00 UTC")
    AssignLatePenalties(plugin_class=CourseLatePlugin).preprocess(new_notebook(), resources(course, "more"))
    assert lost(course, "more") == 7


def test_what_is_due_by_no_file_is_nbgraders(course: Path) -> None:
    (course / "course.toml").unlink()
    (course / "extensions.csv").unlink()
    LatePenalties().preprocess(new_notebook(), resources(course, "late"))
    assert lost(course, "late") is None
    assert CourseLatePlugin(penalty_method="zero").late_submission_penalty("late", 70.0, 60) == 70
    assert CourseLatePlugin().late_submission_penalty("late", 70.0, 60) is None


def test_a_date_of_the_formgrader_has_the_rules_of_the_file(course: Path) -> None:
    (course / "course.toml").write_text(RULES.partition("[assignments")[0], encoding="utf-8")
    with opened(course) as gradebook:
        gradebook.update_or_create_assignment("cnn", duedate="2026-10-17 12:00:00 UTC")
    LatePenalties().preprocess(new_notebook(), resources(course, "late"))
    assert lost(course, "late") == 7


def test_the_class_run_says_what_lateness_costs(course: Path) -> None:
    assert lateness(CNN, course) == "4 late, which costs 95 points in all: `make export` says why"  # one in grace
    (course / "course.toml").write_text(RULES.replace("percent_per_day = 10", "").replace("accept_days = 7", ""))
    assert lateness(CNN, course) == "4 late, which costs nothing in all: `make export` says why"
    (course / "course.toml").unlink()
    (course / "extensions.csv").unlink()
    assert lateness(CNN, course) == ""


def test_the_formgrader_shows_the_due_date_before_anybody_has_handed_in(tmp_path: Path) -> None:
    root = new_course(tmp_path / "course")
    with opened(root) as gradebook:
        assert settle(gradebook, load_course(root), "cnn") == []
        assert gradebook.find_assignment("cnn").duedate.isoformat() == "2026-10-16T21:59:00"


def test_settling_follows_the_files(course: Path) -> None:
    with opened(course) as gradebook:
        changes = settle(gradebook, load_course(course), "cnn")
        assert {change.student: change.now for change in changes} == {k: v for k, v in COSTS.items() if v}
        assert settle(gradebook, load_course(course), "cnn") == []
        (course / "extensions.csv").write_text("student,assignment,days\nlate,cnn,1\n", encoding="utf-8")
        found = {
            change.student: (change.before, change.now) for change in settle(gradebook, load_course(course), "cnn")
        }
        assert found == {"late": (14, 7), "ext": (0, 14), "more": (7, 28)}
        grade = gradebook.find_grade("still_cheaper", "cnn", "cnn", "late")
        grade.manual_score = 5
        gradebook.db.commit()
        assert settle(gradebook, load_course(course), "cnn") == []  # what is given by hand stays whole


@pytest.mark.slow
def test_the_feedback_page_says_what_it_cost_and_why(course: Path) -> None:
    for student in ("late", "grace", "prompt", "ext"):
        autograded(course, student)
    nbgrader(course, "generate_feedback", "cnn")
    page = {
        s: (course / f"feedback/{s}/cnn/cnn.html").read_text(encoding="utf-8")
        for s in ("late", "grace", "prompt", "ext")
    }
    assert "Score: 60.0 / 85.0" in page["late"] and "Late submission penalty (Score: -14.0)" in page["late"]
    assert (
        "<strong>Late: −14 points.</strong> Handed in Sun 18 Oct 2026, 10:12 CEST, 1 day and 10 hours" in page["late"]
    )
    assert "2 days begun, at 10% each: 20% of the 70 points earned, which is 14." in page["late"]
    assert "Late, without a penalty." in page["grace"] and "Score: 70.0 / 85.0" in page["grace"]
    assert "Late" not in page["prompt"] and "Late" not in page["ext"]
    still = "<strong>Not the final score:</strong> still to be graded by hand: <code>still_cheaper</code>."
    assert still in page["grace"] and still in page["ext"]
    assert "Not the final score" not in page["late"] + page["prompt"]
    assert not any("private" in text for text in page.values())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("course.toml", "[late]\npercent = 1\n", "course.toml, line 2: there is no `percent`"),
        ("extensions.csv", "student,assignment,days\nx,cnn,x\n", "extensions.csv, line 2: days is 'x'"),
    ],
)
def test_a_mistake_in_the_rules_ends_nbgraders_commands_at_once(course: Path, file: str, text: str, said: str) -> None:
    autograded(course, "late")
    page = course / "feedback/late/cnn/cnn.html"
    page.parent.mkdir(parents=True)
    page.write_text("as it was")
    (course / file).write_text(text, encoding="utf-8")
    ended = nbgrader(course, "generate_feedback", "cnn", "--force", code=1)
    assert ended.startswith(said) and len(ended.splitlines()) == 1 and page.read_text() == "as it was"
    nbgrader(course.parent, "generate_feedback", "--help")  # elsewhere it is not looked at


def test_who_reads_the_settings_without_a_command_goes_on(course: Path) -> None:
    """JupyterLab, for one; and our own commands say what is wrong themselves."""
    (course / "course.toml").write_text("[late]\npercent = 1\n", encoding="utf-8")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    assert LatePenalties in config.Autograde.autograde_preprocessors
    app = NbGrader(log_level="ERROR", load_cwd_config=True)
    app.load_config_file()
    assert "Autograde" in app.config


@pytest.mark.slow
def test_nbgraders_own_commands(tmp_path: Path) -> None:
    root = new_course(tmp_path / "course", extensions="joe,cnn,,1,\n")
    shutil.rmtree(root / "autograder")  # without a suite it is nbgrader that runs the notebook, which is a small one
    for student, stamp in {"jane": "2026-10-17 08:00:00 UTC", "joe": "2026-10-17 08:00:00 UTC"}.items():
        path = autograded(root, student)
        folder = root / "submitted" / student / "cnn"
        folder.parent.mkdir(parents=True)
        path.parent.rename(folder)
        (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")
    source = root / "source/cnn"
    source.mkdir(parents=True)
    notebook = nbformat.read(root / "submitted/jane/cnn/cnn.ipynb", as_version=4)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, source / "cnn.ipynb")
    (root / "gradebook.db").unlink()
    nbgrader(root, "generate_assignment", "cnn", "--force")
    nbgrader(root, "autograde", "cnn")
    assert lost(root, "jane") == 8 and lost(root, "joe") is None
    nbgrader(root, "export", "--to", "out.csv")
    assert "jane,,,,80.0,8.0,72.0,85.0" in (root / "out.csv").read_text(encoding="utf-8")


def test_the_cell_is_not_graded(course: Path) -> None:
    notebook = new_notebook(cells=[new_code_cell("1")])
    made = LateGrades().preprocess(notebook, resources(course, "late"))[0]
    assert len(made.cells) == 2 and "nbgrader" not in made.cells[0].metadata
    assert issubclass(LateGrades, GetGrades) and json.dumps(made)


@pytest.mark.parametrize(("student", "said"), [("ext", "still_cheaper"), ("prompt", "")])
def test_what_waits_for_a_person_is_said_at_the_top(course: Path, student: str, said: str) -> None:
    made = LateGrades().preprocess(new_notebook(cells=[new_code_cell("1")]), resources(course, student))[0]
    assert len(made.cells) == 1 + bool(said)
    assert (f"still to be graded by hand: `{said}`" in made.cells[0].source) == bool(said)
    if said:
        return
    with opened(course) as gradebook:  # given, and to be looked at again: the hand-in is another one
        gradebook.find_grade("check_train", "cnn", "cnn", student).needs_manual_grade = True
        gradebook.db.commit()
    made = LateGrades().preprocess(new_notebook(), resources(course, student))[0]
    assert "still to be graded by hand: `train`" in made.cells[0].source
