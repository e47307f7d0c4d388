"""What the cells of a lesson use: the data, a word on what a cell waits for and how long it takes, and pictures."""

import inspect
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder import mnist

if TYPE_CHECKING:
    from torch import Tensor
    from torch.utils.data import Dataset

__all__ = ["fastest_device", "load_mnist", "picture", "picture_grid", "ready", "takes"]

STUB = "write the body and delete this line"  # behind the id of the task, in the text of its NotImplementedError
SHORT = {True: 640, False: 320}  # training and test images when nbgrader runs the notebook
STUB_TEXT = re.compile(rf"(\w+): {STUB}")


def load_mnist(train: bool, transform: Callable[[Any], Any] | None = None) -> "Dataset[tuple[Tensor, int]]":
    """torchvision's MNIST, training or test set, wherever it lies on this disk.

    When nbgrader runs the notebook (`NBGRADER_EXECUTION` is set) only the first 640 and 320 images, so that every
    cell that uses them is short.

    Raises:
        FileNotFoundError: see `autograder.mnist.find_mnist`.
    """
    from torch.utils.data import Subset

    data = mnist.load_mnist(train, transform)
    return Subset(data, range(SHORT[train])) if os.environ.get("NBGRADER_EXECUTION") else data


def takes(seconds: float) -> None:
    """Say how long a cell will take on a laptop, before it begins."""
    rounded = max(1, round(seconds) if seconds < 10 else 5 * round(seconds / 5))
    print(f"This takes about {rounded} second{'s' if rounded > 1 else ''}.")


def ready(*names: str, seconds: float = 1) -> bool:
    """Whether a cell can run: all `names` that it uses are there, and none is still a stub. Says what is missing.

    False, too, when the lesson is imported and not run: importing it must train nothing.
    """
    namespace = sys._getframe(1).f_globals
    if namespace.get("__name__") != "__main__":
        return False
    for name in names:
        if name not in namespace:
            print(f"This cell uses `{name}`: run the cell above that makes it first.")
            return False
        if waits := still_open(namespace[name], name):
            print(f"This cell waits for you to finish: {waits}.")
            return False
    takes(seconds)
    return True


def still_open(value: Any, name: str) -> str | None:
    """The task that is still open in a function, class or dict of the starter; None if there is none.

    An open one holds the text of its stub, or three dots where a layer or a value should be.
    """
    if isinstance(value, dict):
        return name if any(entry is ... for entry in value.values()) else None
    functions = [value] if inspect.isfunction(value) else []
    if inspect.isclass(value):
        functions = [member for member in vars(value).values() if inspect.isfunction(member)]
    for function in functions:
        constants = function.__code__.co_consts
        if found := next(
            (stub for text in constants if isinstance(text, str) and (stub := STUB_TEXT.match(text))), None
        ):
            return found[1]
        if function.__name__ == "__init__" and ... in constants:
            return f"the layers of {name}"
    return None


def fastest_device() -> str:
    """`cuda` or `mps` where PyTorch sees such a GPU, else `cpu`."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def picture_grid(
    images: "Tensor",
    name: str,
    titles: Iterable[object] = (),
    columns: int = 8,
    colours: str = "grey",
    limits: tuple[float | None, float | None] = (None, None),
) -> None:
    """Draw grey images side by side.

    Args:
        images: (N, height, width) or (N, 1, height, width).
        name: of the picture, as `picture` has it.
        titles: a text above each image.
        columns: images in a row.
        colours: a colour map of matplotlib.
        limits: the values of its first and its last colour; by default those of each image.
    """
    import matplotlib.pyplot as plt

    images = images.detach().cpu().reshape(len(images), *images.shape[-2:])
    rows = -(-len(images) // columns)
    titles = [str(title) for title in titles]
    height = 1.35 if titles else 1.05
    _, axes = plt.subplots(rows, columns, figsize=(1.1 * columns, height * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, image in zip(axes.flat, images, strict=False):
        axis.imshow(image, cmap=colours, vmin=limits[0], vmax=limits[1])
    for axis, title in zip(axes.flat, titles, strict=False):
        axis.set_title(title, fontsize=9)
    plt.tight_layout(pad=0.4)
    picture(name)


def picture(name: str) -> None:
    """Show matplotlib's figure: in the notebook or a window, and where there is neither, in `reports/name.png`."""
    import matplotlib.pyplot as plt

    if plt.get_backend().lower() == "agg":
        path = Path("reports", f"{name}.png")
        path.parent.mkdir(exist_ok=True)
        plt.savefig(path, dpi=120)
        print(f"picture: {path}")
    else:
        plt.show()
    plt.close()
