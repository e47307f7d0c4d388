import numpy as np
import pytest

from autograder.compare import distance, number, words
from autograder.verdict import Failure

# Relative L2 distance after a step, against how far the reference has moved by then. Other CPU kernels, two threads
# and float64 are at most 6e-8 away over 200 seeds, the nearest mistake tried 5.6e-3.
TOLERANCE = 1e-4
# Losses of single batches, float32: 1e-6 between kernels; a wrong average is 1e-2 away.
LOSS_TOLERANCE = 1e-4


@pytest.mark.task("train.update")
def test_update(observed, question):
    """Each batch changes the weights by one step along its own gradient."""
    asked = question("train.update")
    seen = observed("train.update", enough=lambda seen: len(order(seen)) > 0)
    came, states = order(seen), seen.arrays.get("states")
    due = right_states(asked, came)
    if not isinstance(states, np.ndarray) or states.shape != due.shape or not np.abs(states - states[0]).max() > 0:
        raise Failure(
            "the weights of the model that is passed in move",
            "they are what they were before",
            "which of the five steps is missing, or comes at the wrong time?",
        )
    for step in range(1, len(due)):
        away = np.linalg.norm(states[step].astype(np.float64) - due[step])
        if not away <= TOLERANCE * np.linalg.norm(due[step] - due[0]):
            raise update_failure(step)


def right_states(asked, batches):
    """The parameters after SGD with momentum on these batches, float64, (batches + 1, parameters).

    Computed here for the batches that were seen, so that a batch left out costs the check for that, not this one.
    """
    names = ("0.weight", "0.bias", "2.weight", "2.bias")
    weights = [asked.arrays[name].astype(np.float64) for name in names]
    velocity = [np.zeros_like(weight) for weight in weights]
    size, states = asked.values["batch"], [np.concatenate([weight.ravel() for weight in weights])]
    for batch in batches.tolist():
        x = asked.arrays["x"][batch * size :][:size].astype(np.float64)  # (B, 6)
        y = asked.arrays["y"][batch * size :][:size]
        for position, gradient in enumerate(gradients(x, y, *weights)):
            velocity[position] = asked.values["momentum"] * velocity[position] + gradient
            weights[position] = weights[position] - asked.values["rate"] * velocity[position]
        states.append(np.concatenate([weight.ravel() for weight in weights]))
    return np.stack(states)


def gradients(x, y, weight1, bias1, weight2, bias2):
    """Of the cross entropy of linear, ReLU, linear, for each of the four parameters."""
    hidden = np.maximum(x @ weight1.T + bias1, 0)  # (B, 11)
    logits = hidden @ weight2.T + bias2  # (B, 5)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    at_logits = (exponentials / exponentials.sum(axis=1, keepdims=True) - np.eye(logits.shape[1])[y]) / len(y)
    at_hidden = (at_logits @ weight2) * (hidden > 0)
    return at_hidden.T @ x, at_hidden.sum(axis=0), at_logits.T @ hidden, at_logits.sum(axis=0)


def update_failure(step):
    if step == 1:
        return Failure(
            "after the first batch: the weights after one step of the given optimizer on the given loss",
            "other weights",
            "is the loss that goes backward the loss of this batch alone, as `loss_fn` gives it, and is there one step?",
        )
    return Failure(
        f"after batch {step}: the weights after {step} such steps",
        "other weights, though the first step was right" if step == 2 else "other weights; the steps before were right",
        "something is carried over from one batch to the next: what has to be cleared?",
    )


@pytest.mark.task("train.batches")
def test_batches(observed, expected, question):
    """Every batch of every epoch is trained on once, also a last short one."""
    due, seen = passes(expected("train.epochs"))[:, 2], observed("train.epochs")
    came, backward = passes(seen), seen.arrays.get("backward")
    epochs, last = question("train.epochs").values["epochs"], int(due.max())
    count = int(backward[0]) if isinstance(backward, np.ndarray) and backward.shape == (1,) else 0
    if np.array_equal(came[:, 2], due) and count == len(due):
        return
    expectation = f"{epochs} epochs of {last + 1} batches, the last one short: each goes backward once per epoch"
    runs = split_epochs(came)
    if not count:
        raise Failure(expectation, "no batch went backward", "where does the loss go backward?")
    if all(len(run) == last and last not in run for run in runs):
        raise Failure(expectation, "the last batch is left out", "a short batch is a batch too")
    if len(runs) != epochs and all(len(run) == last + 1 for run in runs):
        raise Failure(expectation, f"{len(runs)} epochs", "how often does the outer loop run, and when does it return?")
    if all(len(run) == 1 for run in runs):
        raise Failure(expectation, "one batch per epoch", "what ends the inner loop?")
    raise Failure(expectation, f"{count} backward passes", "count how often `backward` runs, and for which batches")


