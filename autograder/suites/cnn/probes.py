"""What the grader does with a student's code: one function a probe, run beside that code.

Each takes the student's names, the question of the same name in `questions.py`, and `seen`, to be filled with
plain values and arrays. Nothing here knows an expected value. What matters is shown by numbers: training mode,
gradients and devices change what the grader's own modules compute.
"""

import contextlib
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from autograder.elsewhere import Elsewhere, MadeElsewhere
from autograder.observe import Seen, Student, describe_error, leave_as_found, plain

Question = dict[str, Any]
PARAMETRIC = ("conv1", "conv2", "linear1", "linear2")
CPU = torch.device("cpu")


def tensor(question: Question, name: str) -> torch.Tensor:
    return torch.from_numpy(question[name].copy())


def array(value: torch.Tensor) -> np.ndarray:
    value = value.detach().cpu()
    return (value.float() if value.dtype is torch.bfloat16 else value).numpy().copy()  # numpy has no bfloat16


# --- sizes and shapes -------------------------------------------------------------------------------------------


def conv_output_size(student: Student, question: Question, seen: Seen) -> None:
    seen.values["returned"] = returned = []
    for number, (size, kernel_size, padding, stride) in enumerate(question["cases"]):
        by_position, by_name = ((padding, stride), {}) if number % 2 else ((), {"padding": padding, "stride": stride})
        returned.append(plain(student.call("conv_output_size", size, kernel_size, *by_position, **by_name)))
    seen.values["defaults"] = plain(student.call("conv_output_size", size=12, kernel_size=5))


def predicted_shapes(student: Student, question: Question, seen: Seen) -> None:
    shapes = student["PREDICTED_SHAPES"]
    seen.values["container"] = plain(shapes)["type"]
    for layer in question["layers"]:
        try:
            shape = shapes[layer]
        except (KeyError, TypeError, IndexError):
            continue
        seen.values[layer] = plain(shape)
        shape = shape.tolist() if hasattr(shape, "tolist") else shape
        if isinstance(shape, tuple | list):
            seen.values[layer]["sizes"] = [plain(size) for size in shape[:10]]


def linear1_in_features(student: Student, question: Question, seen: Seen) -> None:
    with helpers(student, question, {"conv_output_size": size_by_running}):
        seen.values["returned"] = [plain(student.call("linear1_in_features", size)) for size in question["sizes"]]
        seen.values["default"] = plain(student.call("linear1_in_features"))


# --- the network ------------------------------------------------------------------------------------------------


def architecture(student: Student, question: Question, seen: Seen) -> None:
    """Shapes of the reference network: of its parameters, and of what enters each layer."""
    model = student.call("SimpleCNN")
    seen.values["parameters"] = {name: list(p.shape) for name, p in model.named_parameters()}
    inputs: dict[str, list[int]] = {}
    for name in question["layers"]:
        layer = getattr(model, name)
        layer.register_forward_hook(lambda _, args, out, name=name: inputs.update({name: list(args[0].shape)}))
    model(torch.zeros(64, 1, 28, 28))
    seen.values["input_shapes"] = inputs


def layers(student: Student, question: Question, seen: Seen) -> None:
    """Each layer alone, as the class makes it."""
    model, seen.values["error"] = build(student, question)
    for name in question["layers"]:
        observe_layer(getattr(model, name, None), name, question, seen)
    seen.values["chain"] = trace_chain(model, question, seen)


def observe_layer(layer: Any, name: str, question: Question, seen: Seen) -> None:
    facts: dict[str, Any] = {"type": plain(layer, text=False)["type"]}
    seen.values[name] = facts
    if layer is None or layer is ...:
        return
    try:
        with torch.no_grad():
            # First: a lazy layer gets its weights.
            facts["output_shape"] = output_shape(layer, question["input_shapes"][name])
            parameters = dict(layer.named_parameters()) if isinstance(layer, nn.Module) else {}
            facts["parameters"] = sum(p.numel() for p in parameters.values())
            facts["trainable"] = sum(p.numel() for p in parameters.values() if p.requires_grad)
            for parameter, value in parameters.items():
                value.copy_(tensor(question, f"{name}.{parameter.rpartition('.')[2]}"))
            if isinstance(layer, nn.Module):
                layer.eval()
            seen.arrays[name] = array(layer(tensor(question, f"in.{name}")))
    except Exception as error:
        facts["error"] = describe_error(error, set())


