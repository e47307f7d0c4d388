"""The data of the lesson: MNIST, found on the disk, the full set or the sample.

    python -m autograder.mnist              downloads the full set into data/full
    python -m autograder.mnist --from DIR   takes it from files that are already here

Torch is imported only inside the functions that need it: the judge has numpy alone.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import math
import socket
import struct
import sys
import zlib
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor
    from torch.utils.data import Dataset

PACKAGE = Path(__file__).resolve().parent
RAW = Path("MNIST", "raw")  # where torchvision looks below its root folder
MD5 = {  # of the unpacked files of the full set
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
NETWORK_TIMEOUT = 30  # seconds without an answer; torchvision itself sets no limit
WITHOUT_NETWORK = (
    "With the four MNIST files in a folder DIR, `make data FROM=DIR` needs no network.\n"
    "The sample in data/sample is enough for everything but the full run."
)


def find_mnist() -> Path:
    """The torchvision root folder to read: the one that holds MNIST/raw with its four files.

    The nearest `data` folder that has MNIST counts; in it `full` goes before `sample`.

    Raises:
        FileNotFoundError: neither is in any of the folders that are looked through.
    """
    here = Path.cwd()
    folders = [folder / "data" for folder in (here, *here.parents, PACKAGE.parent, PACKAGE)]
    for data in folders:
        for root in (data / "full", data / "sample"):
            if all((root / RAW / name).is_file() for name in MD5):
                return root
    raise FileNotFoundError(
        f"MNIST was not found: no full/{RAW.as_posix()} or sample/{RAW.as_posix()} with the four "
        f"files {', '.join(MD5)} in any of\n"
        + "".join(f"  {data}\n" for data in dict.fromkeys(folders))
        + "Work inside the course folder, whose data/sample has them, or fetch the full set "
        "there with `make data`."
    )


def course_sample() -> Path:
    """The sample that belongs to this package, whatever else lies around: the judge's questions are drawn from it.

    Raises:
        FileNotFoundError: the course came without it.
    """
    for data in (PACKAGE.parent / "data", PACKAGE / "data"):
        if all((data / "sample" / RAW / name).is_file() for name in MD5):
            return data / "sample"
    raise FileNotFoundError(f"the MNIST sample is missing: there is no {PACKAGE.parent / 'data' / 'sample'}")


def load_mnist(train: bool, transform: Callable[[Any], Any] | None = None) -> Dataset[tuple[Tensor, int]]:
    """The training or the test set as torchvision has it: images with labels 0 to 9.

    Args:
        train: which of the two.
        transform: what becomes of an image; by default `ToTensor()`: (1, 28, 28), float32 in [0, 1].

    Raises:
        FileNotFoundError: see `find_mnist`.
    """
    from torchvision.datasets import MNIST
    from torchvision.transforms import ToTensor

    return MNIST(find_mnist(), train=train, transform=transform or ToTensor(), download=False)


def read_idx(path: Path) -> np.ndarray:
    """The uint8 array in an unpacked IDX file: images (N, 28, 28) or labels (N,).

    Raises:
        ValueError: the file is not IDX, not of bytes, or not as long as its header says.
    """
    return parse_idx(path.read_bytes(), str(path))


def parse_idx(content: bytes, name: str) -> np.ndarray:
    """The uint8 array in the bytes of an IDX file; `name` stands in the errors.

    The format: two zero bytes, a byte for the type (8: uint8), a byte for the number of
    dimensions, each dimension as a big-endian uint32, then the numbers.

    Raises:
        ValueError: see `read_idx`.
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        start = content[:4].hex(" ") or "nothing"
        raise ValueError(f"{name}: not an IDX file of bytes: starts with {start}, not 00 00 08")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise ValueError(f"{name}: truncated: {len(content)} bytes, the header alone has {header}")
    shape = struct.unpack(f">{content[3]}I", content[4:header])
    expected = header + math.prod(shape)
    if len(content) != expected:
        kind = "truncated" if len(content) < expected else "too long"
        raise ValueError(f"{name}: {kind}: {len(content)} bytes, {expected} for shape {shape}")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape).copy()  # writable


def read_original(folder: Path, name: str) -> bytes:
    """One unpacked file of the full set, from `folder`/`name` or `folder`/`name`.gz.

    Raises:
        FileNotFoundError: neither is there.
        ValueError: it cannot be unpacked, or it is not MNIST's.
    """
    path, packed = folder / name, folder / f"{name}.gz"
    if not path.is_file():
        path = packed
    if not path.is_file():
        raise FileNotFoundError(f"{folder} has neither {name} nor {packed.name}")
    content = path.read_bytes()
    if path == packed:
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path}: cannot be unpacked: {error}") from error
    if (found := _md5(content)) != MD5[name]:
        raise ValueError(f"{path}: not MNIST's: MD5 {found} unpacked, should be {MD5[name]}")
    return content


def fetch_full(target: Path, source: Path | None = None) -> bool:
    """Put the full set into the torchvision root folder `target`, checked, whole or not at all.

    Args:
        target: usually data/full.
        source: folder with the four files, gzip or unpacked; None to download them.

    Returns:
        False if the full set was there already.

    Raises:
        FileExistsError: something else is at `target`; it is left alone.
        FileNotFoundError: a file is missing in `source`.
        ValueError: a file is not MNIST's.
        ConnectionError: the download failed, or torchvision is not installed.
    """
    if target.exists():
        if _is_full(target):
            return False
        raise FileExistsError(f"{target} is there, but is not the full MNIST set: remove it or name another place")
    print(f"Fetching the full MNIST set from {source or 'the network'} ...", flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the last step is a rename within one file system.
    with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        folder = source or _download(Path(scratch, "download"))
        staged = Path(scratch, "full")
        (staged / RAW).mkdir(parents=True)
        for name in MD5:
            (staged / RAW / name).write_bytes(read_original(folder, name))
        staged.rename(target)
    return True


def _download(root: Path) -> Path:
    """Folder of the files after torchvision's own download into `root`."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(NETWORK_TIMEOUT)
    try:
        from torchvision.datasets import MNIST

        return Path(MNIST(root, download=True).raw_folder)
    except (OSError, RuntimeError, HTTPException, ImportError) as error:
        reason = " ".join(str(error).split())  # torchvision's text has a line for each mirror
        message = f"MNIST could not be downloaded: {reason}\n{WITHOUT_NETWORK}"
        raise ConnectionError(message) from error
    finally:
        socket.setdefaulttimeout(before)


def _is_full(root: Path) -> bool:
    paths = {name: root / RAW / name for name in MD5}
    return all(path.is_file() and _md5(path.read_bytes()) == MD5[name] for name, path in paths.items())


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Fetch the full set; the exit code is 0 if it is there in the end, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m autograder.mnist",
        description="Fetch the full MNIST set: 70,000 images, a download of 11 MB, 55 MB unpacked.",
        epilog="The lesson reads it in place of the sample as soon as it is there.",
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="DIR",
        help="take the four files, gzip or unpacked, from DIR; default: download them",
    )
    parser.add_argument(
        "--to",
        dest="target",
        type=Path,
        metavar="DIR",
        default="data/full",
        help="the folder to make; default: %(default)s",
    )
    options = parser.parse_args(arguments)
    try:
        fetched = fetch_full(options.target, options.source)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; nothing was left behind.", file=sys.stderr)
        return 1
    state = "is ready" if fetched else "was there already, its sums are right"
    print(f"{options.target}: the full MNIST set {state}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
