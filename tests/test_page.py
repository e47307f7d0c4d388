"""The page of a report, as a student gets it: whole, offline, and with nothing of a submission taken as HTML."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import Graded
from corpus import CNN

from autograder import recording
from autograder.grade import grade
from autograder.isolation.launch import Host
from autograder.mnist import RAW, course_sample, read_idx
from autograder.questions import PUBLIC_SEED, Questions, load_module
from autograder.render.page import page, pictures
from autograder.report import Picture, Report
from autograder.session import Observation

REFERENCE = CNN.master.read_text(encoding="utf-8")
STARTER = CNN.starter.read_text(encoding="utf-8")
TITLES = ["Your network", "The loss of the short run", "Which digits are mixed up", "Digits that were misread"]
VOID = {"meta", "br", "img", "link", "input"}


class Reader(HTMLParser):
    """Takes down the elements and the references of a page, and fails where an end does not fit its beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.references += [
            value or "" for name, value in attributes if name in ("src", "href", "xlink:href", "action")
        ]
        assert not [name for name, _ in attributes if name.startswith("on")], (tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(report: Report) -> str:
    """The page of a report, which is well-formed, small, and asks for nothing from outside."""
    html = page(CNN, report, pictures(report))
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    assert not {"script", "link", "iframe", "img"} & set(reader.seen)
    assert all(reference.startswith("data:image/png;base64,") for reference in reader.references)
    assert "default-src 'none'" in html and "url(" not in html and "@import" not in html
    for drawing in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        ET.fromstring(drawing)
    assert len(html.encode()) < 400_000
    return html


@pytest.fixture(scope="module")
def solution(host: Host) -> Report:
    return grade(CNN, CNN.master, host)


def test_solution(solution: Report) -> None:
    html = read(solution)
    assert [picture.title for picture in solution.pictures] == TITLES
    assert "Everything is right. Hand in cnn.py." in html and "What is not right yet" not in html
    assert "100 <small>of 100 points" in html and "<title>100 / 100" in html and CNN.title in html
    for task in CNN.tasks:
        assert f"<code>{task.id}</code>" in html
    curves = solution.pictures[1].data["curves"]
    assert len(curves["yours"]) == 24
    assert np.allclose(curves["yours"], curves["reference"], rtol=0.3)
    assert html.count("✓</tspan>") == 10  # the ten shapes, all predicted
    assert "pictures" not in solution.as_dict()


def test_digits_are_called_what_they_are(solution: Report) -> None:
    """The labels of the run are permuted; a reader sees the real ones."""
    raw = course_sample() / RAW
    images = read_idx(raw / "t10k-images-idx3-ubyte")
    labels = {
        image.tobytes(): label for image, label in zip(images, read_idx(raw / "t10k-labels-idx1-ubyte"), strict=True)
    }
    shown = solution.pictures[3].data
    assert len(shown["titles"]) == 24
    for image, title in zip(shown["images"], shown["titles"], strict=True):
        is_a, taken_for = title.split(" → ")
        assert int(is_a) == labels[image.tobytes()] != int(taken_for)
    counts = np.array(solution.pictures[2].data["counts"])
    assert counts.sum() == 300 and counts.trace() > 150


def test_untouched_starter(graded: Graded) -> None:
    report = graded(STARTER)
    html = read(report)
    assert report.pictures == []
    assert "0 <small>of 100 points" in html and "<strong>Next:</strong> <code>conv_output_size</code>" in html
    assert "delete the <code>raise</code> line" in html


def test_file_that_cannot_be_read(graded: Graded) -> None:
    html = read(graded(b"", "empty.py"))
    assert "is empty" in html and "What is not right yet" not in html


def test_expected_shapes_only_where_they_are_earned(graded: Graded) -> None:
    wrong = REFERENCE.replace("nn.Conv2d(1, 32, kernel_size=3, padding=1)", "nn.Conv2d(1, 32, kernel_size=3)")
    tasks = ["predicted_shapes", "layers", "forward"]
    html = read(graded(wrong, tasks=tasks))
    assert "(64, 32, 26, 26)" in html and 'expected <tspan class="code">(64, 32, 28, 28)' in html
    unpredicted = re.sub(r"(PREDICTED_SHAPES\b[^{]*\{).*?\n\}", r"\1}", wrong, count=1, flags=re.DOTALL)
    html = read(graded(unpredicted, tasks=tasks))
    assert "(64, 32, 26, 26)" in html and "it stops here" in html
    assert "(64, 32, 28, 28)" not in html and "3136" not in html


def test_what_comes_from_a_submission_is_escaped(graded: Graded) -> None:
    attack = "</title></style><script>alert(1)</script><img src=x onerror=\"a('`&')\">"
    text = REFERENCE.replace("    device = next", f"    raise ValueError({attack!r})\n    device = next", 1)
    cell = f"""
class SimpleCNN(SimpleCNN):
    def __init__(self):
        super().__init__()
        self.add_module({attack.replace(".", "")!r}, type({attack!r}, (nn.Identity,), {{}})())

    def forward(self, x):
        return super().forward(getattr(self, {attack.replace(".", "")!r})(x))
"""
    name = "<img src=x onerror=alert(1)>'&\u202e\".py"
    report = graded(f"{text}\n# %%\n{cell}", name, tasks=["forward", "train"])
    html = read(report)
    assert "<script" not in html and "<img" not in html and "\u202e" not in html
    assert "&lt;/title&gt;&lt;/style&gt;&lt;script&gt;" in html.partition("<svg viewBox")[0]  # the message
    assert "&lt;/title&gt;&lt;/style&gt;" in html.partition("Your network")[2]  # the picture
    assert "&lt;img src=x onerror=alert(1)&gt;&#39;&amp;" in html  # the name of the file


ARRAYS: list[Any] = [
    None,
    np.zeros((2, 3), np.float32),
    np.full((300, 10), np.nan, np.float32),
    np.full((300, 10), 1e308),
    np.zeros((300, 10), np.int64),
    np.zeros((5_000_000,), np.float32),
    np.full(24, np.inf, np.float32),
    np.full(24, -1e30, np.float32),
    np.zeros(24, np.float32),
    np.array(3.0),
]
ROWS: list[Any] = [
    None,
    {"name": 1},
    [1, None, "x"],
    [["conv1", "Conv2d"]],
    [["conv1", "Conv2d", ["64", 1]]],
    [["conv1", "Conv2d", [True, -1, 10**400, 1.5]]],
    [["conv1", "Conv2d", []], ["relu1", "ReLU", [0, 0, 0, 0]], ["x", "y", [10**7] * 4], ["z", "z", [1] * 60_000]],
    [["<b>" * 20_000, "</svg>" * 9_000, [64, 3]]] * 5_000,
    [["conv1", "\x1b[2J\ud800", None]],
]


def test_forged_answers_break_nothing() -> None:
    """Whatever a child sends is drawn or left out."""
    draw = load_module(CNN.suite / "pictures.py").pictures
    known = recording.load(CNN.suite / "expected.bin")[1]
    empty = Report("cnn", "1", "cnn.py", 0, "cpu", "none")
    for array in ARRAYS:
        arrays = {} if array is None else {"losses": array, "end_logits": array}
        read(with_pictures(empty, draw(forged(known, {}, arrays))))
    for rows in ROWS:
        read(with_pictures(empty, draw(forged(known, {"trace": rows, "chain": rows}, {}))))


def forged(known: dict[str, Observation], values: dict[str, Any], arrays: dict[str, np.ndarray]) -> SimpleNamespace:
    return SimpleNamespace(
        results={},
        expected=known,
        questions=Questions(CNN.suite, PUBLIC_SEED),
        answered=lambda probe: Observation(values=values, arrays=arrays),
    )


def with_pictures(report: Report, pictures: Any) -> Report:
    report.pictures = list(pictures)
    assert all(isinstance(picture, Picture) for picture in report.pictures)
    return report


def autograder(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", "grade", str(CNN.master), "--task", "conv_output_size", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


def test_command_writes_the_page_and_says_where(tmp_path: Path) -> None:
    done = autograder(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"The same with pictures: {Path('reports', 'cnn.html')}\n")
    html = (tmp_path / "reports" / "cnn.html").read_text(encoding="utf-8")
    assert "<code>conv_output_size</code>" in html and "<code>evaluate</code>" not in html
    assert "8 <small>of 8 points" in html and "This part is right." in html


def test_page_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "reports").touch()
    done = autograder(tmp_path)
    assert done.returncode == 0 and "8 / 8" in done.stdout and "The same with pictures" not in done.stdout
    assert done.stderr.startswith("The page with pictures could not be written to") and done.stderr.count("\n") == 1
