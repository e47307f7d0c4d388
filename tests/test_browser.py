"""The course as people meet it, in a real browser: a student in JupyterLab, an instructor in nbgrader's formgrader.

AUTOGRADER_SCREENSHOTS=folder keeps pictures of what was seen.
"""

import re
from pathlib import Path

import nbformat
import pytest
from browser import MATHJAX, chromium, jupyter_lab, needs_chromium, new_page, picture
from nbgrader_class import HALF, HEAD, RIGHT, cell_of, new_course, put
from playwright.sync_api import Locator, Page, expect
from running import ROOT, autograder

from autograder.bundle import grader_files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), needs_chromium]

OVERFLOWS = HEAD + RIGHT.replace("logits - logits.max(dim=1, keepdim=True).values", "logits")
MESSAGE = "the same for logits of several thousand"  # what that one is told
HINT = "what is e to the power of 3000?"


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that is in the exchange, and beside it what a student has of the grader."""
    folder = tmp_path_factory.mktemp("term")
    for name in ("exchange", "settings", "package", "work"):
        (folder / name).mkdir()
    (folder / "exchange").chmod(0o777)  # as nbgrader wants it
    (folder / "settings/nbgrader_config.py").write_text(
        f"c = get_config()\nc.Exchange.root = {str(folder / 'exchange')!r}\n"
        "c.CourseDirectory.course_id = 'deep-learning'\n"
    )
    course = new_course(folder)
    for command in ("record", "release"):
        done = autograder(command, "--root", course, JUPYTER_CONFIG_DIR=str(folder / "settings"))
        assert done.returncode == 0, done.stdout + done.stderr
    for name, data in grader_files(["softmax"], course).items():
        path = folder / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def home(term: Path, name: str) -> Path:
    """A home with the course's settings, for one test."""
    folder = term / name
    folder.mkdir()
    (folder / "nbgrader_config.py").write_bytes((term / "settings/nbgrader_config.py").read_bytes())
    return folder


def run(page: Page, cell: Locator, source: str | None = None) -> None:
    """Write `source` in the place of what is in a cell, press Shift and Enter, and wait until it has run."""
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    if source:
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")
    expect(prompt).not_to_have_text(before)
    expect(prompt).to_have_text(re.compile(r"\[\d+\]"))


def validated(page: Page) -> Locator:
    """The dialog that nbgrader's button ends with."""
    page.get_by_role("button", name="Validate", exact=True).click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog.get_by_text("Validation Results")).to_be_visible()
    return dialog


def test_a_student_fetches_fills_in_validates_and_submits(term: Path) -> None:
    variables = {"PYTHONPATH": str(term / "package")}  # what a student gets, and not this repository
    with (
        jupyter_lab(term / "work", home(term, "student"), **variables) as address,
        chromium() as browser,
        new_page(browser) as (page, seen),
    ):
        page.goto(address.format("lab"))
        page.get_by_text("Nbgrader", exact=True).click()
        page.get_by_role("menuitem", name="Assignment List").click()
        page.get_by_role("button", name="Fetch", exact=True).click()
        page.locator(".assignment-notebooks-link").click()
        page.locator("#fetched_assignments_list").get_by_role("link", name="softmax", exact=True).click()

        cells = page.locator(".jp-Notebook .jp-Cell")
        softmax = page.locator(".jp-CodeCell", has_text="def softmax")
        judged = page.locator(".jp-CodeCell", has_text='check("softmax")')
        probabilities = page.locator(".jp-CodeCell", has_text="PROBABILITIES = ")
        expect(judged).to_be_visible()
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()  # what is run before that may be lost
        picture(page, "student-1-opened")
        assert cells.first.locator(".cm-scroller").evaluate("box => box.scrollWidth <= box.clientWidth"), (
            "the first cell is wider than a window of 1280 pixels"
        )
        run(page, page.locator(".jp-CodeCell", has_text="import torch").last)
        run(page, softmax)
        run(page, judged)
        expect(judged).to_contain_text("write the body and delete the raise line")
        picture(page, "student-2-nothing-done")
        run(page, softmax, OVERFLOWS)
        run(page, judged)
        expect(judged).to_contain_text(MESSAGE)
        expect(judged).to_contain_text(HINT)
        judged.scroll_into_view_if_needed()
        picture(page, "student-3-a-mistake")

        dialog = validated(page)
        picture(page, "student-4-validated")
        said = " ".join(dialog.inner_text().split())
        assert MESSAGE in said and HINT in said and "softmax (notebook, code cell 3, line 1)" in said
        assert "probabilities.equal: replace the three dots" in said
        assert "artial credit" not in said and "did not provide a response" not in said
        assert said.count("The following cell failed") == 2, "the question in words may stay empty"
        dialog.get_by_role("button", name="Ok").click()

        run(page, softmax, HEAD + RIGHT)
        run(page, judged)
        expect(judged).to_contain_text("This part is right.")
        run(page, probabilities, 'PROBABILITIES = {"equal": 0.25, "alone": 1.0}')
        dialog = validated(page)
        picture(page, "student-5-all-right")
        expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
        dialog.get_by_role("button", name="Ok").click()

        page.get_by_role("tab", name="Assignments").click()
        page.get_by_role("button", name="Submit", exact=True).click()
        expect(page.locator("#submitted_assignments_list")).to_contain_text("softmax")
        picture(page, "student-6-submitted")
        assert not seen.elsewhere and not seen.errors
    (handed_in,) = (term / "exchange/deep-learning/inbound").glob("*+softmax+*/softmax.ipynb")
    assert "logits.max" in cell_of(nbformat.read(handed_in, as_version=4), "softmax").source


