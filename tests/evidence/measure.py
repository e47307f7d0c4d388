"""Grades the reference and the nearest wrong submissions over many seeds, and notes how near to its limits each came.

    python tests/evidence/measure.py --seeds 1000 --wrong-seeds 200

One line of JSON a seed goes to build/evidence/seeds.jsonl; run again after an interruption, it goes on from there
(delete the folder after a change of the suite). `report.py` beside this file makes docs/evidence.md of it. `make
evidence` runs both, and `full.py`.
"""

import argparse
import contextlib
import json
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rich.progress import track

sys.path.insert(0, str(Path(__file__).parents[1]))
from corpus import CNN, known_mistakes, wrong_pieces, wrong_submission

from autograder.grade import open_grading, run_checks
from autograder.isolation.launch import Host, start_host
from autograder.questions import Questions, expected_answers
from autograder.rules import load_rules

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "build" / "evidence"
CPU = Path("/proc/cpuinfo")  # Linux alone has it
BEST = "avx512" if CPU.exists() and "avx512f" in CPU.read_text() else "avx2"
# How else a processor may compute: by environment variables that make PyTorch and oneDNN take older kernels, or by a
# line in front of the submission.
KERNELS: dict[str, dict[str, str]] = {
    "avx512": {},
    "avx2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
    "sse": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"},
}
LINES = {
    "without oneDNN": "import torch; torch.backends.mkldnn.set_flags(False)",
    "two threads": "import torch; torch.set_num_threads(2)",
}
SETTINGS = (*list(KERNELS)[list(KERNELS).index(BEST) :], *LINES)

# One limit each: checks that are judged with it, and what is measured.
LIMITS = {
    "layers": ("layers", "distance"),
    "forward": ("forward", "distance"),
    "forward, gradient": ("forward", "gradient"),
    "train.update": ("train.update", "distance"),
    "train.mode": ("train.mode", "distance"),
    "train.returns": ("train.returns", "distance"),
    "evaluate.accuracy": ("evaluate.accuracy", "distance"),
    "evaluate.mode": ("evaluate.mode", "distance"),
    "evaluate.gradients": ("evaluate.gradients", "distance"),
    "learns": ("learns", "distance"),
    "learns, wrong digits": ("learns", "wrong digits"),
}
NEAREST = 1  # wrong submissions for each limit: those that came nearest to passing in a first look at all of them
FIRST_LOOK = (1, 2)  # seeds

Calls = dict[str, dict[str, float]]  # check -> what was measured -> the value of the closest call


@cache
def host(setting: str) -> Host:
    """A warm host whose kernels are those of `setting`; this process keeps it."""
    before = dict(os.environ)
    os.environ.update(KERNELS.get(setting, {}))
    try:
        return start_host(warm=True)
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def written(text: str) -> Iterator[Path]:
    """`text` as a submission on disk."""
    path = OUTPUT / "submissions" / f"{os.getpid()}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    yield path


@lru_cache(maxsize=2)
def expected_for(seed: int) -> Any:
    return expected_answers(CNN, Questions(CNN.suite, seed), host(BEST), load_rules(), fresh=True)


def graded(
    text: str, seed: int, setting: str = BEST, tasks: tuple[str, ...] = (), replay: bool = False
) -> tuple[float, Calls]:
    """Points of a submission, and the closest call of each check.

    Of a check that passed that is the largest value within its limit, of one that did not the smallest beyond it.
    With `replay` the reference's expected answers are taken for its own, too: they are the same to the last bit, and
    what is judged without them (updates, averages, accuracies, whole numbers) is judged as ever.
    """
    selected = [CNN.task(task) for task in tasks] or list(CNN.tasks)
    with (
        written(text) as path,
        open_grading(CNN, path, host(setting), seed=seed, expected=expected_for(seed)) as grading,
    ):
        if replay:
            grading.session.ask = lambda probe, question: grading.expected[probe]  # type: ignore[method-assign]
        run_checks(grading, selected)
    calls: Calls = {}
    for check, result in grading.results.items():
        passed = result.status == "passed"
        for what, value, limit in grading.measured[check]:
            if (value <= limit) == passed:
                of_check = calls.setdefault(check, {})
                of_check[what] = (max if passed else min)(value, of_check.get(what, value))
    return sum(result.score for result in grading.results.values()), calls


