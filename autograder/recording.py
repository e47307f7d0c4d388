"""Recorded answers of the reference solution, so that a student's copy grades without the solutions.

The file is compressed so that nobody reads an answer by accident. That is no secret, and is not meant to be one.
"""

import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from autograder.compare import distance
from autograder.files import write
from autograder.session import Observation

NOTE = b"Recorded answers of the reference solution, compressed: not to be read by accident, but no secret.\n"
TOLERANCE = 1e-5  # relative; between CPU kernels these numbers differ by less, mistakes by more


def save(path: Path, seed: int, expected: dict[str, Observation], limits: dict[str, float]) -> bool:
    """Write a recording, unless the one there agrees already: within TOLERANCE, or within the `limits` of an array.

    Returns whether it was written.
    """
    if path.exists():
        known_seed, known = load(path)
        if known_seed == seed and agree(known, expected, limits):
            return False
    header = {"seed": seed, "values": {probe: seen.values for probe, seen in expected.items()}}
    arrays = {f"{probe}/{name}": value for probe, seen in expected.items() for name, value in seen.arrays.items()}
    text = json.dumps(header).encode()
    body = len(text).to_bytes(8, "big") + text + safetensors.numpy.save(arrays)
    write(path, pack(body))
    return True


def load(path: Path) -> tuple[int, dict[str, Observation]]:
    """The seed of a recording, and the reference's observation for each probe."""
    body = io.BytesIO(unpack(path.read_bytes()))
    header = json.loads(body.read(int.from_bytes(body.read(8), "big")))
    expected = {probe: Observation(values=values) for probe, values in header["values"].items()}
    for name, value in safetensors.numpy.load(body.read()).items():
        probe, _, key = name.partition("/")
        expected[probe].arrays[key] = value
    return header["seed"], expected


def pack(body: bytes) -> bytes:
    return NOTE + zlib.compress(body, 9)


def unpack(data: bytes) -> bytes:
    """Raises zlib.error for what was not packed."""
    return zlib.decompress(data.removeprefix(NOTE))


def agree(one: dict[str, Observation], other: dict[str, Observation], limits: dict[str, float]) -> bool:
    """Whether two sets of observations say the same."""
    return one.keys() == other.keys() and all(
        same_values(one[probe].values, other[probe].values)
        and same_arrays(one[probe].arrays, other[probe].arrays, limits)
        for probe in one
    )


def same_values(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return bool(np.isclose(one, other, rtol=TOLERANCE))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_values(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_values, one, other))
    return bool(one == other)


def same_arrays(one: dict[str, np.ndarray], other: dict[str, np.ndarray], limits: dict[str, float]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].shape == other[name].shape and distance(one[name], other[name]) < limits.get(name, TOLERANCE)
        for name in one
    )
