"""Network and loop together, on digits."""

from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.observe import Seen, Student

from .calls import call_train
from .data import Question, array, batches, tensor
from .network import PARAMETRIC, build, load_weights


class Losses:
    """A hook of the loss function that keeps the loss of each batch, and changes nothing. A picture shows them."""

    def __init__(self) -> None:
        self.values: list[torch.Tensor] = []

    def __call__(self, _: nn.Module, inputs: Any, loss: torch.Tensor) -> None:
        if loss.requires_grad and loss.numel() == 1 and len(self.values) < 1000:
            self.values.append(loss.detach().clone())

    def array(self) -> np.ndarray:
        return np.array([float(value) for value in self.values], dtype=np.float32)


def learns(student: Student, question: Question, seen: Seen) -> None:
    """Train the student's network with the student's loop, from given weights: `end_logits` of the test images, and the
    names of the parameters that are `unmoved`.

    Images are normalised by `mean` and `deviation`.
    """
    device = torch.device(question.get("gpu", "cpu"))
    torch.backends.cudnn.allow_tf32 = False  # on by default; the end of the run is compared with a CPU's
    model, error = build(student, question)
    if error:
        seen.values["error"] = error
        return
    load_weights(model, question)
    model.to(device)
    loader = batches(normalised(question, "train_images"), tensor(question, "train_labels"), question["batch"])
    optimizer = torch.optim.SGD(model.parameters(), question["rate"], question["momentum"])
    losses = Losses()
    begun = weights_of(model)
    try:
        call_train(student, loader, model, optimizer, 1, device, watch=losses)
    finally:
        seen.arrays["losses"] = losses.array()
    ended = weights_of(model)
    seen.values["unmoved"] = [name for name in begun if name in ended and np.array_equal(begun[name], ended[name])]
    model.eval()
    with torch.no_grad():
        # In parts: what leaves the first layer for 300 images is 30 MB, and memory that is new takes long.
        parts = normalised(question, "test_images").to(device).split(30)
        seen.arrays["end_logits"] = array(torch.cat([model(part) for part in parts]))


def weights_of(model: nn.Module) -> dict[str, np.ndarray]:
    """The weights and biases of the four layers that the network is made of; others may be in it, unused, and these under
    other names, too.
    """
    layers = [(layer, getattr(model, layer).named_parameters()) for layer in PARAMETRIC]
    return {f"{layer}.{name}": array(value) for layer, named in layers for name, value in named}


def normalised(question: Question, name: str) -> torch.Tensor:
    return (tensor(question, name).float() / 255 - question["mean"]) / question["deviation"]


learns_unit = learns  # another question to the same probe