def output_shape(layer: Any, input_shape: list[int]) -> list[int]:
    return plain(layer(torch.zeros(input_shape)), text=False)["shape"]


def forward(student: Student, question: Question, seen: Seen) -> None:
    """The network with given weights: in the student's `own` layers, or with the grader's under their names, in place of
    the `parametric` ones or of `all`.
    """
    layers = question["layers"]
    model, error = build(student, question)
    try:
        if layers != "own":
            put_layers(model, question, parametric_only=layers == "parametric")
        elif error:
            raise RuntimeError("SimpleCNN() fails")
        else:
            load_weights(model, question)
        observe_forward(model, question, seen)
    except Exception as raised:
        seen.values["error"] = describe_error(raised, student.filenames)
    if layers == "own":
        seen.values["trace"] = trace_forward(student, question)


def observe_forward(model: nn.Module, question: Question, seen: Seen) -> None:
    images = tensor(question, "images")
    model.eval()
    logits = model(images.clone())
    seen.values["returned"] = plain(logits)
    seen.arrays["logits"] = array(logits)
    seen.arrays["one_image"] = array(model(tensor(question, "one_image")))
    seen.arrays["again"] = array(model(images.clone()))
    model.train()
    logits = model(images.clone())
    seen.arrays["training"] = array(logits)
    (logits * tensor(question, "direction")).sum().backward()
    first = getattr(getattr(model, "conv1", None), "weight", None)
    if not isinstance(first, nn.Parameter):  # a network that has it under another name only
        first = next(parameter for parameter in model.parameters() if parameter.dim() == 4)
    gradient = first.grad if first.grad is not None else torch.zeros_like(first)
    seen.arrays["gradient"] = array(gradient)


# The layers that are called, in order: name, type, and the shape that leaves it; None where it stopped.
# A picture shows them (`pictures.py`); no check looks at them.
Trace = list[tuple[str, str, list[int] | None]]
MAX_TRACE = 40


def trace_forward(student: Student, question: Question) -> Trace:
    """What `forward` calls for 64 images, and at the end, without a name, what it returns."""
    rows: Trace = []

    def enters(name: str, layer: nn.Module, _: Any) -> None:
        if len(rows) < MAX_TRACE:
            rows.append((name[:80], plain(layer, text=False)["type"], None))

    def leaves(name: str, layer: nn.Module, _: Any, output: Any) -> None:
        if rows and rows[-1][0] == name[:80]:
            rows[-1] = (*rows[-1][:2], plain(output, text=False).get("shape"))

    with contextlib.suppress(Exception), torch.no_grad():
        model, _ = build(student, question)
        model.eval()
        for name, layer in model.named_modules():
            if name and not list(layer.children()):
                layer.register_forward_pre_hook(partial(enters, name))
                layer.register_forward_hook(partial(leaves, name))
        returned = plain(model(torch.zeros(64, 1, 28, 28)), text=False)
        rows.append(("", returned["type"], returned.get("shape")))
    return rows


def trace_chain(model: Any, question: Question, seen: Seen) -> Trace:
    """The layers one after another, as far as they are there and fit: a picture while `forward` still waits. What a layer
    makes of the right shape has been observed; only of another is it asked.
    """
    rows: Trace = []
    shape = [64, 1, 28, 28]
    with contextlib.suppress(Exception), torch.no_grad():
        for name in question["layers"]:
            layer, facts = getattr(model, name, None), seen.values[name]
            if layer is None or layer is ...:
                break
            rows.append((name, facts["type"], None))
            known = facts.get("output_shape") if shape == question["input_shapes"][name] else None
            shape = known or output_shape(layer, shape)
            rows[-1] = (*rows[-1][:2], shape)
    return rows


