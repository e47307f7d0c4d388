"""Right submissions in many styles keep full marks; wrong ones lose what they should, and nothing else."""

import pytest
from conftest import Graded, lost
from corpus import CNN, known_mistakes, pieces, splice, wrong_pieces

RIGHT = pieces("right")
WRONG = {wrong.name: wrong for wrong in (*known_mistakes(), *wrong_pieces())}
# Every fourth of the right ones and every ninth of the wrong ones in `make test`, all of them in `make test-all`.
QUICK = {*RIGHT[::4], *list(WRONG)[::9]}


def parameters(all_of_them):
    return [
        pytest.param(one, id=getattr(one, "stem", one), marks=() if one in QUICK else pytest.mark.slow)
        for one in all_of_them
    ]


@pytest.mark.parametrize("piece", parameters(RIGHT))
def test_right(graded: Graded, piece) -> None:
    report = graded(splice(piece))
    assert {check: message(report, check) for check in lost(report)} == {}
    assert report.score == 100 and report.mistakes == []


@pytest.mark.parametrize("name", parameters(WRONG))
def test_wrong(graded: Graded, name) -> None:
    """It loses its checks and no other, and the known mistake in it is named, and no other."""
    wrong = WRONG[name]
    report = graded(wrong.text)
    assert lost(report) == wrong.loses, {check: message(report, check) for check in lost(report) ^ wrong.loses}
    assert set(report.mistakes) == wrong.is_


def message(report, check_id):
    return next(check.message for task in report.tasks for check in task.checks if check.id == check_id)


def test_pieces_name_checks_that_exist() -> None:
    known = {check for task in CNN.tasks for check in task.checks}
    for wrong in WRONG.values():
        assert wrong.loses and wrong.loses <= known, wrong.name


def test_every_check_is_lost_by_some_wrong_submission() -> None:
    """A check that nothing can fail would be worth nothing."""
    known = {check for task in CNN.tasks for check in task.checks}
    assert known == set().union(*(wrong.loses for wrong in WRONG.values()))


def test_the_corpus_is_large_enough() -> None:
    assert len(set(RIGHT) & QUICK) >= 20
    assert len(set(WRONG) & QUICK) >= 30