def limits_of_suite() -> dict[str, float]:
    """Each limit as the suite has it today."""
    with open_grading(CNN, CNN.master, host(BEST)) as grading:
        run_checks(grading, list(CNN.tasks))
    return {
        name: next(
            limit
            for id, calls in grading.measured.items()
            for kind, _, limit in calls
            if belongs(id, check) and kind == what
        )
        for name, (check, what) in LIMITS.items()
    }


def belongs(id: str, check: str) -> bool:
    """Whether the check `id` is `check`, or one of the task of that name."""
    return id == check or id.startswith(f"{check}.")


def reference_text(setting: str) -> str:
    text = CNN.master.read_text(encoding="utf-8")
    return f"# %%\n{LINES[setting]}\n\n{text}" if setting in LINES else text


def one_seed(seed: int, nearest: dict[str, list[str]], other_kernels: bool) -> dict[str, Any]:
    """The reference in the setting whose turn it is, and the nearest wrong submissions of each limit."""
    setting = SETTINGS[seed % len(SETTINGS)] if other_kernels else BEST
    points, calls = graded(reference_text(setting), seed, setting, replay=not other_kernels)
    found: dict[str, Any] = {"seed": seed, "setting": setting, "points": points, "calls": calls, "wrong": {}}
    for limit, names in nearest.items():
        check, what = LIMITS[limit]
        for name in names:
            task = CNN.task(check).id
            wrong = wrong_submission(name)
            _, calls = graded(wrong.text, seed, tasks=(task,))
            found["wrong"].setdefault(limit, {})[name] = nearest_value(calls, check, what, wrong.loses)
    return found


def nearest_value(calls: Calls, check: str, what: str, lost: frozenset[str]) -> float | None:
    """The smallest value of a limit among the checks that a wrong submission loses."""
    values = [
        of_check[what] for id, of_check in calls.items() if belongs(id, check) and id in lost and what in of_check
    ]
    return min(values, default=None)


def first_look(name: str, seed: int) -> tuple[str, dict[str, float]]:
    """How near a wrong submission comes to each limit that it breaks."""
    wrong = wrong_submission(name)
    tasks = dict.fromkeys(CNN.task(check).id for check in wrong.loses)
    _, calls = graded(wrong.text, seed, tasks=tuple(tasks))
    values = {limit: nearest_value(calls, check, what, wrong.loses) for limit, (check, what) in LIMITS.items()}
    return name, {limit: value for limit, value in values.items() if value is not None}


def find_nearest(pool: ProcessPoolExecutor) -> dict[str, list[str]]:
    """For each limit, of the wrong submissions that broke it for a seed, those that came nearest to passing it."""
    file = OUTPUT / "nearest.json"
    if file.exists():
        return json.loads(file.read_text())
    names = [wrong.name for wrong in (*known_mistakes(), *wrong_pieces())]
    jobs = [pool.submit(first_look, name, seed) for seed in FIRST_LOOK for name in names]
    limits, broke = limits_of_suite(), defaultdict(set)
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for job in track(as_completed(jobs), "all wrong submissions", len(jobs)):
        name, found = job.result()
        for limit, value in found.items():
            if value:  # with 0 it did nothing wrong for that seed
                values[limit][name] = min(value, values[limit].get(name, value))
            if value > limits[limit]:
                broke[limit].add(name)
    nearest = {limit: sorted(broke[limit], key=values[limit].__getitem__)[:NEAREST] for limit in LIMITS}
    file.write_text(json.dumps(nearest, indent=1))
    return nearest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--kernel-seeds", type=int, default=800, help="of these, seeds with other kernels in turn")
    parser.add_argument("--wrong-seeds", type=int, default=200, help="of these, seeds for the wrong submissions, too")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    output = OUTPUT / "seeds.jsonl"
    lines = output.read_text().splitlines() if output.exists() else []
    done = {json.loads(line)["seed"] for line in lines}
    start = time.monotonic()
    with ProcessPoolExecutor(options.workers) as pool, output.open("a") as out:
        nearest = find_nearest(pool)
        todo = [seed for seed in range(1, options.seeds + 1) if seed not in done]
        jobs = [
            pool.submit(one_seed, seed, nearest if seed <= options.wrong_seeds else {}, seed <= options.kernel_seeds)
            for seed in todo
        ]
        for job in track(as_completed(jobs), "seeds", len(jobs)):
            out.write(json.dumps(job.result()) + "\n")
            out.flush()
    print(f"{len(todo)} seeds in {time.monotonic() - start:.0f} s on {platform.processor() or platform.machine()}")


if __name__ == "__main__":
    main()
