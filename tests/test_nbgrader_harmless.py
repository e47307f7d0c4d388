"""What a student wrote, on nbgrader's pages: it can be read, and does nothing."""

import json
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.server_extensions.formgrader import handlers
from running import ROOT
from test_nbgrader_notebook import RELEASED
from traitlets.config.loader import Config, PyFileConfigLoader

from autograder.nbgrader.harmless import UNSEEN
from autograder.nbgrader.notebook import put_right, read_notebook


def test_nothing_of_a_students_runs_in_the_browser_of_who_gives_points() -> None:
    evil = "<script>alert(1)</script> and $a<b$, 1 < 2 <!-- <img src=x onerror=alert(2)>"
    attachments = {"a.png": {"image/png": "AA==", 'x"><script>': "AA=="}, "b": {"image/svg+xml": "<svg/>"}}
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "metadata": {"tags": ['"><script>']}, "source": evil, "attachments": attachments},
        {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": evil},
        {"cell_type": "code", "metadata": {}, "source": evil, "outputs": [], "execution_count": None},
    ]
    data = json.dumps({"cells": cells, "metadata": {"x": "<script>"}, "nbformat": 4, "nbformat_minor": 5})
    text, raw, code, *_ = put_right(read_notebook("a.ipynb", data.encode()), RELEASED).cells
    harmless = "< script>alert(1)< /script> and $a< b$, 1 < 2 < !-- < img src=x onerror=alert(2)>"
    assert text.source == raw.source == harmless and code.source == evil
    assert text.metadata == raw.metadata == {} and text.attachments == {"a.png": {"image/png": "AA=="}}


@pytest.mark.parametrize(
    "link",
    [
        *("[a](javascript:alert(1))", "[a](JavaScript\\:alert(1))", "[a](&#106;avascript:alert(1))"),
        *("[a](javascript&colon;alert(1))", "[a]: javascript:alert(1)\n\n[a]", "<javascript:alert(1)>"),
    ],
)
def test_no_link_runs_in_the_browser_of_who_gives_points(link: str) -> None:
    shown = as_page(f"![x](y)\n\n{link}")
    assert "href" not in shown.lower().replace("#harmful-link", "") or "javascript:" not in unescape(shown).lower()


@pytest.mark.parametrize("name", ["image.png", "a\\_b.png", "my%20picture.png", "a(1).png", "b.svg", ""])
@pytest.mark.parametrize("prefix", ["attachment:", "attachment\\:", "&#97;ttachment:"])
def test_a_picture_that_was_not_handed_in_does_not_stop_the_page(name: str, prefix: str) -> None:
    assert "my words" in as_page(f"my words ![image]({prefix}{name})")
    assert "my words" in as_page(f"my words\n\n![p][p]\n\n[p]: {prefix}{name}")


def test_a_picture_that_was_handed_in_is_shown() -> None:
    assert "data:image/png;base64,AA==" in as_page("![x](attachment:a.png)", {"a.png": {"image/png": "AA=="}})


def as_page(text: str, attachments: dict[str, Any] | None = None) -> str:
    """A student's text as nbgrader's pages show it."""
    cell = {"cell_type": "markdown", "metadata": {}, "source": text, "attachments": attachments or {}}
    data = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    notebook = put_right(read_notebook("a.ipynb", data.encode()), RELEASED)
    shown, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    return str(shown)


HEADINGS = [
    *(
        "# check_first",
        "#check_first",
        "   ###  check_first ##",
        "# check\\_first",
        "# check_**first**",
        "# `check_first`",
    ),
    *("check_first\n===", "check_first\n--=", "`check_first`  \n=", "check_first\r---", "a\ncheck_first\n==="),
    *("> # check_first", "> > check_first\n> > ---", ">check_first\n>==", "> - # check_first"),
    *(
        "- # check_first",
        "1. # check_first",
        "2) check_first\n   ---",
        "* a\n\n  # check_first",
        "- - check_first\n    ===",
    ),
    *(
        "term\n: # check_first",
        "- [ ] # check_first",
        "| # check_first |\n|---|",
        "[check_first]: x\n===",
        "#\tcheck_first",
    ),
    *('<h1 id="check_first">a</h1>', '<a name="check_first"></a>', "# [check_first](x)", "# ![check_first](x)"),
]


