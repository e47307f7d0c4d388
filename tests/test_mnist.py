"""The sample in data/sample, and autograder/mnist.py, which finds and fetches MNIST."""

import gzip
import hashlib
import os
import re
import socket
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from autograder import mnist

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "sample"
# Of the cut whose 12,000 pairs of image and label were all found in the full set.
SAMPLE_MD5 = {
    "train-images-idx3-ubyte": "776b6fbabb5b982dfcf18249cd599ad2",
    "train-labels-idx1-ubyte": "21ed9a715b640d2afa5c928c3e651519",
    "t10k-images-idx3-ubyte": "cf54c7cd05f877f09aedfcac2cfc6151",
    "t10k-labels-idx1-ubyte": "1030251962d6f80ae6c084d750e4c9ea",
}
FULL_COUNTS = {  # per digit, in the full set
    "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "t10k": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}
TINY = {  # a full set small enough to fetch in a test: 3 images of 2x2 pixels
    name: b"\0\0\x08\x03" + bytes([0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2]) + bytes(range(12))
    if "images" in name
    else b"\0\0\x08\x01" + bytes([0, 0, 0, 3, 7, 8, 9])
    for name in mnist.MD5
}


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def put(root: Path) -> Path:
    """Make `root` look like a torchvision root folder with MNIST in it."""
    (root / mnist.RAW).mkdir(parents=True)
    for name in mnist.MD5:
        (root / mnist.RAW / name).touch()
    return root


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty working directory, with the package and its data out of reach."""
    monkeypatch.setattr(mnist, "PACKAGE", tmp_path / "site" / "autograder")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A folder with the four files of `TINY`, packed, which now count as the full set."""
    monkeypatch.setattr(mnist, "MD5", {name: md5(content) for name, content in TINY.items()})
    folder = tmp_path / "source"
    folder.mkdir()
    for name, content in TINY.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
    return folder


@pytest.fixture
def target(tmp_path):
    return tmp_path / "data" / "full"


def assert_nothing_left(target: Path) -> None:
    assert list(target.parent.iterdir()) == []


def assert_is_tiny(target: Path) -> None:
    found = {path.name: path.read_bytes() for path in (target / mnist.RAW).iterdir()}
    assert found == TINY
    assert list(target.parent.iterdir()) == [target]


# The sample


@pytest.mark.parametrize("train, size", [(True, 10_000), (False, 2_000)])
def test_torchvision_reads_the_sample(train, size, monkeypatch):
    monkeypatch.setattr(mnist, "find_mnist", lambda: SAMPLE)  # also where data/full is there
    data = mnist.load_mnist(train)
    image, label = data[0]
    assert len(data) == size
    assert image.shape == (1, 28, 28) and 0 <= image.min() < image.max() <= 1
    assert label in range(10)


@pytest.mark.parametrize("part, share", [("train", 6), ("t10k", 5)])
def test_every_digit_keeps_its_share(part, share):
    labels = mnist.read_idx(SAMPLE / mnist.RAW / f"{part}-labels-idx1-ubyte")
    assert np.abs(np.bincount(labels) - np.array(FULL_COUNTS[part]) / share).max() < 1


def test_the_sample_is_the_one_that_was_checked():
    raw = SAMPLE / mnist.RAW
    assert {path.name: md5(path.read_bytes()) for path in raw.iterdir()} == SAMPLE_MD5


def test_readme_counts_the_sample():
    rows = re.findall(
        r"^\| \d \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$",
        (ROOT / "data" / "README.md").read_text(encoding="utf-8"),
        re.M,
    )
    train, full_train, test, full_test = np.array(rows, dtype=int).T.tolist()
    assert {"train": full_train, "t10k": full_test} == FULL_COUNTS
    for part, counts in (("train", train), ("t10k", test)):
        labels = mnist.read_idx(SAMPLE / mnist.RAW / f"{part}-labels-idx1-ubyte")
        assert counts == np.bincount(labels).tolist()


def test_a_new_cut_is_byte_identical(tmp_path):
    full = Path(os.environ.get("MNIST_FROM", ROOT / "data" / "full" / mnist.RAW))
    if not full.is_dir():
        pytest.skip("needs the full set: set MNIST_FROM to its folder, or run `make data`")
    script = ROOT / "data" / "make_sample.py"
    subprocess.run([sys.executable, script, full, "--to", tmp_path], cwd=tmp_path, check=True)
    found = {path.name: md5(path.read_bytes()) for path in (tmp_path / mnist.RAW).iterdir()}
    assert found == SAMPLE_MD5


# find_mnist


def test_found_from_another_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert mnist.find_mnist().parent == ROOT / "data"


def test_found_in_a_parent_folder(elsewhere, monkeypatch):
    sample = put(elsewhere / "data" / "sample")
    deep = elsewhere / "assignments" / "cnn"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert mnist.find_mnist() == sample


def test_found_inside_the_package(elsewhere):
    sample = put(mnist.PACKAGE / "data" / "sample")
    assert mnist.find_mnist() == sample


def test_full_goes_before_sample(elsewhere):
    put(elsewhere / "data" / "sample")
    full = put(elsewhere / "data" / "full")
    assert mnist.find_mnist() == full


def test_an_incomplete_full_set_is_passed_over(elsewhere):
    sample = put(elsewhere / "data" / "sample")
    full = put(elsewhere / "data" / "full")
    (full / mnist.RAW / "t10k-labels-idx1-ubyte").unlink()
    assert mnist.find_mnist() == sample


def test_not_found_says_where_and_what_to_do(elsewhere):
    with pytest.raises(FileNotFoundError) as error:
        mnist.find_mnist()
    for said in (str(elsewhere / "data"), "train-images-idx3-ubyte", "make data"):
        assert said in str(error.value)


def test_import_needs_no_torch():
    code = "import autograder.mnist, sys; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# read_idx


def test_read_idx(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(TINY["train-images-idx3-ubyte"])
    images = mnist.read_idx(path)
    assert images.dtype == np.uint8
    assert images.tolist() == np.arange(12).reshape(3, 2, 2).tolist()


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param(b"", "not an IDX file", id="empty"),
        pytest.param(b"\0\0\x08", "not an IDX file", id="three bytes"),
        pytest.param(b"\x1f\x8b\x08\x08", "not an IDX file", id="gzip"),
        pytest.param(b"\0\0\x0d\x01\0\0\0\0", "not an IDX file", id="floats"),
        pytest.param(TINY["train-images-idx3-ubyte"][:9], "truncated", id="half a header"),
        pytest.param(TINY["train-images-idx3-ubyte"][:-1], "truncated", id="a byte less"),
        pytest.param(TINY["train-images-idx3-ubyte"] + b"\0", "too long", id="a byte more"),
    ],
)
def test_read_idx_refuses(tmp_path, content, message):
    path = tmp_path / "images"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"images: {message}"):
        mnist.read_idx(path)


