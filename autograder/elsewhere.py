"""Tensors that say they are on another device: how a loop treats devices shows where there is no GPU.

They refuse to meet a tensor that is somewhere else, in PyTorch's own words. Runs beside student code.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import torch
from torch import nn
from torch.overrides import TorchFunctionMode


class Elsewhere(torch.Tensor):
    """A tensor that says it is on `place`, and refuses to meet one that is not, in PyTorch's own words."""

    place: torch.device
    moves: ClassVar[set[torch.device]] = set()  # to where anything was moved

    def __format__(self, spec: str) -> str:  # PyTorch formats a single number only for its own class
        return format(self.item(), spec) if self.dim() == 0 else object.__format__(self, spec)

    def __reduce_ex__(self, protocol: Any) -> Any:
        with torch._C.DisableTorchFunctionSubclass():
            return self.detach().as_subclass(torch.Tensor).__reduce_ex__(protocol)

    def __deepcopy__(self, memo: Any) -> torch.Tensor:
        with torch._C.DisableTorchFunctionSubclass():
            copy = Elsewhere.at(self.detach().clone(), self.place)
        return Elsewhere.parameter(copy) if isinstance(self, nn.Parameter) else copy

    @staticmethod
    def parameter(value: "Elsewhere") -> nn.Parameter:
        parameter: Any = nn.Parameter(value)
        parameter.place = value.place
        return parameter

    @staticmethod
    def at(value: torch.Tensor, place: torch.device) -> "Elsewhere":
        moved = value.as_subclass(Elsewhere)
        moved.place = place
        return moved

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func == torch.Tensor.device.__get__:
            return place_of(args[0])
        if func == torch.Tensor.is_cuda.__get__:  # type: ignore[attr-defined]
            return place_of(args[0]).type == "cuda"
        if func in (torch.Tensor.to, torch.Tensor.cuda, torch.Tensor.cpu):
            return move(func, *args, **kwargs)
        if func is torch.Tensor.get_device:
            return -1 if place_of(args[0]).type == "cpu" else place_of(args[0]).index or 0
        if func is torch.Tensor.pin_memory:
            return args[0]
        if func is torch.Tensor.type_as:
            return move(torch.Tensor.to, args[0], args[1])
        # Plain tensors go with any device: gradients, and what a student makes on the way.
        places = {value.place for value in tensors_in((args, kwargs)) if hasattr(value, "place")}
        if func is torch.Tensor.copy_:  # goes from one device to another, and stays where it is
            places = {place_of(args[0])}
        if len(places) > 1:
            first, second = sorted(str(place) for place in places)[::-1][:2]
            raise RuntimeError(
                f"Expected all tensors to be on the same device, but found at least two devices, {first} and {second}!"
                f" (in {getattr(func, '__name__', 'an operation')})"
            )
        result = super().__torch_function__(func, types, args, kwargs)
        place = next(iter(places), torch.device("cpu"))
        for value in tensors_in(result):
            if isinstance(value, Elsewhere) and not hasattr(value, "place"):
                value.place = place
        return result


Elsewhere.__name__ = "Tensor"  # so that errors speak of what the student thinks it is


class MadeElsewhere(TorchFunctionMode):
    """Lets `torch.zeros(3, device=place)` and its like make a stand-in."""

    def __init__(self, place: torch.device) -> None:
        super().__init__()
        self.place = place

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        device = kwargs.get("device")
        if func in (torch.Tensor.to, torch.Tensor.cuda):
            moves = type(args[0]) is torch.Tensor and self.is_here(
                kwargs.get("device", args[1] if args[1:] else "cuda")
            )
            return Elsewhere.at(args[0].clone(), self.place) if moves else func(*args, **kwargs)
        if not self.is_here(device):
            return func(*args, **kwargs)
        return Elsewhere.at(func(*args, **kwargs | {"device": "cpu"}), self.place)

    def is_here(self, device: Any) -> bool:
        if isinstance(device, torch.Tensor):
            return place_of(device) == self.place
        return isinstance(device, str | torch.device) and torch.device(device).type == self.place.type


def place_of(value: torch.Tensor) -> torch.device:
    return getattr(value, "place", torch.device("cpu"))


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from tensors_in(item)
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()))


def move(func: Any, value: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """`to`, `cuda` and `cpu`: the same numbers in another place. Parameters of the model stay where they are."""
    target = kwargs.get("device", args[0] if args else None)
    if func is torch.Tensor.cpu:
        target = "cpu"
    elif func is torch.Tensor.cuda:
        target = "cuda" if target is None else target
    if isinstance(target, torch.Tensor):
        target = place_of(target)
    if isinstance(target, int):
        target = f"cuda:{target}"
    if not isinstance(target, str | torch.device):  # a dtype, or nothing
        with torch._C.DisableTorchFunctionSubclass():
            return Elsewhere.at(func(value, *args, **kwargs), place_of(value))
    if isinstance(value, nn.Parameter):
        return value
    target = torch.device(target)
    if target.type == "cuda" and target.index is None:
        target = torch.device("cuda", 0)
    Elsewhere.moves.add(target)
    with torch._C.DisableTorchFunctionSubclass():
        return Elsewhere.at(value.clone(), target)
