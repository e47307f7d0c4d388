"""docs/report-card.md: what it promises, and that it is of today's corpus. `test_corpus.py` grades all of it again."""

import json
import sys
from pathlib import Path

from corpus import known_mistakes, pieces, wrong_pieces

sys.path.insert(0, str(Path(__file__).parent / "evidence"))
import report_card

CARD = json.loads(report_card.CARD.read_text(encoding="utf-8"))
FIGURES = report_card.figures(CARD)


def test_page_is_made_of_the_card() -> None:
    assert report_card.page(CARD) == report_card.PAGE.read_text(encoding="utf-8"), "run: make report-card"


def test_it_is_of_all_submissions() -> None:
    assert [one["name"] for one in CARD["right"]] == [piece.stem for piece in pieces("right")]
    assert [one["name"] for one in CARD["mistakes"]] == [wrong.name for wrong in known_mistakes()]
    assert [one["name"] for one in CARD["wrong"]] == [wrong.name for wrong in wrong_pieces()]


def test_no_verdict_is_wrong() -> None:
    assert FIGURES["false_fails"] == FIGURES["accused"] == FIGURES["missed"] == FIGURES["lost_too"] == []


def test_every_known_mistake_is_named_and_no_other() -> None:
    assert FIGURES["not_named"] == FIGURES["other_wrong_misnamed"] == []
