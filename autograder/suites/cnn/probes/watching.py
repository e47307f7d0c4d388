"""Models, a loss and an optimizer that note what a loop does with them."""

from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.observe import Seen

from .data import Question, array, tensor


class Passes:
    """One row for each backward pass through a watched tensor, in order; `forward` has one for each tensor that could
    have gone backward. Forward passes alone do not tell: right code also makes some to measure how it is doing.
    """

    def __init__(self) -> None:
        self.backward: list[Any] = []
        self.forward: list[Any] = []

    def __deepcopy__(self, memo: Any) -> "Passes":
        return self  # a copy of a watched model is watched, too

    def watch(self, value: torch.Tensor, row: Any) -> torch.Tensor:
        if value.requires_grad and len(self.backward) < 5000 and len(self.forward) < 5000:
            self.forward.append(row)
            value.register_hook(lambda gradient: self.backward.append(row))
        return value

    def rows(self) -> list[Any]:
        """The backward passes; where nothing went backward, which has a check of its own, the forward passes."""
        return self.backward or self.forward


class BatchNumbers:
    """Tells a batch of a loader by its first sample: that of the batch that begins with the nearest one, -1 if none is
    near. It is asked for each of hundreds of tiny batches: most begin with a sample that is known to the last bit.
    """

    def __init__(self, x: torch.Tensor, size: int) -> None:
        samples = array(x).reshape(len(x), -1)
        self.first = samples[::size]
        self.known: dict[bytes, int] = {}
        for number, sample in enumerate(self.first):
            self.known.setdefault(sample.tobytes(), number)
        self.furthest = np.linalg.norm(samples, axis=1).max()

    def __call__(self, x: torch.Tensor) -> int:
        with torch._C.DisableTorchFunctionSubclass():  # wherever a stand-in for another device says that it is
            sample = x[:1].detach().float().cpu().numpy()
        if (number := self.known.get(sample.tobytes())) is not None:
            return number
        away = np.linalg.norm(self.first - sample.reshape(1, -1), axis=1)
        return int(away.argmin()) if away.min() <= self.furthest else -1


class CountingSGD(torch.optim.SGD):
    steps = 0
    before_step: Any = None

    def step(self, closure: Any = None) -> Any:
        self.steps += 1
        if self.before_step:
            self.before_step()
        return super().step(closure)


def has_gradient(parameter: torch.Tensor) -> bool:
    return parameter.grad is not None and bool(parameter.grad.any())


class CountingLoss(nn.Module):
    """Not cross entropy: squared distance to the one-hot label. Counts the backward passes through it."""

    def __init__(self) -> None:
        super().__init__()
        self.passes = Passes()

    def forward(self, input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:  # as cross entropy calls them
        loss = ((input - nn.functional.one_hot(target, input.shape[1])) ** 2).mean()
        return self.passes.watch(loss, 1)


class CountingModel(nn.Module):
    """A linear model that notes the backward passes through it: the batch, its first image as it arrived, and the logits
    of this image.
    """

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 3, bias=False)
        self.linear.load_state_dict({"weight": tensor(question, "weight")})
        self.x = tensor(question, "x")
        self.numbers = BatchNumbers(self.x, question["batch"])
        self.passes = Passes()
        self.calls: list[tuple[int, np.ndarray, np.ndarray]] = []  # the first, with gradients or without

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = self.linear(x.flatten(1))
        row = (self.numbers(x), array(x[0].flatten()), array(logits[0]))
        self.calls = self.calls or [row]
        return self.passes.watch(logits, row)


class Mask(nn.Module):
    """Multiplies by a fixed mask in training mode: dropout without a random generator."""

    def __init__(self, mask: torch.Tensor) -> None:
        super().__init__()
        self.mask = mask

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.mask if self.training else x


class ShowsMode(nn.Module):
    """Batch norm and a mask before a linear layer; what leaves the mask shows the mode of a pass."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(2, affine=False)  # what it does must not depend on the updates
        self.norm.running_mean = tensor(question, "mean")
        self.mask = Mask(tensor(question, "mask"))
        self.linear = nn.Linear(24, 5)
        self.linear.load_state_dict({"weight": tensor(question, "weight"), "bias": tensor(question, "bias")})

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        inner = self.mask(self.norm(x)).flatten(1)
        return self.linear(inner), inner.detach()


class ModeWitness(nn.Module):
    """`ShowsMode` seen as an ordinary model. It keeps what arrived in each pass, and what it made of it; when it is
    `trained`, of the passes that went backward only.
    """

    def __init__(self, question: Question, trained: bool) -> None:
        super().__init__()
        self.model = ShowsMode(question)
        self.trained = trained
        self.passes = Passes()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits, inner = self.model(x)
        row = (array(x.flatten(1)), array(inner))
        if self.trained:
            return self.passes.watch(logits, row)
        self.passes.forward.append(row)
        return logits

    def report(self, seen: Seen) -> None:
        """`sizes`, (passes,); `images` and `inner`, (samples, 24), of all passes in a row."""
        rows = self.passes.rows()[:100]
        seen.arrays["sizes"] = np.array([len(inner) for _, inner in rows], dtype=np.int64)
        for name, values in (("images", [x for x, _ in rows]), ("inner", [inner for _, inner in rows])):
            seen.arrays[name] = np.concatenate([np.zeros((0, 24), dtype=np.float32), *values])[:1000]