def order(seen):
    came = seen.arrays.get("order")
    return came if isinstance(came, np.ndarray) and came.ndim == 1 else np.zeros(0, dtype=np.int64)


def passes(seen):
    """Of each pass, the number of its forward pass, its epoch and its batch, (passes, 3)."""
    came = seen.arrays.get("passes")
    return came if isinstance(came, np.ndarray) and came.shape[1:] == (3,) else np.zeros((0, 3), dtype=np.int64)


def split_epochs(came):
    """The batches of each epoch that had some, in the order of their passes."""
    return [came[came[:, 1] == epoch, 2] for epoch in np.unique(came[:, 1])]


@pytest.mark.task("train.mode")
def test_mode(observed, expected):
    """The model is in training mode for each batch of each epoch."""
    seen, right = observed("train.mode", enough=lambda seen: len(order(seen)) > 0), expected("train.mode")
    by_batch = dict(zip(right.arrays["order"].tolist(), right.arrays["inner"], strict=True))
    came, inner = order(seen), seen.arrays.get("inner")
    if not len(came) or not isinstance(inner, np.ndarray) or inner.shape != (len(came), right.arrays["inner"].shape[1]):
        raise Failure(
            "the given model is trained",
            "no batch went backward through it",
            "see the check of the update",
        )
    for position, (batch, row) in enumerate(zip(came.tolist(), inner, strict=True)):
        if batch not in by_batch or not distance(row, by_batch[batch]) <= TOLERANCE:
            when = "from the first batch on" if position == 0 else "at first, but not later"
            raise Failure(
                "batch norm and dropout behave as in training",
                "as in evaluation, from the first batch on" if position == 0 else f"so {when}",
                "the model may come to you in either mode, and may be switched by what you call in between",
            )


@pytest.mark.task("train.arguments")
def test_arguments(observed, expected, question):
    """It trains what it is given: this model, loader, loss and optimizer; 5 epochs unless told otherwise."""
    seen = observed("train.arguments")
    asked = question("train.arguments").values["epochs"]
    runs = {}
    for call in ("keywords", "default"):
        came, used = seen.arrays.get(f"{call}.order"), seen.arrays.get(f"{call}.used")
        if not isinstance(came, np.ndarray) or not isinstance(used, np.ndarray) or used.shape != (3,):
            raise Failure("the given objects are used", "nothing was seen of them", "use the arguments")
        through_loss, steps, trained = used
        # Without any step there is no other optimizer either: that is the check of the update.
        for what, ok in (("model", len(came)), ("loss_fn", through_loss), ("optimizer", steps or not trained)):
            if not ok:
                raise Failure(
                    f"the `{what}` that is passed in is used",
                    f"another one was used in its place, while a global `{what}` stood beside it",
                    f"look for every `{what}` in the body: is it the argument, a name from outside, or a new one?",
                )
        if (came < 0).any():
            raise Failure(
                "the batches come from the `dataloader` that is passed in",
                "batches of another one",
                "which name stands in your `for` line?",
            )
        runs[call] = 1 + int((np.diff(came) <= 0).sum())  # a new epoch begins where the number does not grow
    if runs["keywords"] == asked and runs["default"] != 5:
        raise Failure("without `epochs`, 5 epochs", f"{runs['default']}", "keep the first line as the starter has it")


@pytest.mark.task("train.device")
def test_device(grading, observed, expected):
    """Each batch is moved to the device on which the model's parameters are."""
    try:
        seen = observed("train.device")
        on_gpu = grading.observed_on_gpu("train.device")
    except Failure as failure:
        if "same device" not in failure.came:
            raise
        raise Failure(
            "a model whose parameters are on another device is trained there",
            failure.came,
            "images and labels have to be moved to where the model's own parameters are, wherever that is; whether "
            "this machine has a GPU does not tell",
            failure.place,
        ) from None
    for came in (seen, on_gpu):
        passes = came.arrays.get("passes") if came else np.ones(1)
        if not isinstance(passes, np.ndarray) or passes.shape != (1,) or passes[0] < 1:
            raise Failure(
                "the given model is trained",
                "no batch went backward through it",
                "see the other checks",
            )