@pytest.mark.parametrize("template", ["formgrade", "feedback"])
def test_no_text_of_a_students_passes_for_a_box_for_points(template: str) -> None:
    """By the course's settings no text has an id; without them, none that is a cell's."""
    cells = [new_markdown_cell(heading) for heading in HEADINGS]
    why = new_markdown_cell("\n\n".join(HEADINGS), metadata={"nbgrader": RELEASED[-1].metadata})
    code = new_code_cell("\n\n".join(HEADINGS))
    notebook = put_right(new_notebook(cells=[*cells, why, code]), RELEASED)
    settings = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    for config in (settings, Config()):
        page = BeautifulSoup(page_of(notebook, template, config), "html.parser")
        inside = page.select(".text_cell_render [id], .text_cell_render [name], .input_area [id]")
        assert all(UNSEEN in unquote(tag["id"]) for tag in inside) and bool(inside) == (config is not settings)
        for heading, shown in zip(HEADINGS, page.select(".text_cell_render"), strict=False):
            if heading[:1] == "#" or (heading[-1] in "-=" and "]: x" not in heading and "|" not in heading):
                assert shown.find(["h1", "h2", "h3"]), f"{heading} looks like a heading"


AWAY = "//host.example/x.png"
TRACKERS = [
    *(
        f"![a]({prefix}{AWAY})"
        for prefix in ("http:", "HTTPS:", "", "ftp:", "files", "files/", "/files", "/files/files/")
    ),
    *(f"!{bang}[a](http:{AWAY})" for bang in ("", "!", "!!", "\\!", " ")),
    *(f"{before}![a](http:{AWAY})" for before in ("\\", "\\\\", "#", "> ", "- ", "[b]", "[", "[b](c)", "\\\\!")),
    *(f"![a][b]\n\n[b]: http:{AWAY}", f"![a][]\n\n[a]: {AWAY}", f"![a]\n\n[a]: http:{AWAY}"),
    *(f"![a](<http:{AWAY}>)", f"![a](< {AWAY}>)", f"![a](\nhttp:{AWAY}\n'title')", f"![a]( \t{AWAY} )"),
    *(f"![a](http\\:{AWAY})", f"![a](&#104;ttp:{AWAY})", "![a](\\/\\/host.example/x)", "![a](/\\host.example/x)"),
    *(f"![a [b](c) d](http:{AWAY})", f"![a\\](x.png)](http:{AWAY})", f"![`a](x.png)`](http:{AWAY})"),
    *(f"![a](x.png y)\n\n[a]: http:{AWAY}", f"![a](attachment:javascript:b)\n\n[a]: http:{AWAY}"),
    *(
        f"[![a](http:{AWAY})](b)",
        f"| ![a](http:{AWAY}) |\n|---|",
        f"a\n: ![a](http:{AWAY})",
        f"<img src='http:{AWAY}'>",
    ),
    *("![a](data:image/svg+xml;base64,AA==)", f"![{'a' * 1200}](x.png y)\n\n![a](http:{AWAY})"),
]
HERE = ["![a](plot.png)", "![](my_plots/plot-1.png)", "![a](data:image/png;base64,AA==)", '![a](attachment:a.png "A")']


@pytest.mark.parametrize("template", ["formgrade", "feedback"])
def test_pages_ask_no_other_host_for_a_picture(template: str) -> None:
    """It becomes a link; what is in the text or beside the page stays a picture."""
    cells = [new_markdown_cell(text) for text in (*TRACKERS, *HERE)]
    cells[-1].attachments = {"a.png": {"image/png": "AA=="}}
    page = BeautifulSoup(page_of(put_right(new_notebook(cells=cells), RELEASED), template, Config()), "html.parser")
    texts = page.select(".text_cell_render")[: len(cells)]
    for text, shown in zip(TRACKERS, texts, strict=False):
        for picture in shown.find_all("img"):
            assert "host.example" not in picture["src"] and ":" not in picture["src"], text
    assert texts[0].find("a", href=f"http:{AWAY}")
    found = [shown.find("img")["src"] for shown in texts[len(TRACKERS) :]]
    data = "data:image/png;base64,AA=="
    assert found == ["plot.png", "my_plots/plot-1.png", data, data]


def page_of(notebook: Any, template: str, config: Config) -> str:
    """A page as nbgrader makes it."""
    config = Config(config)
    config.HTMLExporter.template_name = template
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    bootstrap = f"{handlers.static_path}/node_modules/bootstrap/dist/css"
    config.HTMLExporter.extra_template_paths = [bootstrap]
    for cell in notebook.cells:
        cell.metadata.setdefault("nbgrader", {}).update(score=0)
    whole = {"notebook": "a", "score": 0, "max_score": 0, "late_penalty": 0}
    resources = {"nbgrader": whole, "index": 0, "total": 1}
    shown, _ = HTMLExporter(config=config).from_notebook_node(notebook, resources)
    return str(shown)
