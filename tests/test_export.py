"""Tables for spreadsheets: nbgrader's, and a wide one; everybody has a row, and nobody a formula."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from gradebooks import ROOT, add, autograded, new_course, opened
from nbgrader.plugins import CsvExportPlugin
from typer.testing import CliRunner

from autograder.cli import app
from autograder.gradebook.course_file import load_course
from autograder.gradebook.export import HEAD, CourseExport, long_rows
from autograder.gradebook.penalties import settle


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = new_course(tmp_path / "course", extensions="ghost,cnn,,3,\n")
    add(
        root,
        "ann",
        "2026-10-16 12:00:00",
        (40, 30),
        by_hand=4,
        first_name="Ann",
        last_name="Åström, PhD",
        email="a@x.org",
    )
    add(root, "bob", "2026-10-18 08:12:00", (40, 0.5), first_name='=HYPERLINK("http://x")', last_name="Berg")
    add(root, "cyd", "2026-10-16 12:00:00", None, first_name="Cyd", last_name="Ceder")
    add(root, "dan", first_name="Dan", last_name="Dahl")
    (root / "submitted/-eve/cnn").mkdir(parents=True)
    (root / "submitted/dan/other").mkdir(parents=True)
    return root


def run(root: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["export", "--root", str(root), *arguments])
    return done.exit_code, done.output


def table(path: Path) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return {row["student_id"]: row for row in rows}


@pytest.mark.parametrize("at", ["9999-12-31 23:59:59", "0001-01-01 00:00:00"])
@pytest.mark.parametrize("zone", ["Europe/Zurich", "America/Los_Angeles"])
def test_a_time_that_cannot_be_is_as_good_as_none(course: Path, at: str, zone: str) -> None:
    add(course, "fay", at, (40, 30), by_hand=4)
    rules = (course / "course.toml").read_text(encoding="utf-8").replace("Europe/Zurich", zone)
    (course / "course.toml").write_text(rules, encoding="utf-8")
    code, said = run(course)
    assert code == 0 and "fay" not in said
    fay = table(course / "exports/wide.csv")["fay"]
    assert fay["total"] == "74.0" and fay["submitted"] == ""
    assert fay["remark"] == "no time of submission is known: it counts as on time"


def test_a_due_date_of_the_formgrader_that_cannot_be_is_none(course: Path) -> None:
    (course / "course.toml").unlink()
    with opened(course) as gradebook:
        gradebook.update_or_create_assignment("cnn", duedate="9999-12-31 23:59:59")
    code, _ = run(course)
    assert code == 0 and table(course / "exports/wide.csv")["bob"]["total"] == "40.5"


def test_both_tables(course: Path) -> None:
    code, said = run(course)
    assert code == 0 and "ghost" in said and "bob, cnn: the penalty is 8.1 now, and was 0." in said
    grades, wide = table(course / "exports/grades.csv"), table(course / "exports/wide.csv")
    assert list(grades["ann"]) == HEAD and sorted(grades) == ["ann", "bob", "cyd", "dan"]
    assert [grades["ann"][key] for key in HEAD[-4:]] == ["74.0", "0.0", "74.0", "85.0"]
    assert [grades["bob"][key] for key in HEAD[-4:]] == ["40.5", "8.1", "32.4", "85.0"]
    assert grades["ann"]["last_name"] == "Åström, PhD" and grades["bob"]["first_name"].startswith("'=HYPERLINK")
    tasks = ["submitted", "conv_output_size", "train", "still_cheaper", "late_penalty", "total", "max_score", "remark"]
    assert list(wide["ann"])[4:] == tasks and sorted(wide) == ["'-eve", "ann", "bob", "cyd", "dan"]
    assert list(wide["ann"].values())[4:] == ["2026-10-16 14:00:00", "40.0", "30.0", "4.0", "0.0", "74.0", "85.0", ""]
    assert list(wide["bob"].values())[4:11] == ["2026-10-18 10:12:00", "40.0", "0.5", "", "8.1", "32.4", "85.0"]
    assert wide["bob"]["remark"].startswith("waits for a grade by hand: still_cheaper; Handed in Sun 18 Oct 2026")
    for student, remark in {"cyd": "handed in, not graded yet", "dan": "nothing handed in"}.items():
        assert wide[student]["total"] == wide[student]["train"] == "" and wide[student]["remark"] == remark
    assert wide["'-eve"]["remark"] == "handed in, not graded yet; not in the roster"


def test_a_second_export_is_the_same_and_says_nothing_new(course: Path) -> None:
    run(course)
    before = {path.name: path.read_bytes() for path in (course / "exports").iterdir()}
    assert "penalty" not in run(course)[1]
    assert before == {path.name: path.read_bytes() for path in (course / "exports").iterdir()}


def test_what_could_not_be_read_has_a_reason(course: Path) -> None:
    why = "cnn.ipynb cannot be read: it is not JSON"
    for student, points in {"flo": (0, 0), "gus": (0, 0.5)}.items():
        add(course, student, "2026-10-16 12:00:00", points, by_hand=0)
        path = autograded(course, student)
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata.autograder = {"problem": why if student == "flo" else ""}
        nbformat.write(notebook, path)
    run(course)
    wide = table(course / "exports/wide.csv")
    assert wide["flo"]["total"] == "0.0" and wide["flo"]["remark"] == why and wide["gus"]["remark"] == ""
    (course / "lms.csv").write_text("student_id,cnn\nflo,\ngus,\n")
    _, said = run(course, "--lms", str(course / "lms.csv"), "-a", "cnn")
    assert f"nothing to grade, so no automatic points:\n  flo: {why}\n" in said and "gus:" not in said


def test_grades_that_are_not_final_are_filled_in_and_said(course: Path) -> None:
    (course / "lms.csv").write_text("student_id,cnn\nann,\nbob,\ncyd,\n")  # ann is graded by hand, cyd not at all
    _, said = run(course, "--lms", str(course / "lms.csv"), "-a", "cnn")
    assert "not final yet, as something waits for a grade by hand: 1 of these (bob). Grade it in" in said
    assert "bob,32.40" in (course / "lms-filled.csv").read_text()
    for number in range(7):
        add(course, f"s{number}", "2026-10-16 12:00:00", (1, 2))
    (course / "lms.csv").write_text("student_id,cnn\n" + "".join(f"s{number},\n" for number in range(7)))
    assert (
        "hand: 7 of these (s0, s1, s2, s3, s4 and 2 more). Grade"
        in run(course, "--lms", str(course / "lms.csv"), "-a", "cnn")[1]
    )


def test_a_time_of_submission_that_nobody_knows(course: Path) -> None:
    add(course, "flo", None, (1, 2))
    run(course)
    wide = table(course / "exports/wide.csv")
    assert (
        wide["flo"]["total"] == "3.0"
        and "no time of submission is known: it counts as on time" in wide["flo"]["remark"]
    )


def test_the_same_figures_as_nbgraders_own(course: Path) -> None:
    with opened(course) as gradebook:
        gradebook.update_or_create_student("ann", last_name="Astrom")
        settle(gradebook, load_course(course), "cnn")
        CsvExportPlugin(to=str(course / "stock.csv")).export(gradebook)
        rows = [HEAD, *long_rows(gradebook, ["cnn"])]
    stock = list(csv.reader(io.StringIO((course / "stock.csv").read_text(encoding="utf-8"))))
    assert [["" if cell is None else str(cell) for cell in row] for row in rows][:2] == stock[:2]
    assert [row[-4:] for row in stock] == [[str(cell) for cell in row[-4:]] for row in rows]


def test_only_some(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)
    with opened(course) as gradebook:
        CourseExport(to="some.csv", student=["bob"], assignment=["cnn"]).export(gradebook)
        CourseExport(to="none.csv", assignment=["other"]).export(gradebook)
    assert list(table(course / "some.csv")) == ["bob"] and list(table(course / "none.csv")) == []


def test_several_assignments_stand_side_by_side(course: Path) -> None:
    with opened(course) as gradebook:
        gradebook.add_assignment("zoo")
        gradebook.add_notebook("zoo", "zoo")
        gradebook.add_grade_cell("q1", "zoo", "zoo", max_score=1, cell_type="code")
    run(course)
    wide = table(course / "exports/wide.csv")
    assert [key for key in wide["ann"] if key.startswith("zoo.")][1] == "zoo.q1" and wide["ann"]["cnn.total"] == "74.0"
    assert len(table(course / "exports/grades.csv")) == 4
    code, _ = run(course, "--assignment", "zoo", "--to", str(course / "other"))
    assert code == 0 and "q1" in table(course / "other/wide.csv")["ann"]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("course.toml", "[late]\npercent = 1\n", "course.toml, line 2: there is no `percent`"),
        ("extensions.csv", "student,assignment,days\nx,cnn,x\n", "extensions.csv, line 2: days is 'x'"),
    ],
)
def test_files_that_cannot_be_followed_stop_it(course: Path, file: str, text: str, said: str) -> None:
    (course / file).write_text(text, encoding="utf-8")
    code, output = run(course)
    assert code == 2 and said in output and not (course / "exports").exists()


def test_an_assignment_that_there_is_not(course: Path, tmp_path: Path) -> None:
    assert run(course, "--assignment", "dnn") == (
        2,
        "the gradebook has no assignment `dnn`: `make release` puts one there\n",
    )
    code, said = run(tmp_path)
    assert code == 2 and "is no course of nbgrader's" in said


@pytest.mark.slow
def test_the_command_runs_from_elsewhere(course: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autograder", "export", "--root", str(course)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT), "PATH": ""}
    )
    assert done.returncode == 0, done.stderr
    assert (course / "exports/wide.csv").exists() and not (tmp_path / "exports").exists() and not done.stderr
    (tmp_path / "a-file").touch()
    done = subprocess.run(
        [*command, "--to", "a-file"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    assert done.returncode == 2 and "the grades could not be written" in done.stderr and "Traceback" not in done.stderr


def test_points_of_an_earlier_release_are_named(course: Path) -> None:
    autograded(course, "ann")
    assert "other points" not in run(course)[1]
    with opened(course) as gradebook:
        gradebook.find_grade_cell("check_train", "cnn", "cnn").max_score = 30  # a release, and no regrade yet
        gradebook.db.commit()
    code, said = run(course)
    assert code == 0 and "cnn: 1 student graded while its tasks had other points: ann. " in said
    assert "`make autograde REGRADE=1` (--regrade) grades them again" in said
