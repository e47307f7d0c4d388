"""The network: its layers, each alone, and `forward`."""

import contextlib
from functools import partial
from typing import Any

import torch
from torch import nn

from autograder.observe import Seen, Student, describe_error, plain

from .calls import helpers, size_by_running
from .data import Question, array, tensor

PARAMETRIC = ("conv1", "conv2", "linear1", "linear2")


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
