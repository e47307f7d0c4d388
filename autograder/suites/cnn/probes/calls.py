"""The student's functions, called with the right things beside them: names that they may take from their file."""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from autograder.observe import Student

from .data import CPU, Question


@contextlib.contextmanager
def helpers(student: Student, question: Question, right: dict[str, Any]) -> Iterator[None]:
    """Functions that have a task of their own are right here, unless asked otherwise: their mistakes stay theirs."""
    with globals_of(student, right if question.get("helped", True) else {}):
        yield


def size_by_running(size: int, kernel_size: int, padding: int = 0, stride: int = 1, *_: Any, **__: Any) -> int:
    row, kernel = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel_size)
    return nn.functional.conv1d(row, kernel, padding=padding, stride=stride).shape[-1]


@contextlib.contextmanager
def globals_of(student: Student, names: dict[str, Any]) -> Iterator[None]:
    """Give the submission these globals for a while."""
    before = {name: student.namespace[name] for name in names if name in student.namespace}
    student.namespace.update(names)
    try:
        yield
    finally:
        for name in names:
            student.namespace.pop(name, None)
        student.namespace.update(before)


def usual_globals(
    student: Student, loader: Any, model: Any, loss_fn: Any, optimizer: Any, device: torch.device = CPU
) -> dict[str, Any]:
    """These objects under the names that people give them, as far as the student's file has such a name."""
    names = {name: loader for name in ("dataloader", "train_loader", "trainloader", "train_dataloader", "loader")}
    names |= {name: loader for name in ("test_loader", "testloader", "test_dataloader")}
    names |= {name: model for name in ("model", "net", "network", "cnn")}
    names |= {name: loss_fn for name in ("loss_fn", "criterion", "loss_function", "loss_func")}
    names |= {"optimizer": optimizer, "opt": optimizer, "device": device}
    return {name: value for name, value in names.items() if name in student.assigned}


def call_train(
    student: Student,
    loader: Any,
    model: nn.Module,
    optimizer: Any,
    epochs: int,
    device: torch.device = CPU,
    watch: Any = None,
) -> Any:
    """`train` with the right objects also under the names that are often used as globals.

    The use of globals has a check of its own; elsewhere it must not matter. `watch` is a forward hook of the loss.
    """
    loss_fn = nn.CrossEntropyLoss()
    if watch:
        loss_fn.register_forward_hook(watch)
    with globals_of(student, usual_globals(student, loader, model, loss_fn, optimizer, device)):
        return student.call("train", loader, model, loss_fn, optimizer, epochs)


def call_evaluate(student: Student, loader: DataLoader, model: nn.Module) -> Any:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with globals_of(student, usual_globals(student, loader, model, nn.CrossEntropyLoss(), optimizer)):
        return student.call("evaluate", loader, model)
