"""The page of a class: right numbers, nobody's name before a fold is opened, and nothing of a submission as HTML."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin

import pytest
from fake_class import ASSIGNMENT, NO_STEP, NOT_BEGUN, failed, hand_in, small_class

from autograder.render.class_page import class_page, link, percent
from autograder.row import Row

ATTACK = "</title></style></details><script>alert(1)</script><img src=x onerror=\"a('`&')\">"
HOSTILE = [
    *(ATTACK, "\u202egnp.exe", "\x1b[2J\x07red", "javascript:alert(1)", "//evil.example", "a?b#c%41", "a\nb"),
    *("..\\..\\x", "\ud800", "\udcff", "https://evil.example/", "x" * 3000, '" onclick="alert(1)'),
]


class Reader(HTMLParser):
    """Takes down a page: what is seen at once, and what is folded; fails where an end does not fit its beginning."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.said = self.folded = self.attributes = ""
        self.feed(html)
        self.close()
        assert self.stack == []
        self.said, self.folded = (" ".join(text.split()) for text in (self.said, self.folded))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attributes:
            assert not name.startswith("on") and name not in ("src", "action", "xlink:href", "open"), (tag, name)
            self.links += [value or ""] if name == "href" else []
            self.attributes += "" if "details" in self.stack else f"{value} "
        if tag != "meta":
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if "details" in self.stack:
            self.folded += f"{data} "
        elif "style" not in self.stack:
            self.said += f"{data} "


def read(rows: list[Row], total: int | None = None) -> Reader:
    """The page of a class, which is well-formed and asks for nothing from outside."""
    html = class_page(ASSIGNMENT, rows, [NO_STEP], total)
    page = Reader(html)
    assert not {"script", "link", "iframe", "img", "form", "base"} & set(page.tags)
    assert all(link.startswith(("#", "./")) for link in page.links)
    assert "default-src 'none'" in html and "url(" not in html and "@import" not in html
    assert page.tags.count("table") == page.tags.count("caption")
    for drawing in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        svg = ET.fromstring(drawing)
        assert svg.get("aria-hidden") or (svg.get("role") == "img" and svg.find("title") is not None)
    html.encode()
    return page


def test_numbers_of_a_small_class() -> None:
    said = read(small_class()).said
    for words in ("graded 7", "median 40 %", "mean 44.3 %", "everything right 1 14 %", "could not be graded 1"):
        assert words in said
    assert "20: 0, 30: 1, 40: 1, 50: 0" in said  # the title of the histogram
    assert "The loop loop 3 right 1 partly right 1 not right yet 1 could not run 1 not begun 46 % of the points" in said
    assert "mode What loop.mode is about. 4 of 7, 57 %" in said
    assert "small 3. Seed 7, device cpu, sandbox: cold." in said and "PyTorch" in said
    assert "without walls" not in said and "graded so far" not in said


def test_what_to_teach() -> None:
    said = read(small_class()).said
    box = said[said.index("Worth a minute") : said.index("Tasks right")]
    assert "What cost the class most, of 39 points that it lost in all." in box
    first, _, second = box.partition("2. Loops")
    assert "2 of 7 students, 12 points: 31 % of all that was lost, in loop : step; learns ." in first
    assert "happens the weights w never change why a gradient alone moves nothing." in first
    assert "ask which line moves the weights? lesson" in first
    assert "add 2 of 7 students, 6 points: 15 % of all that was lost. expected the sum came 5 in the file" in second


def test_a_known_mistake_and_what_none_explains() -> None:
    page = read(small_class())
    listed = page.said[page.said.index("Known mistakes, the commonest") :]
    assert "2 of 7, 29 % no step is taken happens the weights w never change why a gradient" in listed
    assert "It costs loop : step; learns . In the lesson: 2. Loops" in listed
    assert "How many failed each check so: add 2 loop.mode 1 2 of 7, 29 % add expected the sum came 5 in" in listed
    assert "1 of 7, 14 % loop : mode expected the sum came the mode of cyd" in page.folded


def test_many_mistakes_are_folded_but_for_the_commonest() -> None:
    rows = [hand_in(f"student{n}", {"add": failed(f"{n // 2} fingers")}) for n in range(140)]
    page = read(rows)
    listed = page.said[page.said.index("Failures without a name") :]
    assert listed.count("fingers") == 10 and page.folded.count("fingers") == 50
    assert "60 messages more" in page.folded and "And 10 more" in page.folded