def test_an_instructor_grades_and_reads_the_feedback(term: Path) -> None:
    course = term / "course"
    put(course, "ann", HALF)
    variables = {"PYTHONPATH": str(ROOT), "AUTOGRADER_SANDBOX": "off"}
    with (
        jupyter_lab(course, home(term, "instructor"), **variables) as address,
        chromium() as browser,
        new_page(browser) as (page, seen),
    ):
        page.goto(address.format("lab"))
        page.get_by_text("Nbgrader", exact=True).click()
        page.get_by_role("menuitem", name="Formgrader", exact=True).click()
        expect(page.frame_locator("iframe").locator("#main-table")).to_contain_text("softmax")
        picture(page, "instructor-1-formgrader")

        submissions, row = address.format("formgrader/manage_submissions/softmax"), page.locator("#main-table tr")
        page.goto(submissions)
        expect(row).to_contain_text("needs autograding")
        row.locator(".autograde a").click()
        expect(page.get_by_text("Successfully autograded")).to_be_visible()
        page.goto(submissions)
        expect(row).to_contain_text("needs manual grading")
        expect(row).to_contain_text("4 / 15")
        picture(page, "instructor-2-graded")

        page.goto(address.format("formgrader/gradebook/softmax/softmax"))
        page.get_by_role("link", name="Submission #1").click()
        expect(page.locator("body")).to_contain_text(MESSAGE)
        expect(page.locator("#check_softmax")).to_have_attribute("placeholder", "0")
        expect(page.locator("#check_probabilities")).to_have_attribute("placeholder", "4")
        picture(page, "instructor-3-submission", whole=True)
        for name, text, kind in (("why", "3", "grade"), ("why-comment", "Well said.", "comment")):
            box = page.locator(f"#{name}")
            with page.expect_response(re.compile(f"/api/{kind}/")) as saved:
                box.fill(text)
                box.blur()
            assert saved.value.ok
        picture(page, "instructor-4-marked")

        page.goto(submissions)
        expect(row).to_contain_text("7 / 15")
        row.locator(".generate-feedback a").click()
        expect(page.get_by_text("Successfully generated feedback")).to_be_visible()
        page.goto((course / "feedback/ann/softmax/softmax.html").as_uri())
        body = page.locator("body")
        for text in ("softmax (Score: 7.0 / 15.0)", "Score: 3.0 / 5.0", "Well said.", MESSAGE, HINT):
            expect(body).to_contain_text(text)
        picture(page, "instructor-5-feedback", whole=True)
        assert all(asked.startswith(MATHJAX) for asked in seen.elsewhere), seen.elsewhere
        assert not seen.errors
