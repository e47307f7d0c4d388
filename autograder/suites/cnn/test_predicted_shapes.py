import pytest

from autograder.compare import kind, number, words
from autograder.fingerprint import saw
from autograder.verdict import WAITS_FOR_YOU, Failure, NotChecked

LAYERS = ("conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "linear1", "relu3", "linear2")
AXES = {4: ("batch", "channels", "height", "width"), 2: ("batch", "features")}


@pytest.mark.parametrize("layer", [pytest.param(n, marks=pytest.mark.task(f"predicted_shapes.{n}")) for n in LAYERS])
def test_predicted_shape(observed, expected, layer):
    """The predicted output shape of this layer, for a batch of 64 images."""
    seen = observed("predicted_shapes").values
    due = [size["number"] for size in expected("predicted_shapes").values[layer]["sizes"]]
    came = seen.get(layer)
    saw(sizes_of(came) or came)
    if not isinstance(came, dict):
        raise Failure(
            f"PREDICTED_SHAPES has an entry for {layer}", "no such entry", "keep the ten names of the starter"
        )
    if kind(came) == "ellipsis":
        raise NotChecked(WAITS_FOR_YOU, "replace the three dots `...` with the shape")
    sizes = sizes_of(came)
    if not isinstance(sizes, list):
        raise Failure("a shape in round brackets, the batch first", words(came), "write it as (64, ...), with commas")
    numbers = [number(size) for size in sizes]
    if numbers == due:
        return
    shape = f"({', '.join(words(size) for size in sizes)})"
    axes = AXES[len(due)]
    if len(numbers) != len(due):
        raise Failure(f"{len(due)} numbers: {', '.join(axes)}", shape, count_hint(layer, numbers, due))
    before = LAYERS[LAYERS.index(layer) - 1]
    if follows(layer, numbers, [number(size) for size in sizes_of(seen.get(before)) or []], due):
        raise Failure(f"the shape after {layer}", shape, f"this follows from {before}: put that right first")
    axis = next(axis for axis, one, other in zip(axes, numbers, due, strict=True) if one != other)
    what = "height and width" if axis == "height" else axis
    raise Failure(f"another number for {what}", shape, axis_hint(layer, axis))


def sizes_of(came):
    return came.get("sizes") if isinstance(came, dict) else None


def follows(layer, shape, before, due):
    """Whether a wrong shape is what this layer would make of the wrong shape before it."""
    if None in before or len(before) != 4:
        return layer == "relu3" and shape == before
    batch, channels, height, width = before
    made = {
        "relu": before,
        "pool": [batch, channels, height // 2, width // 2],
        "conv": [batch, due[1], height, width],
        "flat": [batch, channels * height * width],
    }
    return shape == made.get(layer[:4])


def count_hint(layer, numbers, due):
    if len(numbers) == len(due) - 1 and numbers[:1] != due[:1]:
        return "the batch of 64 images is the first number of every shape"
    if len(due) == 2 and len(numbers) == 1:
        return "after the batch comes how many numbers there are for each image"
    if len(due) == 2:
        return "from `flatten` on, each image is one row of numbers: there is no height and no width any more"
    return "before `flatten`, the batch is followed by the channels, a height and a width"


def axis_hint(layer, axis):
    if axis == "batch":
        return "no layer changes how many images are in the batch"
    if axis == "channels":
        return {
            "conv1": "each filter of a convolution makes one channel",
            "conv2": "each filter of a convolution makes one channel",
        }.get(layer, "only a convolution changes the channels")
    if axis == "features":
        return {
            "flatten": "multiply what one image has before: channels, height and width; the batch stays out of it"
        }.get(layer, "a linear layer puts out as many numbers as its row in the table says")
    return {
        "conv1": "a 3x3 kernel with a padding of 1: your conv_output_size can tell",
        "conv2": "a 3x3 kernel with a padding of 1, on what the first pooling leaves",
        "pool1": "the pooling keeps one number of each 2x2 block",
        "pool2": "the pooling keeps one number of each 2x2 block of what reaches it",
    }.get(layer, "ReLU changes numbers, never the shape")
