"""A class through nbgrader's own commands, from what was collected to what is returned."""

import csv
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from nbgrader_class import (
    HALF,
    HONEST,
    RIGHT,
    SCRIPT,
    answered,
    at_the_start,
    cell_of,
    feedback,
    fill,
    insert,
    nbgrader,
    new_course,
    points,
    put,
    replace,
    submitted,
)
from running import autograder, needs_walls

from autograder.assignment import find_assignment
from autograder.grade import grade
from autograder.gradebook.store import mark_of
from autograder.isolation.launch import Host
from autograder.nbgrader import books
from autograder.nbgrader.autograde import Plan, plan
from autograder.nbgrader.feedback import task_html, task_text, whole_text
from autograder.nbgrader.handed_in import find_submitted
from autograder.release import WRITTEN_STUB


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose assignment has been released."""
    root = new_course(tmp_path_factory.mktemp("term"))
    (root.parent / "settings").mkdir()
    done = autograder("release", "--root", root, "--no-exchange")
    assert done.returncode == 0, done.stderr
    shutil.copytree(root, root.parent / "as released")
    return root


@pytest.fixture(scope="module")
def everybody(course: Path) -> dict[str, float]:
    """The points that are due to the class, which has been graded."""
    due = fill(course)
    before = submitted(course)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.add_student("honest-as-taught")
    done = autograder("autograde", "--root", course, "--sandbox", "off")
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
    assert "1 late, which costs 2 points in all" in done.stdout and "hand-ins with notes: see" in done.stdout
    assert "If that is not meant: rename the folder in submitted/" in done.stdout
    assert before.items() <= submitted(course).items(), "what students handed in is never changed"
    return due


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_everybody_has_a_row_with_the_points_that_are_due(course: Path, everybody: dict[str, float]) -> None:
    assert points(course) == everybody


def words(page: str) -> str:
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_honest_get_what_they_get_alone(
    course: Path, everybody: dict[str, float], host: Host, tmp_path: Path
) -> None:
    """Whatever their neighbours did: the same points, the same words."""
    assignment = find_assignment("softmax", course)
    (seed,) = json.loads((course / ".autograder/softmax/seeds.json").read_text())["softmax"]
    done = nbgrader(course, "generate_feedback", "softmax", "--student=honest-*")
    assert done.returncode == 0, done.stderr
    given = points(course)
    for student, (due, _) in HONEST.items():
        alone = grade(assignment, course / f"submitted/{student}/softmax/softmax.ipynb", host, seed=seed)
        assert alone.score == given[student] == due, student
        notebook = nbformat.read(course / f"autograded/{student}/softmax/softmax.ipynb", as_version=4)
        page = feedback(course, student)
        assert notebook.cells[0].outputs[0].data["text/plain"] == whole_text(assignment, alone)
        for task in alone.tasks:
            shown, points_of_task = cell_of(notebook, f"check_{task.id}").outputs
            assert shown.data["text/html"] == task_html(assignment, alone, task)
            assert words(shown.data["text/html"]) in words(page)
            assert shown.data["text/plain"] == task_text(assignment, task)
            assert float(points_of_task.data["text/plain"]) == task.score
    saved = tmp_path / "report.json"
    path = course / "submitted/honest-overflow/softmax/softmax.ipynb"
    done = autograder("grade", path, "--root", course, "-a", "softmax", "--seed", seed, "--json", saved)
    assert done.returncode == 0 and json.loads(saved.read_text())["score"] == given["honest-overflow"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_lateness_costs_what_the_course_says(course: Path, everybody: dict[str, float]) -> None:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        penalties = {one.student_id: one.late_submission_penalty for one in gradebook.assignment_submissions("softmax")}
    assert {student: lost for student, lost in penalties.items() if lost} == {"late": 2}  # two days have begun


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_could_not_be_graded_as_it_was_is_said(course: Path, everybody: dict[str, float]) -> None:
    done = nbgrader(course, "generate_feedback", "softmax", "--student=[tmola]*")
    assert done.returncode == 0, done.stderr
    for student, said in {
        "truncated": "it is not JSON",
        "missing-notebook": "there is notes.txt, but no notebook and no script",
        "two-hand-ins": "there were 2 files; softmax.ipynb was graded",
        "linked": "is a link",
        "linked-folder": "the folder is a link",
        "archive-above-only": "has a path that leads out of the archive",
        "memory-hog": "memory",
        "older-release": "it was made from release 7 of the assignment, and is graded by release 1",
    }.items():
        assert said in feedback(course, student), student
        assert "autograder-report" in feedback(course, student)
    assert "it is not JSON" in mark_of(course, "softmax", "truncated")["problem"], "make export repeats it"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_cells_are_as_their_students_left_them(course: Path, everybody: dict[str, float]) -> None:
    for student in everybody:
        notebook = nbformat.read(course / f"autograded/{student}/softmax/softmax.ipynb", as_version=4)
        names = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
        assert {"check_softmax", "check_probabilities", "why"} <= set(names) and len(names) == len(set(names)), student
        assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
        if student in ("copied-cell", "stripped", "reordered", "merged", "version-3", "answer-as-text"):
            assert RIGHT in cell_of(notebook, "softmax").source
            assert cell_of(notebook, "why").source == "Because it is not hard."
    copies = nbformat.read(course / "autograded/copied-cell/softmax/softmax.ipynb", as_version=4)
    assert sum(RIGHT in cell.source for cell in copies.cells) == 2
    edited = nbformat.read(course / "autograded/edited-locked/softmax/softmax.ipynb", as_version=4)
    assert 'check("softmax")' in cell_of(edited, "check_softmax").source


@pytest.fixture
def term(course: Path, tmp_path: Path) -> Path:
    """The same course, with nobody's hand-ins."""
    shutil.copytree(course.parent / "settings", tmp_path / "settings")
    return Path(shutil.copytree(course.parent / "as released", tmp_path / "course"))


