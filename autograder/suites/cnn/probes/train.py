"""The training loop: its steps, epochs, mode and arguments."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from autograder.observe import Seen, Student, plain

from .calls import call_train, globals_of, usual_globals
from .data import Question, array, batches, tensor
from .watching import BatchNumbers, CountingLoss, CountingModel, CountingSGD, ModeWitness, Passes, has_gradient


def train_update(student: Student, question: Question, seen: Seen) -> None:
    """For each backward pass its batch, `order`, (passes,), and the parameters before it and at the end, `states`,
    (passes + 1, parameters). For each step of the given optimizer how many backward passes there had been, how
    many had reached the given weights, and whether there were gradients to step with, `steps`, (steps, 3).
    """
    x = tensor(question, "x")
    # Not ReLU: near its kink the last digit of a sum would decide where the gradient goes.
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 11), nn.Tanh(), nn.Linear(11, 5))
    model.load_state_dict({name: tensor(question, name) for name in model.state_dict()})
    order: list[int] = []
    states: list[np.ndarray] = []
    numbers = BatchNumbers(x, question["batch"])

    def state() -> np.ndarray:
        return np.concatenate([array(p).ravel() for p in model.parameters()])

    def watch(_: nn.Module, inputs: tuple[torch.Tensor], logits: torch.Tensor) -> None:
        number = numbers(inputs[0])

        def goes_backward(gradient: torch.Tensor) -> None:
            if len(order) < 50:
                order.append(number)
                states.append(state())

        if logits.requires_grad:
            logits.register_hook(goes_backward)

    model.register_forward_hook(watch)
    loader = batches(x, tensor(question, "y"), question["batch"])
    optimizer = CountingSGD(model.parameters(), question["rate"], question["momentum"])
    reached: list[int] = []
    next(model.parameters()).register_post_accumulate_grad_hook(lambda parameter: reached.append(len(order)))
    steps: list[tuple[int, int, bool]] = []
    optimizer.before_step = lambda: steps.append(
        (len(order), len(reached), any(has_gradient(parameter) for parameter in model.parameters()))
    )
    try:
        call_train(student, loader, model, optimizer, question["epochs"])
    finally:
        seen.arrays["steps"] = np.array(steps[:50], dtype=np.int64).reshape(-1, 3)
        seen.arrays["order"] = np.array(order, dtype=np.int64)
        seen.arrays["states"] = np.stack([*states, state()])


class KnownLoss(nn.Module):
    """Logits that do not depend on the weights, but on how many passes through their batch there were.

    Rows: the number of the forward pass, the epoch (how often the loader has begun), the batch, and the factor.
    """

    def __init__(self, data: "Marked", numbers: BatchNumbers) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.data, self.numbers = data, numbers
        self.passes = Passes()

    def __deepcopy__(self, memo: Any) -> "KnownLoss":
        copy = KnownLoss(self.data, self.numbers)
        copy.passes = self.passes
        return copy

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        number = self.numbers(x)
        factor = 1 + len({row[0] for row in self.passes.rows() if row[2] == number})
        row = (len(self.passes.forward), len(self.data.marks), number, factor)
        # `alpha`: the weight has a gradient, which is zero.
        return self.passes.watch(torch.add(x.flatten(1) * factor, self.weight, alpha=0), row)


class Marked(Dataset):
    """A data set that notes how much has been printed each time its first sample is taken."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor, printed: Any) -> None:
        self.x, self.y, self.printed = x, y, printed
        self.marks: list[int] = []

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        if index == 0:
            self.marks.append(self.printed.count)
        return self.x[index], self.y[index]


def train_epochs(student: Student, question: Question, seen: Seen) -> None:
    """What is returned, as `losses`; `printed`: characters printed before the first epoch and in each; the rows of
    `KnownLoss` for all passes, `forward`, (passes, 4), and for those that went backward, `backward`, (passes, 4).
    """
    begun = student.printed.count
    data = Marked(tensor(question, "x"), tensor(question, "y"), student.printed)
    model = KnownLoss(data, BatchNumbers(data.x, question["batch"]))
    loader = DataLoader(data, batch_size=question["batch"])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    try:
        returned = call_train(student, loader, model, optimizer, question["epochs"])
        seen.values["returned"] = plain(returned)
        if hasattr(returned, "tolist") and len(plain(returned)["shape"]) == 1 and not plain(returned)["graph"]:
            returned = returned.tolist()  # an array of numbers, one per epoch
        if isinstance(returned, list | tuple):
            seen.values["losses"] = [plain(loss) for loss in returned[:20]]
    finally:
        seen.arrays["forward"] = np.array(model.passes.forward, dtype=np.int64).reshape(-1, 4)
        seen.arrays["backward"] = np.array(model.passes.backward, dtype=np.int64).reshape(-1, 4)
        seen.arrays["printed"] = np.diff([begun, *data.marks[:5000], student.printed.count]).astype(np.int64)


def train_mode(student: Student, question: Question, seen: Seen) -> None:
    """Two epochs on a model that comes in evaluation mode; `inner` shows the mode of each pass."""
    model = ModeWitness(question, trained=True)
    model.eval()
    loader = batches(tensor(question, "x"), tensor(question, "y"), question["batch"])
    try:
        call_train(student, loader, model, torch.optim.SGD(model.parameters(), lr=1e-3), question["epochs"])
    finally:
        model.report(seen)


def train_arguments(student: Student, question: Question, seen: Seen) -> None:
    """Which of the given objects were used, while others of the usual names stand among the globals.

    Per call: `order`, the batches that went through the given model, `first`, (passes, 4), the first image of each, and
    `used`, passes through the given loss, steps of the given optimizer, and whether the given weights moved or the
    other optimizer was used.
    """

    def objects(x: torch.Tensor) -> tuple[DataLoader, CountingModel, CountingLoss, CountingSGD]:
        model = CountingModel(question)
        loader = batches(x, tensor(question, "y"), question["batch"])
        return loader, model, CountingLoss(), CountingSGD(model.parameters(), lr=0.01)

    x = tensor(question, "x")
    for call, arguments in (("keywords", {"epochs": question["epochs"]}), ("default", {})):
        loader, model, loss_fn, optimizer = objects(x)
        other_loader, other_model, _, other_optimizer = objects(x + 100)
        decoys = usual_globals(student, other_loader, other_model, nn.CrossEntropyLoss(), other_optimizer)
        try:
            with globals_of(student, decoys):
                student.call("train", dataloader=loader, model=model, loss_fn=loss_fn, optimizer=optimizer, **arguments)
        finally:
            trained = not torch.equal(model.linear.weight, tensor(question, "weight")) or other_optimizer.steps > 0
            used = [len(loss_fn.passes.rows()), optimizer.steps, int(trained)]
            rows = model.passes.rows()
            seen.arrays[f"{call}.order"] = np.array([number for number, _, _ in rows], dtype=np.int64)
            seen.arrays[f"{call}.first"] = np.array([first for _, first, _ in rows], dtype=np.float32).reshape(-1, 4)
            seen.arrays[f"{call}.used"] = np.array(used, dtype=np.int64)
