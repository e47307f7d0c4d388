"""What loops move to which device, also where there is no GPU."""

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from autograder.elsewhere import Elsewhere, MadeElsewhere
from autograder.observe import Seen, Student

from .calls import call_evaluate, call_train
from .data import CPU, Question, tensor
from .watching import CountingModel


def compiled_as_it_is(model: Any = None, **_: Any) -> Any:
    return model if model is not None else lambda function: function


# What a loop may ask for where the model is on a GPU, and a stand-in cannot give.
A_GPU = SimpleNamespace(name="a GPU", total_memory=8 << 30, major=8, minor=0, multi_processor_count=1)
ASKED_OF_CUDA = [
    *((torch.cuda, name, lambda *_, **__: None) for name in ("synchronize", "set_device", "reset_peak_memory_stats")),
    (torch.cuda, "current_device", lambda: 0),
    (torch.cuda, "get_device_name", lambda device=None: A_GPU.name),
    (torch.cuda, "get_device_properties", lambda device=None: A_GPU),
    (torch.cuda, "get_device_capability", lambda device=None: (A_GPU.major, A_GPU.minor)),
    (torch.cuda, "mem_get_info", lambda device=None: (A_GPU.total_memory, A_GPU.total_memory)),
    (torch, "compile", compiled_as_it_is),
]


@contextlib.contextmanager
def on_another_device(question: Question, seen: Seen) -> Iterator[tuple[DataLoader, CountingModel]]:
    """A model on another device, a real one if there is, and batches on the CPU. `moves`, (2,), is whether anything was
    moved there, and whether to another one.
    """
    model = CountingModel(question)
    data = TensorDataset(tensor(question, "x"), tensor(question, "y"))
    loader = DataLoader(data, batch_size=question["batch"])
    place = torch.device(question["gpu"] if "gpu" in question else question["device"])
    with contextlib.ExitStack() as standing_in:
        if "gpu" in question:
            model.to(place)
        else:
            model.linear.weight = Elsewhere.parameter(Elsewhere.at(tensor(question, "weight"), place))
            loader = DataLoader(data, batch_size=question["batch"], collate_fn=collate_on_cpu)
            standing_in.enter_context(MadeElsewhere(place))
            for owner, name, value in ASKED_OF_CUDA:
                standing_in.enter_context(mock.patch.object(owner, name, value))
        Elsewhere.moves.clear()
        try:
            yield loader, model
        finally:
            moves = [place in Elsewhere.moves, not Elsewhere.moves <= {place}]
            seen.arrays["moves"] = np.array(moves, dtype=np.int64)


def train_device(student: Student, question: Question, seen: Seen) -> None:
    """`moves`, and of the first pass `image` and `logits`."""
    with on_another_device(question, seen) as (loader, model):
        try:
            optimizer = torch.optim.SGD(model.parameters(), lr=0.01, foreach=False)
            call_train(student, loader, model, optimizer, epochs=2)
        finally:
            report_first(model.passes.rows(), seen)


def evaluate_device(student: Student, question: Question, seen: Seen) -> None:
    """`moves`, and of the first pass `image` and `logits`."""
    with on_another_device(question, seen) as (loader, model):
        try:
            call_evaluate(student, loader, model)
        finally:
            report_first(model.calls, seen)


def report_first(rows: list[tuple[int, np.ndarray, np.ndarray]], seen: Seen) -> None:
    """`image`, (1, 4), the first of a batch that went through the given model, and its `logits`, (1, 3)."""
    for _, image, logits in rows[:1]:
        seen.arrays["image"], seen.arrays["logits"] = image[None], logits[None]


def collate_on_cpu(samples: list[tuple[torch.Tensor, torch.Tensor]]) -> list[torch.Tensor]:
    return [Elsewhere.at(torch.stack(part), CPU) for part in zip(*samples, strict=True)]
