"""Official seeds are drawn once, and by whichever process asks first."""

from pathlib import Path

from autograder.seeds import OfficialSeeds


def test_who_has_the_seeds_open_sees_what_others_draw(tmp_path: Path) -> None:
    formgrader, release = OfficialSeeds(tmp_path), OfficialSeeds(tmp_path)
    first = formgrader.current("cnn")
    assert release.current("cnn") == first
    second = release.draw("cnn")
    assert formgrader.current("cnn") == second != first
    assert formgrader.drawn("cnn") == [first, second] and formgrader.drawn("other") == []
