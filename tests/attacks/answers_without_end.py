# Sends answers in a stream that does not end, and a header byte by byte: both for as long as somebody reads.
# unfinished: conv_output_size evaluate
# tasks: conv_output_size linear1_in_features evaluate
# honest: 8
# earns: 0
# limits: 1

# %% tags=["attack"]
import time
import os
import struct

import numpy as np
import safetensors.numpy


def say(header, arrays=b"\x02" + bytes(7) + b"{}"):
    """A message to the judge; header and arrays may be anything."""
    for data in (struct.pack(">QQ", len(header), len(arrays)), header, arrays):
        while data:
            data = data[os.write(3, data) :]


# %% answer="conv_output_size" tags=["attack"]
def conv_output_size(size, kernel_size, padding=0, stride=1):
    while True:
        say(b'{"values": {}, "error": null}')

# %% answer="evaluate" tags=["attack"]
def evaluate(dataloader, model):
    os.write(3, struct.pack(">QQ", 200_000, 10))
    while True:
        os.write(3, b" ")
        time.sleep(0.05)
