"""A term of nbgrader's own commands in a real exchange: from the release to the feedback that students fetch."""

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader_class import HONEST, changed, nbgrader, new_course, points
from running import autograder

from autograder.handins.stand_in import stand_in

NAMES = list(HONEST)
CLASS = {f"student{number:02}": NAMES[number % len(NAMES)] for number in range(30)}
# nbgrader asks the system, not the environment, who it works for: this process has another name for its user.
AS_STUDENT = """\
import pwd, sys
name, real = sys.argv.pop(1), pwd.getpwuid
pwd.getpwuid = lambda uid: pwd.struct_passwd((name, *real(uid)[1:]))
from nbgrader.apps.nbgraderapp import main
main()
"""


@dataclass
class Student:
    """A person with a home of their own, a name, and the exchange."""

    name: str
    home: Path
    exchange: Path

    def do(self, *arguments: str, refused: str = "") -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        private = {
            "HOME": self.home,
            "JUPYTER_DATA_DIR": self.home / "data",
            "JUPYTER_CONFIG_DIR": self.home / "config",
        }
        options = [f"--Exchange.root={self.exchange}", "--course=deep-learning"]
        command = [sys.executable, "-c", AS_STUDENT, self.name, *arguments, *options]
        environment = {**os.environ, **{name: str(path) for name, path in private.items()}}
        done = subprocess.run(command, cwd=self.home, env=environment, capture_output=True, text=True)
        assert refused in done.stderr and (done.returncode != 0) == bool(refused), done.stderr

    @property
    def notebook(self) -> Path:
        return self.home / "softmax" / "softmax.ipynb"


def hand_in_like(student: str, exchange: Path, notebook: str, moment: int) -> Path:
    """What `nbgrader submit` leaves, for those of the class who need not run it one by one."""
    folder = exchange / f"deep-learning/inbound/{student}+softmax+2026-10-10 12:00:{moment:02} UTC+{moment:08}"
    folder.mkdir()
    (folder / "softmax.ipynb").write_text(notebook)
    (folder / "timestamp.txt").write_text(f"2026-10-10 12:00:{moment:02} UTC")
    (folder / "submission_secret.txt").write_text(f"secret of {student}")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_way(tmp_path: Path) -> None:
    root, exchange = new_course(tmp_path), tmp_path / "exchange"
    (root / "course.toml").unlink()  # nothing is due: this is not about lateness
    (tmp_path / "settings").mkdir()
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    there = f"--Exchange.root={exchange}"

    def instructor(*arguments: str) -> str:
        done = nbgrader(root, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stderr

    done = autograder("release", "--root", root, "--no-exchange")
    assert done.returncode == 0, done.stderr
    instructor("release_assignment", "softmax", there)

    due = {student: HONEST[how][0] for student, how in CLASS.items()}
    notebooks = {student: changed(root, HONEST[how][1]) for student, how in CLASS.items()}
    persons = [Student(name, tmp_path / "homes" / name, exchange) for name in list(CLASS)[6:9]]
    for person in persons:
        person.do("fetch_assignment", "softmax")
        assert person.notebook.read_bytes() == (root / "release/softmax/softmax.ipynb").read_bytes()
        person.notebook.write_text(notebooks[person.name])
    persons[0].do("fetch_assignment", "softmax", refused="You already have a copy")
    persons[0].do("fetch_assignment", "softmax", "--replace")  # which brings back what is missing only
    assert persons[0].notebook.read_text() == notebooks[persons[0].name], "to fetch again overwrites nothing"
    for person in persons:
        person.do("submit", "softmax")
    names = {person.name for person in persons}
    for moment, student in enumerate(CLASS):
        if student not in names:
            hand_in_like(student, exchange, notebooks[student], moment)
    thief = hand_in_like("thief", exchange, "", 59)
    (thief / "softmax.ipynb").unlink()
    (thief / "softmax.ipynb").symlink_to(root / "source/softmax/softmax.ipynb")
    due["thief"] = 0

    assert "is a link, and was not collected" in instructor("collect", "softmax", there)
    assert (root / "submitted/thief/softmax/softmax.ipynb").read_text() == stand_in("softmax")
    assert {folder.name for folder in (root / "submitted").iterdir()} == set(due)

    done = autograder("autograde", "--root", root, "--sandbox", "off")
    assert done.returncode == 0, done.stderr
    assert points(root) == due
    before = (root / "autograded/student07/softmax/softmax.ipynb").read_bytes()
    instructor("autograde", "softmax")
    assert points(root) == due and (root / "autograded/student07/softmax/softmax.ipynb").read_bytes() == before
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for student in names:
            by_hand = gradebook.find_grade("why", "softmax", "softmax", student)
            assert by_hand.needs_manual_grade
            by_hand.manual_score, by_hand.needs_manual_grade = 3, False
            gradebook.find_comment("why", "softmax", "softmax", student).manual_comment = f"well said, {student}"
        gradebook.db.commit()

    instructor("generate_feedback", "softmax")
    instructor("release_feedback", "softmax", there)
    for person in persons:
        person.do("fetch_feedback", "softmax")
        (page,) = (person.home / "softmax/feedback").glob("*/softmax.html")
        text = page.read_text(encoding="utf-8")
        assert text == (root / f"feedback/{person.name}/softmax/softmax.html").read_text(encoding="utf-8")
        assert f"well said, {person.name}" in text and "autograder-report" in text
    others = "what is e to the power of 3000?"  # the hint for one of the three
    said = [others in next(person.home.glob("softmax/feedback/*/*.html")).read_text() for person in persons]
    assert said == [False, True, False]

    instructor("export", f"--to={tmp_path / 'grades.csv'}")
    with (tmp_path / "grades.csv").open(encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {student: given + (3 if student in names else 0) for student, given in due.items()}
    assert nbformat.read(root / "source/softmax/softmax.ipynb", as_version=4).cells, "the source is as it was"
