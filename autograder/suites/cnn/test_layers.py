import contextlib

import pytest

from autograder.compare import fault, kind, words
from autograder.fingerprint import saw
from autograder.verdict import WAITS_FOR_YOU, Failure, NotChecked

LAYERS = ("conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "linear1", "relu3", "linear2")
PARAMETRIC = ("conv1", "conv2", "linear1", "linear2")
# Relative L2. One layer on one input: other CPU kernels are 1e-6 away, the nearest mistake tried 1e-2.
TOLERANCE = 1e-4
NOT_LAYERS = {
    "type": ("the class itself, not a layer made from it", "call it, with round brackets"),
    "tuple": ("a tuple", "is there a comma at the end of the line?"),
    "int": ("a number", "a layer is made by nn. and its name"),
    "str": ("a text", "a layer is made by nn. and its name"),
}
AXES = {4: ("batch", "channels", "height", "width"), 2: ("batch", "features")}


@pytest.mark.parametrize("layer", [pytest.param(n, marks=pytest.mark.task(f"layers.{n}")) for n in LAYERS])
def test_layer(grading, observed, expected, network_failure, layer):
    """This layer alone: the shape that it puts out, its parameters, what it computes, and that it can learn."""
    right, seen = expected("layers"), None
    try:
        seen = observed("layers")
        facts = facts_of(seen, layer)
        saw(*(facts.get(fact) for fact in ("output_shape", "parameters", "trainable", "error")), seen.arrays.get(layer))
        if "type" not in facts or kind(facts) == "NoneType":
            saw(seen.values.get("error"))
        judge(grading, seen, right, layer)
        return
    except (Failure, NotChecked) as error:
        failure = error
    # As it is with the student's own helper functions, which may take their arguments in another way.
    with contextlib.suppress(Failure, NotChecked):
        judge(grading, observed("layers", helped=False), right, layer)
        return
    missing = seen and kind(facts_of(seen, layer)) in ("NoneType", "ellipsis")
    if missing and layer not in PARAMETRIC:
        # F.relu, or one pooling layer used twice: no layer of this name is needed when the network is right.
        with contextlib.suppress(Failure, NotChecked):
            if any(network_failure(layers) is None for layers in ("own", "parametric")):
                return
    raise failure


def facts_of(seen, layer):
    facts = seen.values.get(layer)
    return facts if isinstance(facts, dict) else {}


def judge(grading, seen, right, layer):
    facts, due, error = facts_of(seen, layer), right.values[layer], seen.values.get("error")
    if kind(facts) == "ellipsis":
        raise NotChecked(WAITS_FOR_YOU, "replace the three dots `...` with the layer")
    if kind(facts) in ("", "NoneType"):
        if isinstance(error, dict):
            first = next(name for name in LAYERS if kind(facts_of(seen, name)) in ("", "NoneType"))
            if layer != first:
                raise NotChecked(f"it comes after {first}, where __init__ stopped", f"mend {first} first")
            raise grading.explain(error, grading.assignment.task("layers"))
        raise Failure(
            f"the layer is there as self.{layer}",
            "nothing: it is not there, or it is None",
            "keep the names of the starter",
        )
    if kind(facts) in NOT_LAYERS:
        came, hint = NOT_LAYERS[kind(facts)]
        raise Failure("a layer", came, hint)
    if isinstance(facts.get("error"), dict) and "output_shape" not in facts:
        raise layer_error(facts, layer)
    if facts.get("output_shape") != due["output_shape"]:
        raise shape_failure(facts.get("output_shape"), due["output_shape"])
    if facts.get("parameters") != due["parameters"]:
        raise Failure("another number of parameters", f"{facts.get('parameters')} parameters", parameter_hint(layer))
    problem = fault(seen.arrays.get(layer), right.arrays[layer], TOLERANCE)
    if problem:
        raise Failure(
            "with the grader's weights and inputs, what the table says of this layer",
            f"{problem} ({kind(facts)})",
            "its shape and its parameters are right: look at the kind of the layer and at its other arguments",
        )
    if facts.get("trainable") != due["trainable"]:
        raise Failure(
            "parameters that training can change",
            f"{facts.get('trainable')} of {due['trainable']} take a gradient",
            "is something frozen, with `requires_grad`?",
        )


def layer_error(facts, layer):
    error = facts["error"]
    return Failure(
        f"{layer} takes what reaches it",
        f"{kind(facts)}: an error ({error.get('type')})",  # its text would tell the shapes that are to be found
        "compare what the layer before it puts out with the first argument of this one",
    )


def shape_failure(came, due):
    if not isinstance(came, list) or len(came) != len(due):
        return Failure(
            f"an output with {len(due)} numbers in its shape", words({"shape": came}), "which kind of layer is it?"
        )
    axis = next(axis for axis, one, other in zip(AXES[len(due)], came, due, strict=True) if one != other)
    hints = {
        "channels": "how many filters are asked for?",
        "height": "what does it do to height and width: which kernel, padding and stride?",
        "features": "how many outputs are asked for?",
    }
    return Failure(
        f"another {axis} of the output", f"the shape {tuple(came)}", hints.get(axis, "flatten each image alone")
    )


def parameter_hint(layer):
    if layer not in PARAMETRIC:
        return "this layer has nothing to learn"
    return "its weights are inputs times outputs (times kernel), and one bias for each output"