@pytest.mark.slow
def test_other_points_than_the_gradebook_has_are_refused_before_grading(term: Path) -> None:
    put(term, "right")
    suite = term / "autograder/suites/softmax/points.toml"
    suite.write_text(suite.read_text().replace("points = 6", "points = 7"))
    done = autograder("autograde", "--root", term, "--sandbox", "off")
    assert done.returncode == 2 and "`make release` first" in done.stderr
    assert not (term / ".autograder").exists()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_grade_is_that_of_the_grader_and_a_regrade_keeps_what_people_gave(term: Path, tmp_path: Path) -> None:
    """By nbgrader's command alone, then by ours after a fix in the suite."""
    half, right = put(term, "half", HALF), put(term, "right", name="softmax (1).ipynb")
    put(term, "stub", lambda notebook: notebook.cells.clear())
    silent = replace("why", "Because it is not hard.", WRITTEN_STUB)
    put(term, "silent", silent)
    put(term, "beside", silent, insert("why", "# Because it is not hard."))
    done = nbgrader(term, "autograde", "softmax", "--no-execute")
    assert done.returncode == 0, done.stderr
    worth = {"half": 4, "right": 10, "stub": 0, "silent": 10, "beside": 10}
    assert points(term) == worth, "--no-execute gives nothing away"
    with Gradebook(f"sqlite:///{term / 'gradebook.db'}") as gradebook:
        grades = {student: gradebook.find_grade("why", "softmax", "softmax", student) for student in worth}
        waiting = {student for student, grade in grades.items() if grade.needs_manual_grade}
        assert waiting == {"half", "right", "beside"}, "a person reads what was answered"
        assert {student for student, grade in grades.items() if grade.auto_score == 0} == {"stub", "silent"}
    seeds = term / ".autograder/softmax/seeds.json"
    assert seeds.stat().st_mode & 0o777 == 0o600 and seeds.parent.stat().st_mode & 0o777 == 0o700
    (seed,) = json.loads(seeds.read_text())["softmax"]
    for path, due in ((half, 4), (right, 10)):
        report = tmp_path / "report.json"
        assert (
            autograder("grade", path, "--root", term, "-a", "softmax", "--seed", seed, "--json", report).returncode == 0
        )
        assert json.loads(report.read_text())["score"] == due

    with Gradebook(f"sqlite:///{term / 'gradebook.db'}") as gradebook:
        by_hand = gradebook.find_grade("why", "softmax", "softmax", "half")
        by_hand.manual_score, by_hand.needs_manual_grade = 3, False
        check = gradebook.find_grade("check_softmax", "softmax", "softmax", "half")
        check.manual_score, check.needs_manual_grade = 1, False
        gradebook.find_comment("why", "softmax", "softmax", "half").manual_comment = "well said"
        gradebook.db.commit()
    suite = term / "autograder/suites/softmax/test_softmax.py"
    suite.write_text(suite.read_text().replace('seen.arrays.get("large")', 'right.arrays["large"]'))
    first = autograder("autograde", "--root", term, "--sandbox", "off")
    assert "5 were graded by another version of the suite" in first.stdout and points(term)["half"] == 4
    assert "0 to be written into the gradebook, 5 are there already" in first.stdout
    second = autograder("autograde", "--root", term, "--sandbox", "off", "--regrade")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "half: given by hand before, and stays until" in second.stdout and "formgrader: softmax 1\n" in second.stdout
    assert "half: 5" not in second.stdout and "right:" not in second.stdout, "what a person gave counts as before"
    assert points(term) == {**worth, "half": 10}
    with Gradebook(f"sqlite:///{term / 'gradebook.db'}") as gradebook:
        by_hand = gradebook.find_grade("why", "softmax", "softmax", "half")
        assert by_hand.score == 3 and not by_hand.needs_manual_grade
        check = gradebook.find_grade("check_softmax", "softmax", "softmax", "half")
        assert check.score == 1 and check.needs_manual_grade, "where the grader has changed its mind, a person looks"
        assert gradebook.find_comment("why", "softmax", "softmax", "half").comment == "well said"
    mark = nbformat.read(term / "autograded/half/softmax/softmax.ipynb", as_version=4).metadata.autograder
    assert mark.seed == seed and json.loads(seeds.read_text())["softmax"] == [seed]

    put(term, "half", HALF, replace("probabilities", "0.25", "0.5"))
    third = autograder("autograde", "--root", term, "--sandbox", "off")
    assert "half: 5 -> 3 (-2): probabilities 4 -> 2\n" in third.stdout, third.stdout + third.stderr
    said = third.stdout.partition("stays until somebody looks at it in the formgrader: ")[2].partition("\n")[0]
    assert sorted(said.split(", ")) == ["softmax 1", "why 3"]
    with Gradebook(f"sqlite:///{term / 'gradebook.db'}") as gradebook:
        given = {name: gradebook.find_grade(name, "softmax", "softmax", "half") for name in ("why", "check_softmax")}
        assert {name: grade.score for name, grade in given.items()} == {"why": 3, "check_softmax": 1}
        assert all(grade.needs_manual_grade for grade in given.values()), "the formgrader asks for a look"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_who_stops_a_regrade_has_nobody_looked_at_again(term: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(term, "ann", HALF)
    put(term, "bob")
    assert autograder("autograde", "--root", term, "--sandbox", "off").returncode == 0
    tests = term / "autograder/suites/softmax/test_softmax.py"
    tests.write_text(tests.read_text() + "\n# another version\n")
    assignment = find_assignment("softmax", term)

    def planned() -> Plan:
        return plan(assignment, term, find_submitted(term, assignment), regrade=True)

    def stop(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(books, "nbgrader", stop)
    rows: Any = {student: SimpleNamespace(report={"score": 4}) for student in ("ann", "bob")}
    with pytest.raises(KeyboardInterrupt):
        books.write_books(assignment, term, planned(), rows)
    assert [one.student for one in planned().again] == ["ann", "bob"], "it is known that they are as they were"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_time_that_has_changed_alone_reaches_the_gradebook(term: Path) -> None:
    """Of a time that cannot be; the same notebook handed in again, late; then the time is mended by hand."""
    stamp = put(term, "again").with_name("timestamp.txt")
    for at, lost, said in (
        ("9999-12-31 23:59:59", 0, "timestamp.txt holds no valid time for again: they count as on time. Write"),
        ("2026-10-16 12:00:00 UTC", 0, "0 to be written"),
        ("not a time", 0, "timestamp.txt holds no valid time for again"),
        ("2026-10-17 12:00:00 UTC", 1, "again, softmax: the penalty is 1 now, and was 0. Handed in"),
        ("2026-10-16 12:00:00 UTC", 0, "again, softmax: the penalty is 0 now, and was 1. It is on time."),
    ):
        stamp.write_text(at)
        done = autograder("autograde", "--root", term, "--sandbox", "off")
        assert done.returncode == 0 and said in done.stdout, done.stdout + done.stderr
        with Gradebook(f"sqlite:///{term / 'gradebook.db'}") as gradebook:
            assert (gradebook.find_submission("softmax", "again").late_submission_penalty or 0) == lost


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_time_that_is_gone_is_gone_from_the_gradebook(term: Path) -> None:
    """Of the same hand-in without its time, and of another one that has none, by each command."""
    stamp = put(term, "again").with_name("timestamp.txt")

    def graded(*command: str) -> tuple[object, float]:
        ours = command[0] == "autograde"
        done = autograder(*command, "--root", term, "--sandbox", "off") if ours else nbgrader(term, *command[1:])
        assert done.returncode == 0, done.stdout + done.stderr
        with Gradebook(f"sqlite:///{term / 'gradebook.db'}") as gradebook:
            submission = gradebook.find_submission("softmax", "again")
            return submission.timestamp, submission.late_submission_penalty or 0

    for change, command in (
        ([], ("autograde",)),
        ([HALF], ("autograde",)),
        ([], ("nbgrader", "autograde", "softmax", "--force")),
    ):
        stamp.write_text("2026-10-17 12:00:00 UTC")
        assert graded("autograde")[1] > 0
        put(term, "again", *change)
        stamp.unlink()
        assert graded(*command) == (None, 0)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_whom_nbgrader_leaves_out_is_named(term: Path) -> None:
    """Its exit code is 0 where a name is a pattern."""
    put(term, "right")
    put(term, "a, right")
    put(term, "a[1]")
    put(term, "m\nline", HALF)
    put(term, "half-a-character", insert("probabilities", "'\ud83d'"))
    stamp = put(term, "no-time").with_name("timestamp.txt")
    stamp.write_text("no time")
    done = autograder("autograde", "--root", term, "--sandbox", "off")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "has not written the points of 3 students into the gradebook" in done.stderr
    assert "a[1]: nbgrader takes" in done.stderr and "Rename the folder" in done.stderr
    assert "m\ufffdline: there is a line's end" in done.stderr
    assert "no-time: `nbgrader autograde softmax --student=NAME` says why" in done.stderr
    assert points(term) == {"right": 10, "a, right": 10, "half-a-character": 10, "a[1]": 0, "no-time": 0, "m\nline": 0}
    done = autograder("export", "--root", term)
    assert "a[1]" in (term / "exports/grades.csv").read_text()
    stamp.unlink()
    (term / "submitted/a[1]").rename(term / "submitted/a1")
    done = nbgrader(term, "autograde", "softmax")
    assert done.returncode == 0 and "m\\nline/softmax' is left out" in done.stderr, "nor does its own command stop"
    (term / "submitted/m\nline").rename(term / "submitted/mline")
    put(term, "right", HALF)  # who is kept has the same name behind a comma, by which nbgrader parts names
    done = autograder("autograde", "--root", term, "--sandbox", "off")
    assert done.returncode == 0 and "2 to be written into the gradebook, 4 are there already" in done.stdout
    given = points(term)
    assert (given["right"], given["a1"], given["no-time"], given["a, right"]) == (4, 10, 10, 10)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_an_older_gradebook_lacks_is_written_again(term: Path) -> None:
    book, later, suite = term / "gradebook.db", {"first": 10, "later": 4}, term / "autograder/suites/softmax"
    empty = book.read_bytes()

    def grade_class(*options: str) -> str:
        done = autograder("autograde", "--root", term, "--sandbox", "off", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        return str(done.stdout)

    put(term, "first", HALF)
    grade_class()
    older = book.read_bytes()
    put(term, "first")
    put(term, "later", HALF)
    grade_class()
    assert points(term) == later
    book.write_bytes(older)
    assert "first: 4 -> 10" in grade_class() and points(term) == later
    assert "0 to be written into the gradebook, 2 are there already" in grade_class()
    book.write_bytes(empty)
    tests = suite / "test_softmax.py"
    tests.write_text(tests.read_text() + "\n# another version\n")
    assert "2 to be written" in grade_class("--regrade") and points(term) == later


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_who_was_graded_by_another_version_stays_on_the_page_of_the_class(term: Path) -> None:
    tests, out = term / "autograder/suites/softmax/test_softmax.py", term / ".autograder/softmax"

    def grade_class(*options: str) -> str:
        done = autograder("autograde", "--root", term, "--sandbox", "off", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        return str(done.stdout)

    put(term, "ann", HALF)
    put(term, "bob")
    assert "2 hand-ins" in grade_class()
    tests.write_text(tests.read_text() + "\n# another version\n")
    put(term, "cem")
    said = grade_class()
    assert "2 were graded by another version of the suite" in said and "1 to be written" in said
    assert "3 graded: median 10 of 10, 2 with everything right" in said and "2 of 3 graded already" in said
    with open(out / "results.csv", encoding="utf-8", newline="") as file:
        assert {row["student"]: float(row["score"]) for row in csv.DictReader(file)} == {"ann": 4, "bob": 10, "cem": 10}
    assert len((out / "results.jsonl").read_text().splitlines()) == 3
    page = words((out / "class.html").read_text())
    assert "graded 3" in page and "2 of 3 were graded by another version of the suite" in page
    grade_class("--regrade")
    assert "another version" not in (out / "class.html").read_text()


@pytest.mark.slow
@needs_walls
@pytest.mark.timeout(600)
def test_plain_autograde_is_behind_walls_or_refuses(term: Path, tmp_path: Path) -> None:
    book, other = term / "gradebook.db", put(term, "ann", HALF)
    put(term, "writes", at_the_start(f"open({str(book)!r}, 'r+b').write(b'x' * 1000)"))
    put(term, "reads", at_the_start(f"open({str(other)!r}).read()"))
    put(term, "reads-source", at_the_start(f"open({str(term / 'source/softmax/softmax.ipynb')!r}).read()"))
    refused = nbgrader(term, "autograde", "softmax", AUTOGRADER_SANDBOX="", PATH=str(tmp_path))
    assert refused.returncode != 0 and "apt install bubblewrap" in refused.stderr
    assert not (term / "autograded").exists() and points(term) == {}
    done = nbgrader(term, "autograde", "softmax", AUTOGRADER_SANDBOX="")
    assert done.returncode == 0, done.stderr
    assert points(term) == {"ann": 4, "writes": 4, "reads": 4, "reads-source": 4}
    assert "sandbox: warm" in (term / "autograded/ann/softmax/softmax.ipynb").read_text()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_learning_platforms_pack_is_collected_and_other_questions_follow_feedback(term: Path) -> None:
    archive = term / "downloaded/softmax/archive"
    notebook = json.dumps(answered(term))
    for name, text in {
        "doejane_12345_678901_softmax-1.ipynb": notebook,
        "roejohn_LATE_12346_678902_softmax.py": SCRIPT,
        "Ann Lee_77_assignsubmission_file/softmax.ipynb": notebook,
        "unknown.txt": "x",
    }.items():
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).write_text(text)
    done = nbgrader(term, "zip_collect", "softmax")
    assert done.returncode == 0, done.stderr
    assert autograder("autograde", "--root", term, "--sandbox", "off").returncode == 0
    assert points(term) == {"doejane_12345": 10, "roejohn_12346": 10, "Ann Lee_77": 10, "unknown": 0}
    seeds = term / ".autograder/softmax/seeds.json"
    (first,) = json.loads(seeds.read_text())["softmax"]
    (term.parent / "exchange").mkdir()
    (term / "feedback/roejohn_12346/softmax").mkdir(parents=True)
    done = nbgrader(term, "release_feedback", "softmax", f"--Exchange.root={term.parent / 'exchange'}")
    assert done.returncode == 0, done.stderr
    assert json.loads(seeds.read_text())["softmax"][0] == first and len(json.loads(seeds.read_text())["softmax"]) == 2
