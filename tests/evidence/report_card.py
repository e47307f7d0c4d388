"""The grader's own report card: every right variant, every known mistake and every other wrong submission is graded.

    python tests/evidence/report_card.py

Prints docs/report-card.md and writes it, and report_card.json beside this file, with which the tests compare.
"""

import copy
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import jinja2
from corpus import CNN, Wrong, known_mistakes, pieces, splice, wrong_pieces
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import track

from autograder import known
from autograder.explain import RUNS
from autograder.files import write
from autograder.grade import open_grading, run_checks
from autograder.isolation.launch import Host, start_host
from autograder.naming import name_mistakes
from autograder.questions import PUBLIC_SEED
from autograder.report import CheckResult

CARD = Path(__file__).with_name("report_card.json")
PAGE = Path(__file__).parents[2] / "docs" / "report-card.md"
EVIDENCE = Path(__file__).with_name("summary.json")
Results = dict[str, CheckResult]


@cache
def host() -> Host:
    return start_host(warm=True)


def graded(text: str) -> tuple[Results, dict[str, Any]]:
    """The verdicts on a submission before anything is named, and what the checks saw."""
    path = PAGE.parents[1] / "build" / "report-card" / f"{os.getpid()}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with open_grading(CNN, path, host()) as grading:
        run_checks(grading, list(CNN.tasks))
    return grading.results, grading.saw


def lost(results: Results) -> list[str]:
    return [id for id, result in results.items() if result.status != "passed"]


def judge_right(name: str, text: str) -> dict[str, Any]:
    results, saw = graded(text)
    named = name_mistakes(results, saw, known.load(CNN.suite, CNN.version, PUBLIC_SEED))
    return {"name": name, "lost": lost(results), "accused_of": named}


def judge_wrong(wrong: Wrong) -> dict[str, Any]:
    """What it lost and what was named, and for a known mistake what is said when its own fingerprint is not there."""
    results, saw = graded(wrong.text)
    recorded = known.load(CNN.suite, CNN.version, PUBLIC_SEED)
    others = copy.deepcopy(results)
    without = name_mistakes(others, saw, [mistake for mistake in recorded if mistake.id != wrong.name])
    first = next((result for result in others.values() if result.status == "failed"), None)
    return {
        "name": wrong.name,
        "missed": sorted(wrong.loses - set(lost(results))),
        "lost_too": sorted(set(lost(results)) - wrong.loses),
        "named": name_mistakes(results, saw, recorded),
        "should": sorted(wrong.is_),
        "without": {
            "named": without,
            "error": bool(first and first.expected == RUNS),
            "says": first.hint if first else "",
        },
    }


def card(jobs: int | None) -> dict[str, Any]:
    with ProcessPoolExecutor(jobs) as pool:
        right = [pool.submit(judge_right, piece.stem, splice(piece)) for piece in pieces("right")]
        mistakes = [pool.submit(judge_wrong, wrong) for wrong in known_mistakes()]
        wrong = [pool.submit(judge_wrong, wrong) for wrong in wrong_pieces()]
        done = iter(
            track((job.result() for job in (*right, *mistakes, *wrong)), "grading", len(right + mistakes + wrong))
        )
        return {
            "suite": CNN.version,
            "right": take(done, len(right)),
            "mistakes": take(done, len(mistakes)),
            "wrong": take(done, len(wrong)),
        }


def take(results: Iterator[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return [next(results) for _ in range(count)]


def figures(card: dict[str, Any]) -> dict[str, Any]:
    """The figures of the page, which the tests hold."""
    wrong = card["mistakes"] + card["wrong"]
    without = [mistake["without"] for mistake in card["mistakes"]]
    return {
        "false_fails": [right["name"] for right in card["right"] if right["lost"]],
        "accused": [right["name"] for right in card["right"] if right["accused_of"]],
        "missed": [one["name"] for one in wrong if one["missed"]],
        "lost_too": [one["name"] for one in wrong if one["lost_too"]],
        "not_named": [one["name"] for one in card["mistakes"] if one["should"] != one["named"]],
        "other_wrong_named": [
            one["name"] for one in card["wrong"] if one["named"] and sorted(one["named"]) == one["should"]
        ],
        "other_wrong_misnamed": [one["name"] for one in card["wrong"] if not set(one["named"]) <= set(one["should"])],
        "without_another": sum(bool(one["named"]) for one in without),
        "without_error": sum(one["error"] and not one["named"] for one in without),
        "without_words": sum(not one["error"] and not one["named"] for one in without),
    }


def page(card: dict[str, Any]) -> str:
    """docs/report-card.md."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters["short"] = "{:.2g}".format
    evidence = json.loads(EVIDENCE.read_text(encoding="utf-8"))
    return environment.get_template("report-card.md.jinja").render(**card, **figures(card), evidence=evidence)


def main() -> None:
    made = card(os.cpu_count())
    write(CARD, json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    write(PAGE, page(made))
    Console().print(Markdown(page(made)))


if __name__ == "__main__":
    main()
