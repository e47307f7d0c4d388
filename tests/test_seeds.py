"""Official seeds are drawn once, and by whichever process asks first."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from autograder.seeds import OfficialSeeds


def test_who_has_the_seeds_open_sees_what_others_draw(tmp_path: Path) -> None:
    formgrader, release = OfficialSeeds(tmp_path), OfficialSeeds(tmp_path)
    first = formgrader.current("cnn")
    assert release.current("cnn") == first
    second = release.draw("cnn")
    assert formgrader.current("cnn") == second != first
    assert formgrader.drawn("cnn") == [first, second] and formgrader.drawn("other") == []


def test_of_those_who_ask_at_once_one_draws(tmp_path: Path) -> None:
    barrier = Barrier(8)

    def ask(_: int) -> set[int]:
        barrier.wait()
        return {OfficialSeeds(tmp_path).current(f"assignment {number}") for number in range(20)}

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert all(seeds == found[0] for seeds in found)
    assert all(len(seeds) == 1 for seeds in OfficialSeeds(tmp_path).read().values())
