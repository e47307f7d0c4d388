"""Two epochs of 205 batches with known losses: which batches are trained on, what is returned, what is printed."""

import contextlib

import numpy as np
import pytest

from autograder.compare import integers, number, within, words
from autograder.fingerprint import saw
from autograder.verdict import Failure, NotChecked

# Of an average loss of about 2. CPU kernels move it by 1e-7; the nearest mistake, a division by one batch too few, by
# 0.007 and more. Rounded to two digits it is right, too.
TOLERANCE = 1e-3
# One batch is nearly right, and its loss the same for every seed: 2e-4. Each of the others is above 0.5 (200 seeds).
EASY = 0.01
FORWARD, EPOCH, BATCH, FACTOR = range(4)  # the columns of a row of `KnownLoss`


@pytest.mark.task("train.batches")
def test_batches(observed, expected, question, unless_images_change, images_change):
    """Every batch of every epoch is trained on once, also a last short one."""
    with unless_images_change():
        judge_batches(observed, expected, question, images_change)


def judge_batches(observed, expected, question, images_change):
    seen = observed("train.epochs")
    due, came = passes(expected("train.epochs"), "backward"), passes(seen, "backward")
    losses = seen.values.get("losses")
    saw(came[:, BATCH], len(losses) if isinstance(losses, list) else None)
    if np.array_equal(came[:, BATCH], due[:, BATCH]):
        return
    epochs, last = question("train.epochs").values["epochs"], int(due[:, BATCH].max())
    expectation = f"{epochs} epochs of {last + 1} batches, the last one short: each goes backward once per epoch"
    runs = split_epochs(came)
    if len(runs) == epochs and all(len(run) == last + 1 for run in runs) and images_change():
        return  # which batch is which cannot be told then, but all of them went backward
    if len(runs) != epochs:
        with contextlib.suppress(Failure, NotChecked):
            saw(observed("train.arguments").arrays.get("keywords.order"))  # one too few, or always so many?
    if not runs:
        raise Failure(expectation, "no batch went backward", "where does the loss go backward?")
    if all(len(run) == last and last not in run[:, BATCH] for run in runs):
        raise Failure(expectation, "the last batch is left out", "a short batch is a batch too")
    if len(runs) != epochs and all(len(run) == last + 1 for run in runs):
        raise Failure(expectation, f"{len(runs)} epochs", "how often does the outer loop run, and when does it return?")
    if all(len(run) == 1 for run in runs):
        raise Failure(expectation, "one batch per epoch", "what ends the inner loop?")
    came_to = f"{len(came)} backward passes, or in another order"
    raise Failure(expectation, came_to, "count how often `backward` runs, and for which batches")


@pytest.mark.task("train.returns")
def test_returns(observed, question, unless_images_change):
    """It returns the average loss of each epoch, as plain numbers."""
    with unless_images_change():
        judge_returns(observed, question)


def judge_returns(observed, question):
    seen, asked = observed("train.epochs"), question("train.epochs")
    saw(seen.values.get("returned"), seen.values.get("losses"))
    numbers = returned_numbers(seen)
    # Of the passes that went backward, or of all: right code may also make some only to look at the loss.
    backward, forward = passes(seen, "backward"), passes(seen, "forward")
    _, once = np.unique(backward[:, FORWARD], return_index=True)  # going backward twice makes no second loss
    failures = [returns_failure(numbers, rows, asked) for rows in (backward[once], forward)]
    if None not in failures:
        raise failures[0]


def returned_numbers(seen):
    losses = seen.values.get("losses")
    if not isinstance(losses, list):
        came = words(seen.values.get("returned"))
        raise Failure("a list with one number per epoch", came, "is there a `return`, and what is after it?")
    if any(isinstance(loss, dict) and loss.get("graph") for loss in losses):
        raise Failure(
            "plain numbers",
            "tensors that still hold the graph they were computed with",
            "take the number out of the loss tensor; else the memory of every batch stays in use",
        )
    numbers = [number(loss) for loss in losses]
    if None in numbers:
        came = f"a list that holds {words(losses[numbers.index(None)])}"
        raise Failure("a list with one number per epoch", came, "one average per epoch")
    return numbers


