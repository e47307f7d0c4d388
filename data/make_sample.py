"""Cut the sample in data/sample from the four files of the full MNIST set.

    python data/make_sample.py DIR    DIR holds the four files, gzip or unpacked

Every digit keeps its share of the full set, and the images keep their order. The same command
gives the same bytes anywhere: numpy keeps the numbers of RandomState for good.
"""

import argparse
import struct
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # run as a plain script, without the package installed

from autograder.mnist import RAW, parse_idx, read_original  # noqa: E402

SEED = 0
SIZES = {"train": 10_000, "t10k": 2_000}  # images; the full set has 60,000 and 10,000


def share_out(counts: np.ndarray, size: int) -> np.ndarray:
    """Split `size` in proportion to `counts`, by largest remainder: (digits,) -> (digits,)."""
    whole, remainder = np.divmod(counts * size, counts.sum())
    missing = size - whole.sum()
    whole[np.argsort(-remainder, kind="stable")[:missing]] += 1
    return whole


def choose(labels: np.ndarray, size: int, random: np.random.RandomState) -> np.ndarray:
    """Indices of `size` images, stratified by label, ascending: (N,) -> (size,)."""
    chosen = []
    for digit, count in enumerate(share_out(np.bincount(labels, minlength=10), size)):
        candidates = np.flatnonzero(labels == digit)
        chosen.append(candidates[random.permutation(len(candidates))[:count]])
    return np.sort(np.concatenate(chosen))


def idx_bytes(array: np.ndarray) -> bytes:
    """An uint8 array as the content of an IDX file; see `autograder.mnist.parse_idx`."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)  # 8: uint8
    return header + array.tobytes()


def make_sample(source: Path, target: Path) -> None:
    """Cut the sample from the files in `source` into the torchvision root folder `target`.

    Raises:
        FileNotFoundError: a file is missing in `source`.
        ValueError: a file in `source` is not MNIST's.
    """
    random = np.random.RandomState(SEED)
    raw = target / RAW
    raw.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".cut-", dir=raw) as scratch:
        for part, size in SIZES.items():
            names = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
            images, labels = (parse_idx(read_original(source, name), name) for name in names)
            chosen = choose(labels, size, random)
            for name, array in zip(names, (images, labels), strict=True):
                Path(scratch, name).write_bytes(idx_bytes(array[chosen]))
            print(f"{part}: {size} images, per digit {np.bincount(labels[chosen]).tolist()}")
        for path in sorted(Path(scratch).iterdir()):  # only when all four are complete
            path.replace(raw / path.name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Cut the MNIST sample from the full set.")
    parser.add_argument("source", type=Path, metavar="DIR", help="folder with the four MNIST files, gzip or unpacked")
    parser.add_argument(
        "--to",
        dest="target",
        type=Path,
        metavar="DIR",
        default=HERE / "sample",
        help="torchvision root folder to write; default: data/sample",
    )
    options = parser.parse_args()
    try:
        make_sample(options.source, options.target)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