def test_nobody_is_named_before_a_fold_is_opened() -> None:
    rows = [replace(row, student=f"{row.student}_of_class") for row in small_class()]
    rows += [Row("zoe_of_class", "zoe.py", None, None, "no space on the disk of zoe_of_class")]
    rows += [hand_in(f"{name}_of_class", {"add": failed("ask ADA_of_class")}) for name in ("ivy", "jim")]
    page = read(rows)
    for row in rows:
        assert row.student in page.folded
        for secret in (row.student, row.submission, row.page or "pages/"):
            assert secret not in page.said and secret not in page.attributes
    for text in ("no space on the disk", "ask ADA_of_class"):
        assert text in page.folded and text not in page.said


def test_who_could_not_be_graded_and_who_had_nothing_to_run() -> None:
    page = read(small_class())
    assert re.search(r"Could not be graded .* 1 the grader was killed Nothing to run .* 1 the file is empty", page.said)
    assert "show who eve eve.py show who fay fay.py" in page.folded


def test_table_of_students() -> None:
    page = read([*small_class(), hand_in("Abe", NOT_BEGUN)])
    table = page.folded[page.folded.index("Student Points") :]
    assert table.startswith("Student Points add loop learns Known mistakes Abe 0 not begun not begun could not run ada")
    assert "ada 10 right right right ben 4 right partly right could not run no_step cyd 3" in table
    assert "eve – could not be graded fay 0" in table
    assert page.links[-3:] == ["./pages/fay.html", "./pages/gus.html", "./pages/hal.html"]


def test_without_walls_is_loud() -> None:
    without = hand_in("ada", sandbox="none")
    assert "Graded without walls: submissions could have read files or changed grades." in read([without]).said
    assert "This holds for 1 of 2." in read([without, hand_in("ben")]).said
    assert "sandbox: cold, none." in read([without, hand_in("ben")]).said


def test_stopped_before_its_end() -> None:
    assert "8 of 60 graded so far." in read(small_class(), total=60).said
    assert "graded so far" not in read(small_class(), total=8).said


def test_classes_of_a_kind() -> None:
    assert "Nothing has been graded yet." in read([]).said
    one = read([hand_in("ada", NOT_BEGUN)]).said
    assert "median 0 %" in one and "Nobody made a known mistake" in one and "not begun 0 % of the points" in one
    right = read([hand_in(f"student{n}") for n in range(30)]).said
    assert "everything right 30 100 %" in right and "Everybody has everything right." in right
    broken = read([Row(f"student{n}", "cnn.py", None, None, "killed") for n in range(30)])
    assert "graded 0 could not be graded 30" in broken.said and "median" not in broken.said
    assert "student7" in broken.folded


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_texts(name: str) -> None:
    page, shown = f"pages/{name}.html", re.sub("[\x07\x1b\u202e\ud800\udcff]", "\N{REPLACEMENT CHARACTER}", name)
    rows = [
        replace(hand_in(name, {"add": failed(name)}), page=page),
        replace(hand_in(f"{name}2", {"add": failed(name)}), submission=name),
        Row(name, name, page, None, f"{name} broke"),
        hand_in("ada", problem=name),
    ]
    html = class_page(ASSIGNMENT, rows, [])
    assert not re.search("<script|<img|[\x07\x1b\u202e\ud800\udcff]", html)
    seen = read(rows)
    assert " ".join(shown[:79].split()) in seen.folded
    for address in [found for found in seen.links if not found.startswith("#")]:
        assert urljoin("file:///class/class.html", address).startswith("file:///class/pages/")
        assert re.fullmatch(r"[\w./%~-]+", address, re.ASCII)


@pytest.mark.parametrize("page", ["pages/jane doe.html", "pages/änne.html", "a?b#c%41.html", "javascript:x", "//e/x"])
def test_link_leads_to_the_page(page: str) -> None:
    assert link(page).startswith("./") and unquote(link(page)[2:]) == page


def test_percent_is_none_or_all_only_where_it_is() -> None:
    assert [percent(part, 2000) for part in (0, 1, 500, 1999, 2000)] == ["0 %", "1 %", "25 %", "99 %", "100 %"]


def test_two_thousand_students_are_a_small_page() -> None:
    makers: list[Callable[[str], Row]] = [
        hand_in,
        lambda name: hand_in(name, {"loop.mode": failed(f"the mode of {name}" * 10)}),
        lambda name: Row(name, f"{name}.py", None, None, "killed"),
    ]
    rows = [*small_class()[1:4]] * 500
    rows = [replace(row, student=f"{row.student}_with_a_name_{n}") for n, row in enumerate(rows)]
    rows += [makers[n % 3](f"student_with_a_name_{n}") for n in range(500)]
    assert len(class_page(ASSIGNMENT, rows, [NO_STEP]).encode()) < 1_000_000  # 8 tasks in place of 3 add 300 kB
