"""Messages: what goes in comes out, and what is not a message is refused within its deadline."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import safetensors.numpy

from autograder.wire import LENGTHS, Channel, Closed, Message, ProtocolError

Pair = tuple[Channel, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    yield Channel(ours), theirs
    ours.close()
    theirs.close()


def packed(header: bytes, arrays: bytes = safetensors.numpy.save({})) -> bytes:
    return LENGTHS.pack(len(header), len(arrays)) + header + arrays


def test_message_goes_through(pair: Pair) -> None:
    channel, theirs = pair
    arrays = {"a": np.arange(6, dtype=np.int64).reshape(2, 3).T, "b": np.float32([1.5])}
    message = Message({"text": "größer", "list": [1, None]}, arrays)
    thread = threading.Thread(target=lambda: Channel(theirs).send(message))
    thread.start()
    came = channel.receive(timeout=5)
    thread.join()
    assert came.header == message.header
    assert all(np.array_equal(came.arrays[name], value) for name, value in arrays.items())


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 16 + b"x" * 100,
        LENGTHS.pack(4 << 30, 0),
        LENGTHS.pack(2, 1 << 40) + b"{}",
        packed(b"[1, 2]"),
        packed(b'{"a": NaN}'),
        packed(b'{"a": Infinity}'),
        packed(b"\xff\xfe"),
        packed(b'{"a": ' * 20000),
        packed(b"{}", b"no arrays"),
        packed(b"{}", b""),
        packed(b"{}", (1 << 30).to_bytes(8, "little") + b"{}"),
        packed(b"{}", safetensors.numpy.save({f"{i}": np.zeros(0) for i in range(20000)})),
    ],
)
def test_what_is_not_a_message_is_refused(pair: Pair, data: bytes) -> None:
    channel, theirs = pair
    thread = threading.Thread(target=lambda: theirs.sendall(data), daemon=True)
    thread.start()
    with pytest.raises(ProtocolError):
        channel.receive(timeout=5)


def test_early_end_and_silence(pair: Pair) -> None:
    channel, theirs = pair
    theirs.sendall(packed(b"{}")[:10])
    with pytest.raises(TimeoutError):
        channel.receive(timeout=0.05)
    theirs.close()
    with pytest.raises(Closed):
        channel.receive(timeout=5)


def test_a_trickle_does_not_move_the_deadline(pair: Pair) -> None:
    channel, theirs = pair
    stop = threading.Event()

    def trickle() -> None:
        for byte in packed(json.dumps({"a": "x" * 1000}).encode()):
            if stop.wait(0.02):
                return
            theirs.send(bytes([byte]))

    thread = threading.Thread(target=trickle)
    thread.start()
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        channel.receive(timeout=0.3)
    assert time.monotonic() - start < 5
    stop.set()
    thread.join()


def test_nan_is_not_sent(pair: Pair) -> None:
    with pytest.raises(ValueError, match="JSON"):
        pair[0].send(Message({"a": float("nan")}))
