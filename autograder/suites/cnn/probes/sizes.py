"""Sizes and shapes: `conv_output_size`, `predicted_shapes` and `linear1_in_features`."""

from autograder.observe import Seen, Student, plain

from .calls import helpers, size_by_running
from .data import Question


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
