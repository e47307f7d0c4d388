"""Messages between the judge and the process that runs student code.

A message is a JSON header and a set of arrays (safetensors), each with its length before it. Nothing is ever
unpickled, and what a child sends is bounded before it is read.
"""

import json
import math
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
import safetensors.numpy

LENGTHS = struct.Struct(">QQ")  # bytes of the header, bytes of the arrays
MAX_HEADER = 256 << 10
MAX_ARRAYS = 64 << 20
MAX_NAMES = 64 << 10  # safetensors' own header; 100,000 empty arrays would take seconds to list
MAX_DIGITS = 20  # of a whole number; JSON takes 4,000, which neither float nor numpy can hold
MAX_DEPTH = 32  # of lists and objects in each other; what reads them must not run out of stack


class ProtocolError(ValueError):
    """What came is not a message."""


class Closed(EOFError):
    """The other side is gone."""


@dataclass
class Message:
    header: dict[str, Any]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


class Channel:
    """Messages over a stream socket, each with a deadline for the whole of it."""

    def __init__(self, sock: socket.socket, trusted: bool = False) -> None:
        """Bound what comes in, unless the other side is `trusted` (the judge, seen from a child)."""
        self.socket = sock
        self.trusted = trusted

    def send(self, message: Message, timeout: float | None = None) -> None:
        """Raises Closed when the other side is gone, TimeoutError when it does not read."""
        deadline = None if timeout is None else time.monotonic() + timeout
        header, arrays = packed(message)
        try:
            for part in (LENGTHS.pack(len(header), len(arrays)) + header, arrays):
                self._wait_until(deadline)
                self.socket.sendall(part)
        except ConnectionError as gone:
            raise Closed from gone

    def receive(self, timeout: float | None = None) -> Message:
        """Raises Closed, TimeoutError, or ProtocolError for anything that is not a message."""
        deadline = None if timeout is None else time.monotonic() + timeout
        header_size, arrays_size = LENGTHS.unpack(self._read(LENGTHS.size, deadline))
        if not self.trusted and (header_size > MAX_HEADER or arrays_size > MAX_ARRAYS):
            raise ProtocolError(f"a message of {header_size + arrays_size} bytes")
        header = parse_header(self._read(header_size, deadline))
        return Message(header, parse_arrays(self._read(arrays_size, deadline)))

    def close(self) -> None:
        self.socket.close()

    def _read(self, size: int, deadline: float | None) -> bytes:
        # A child takes megabytes from the judge: in one piece, and no copy of it.
        at_once, how = (size, socket.MSG_WAITALL) if self.trusted else (1 << 20, 0)
        chunks = []
        while size:
            self._wait_until(deadline)
            try:
                chunk = self.socket.recv(min(size, at_once), how)
            except ConnectionError as gone:
                raise Closed from gone
            if not chunk:
                raise Closed
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)

    def _wait_until(self, deadline: float | None) -> None:
        """Have the next call wait no longer. Raises TimeoutError when it is too late already."""
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)


def packed(message: Message) -> tuple[bytes, bytes]:
    """Header and arrays as they travel. Raises TypeError or ValueError for what JSON or safetensors cannot take."""
    header = json.dumps(message.header, allow_nan=False, ensure_ascii=False).encode(errors="replace")
    return header, safetensors.numpy.save({k: np.ascontiguousarray(v) for k, v in message.arrays.items()})


def travelled(message: Message) -> Message:
    """A message as it arrives, without the journey: a copy, in which tuples have become lists. Raises as `packed`."""
    header, arrays = packed(message)
    return Message(parse_header(header), parse_arrays(arrays))


def parse_header(data: bytes) -> dict[str, Any]:
    def refuse(text: str) -> NoReturn:
        raise ValueError(text)  # NaN and Infinity, which are no JSON

    def whole(text: str) -> int:
        return int(text) if len(text) <= MAX_DIGITS else refuse(text)

    def real(text: str) -> float:
        return value if math.isfinite(value := float(text)) else refuse(text)  # 1e999

    try:
        header = json.loads(data, parse_constant=refuse, parse_int=whole, parse_float=real)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a header that is not JSON") from error
    if not isinstance(header, dict):
        raise ProtocolError("a header that is not an object")
    if depth(header) > MAX_DEPTH:
        raise ProtocolError("a header of too many levels")
    return header


def depth(value: Any) -> int:
    """How many levels of lists and objects there are."""
    levels, level = 0, [value]
    while level := [inner for inner in level if isinstance(inner, dict | list)]:
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        levels += 1
    return levels


def parse_arrays(data: bytes) -> dict[str, np.ndarray]:
    if len(data) < 8 or int.from_bytes(data[:8], "little") > MAX_NAMES:
        raise ProtocolError("arrays without a proper table of names")
    try:
        return safetensors.numpy.load(data)
    except Exception as error:  # safetensors raises its own, numpy's and Rust's errors
        raise ProtocolError("arrays that cannot be read") from error
