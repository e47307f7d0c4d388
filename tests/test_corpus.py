"""Right submissions in many styles keep full marks; wrong ones lose what they should, and nothing else."""

import pytest
from conftest import Graded, lost
from corpus import CNN, loses, pieces, splice

RIGHT, WRONG = pieces("right"), pieces("wrong")
# Every third of the right ones and every fifth of the wrong ones in `make test`, all of them in `make test-all`.
QUICK = {*RIGHT[::3], *WRONG[::5]}


def parameters(files):
    return [pytest.param(file, id=file.stem, marks=() if file in QUICK else pytest.mark.slow) for file in files]


@pytest.mark.parametrize("piece", parameters(RIGHT))
def test_right(graded: Graded, piece) -> None:
    report = graded(splice(piece))
    assert {check: message(report, check) for check in lost(report)} == {}
    assert report.score == 100


@pytest.mark.parametrize("piece", parameters(WRONG))
def test_wrong(graded: Graded, piece) -> None:
    report = graded(splice(piece))
    assert lost(report) == loses(piece), {check: message(report, check) for check in lost(report) ^ loses(piece)}


def message(report, check_id):
    return next(check.message for task in report.tasks for check in task.checks if check.id == check_id)


def test_pieces_name_checks_that_exist() -> None:
    known = {check for task in CNN.tasks for check in task.checks}
    for piece in WRONG:
        assert loses(piece) and loses(piece) <= known, piece.name


def test_every_check_is_lost_by_some_wrong_submission() -> None:
    """A check that nothing can fail would be worth nothing."""
    known = {check for task in CNN.tasks for check in task.checks}
    assert known == set().union(*map(loses, WRONG))


def test_the_corpus_is_large_enough() -> None:
    assert len(set(RIGHT) & QUICK) >= 20
    assert len(set(WRONG) & QUICK) >= 30
