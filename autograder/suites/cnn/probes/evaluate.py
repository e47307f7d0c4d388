"""The accuracy, and how it is measured."""

import numpy as np
import torch
from torch import nn

from autograder.observe import Seen, Student, leave_as_found, plain

from .calls import call_evaluate, globals_of, usual_globals
from .data import Question, array, batches, tensor
from .watching import CountingModel, ModeWitness


class PassThrough(nn.Module):
    """Its input is its logits; one weight, so that there is a parameter to ask for its device."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1) + self.weight


def evaluate_accuracy(student: Student, question: Question, seen: Seen) -> None:
    """What is `returned` for each of the three sets."""
    seen.values["returned"] = returned = []
    for number in ("", "2", "3"):
        leave_as_found(student)
        loader = batches(tensor(question, f"x{number}"), tensor(question, f"y{number}"), question["batch"])
        returned.append(plain(call_evaluate(student, loader, PassThrough())))


def evaluate_mode(student: Student, question: Question, seen: Seen) -> None:
    model = ModeWitness(question, trained=False)
    model.train()
    loader = batches(tensor(question, "x"), tensor(question, "y"), question["batch"])
    try:
        call_evaluate(student, loader, model)
    finally:
        model.report(seen)


class ShowsGradients(nn.Module):
    """Adds a constant to its logits when they carry gradients. Keeps each image that arrived, and its logits."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.model = CountingModel(question)
        self.constant = tensor(question, "constant")
        self.rows: list[tuple[np.ndarray, np.ndarray]] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = self.model(x)
        if logits.requires_grad:
            logits = logits + self.constant
        self.rows += zip(array(x.flatten(1)), array(logits), strict=True)
        return logits

    def report(self, seen: Seen) -> None:
        """`images`, (samples, 4), and their `logits`, (samples, 3)."""
        rows = self.rows[:100]
        seen.arrays["images"] = np.array([x for x, _ in rows], dtype=np.float32).reshape(len(rows), 4)
        seen.arrays["logits"] = np.array([logits for _, logits in rows], dtype=np.float32).reshape(len(rows), 3)


def evaluate_gradients(student: Student, question: Question, seen: Seen) -> None:
    """`images` and `logits`; `weight`, as it is afterwards, and `afterwards`, whether gradients are computed again."""
    model = ShowsGradients(question)
    x = tensor(question, "x")
    try:
        call_evaluate(student, batches(x, tensor(question, "y"), question["batch"]), model)
        seen.arrays["afterwards"] = np.array([model.model(x).requires_grad], dtype=np.int64)
    finally:
        model.report(seen)
        seen.arrays["weight"] = array(model.model.linear.weight)


def evaluate_arguments(student: Student, question: Question, seen: Seen) -> None:
    """`images` that reached the given model, while others of the usual names stand among the globals."""
    x, y = tensor(question, "x"), tensor(question, "y")
    model, other = ShowsGradients(question), CountingModel(question)
    other_loader = batches(x + 100, y, question["batch"])
    optimizer = torch.optim.SGD(other.parameters(), lr=0.1)
    try:
        with globals_of(student, usual_globals(student, other_loader, other, nn.CrossEntropyLoss(), optimizer)):
            student.call("evaluate", batches(x, y, question["batch"]), model)
    finally:
        model.report(seen)
