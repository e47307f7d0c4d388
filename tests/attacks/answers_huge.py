# As much as a message may hold, in every answer, and arrays of another length each time, so that the judge may keep
# something for each of them.
# unfinished: simple_cnn evaluate
# tasks: layers forward evaluate
# honest: 0
# earns: 0
# limits: 2

# %% tags=["attack"]
import json
import os
import struct

import numpy as np
import safetensors.numpy


def say(header, arrays=b"\x02" + bytes(7) + b"{}"):
    """A message to the judge; header and arrays may be anything."""
    for data in (struct.pack(">QQ", len(header), len(arrays)), header, arrays):
        while data:
            data = data[os.write(3, data) :]


LAYERS = ("conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "linear1", "relu3", "linear2")
layer = {"type": "Linear", "output_shape": [7, 10], "parameters": 3, "padding": "x" * 20_000}
big = np.zeros(8 << 20, dtype=np.float32)


def answer(names):
    rows = {name: np.zeros(100_000 - 7 * i, dtype=np.float32) for i, name in enumerate(names)}
    values = {name: layer for name in names} | {"returned": {"type": "float", "number": 0.1}}
    say(json.dumps({"values": values, "error": None}).encode(), safetensors.numpy.save(rows | {"big": big}))


# %% answer="simple_cnn" tags=["attack"]
class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        answer(LAYERS)

    def forward(self, x):
        return x

# %% answer="evaluate" tags=["attack"]
def evaluate(dataloader, model):
    answer(("order", "inner", "logits", "weight"))