# fetch_full


def test_fetch_from_packed_and_unpacked_files(source, target, capsys):
    name = "t10k-images-idx3-ubyte"
    (source / f"{name}.gz").unlink()
    (source / name).write_bytes(TINY[name])
    assert mnist.main(["--from", str(source), "--to", str(target)]) == 0
    assert "is ready" in capsys.readouterr().out
    assert_is_tiny(target)


def test_fetch_does_nothing_when_the_full_set_is_there(source, target, capsys):
    mnist.fetch_full(target, source)
    capsys.readouterr()
    assert mnist.main(["--from", "nowhere", "--to", str(target)]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_fetch_leaves_alone_what_is_not_the_full_set(source, target, capsys):
    mnist.fetch_full(target, source)
    (target / mnist.RAW / "t10k-labels-idx1-ubyte").write_bytes(b"mine")
    assert mnist.main(["--from", str(source), "--to", str(target)]) == 1
    assert "is not the full MNIST set" in capsys.readouterr().err
    assert (target / mnist.RAW / "t10k-labels-idx1-ubyte").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param(gzip.compress(b"other"), "should be", id="wrong sum"),
        pytest.param(gzip.compress(b"cut off")[:-9], "cannot be unpacked", id="truncated"),
        pytest.param(b"not gzip", "cannot be unpacked", id="not gzip"),
        pytest.param(None, "has neither", id="missing"),
    ],
)
def test_fetch_refuses_a_bad_file(source, target, capsys, content, message):
    path = source / "t10k-labels-idx1-ubyte.gz"  # the last one: the others are copied by then
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert mnist.main(["--from", str(source), "--to", str(target)]) == 1
    error = capsys.readouterr().err
    assert message in error and "t10k-labels-idx1-ubyte" in error
    assert_nothing_left(target)


def test_an_interrupted_copy_leaves_nothing(source, target, monkeypatch, capsys):
    read = mnist.read_original

    def interrupted(folder, name):
        if name == "t10k-labels-idx1-ubyte":
            assert len(list(target.parent.rglob("*-ubyte"))) == 3  # in the middle of it
            raise KeyboardInterrupt
        return read(folder, name)

    monkeypatch.setattr(mnist, "read_original", interrupted)
    assert mnist.main(["--from", str(source), "--to", str(target)]) == 1
    assert "Interrupted" in capsys.readouterr().err
    assert_nothing_left(target)


def use_mirror(monkeypatch, port: int) -> None:
    """Let torchvision's own download ask this machine only."""
    from torchvision.datasets import MNIST

    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{port}/"])


def test_fetch_by_torchvision(source, target, monkeypatch):
    from torchvision.datasets import MNIST

    sums = [(path.name, md5(path.read_bytes())) for path in sorted(source.iterdir())]
    monkeypatch.setattr(MNIST, "resources", sums)
    handler = partial(SimpleHTTPRequestHandler, directory=str(source))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        use_mirror(monkeypatch, server.server_port)
        assert mnist.fetch_full(target)
        server.shutdown()
    assert_is_tiny(target)


def test_without_a_network_says_what_to_do(target, monkeypatch, capsys):
    use_mirror(monkeypatch, port=9)  # nobody listens there
    assert mnist.main(["--to", str(target)]) == 1
    error = capsys.readouterr().err
    for said in ("could not be downloaded", "make data FROM=DIR", "sample in data/sample"):
        assert said in error
    assert_nothing_left(target)


def test_without_torchvision_says_what_to_do(target, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)  # an import of it fails
    assert mnist.main(["--to", str(target)]) == 1
    assert "torchvision" in (error := capsys.readouterr().err) and "make data FROM=DIR" in error
    assert_nothing_left(target)


def test_a_network_that_stays_silent_is_given_up(monkeypatch, target):
    monkeypatch.setattr(mnist, "NETWORK_TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_mirror(monkeypatch, silent.getsockname()[1])
        with pytest.raises(ConnectionError, match="timed out"):
            mnist.fetch_full(target)
    assert socket.getdefaulttimeout() is None
    assert_nothing_left(target)
