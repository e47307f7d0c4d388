"""Makes docs/evidence.md and its picture of what `measure.py` and `full.py` have measured.

    python tests/evidence/report.py

`summary.json` beside this file holds the figures; the tests compare it with the suite of today.
"""

import json
import sys
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import jinja2
from corpus import CNN, wrong_submission

sys.path.insert(0, str(Path(__file__).parent))
import measure

SUMMARY = Path(__file__).with_name("summary.json")
PAGE = measure.ROOT / "docs" / "evidence.md"
PICTURE = PAGE.with_suffix(".png")

Spread = list[float]  # minimum, median, maximum
Values = dict[str, dict[str, list[float]]]  # limit -> kernels or submission -> a value a seed


def summarise(rows: list[dict[str, Any]], limits: dict[str, float], full: dict[str, Any] | None) -> dict[str, Any]:
    """The figures of the page, from the lines of seeds.jsonl."""
    reference: Values = defaultdict(lambda: defaultdict(list))
    wrong: Values = defaultdict(lambda: defaultdict(list))
    kept: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name, (check, what) in measure.LIMITS.items():
            values = [of[what] for id, of in row["calls"].items() if measure.belongs(id, check) and what in of]
            reference[name][row["setting"]].append(max(values))
        for name, submissions in row["wrong"].items():
            for submission, value in submissions.items():
                if value is None or value <= limits[name]:
                    kept[name][submission] += 1
                else:
                    wrong[name][submission].append(value)
    return {
        "suite": CNN.version,
        "torch": version("torch"),
        "best": measure.BEST,
        "kernel_seeds": kernel_seeds(rows),
        "seeds": Counter(row["setting"] for row in rows),
        "not_all": Counter(row["setting"] for row in rows if row["points"] != CNN.points),
        "wrong_seeds": sum(bool(row["wrong"]) for row in rows),
        "limits": limits,
        "reference": {name: spreads(found) for name, found in reference.items()},
        "wrong": {name: spreads(found) for name, found in wrong.items()},
        "kept": kept,
        "full": full,
    }


def kernel_seeds(rows: list[dict[str, Any]]) -> int:
    """Up to which seed the kernels were taken in turn."""
    last, turns = max(row["seed"] for row in rows if row["setting"] != measure.BEST), len(measure.SETTINGS)
    return -(-last // turns) * turns


def spreads(found: dict[str, list[float]]) -> dict[str, Spread]:
    return {
        key: [float(f"{value:.3g}") for value in (min(values), median(values), max(values))]
        for key, values in sorted(found.items())
    }


def page(summary: dict[str, Any]) -> str:
    """docs/evidence.md."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters["short"] = "{:.2g}".format
    lost = {name: sorted(wrong_submission(name).loses) for found in summary["wrong"].values() for name in found}
    return environment.get_template("evidence.md.jinja").render(**summary, lost=lost)


def draw(summary: dict[str, Any]) -> None:
    """The picture: a row a limit, on a logarithmic axis of values divided by their limit."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = list(summary["limits"])
    _, axis = plt.subplots(figsize=(9, 0.42 * len(names) + 1.2))
    for row, (name, limit) in enumerate(summary["limits"].items()):
        spreads = [("tab:blue", values) for values in summary["reference"][name].values()]
        spreads += [("tab:red", values) for values in summary["wrong"].get(name, {}).values()]
        for colour, (low, middle, high) in spreads:
            left, centre, right = (max(value / limit, 1e-7) for value in (low, middle, high))
            axis.plot([left, right], [row, row], color=colour, linewidth=5, alpha=0.4, solid_capstyle="round")
            axis.plot([centre], [row], marker="o", color=colour, markersize=5)
    axis.axvline(1, color="black", linewidth=1)
    axis.set_xscale("log")
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.set_xlabel("value / limit (0 is drawn at 1e-7)")
    axis.plot([], [], color="tab:blue", linewidth=5, alpha=0.6, label="reference, a bar for each kind of kernels")
    axis.plot([], [], color="tab:red", linewidth=5, alpha=0.6, label="nearest wrong submission")
    axis.legend(loc="upper center", bbox_to_anchor=(0.4, 1.16), ncols=2, frameon=False)
    plt.savefig(PICTURE, dpi=110, bbox_inches="tight")


def main() -> None:
    rows = [json.loads(line) for line in (measure.OUTPUT / "seeds.jsonl").read_text().splitlines()]
    full = measure.OUTPUT / "full.json"
    found = json.loads(full.read_text()) if full.exists() else None
    summary = summarise(sorted(rows, key=lambda row: row["seed"]), measure.limits_of_suite(), found)
    SUMMARY.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(summary), encoding="utf-8")
    draw(summary)
    print(f"{PAGE.relative_to(measure.ROOT)}, {PICTURE.relative_to(measure.ROOT)}: {len(rows)} seeds")


if __name__ == "__main__":
    main()