def build(student: Student, question: Question) -> tuple[Any, dict[str, Any] | None]:
    """An object of the student's class, as far as its `__init__` comes, and the error that stopped it."""
    features = int(question["linear1.weight"].shape[1])
    right = {"conv_output_size": size_by_running, "linear1_in_features": lambda *_, **__: features}
    cls = student.definition("SimpleCNN")
    model = None
    with helpers(student, question, right):
        try:
            model = cls.__new__(cls)
            model.__init__()
        except Exception as error:
            return model, describe_error(error, student.filenames)
    return model, None


def load_weights(model: nn.Module, question: Question) -> None:
    was_training = model.training
    with torch.no_grad():
        model.eval()(torch.zeros(2, 1, 28, 28))  # a lazy layer gets its weights, and a batch norm no statistics
        model.train(was_training)
        for name in PARAMETRIC:
            for parameter, value in getattr(model, name).named_parameters():
                given = tensor(question, f"{name}.{parameter.rpartition('.')[2]}")
                if given.shape != value.shape:
                    raise ValueError(f"{name} has {parameter} of shape {tuple(value.shape)}")
                value.copy_(given)


def put_layers(model: Any, question: Question, parametric_only: bool) -> None:
    """Put the grader's layers, with the given weights, under the ten names."""
    if not isinstance(model, nn.Module):
        raise TypeError("SimpleCNN is not an nn.Module")
    if "_modules" not in model.__dict__:
        nn.Module.__init__(model)
    layers: dict[str, nn.Module] = {}
    for name in PARAMETRIC:
        weight = tensor(question, f"{name}.weight")
        outputs, inputs, *kernel = weight.shape
        layers[name] = nn.Conv2d(inputs, outputs, kernel[0], padding="same") if kernel else nn.Linear(inputs, outputs)
        layers[name].load_state_dict({"weight": weight, "bias": tensor(question, f"{name}.bias")})
    if not parametric_only:
        layers |= {name: nn.ReLU() for name in ("relu1", "relu2", "relu3")}
        layers |= {"pool1": nn.MaxPool2d(2), "pool2": nn.MaxPool2d(2), "flatten": nn.Flatten()}
    for name, layer in layers.items():
        setattr(model, name, layer)


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


# --- training ---------------------------------------------------------------------------------------------------


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


def batches(x: torch.Tensor, y: torch.Tensor, size: int) -> DataLoader:
    """The batches in order; they do not shuffle, since random streams differ between platforms."""
    return DataLoader(TensorDataset(x, y), batch_size=size)


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


def usual_globals(
    student: Student, loader: Any, model: Any, loss_fn: Any, optimizer: Any, device: torch.device = CPU
) -> dict[str, Any]:
    """These objects under the names that people give them, as far as the student's file has such a name."""
    names = {name: loader for name in ("dataloader", "train_loader", "trainloader", "train_dataloader", "loader")}
    names |= {name: loader for name in ("test_loader", "testloader", "test_dataloader")}
    names |= {name: model for name in ("model", "net", "network", "cnn")}
    names |= {name: loss_fn for name in ("loss_fn", "criterion", "loss_function", "loss_func")}
    names |= {"optimizer": optimizer, "opt": optimizer, "device": device}
    return {name: value for name, value in names.items() if name in student.bound}


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


def train_mode(student: Student, question: Question, seen: Seen) -> None:
    """Two epochs on a model that comes in evaluation mode; `inner` shows the mode of each pass."""
    model = ModeWitness(question, trained=True)
    model.eval()
    loader = batches(tensor(question, "x"), tensor(question, "y"), question["batch"])
    try:
        call_train(student, loader, model, torch.optim.SGD(model.parameters(), lr=1e-3), question["epochs"])
    finally:
        model.report(seen)


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


# --- devices, also without a GPU --------------------------------------------------------------------------------------


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


# --- accuracy ---------------------------------------------------------------------------------------------------


class PassThrough(nn.Module):
    """Its input is its logits; one weight, so that there is a parameter to ask for its device."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1) + self.weight


def call_evaluate(student: Student, loader: DataLoader, model: nn.Module) -> Any:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with globals_of(student, usual_globals(student, loader, model, nn.CrossEntropyLoss(), optimizer)):
        return student.call("evaluate", loader, model)


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


# --- all together -----------------------------------------------------------------------------------------------


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
