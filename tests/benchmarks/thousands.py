"""A class of thousands: what each costs, early and late, and whether memory stays flat.

    python tests/benchmarks/thousands.py 2000          (about an hour on two cores)

The submissions are real ones: right in many styles, with known mistakes, half finished, and as they were released. A
run that is stopped goes on with the same command. What is told stands in docs/scaling.md.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from corpus import CNN, known_mistakes, pieces, splice  # noqa: E402

from autograder.percent import blocks  # noqa: E402

PLACE = ROOT / "build" / "thousands"
EVERY = 10  # seconds between two looks at memory


def make_class(folder: Path, count: int) -> None:
    """`count` submissions: of each ten four are right, three have a mistake, two are half finished, one not begun."""
    draw = random.Random(0)
    right = [CNN.master.read_text(encoding="utf-8"), *map(splice, pieces("right"))]
    mistakes = [wrong.text for wrong in known_mistakes()]
    for number in range(count):
        share = number % 10
        if share < 4:
            text = draw.choice(right)
        elif share < 7:
            text = draw.choice(mistakes)
        else:
            text = half_finished(draw) if share < 9 else CNN.starter.read_text(encoding="utf-8")
        path = folder / f"student{number:06}" / "cnn" / "cnn.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n# {number}\n", encoding="utf-8")  # no two are the same


def half_finished(draw: random.Random) -> str:
    """The released file with the first cells filled in."""
    solved = {block.key: block.lines for block in blocks(CNN.master.read_text(encoding="utf-8")) if block.key}
    keys = draw.randint(1, len(solved) - 1)
    made: list[str] = []
    for block in blocks(CNN.starter.read_text(encoding="utf-8")):
        made += solved[block.key] if block.key in list(solved)[:keys] else block.lines
    return "\n".join(made)


def memory(run: psutil.Process) -> dict[str, int]:
    """Bytes of the run itself, of all workers and of all hosts, children aside."""
    kinds = {"run": run.memory_info().rss, "workers": 0, "hosts": 0}
    for process in run.children(recursive=True):
        try:
            command, own = " ".join(process.cmdline()), process.memory_info().rss
            # A host is one that waits and one that it has forked; the children of submissions are forked from that one.
            child = [above.cmdline() == process.cmdline() for above in process.parents()[:2]] == [True, True]
        except psutil.Error:
            continue
        if "spawn_main" in command:
            kinds["workers"] += own
        elif "isolation.host" in command and process.name() != "bwrap" and not child:
            kinds["hosts"] += own
    return kinds


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    make_class(PLACE / "class", count)
    out, log = PLACE / "out", PLACE / "memory.jsonl"
    command = [sys.executable, "-m", "autograder", "batch", str(PLACE / "class"), "--out", str(out)]
    begin = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as run:
        while run.poll() is None:
            time.sleep(EVERY)
            try:
                seen = {"done": len(lines(out / "results.jsonl")), "seconds": time.monotonic() - begin}
                seen |= memory(psutil.Process(run.pid))
            except psutil.Error:
                break
            with open(log, "a", encoding="utf-8") as file:
                file.write(json.dumps(seen) + "\n")
    tell([json.loads(line) for line in lines(log)], [json.loads(line) for line in lines(out / "results.jsonl")])


def tell(seen: list[dict[str, float]], reports: list[dict[str, float]]) -> None:
    seen = [one for one in seen if one["workers"] and one["hosts"]]
    early = [one for one in seen if 100 <= one["done"] < 250]
    late = [one for one in seen if one["done"] >= seen[-1]["done"] - 150]
    for kind in ("workers", "hosts", "run"):
        before, after = (statistics.median(one[kind] for one in some) for some in (early, late))
        print(
            f"{kind}: {before / 1e6:.0f} MB after the first 100, {after / 1e6:.0f} MB at the end: "
            f"{after / before - 1:+.1%}"
        )
    right = [report["seconds"] for report in reports if report["score"] == 100]
    tenth = max(1, len(right) // 10)
    first, last = statistics.median(right[:tenth]), statistics.median(right[-tenth:])
    print(f"a right one takes {first:.2f} s in the first tenth, {last:.2f} s in the last: {last / first:.2f} times")
    rate = (seen[-1]["done"] - seen[0]["done"]) / (seen[-1]["seconds"] - seen[0]["seconds"])
    print(f"{len(reports)} graded, {60 * rate:.0f} a minute")


if __name__ == "__main__":
    main()