@pytest.mark.task("train.returns")
def test_returns(observed, question):
    """It returns the average loss of each epoch, as plain numbers."""
    seen = observed("train.epochs")
    asked = question("train.epochs")
    losses, came = seen.values.get("losses"), passes(seen)
    if not isinstance(losses, list):
        raise Failure(
            "a list with one number per epoch",
            words(seen.values.get("returned")),
            "what is after `return`?",
        )
    if any(isinstance(loss, dict) and loss.get("graph") for loss in losses):
        raise Failure(
            "plain numbers",
            "tensors that still hold the graph they were computed with",
            "take the number out of the loss tensor; else the memory of every batch stays in use",
        )
    numbers = [number(loss) for loss in losses]
    if None in numbers:
        bad = losses[numbers.index(None)]
        raise Failure(
            "a list with one number per epoch",
            f"a list that holds {words(bad)}",
            "one average per epoch",
        )
    _, first = np.unique(came[:, 0], return_index=True)  # a second backward pass makes no second loss
    came = came[first]
    runs = split_epochs(came)
    if len(runs) != len(numbers):  # the loader was begun more or less often: in equal parts, then
        runs = np.array_split(came[:, 2], max(1, len(numbers)))
    if len(numbers) not in (asked.values["epochs"], len(split_epochs(came))):
        raise Failure(
            "one number per epoch",
            f"{len(numbers)} numbers for {asked.values['epochs']} epochs",
            "when is a loss added to the list?",
        )
    plain, weighted, single = averages(asked, runs)
    for epoch, value in enumerate(numbers):
        # Of batches or of samples: both are averages of the epoch.
        if len(runs[epoch]) and not any(abs(value - due[epoch]) <= LOSS_TOLERANCE * abs(due[epoch]) for due in (plain, weighted)):
            raise returns_failure(epoch, value, plain, single, len(runs[epoch]))


def averages(asked, runs):
    """Per epoch: mean over batches, mean over samples, losses of the batches; for the batches that went backward."""
    x, y, size = asked.arrays["x"].astype(np.float64), asked.arrays["y"], asked.values["batch"]
    seen = {}
    plain, weighted, single = [], [], []
    for run in runs:
        losses, sizes = [], []
        for batch in run.tolist():
            scale = 1 + seen.get(batch, 0)
            seen[batch] = seen.get(batch, 0) + 1
            logits, labels = x[batch * size :][:size] * scale, y[batch * size :][:size]
            highest = logits.max(axis=1, keepdims=True)
            log_sum = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
            losses.append(float((log_sum - logits[np.arange(len(labels)), labels]).mean()))
            sizes.append(len(labels))
        plain.append(float(np.mean(losses)) if losses else 0.0)
        weighted.append(float(np.average(losses, weights=sizes)) if losses else 0.0)
        single.append(losses)
    return plain, weighted, single


def returns_failure(epoch, value, plain, single, batches):
    expectation = "the losses of the batches of an epoch, added up and divided by their number"

    def is_close(due):
        return abs(value - due) <= LOSS_TOLERANCE * abs(due)

    if is_close(plain[epoch] * batches):
        return Failure(expectation, "their sum", "divide it by how many batches there were")
    if is_close(single[epoch][-1]):
        return Failure(expectation, "the loss of the last batch alone", "add up over the epoch")
    if (epoch and is_close(sum(plain[: epoch + 1]))) or (epoch and is_close(np.mean(plain[: epoch + 1]))):
        return Failure(
            expectation,
            f"in epoch {epoch + 1} the epochs before count too",
            "where does the sum begin?",
        )
    return Failure(
        expectation,
        f"{value:.6g} for epoch {epoch + 1}",
        "print the losses of three batches, and average by hand",
    )


@pytest.mark.task("train.progress")
def test_progress(observed, question):
    """Whoever waits sees that it goes on: something is printed or logged in each epoch."""
    printed = observed("train.epochs").arrays.get("printed")
    epochs = question("train.epochs").values["epochs"]
    if not isinstance(printed, np.ndarray) or (printed > 0).sum() < min(epochs, printed.size) or not printed.size:
        raise Failure(
            "a line every 100 batches and one per epoch",
            "nothing was printed during an epoch of 205 batches",
            "print the epoch, the batch and the loss inside the loop",
        )