def returns_failure(numbers, rows, asked):
    """What is wrong with the returned averages of these passes; None if nothing is."""
    runs, epochs = split_epochs(rows), asked.values["epochs"]
    if len(numbers) not in (epochs, len(runs)):
        came = f"{len(numbers)} numbers for {epochs} epochs"
        return Failure("one number per epoch", came, "when is a loss added to the list?")
    if not runs:
        return Failure("the averages of losses of batches", "numbers, though no batch had a loss", "what is added up?")
    batches = -(-len(asked.arrays["x"]) // asked.values["batch"])
    if not ((rows[:, BATCH] >= 0) & (rows[:, BATCH] < batches) & (rows[:, FACTOR] >= 1)).all():
        return Failure("the losses of the batches that come in", "losses of other data", "what does your loop go over?")
    if len(runs) > len(numbers):  # the loader was begun more often than once per epoch: in equal parts, then
        runs = np.array_split(rows, len(numbers))
    losses = [batch_losses(asked, run) for run in runs]
    if any(max(of_run) < EASY for of_run, _ in losses):
        return Failure("the averages over all batches", "those of one batch", "what does your loop go over?")
    for epoch, value in enumerate(numbers[: len(runs)]):
        if not any(agrees(value, average) for average in averages(*losses[epoch], asked)):
            return average_failure(epoch, value, [loss for loss, _ in losses], len(asked.arrays["x"]))
    return None


def batch_losses(asked, run):
    """Cross entropy of each pass of a run, computed here from the logits that were sent, and the sizes of its batch."""
    x, y, size = asked.arrays["x"].astype(np.float64), asked.arrays["y"], asked.values["batch"]
    first = np.arange(0, len(y), size)
    sizes = np.diff([*first, len(y)])
    losses = {}
    for factor in np.unique(run[:, FACTOR]):
        logits = x.reshape(len(y), -1) * factor  # (N, 5)
        highest = logits.max(axis=1, keepdims=True)
        log_sum = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
        losses[factor] = np.add.reduceat(log_sum - logits[np.arange(len(y)), y], first) / sizes
    return [float(losses[row[FACTOR]][row[BATCH]]) for row in run], [int(sizes[row[BATCH]]) for row in run]


def averages(losses, sizes, asked):
    """Over batches, over samples, and over the batches of the loader: one left out has a check of its own."""
    batches = -(-len(asked.arrays["x"]) // asked.values["batch"])
    return np.mean(losses), np.average(losses, weights=sizes), sum(losses) / batches


def agrees(value, average):
    # Where the one easy batch counts most, the average is small, and any small number would be near enough.
    rounded = average > 1 and near(value, round(value, 2), 1e-6) and near(value, average, 0.005 + 1e-6)
    return within(abs(value - average), TOLERANCE * min(1, average)) or rounded


def average_failure(epoch, value, losses, samples):
    expectation = "the losses of the batches of an epoch, added up and divided by their number"
    means = [np.mean(run) for run in losses[: epoch + 1]]
    if near(value, sum(losses[epoch])):
        return Failure(expectation, "their sum", "divide it by how many batches there were")
    if near(value, sum(losses[epoch]) / samples):
        return Failure(
            expectation, "their sum divided by the number of images", "each loss is an average over its batch"
        )
    if near(value, losses[epoch][-1]):
        return Failure(expectation, "the loss of the last batch alone", "add up over the epoch")
    if epoch and (near(value, sum(means)) or near(value, np.mean(means))):
        came = f"in epoch {epoch + 1} the epochs before count too"
        return Failure(expectation, came, "where does the sum begin?")
    came = f"{value:.6g} for epoch {epoch + 1}"
    return Failure(expectation, came, "print the losses of three batches, and average them by hand")


def near(value, due, tolerance=TOLERANCE):
    return abs(value - due) <= tolerance


def passes(seen, kind):
    """The rows of `KnownLoss`, (passes, 4)."""
    return integers(seen.arrays.get(kind), columns=4)


def split_epochs(rows):
    """The passes of each epoch that had some."""
    return [rows[rows[:, EPOCH] == epoch] for epoch in np.unique(rows[:, EPOCH])]


@pytest.mark.task("train.progress")
def test_progress(observed, question):
    """Whoever waits sees that it goes on: something is printed or logged in each epoch."""
    printed = integers(observed("train.epochs").arrays.get("printed"))
    epochs = question("train.epochs").values["epochs"]
    saw(printed > 0)
    # A line may stand before the batches of its epoch or after them; one before the first epoch is a start.
    lines = max((printed[1:] > 0).sum(), (printed[:-1] > 0).sum())
    if printed.size < 2 or lines < min(epochs, printed.size - 1):
        raise Failure(
            "a line every 100 batches and one per epoch",
            "nothing was printed during an epoch of 205 batches",
            "print the epoch, the batch and the loss inside the loop",
        )
