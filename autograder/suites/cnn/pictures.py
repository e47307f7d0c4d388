"""The pictures of a report: the student's network, the short training run, and how it reads digits.

They are drawn from what the checks have asked for already. Nothing of it is trusted: what is not as agreed is left out.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.compare import floats, printable
from autograder.report import Picture

MAX_STEPS = 24  # of a network; the reference has eleven
MAX_SIZE = 10**7  # of one number of a shape
MAX_BATCHES = 240  # of the short run; the reference has 24
WRONG_DIGITS = 24


def pictures(grading: Any) -> Iterator[Picture]:
    yield from network(grading)
    yield from losses(grading)
    yield from digits(grading)


def network(grading: Any) -> Iterator[Picture]:
    """The layers that `forward` calls and the shapes that leave them; before it is written, the layers in a row."""
    if steps := trace(grading.answered("forward").values.get("trace")):
        caption = "Each layer that your forward calls, and the shape that leaves it, for a batch of 64 images."
        caption += stop(steps, returns=True)
    elif steps := trace(grading.answered("layers").values.get("chain")):
        caption = "Your layers one after another, as far as they are there, for a batch of 64 images."
        caption += stop(steps, returns=False)
    else:
        return
    known = earned_shapes(grading)
    times = Counter(step["name"] for step in steps)
    for step in steps:
        due = known.get(step["name"]) if times[step["name"]] == 1 else None
        # A network that computes the right thing may do so in another order.
        step["expected"] = None if due != step["shape"] and is_right(grading) else due
    if any(step["expected"] for step in steps):
        caption += " ✓ is as you rightly predicted; where it is not, the right shape stands below it."
    start = {"name": "images", "kind": "", "shape": [64, 1, 28, 28], "expected": None}
    yield Picture("network", "Your network", caption, {"steps": [start, *steps]})


def trace(rows: Any) -> list[dict[str, Any]]:
    """The steps of a trace that are as agreed, up to the first that is not."""
    steps: list[dict[str, Any]] = []
    for row in rows[:MAX_STEPS] if isinstance(rows, list) else ():
        if not (isinstance(row, list) and len(row) == 3 and isinstance(row[0], str) and isinstance(row[1], str)):
            break
        name, kind = (printable(text)[:24] for text in row[:2])
        steps.append({"name": name, "kind": kind, "shape": shape(row[2])})
        if steps[-1]["shape"] is None:
            break
    return steps


def stop(steps: list[dict[str, Any]], returns: bool) -> str:
    """Where the network stops, as one more sentence of the caption. One that `returns` ends with a step without a name."""
    last = steps[-1]
    if len(steps) == MAX_STEPS:
        return f" Only the first {MAX_STEPS} are drawn."
    if last["name"] and last["shape"] is None:
        return f" It stops at {last['name']}."
    return f" It stops after {last['name']}." if returns and last["name"] else ""


def shape(sizes: Any) -> list[int] | None:
    fits = isinstance(sizes, list) and len(sizes) <= 5 and all(type(n) is int and 0 <= n <= MAX_SIZE for n in sizes)
    return sizes if fits else None


def passed(grading: Any) -> set[str]:
    return {check.id for check in grading.results.values() if check.status == "passed"}


def is_right(grading: Any) -> bool:
    """Whether nothing is open of the network, as far as it was graded."""
    still_open = grading.results.keys() - passed(grading)
    return "forward" in passed(grading) and not any(check.startswith("layers.") for check in still_open)


def earned_shapes(grading: Any) -> dict[str, list[int]]:
    """The right shapes of the layers for which the student has predicted them: nothing that is still to be found."""
    predicted = grading.expected["predicted_shapes"].values
    return {
        layer: [size["number"] for size in predicted[layer]["sizes"]]
        for layer in grading.questions.module.LAYERS
        if f"predicted_shapes.{layer}" in passed(grading)
    }


def losses(grading: Any) -> Iterator[Picture]:
    """The loss of each batch beside the reference's."""
    own = floats(grading.answered("learns").arrays.get("losses"), (None,))
    if own is None or not 1 < len(own) <= MAX_BATCHES:
        return
    yield Picture(
        "curves",
        "The loss of the short run",
        f"Your network in your loop, from weights that the grader sent: one number for each of {len(own)} batches. "
        "A right network in a right loop runs along the thick line.",
        {
            "curves": {"reference": grading.expected["learns"].arrays["losses"].tolist(), "yours": own.tolist()},
            "across": "batch",
            "upwards": "loss",
        },
    )


def digits(grading: Any) -> Iterator[Picture]:
    """The confusion matrix and the wrong digits of the short run, with the labels turned back into digits."""
    due = grading.expected["learns"].arrays["end_logits"]
    logits = floats(grading.answered("learns").arrays.get("end_logits"), due.shape)
    if logits is None:
        return
    questions, random = grading.questions.module, grading.questions.random
    sample = questions.permuted_digits(random("learns"))
    digit_of = questions.permuted_labels(random("learns")).argsort()
    truth, read = digit_of[sample["test_labels"]], digit_of[logits.argmax(axis=1)]
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (truth, read), 1)
    right = int(counts.trace())
    caption = f"{right:,} of {len(truth):,} digits that your network had never seen were read rightly. "
    caption += "A row is a digit as it is, a column what it was taken for."
    if right < len(truth):
        others = counts - np.diag(np.diag(counts))
        true, taken = divmod(int(others.argmax()), 10)
        times = "once" if others.max() == 1 else f"{others.max()} times"
        caption += f" Most often, {times}, a {true} was taken for a {taken}."
    yield Picture("matrix", "Which digits are mixed up", caption, {"counts": counts.tolist()})
    if right < len(truth):
        yield wrong_digits(sample["test_images"][:, 0], truth, read, logits)


def wrong_digits(images: np.ndarray, truth: np.ndarray, read: np.ndarray, logits: np.ndarray) -> Picture:
    """The digits that were misread with the largest margin between their two highest logits."""
    wrong = np.flatnonzero(truth != read)
    highest = np.sort(logits[wrong], axis=1)
    surest = np.argsort(highest[:, -2] - highest[:, -1], kind="stable")[:WRONG_DIGITS]
    shown = wrong[surest]
    return Picture(
        "images",
        "Digits that were misread",
        "Those of which the network was surest. Above each: what it is → what it was taken for.",
        {"images": images[shown], "titles": [f"{truth[index]} → {read[index]}" for index in shown]},
    )
