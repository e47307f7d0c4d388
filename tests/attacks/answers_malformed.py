# Answers that are none: random bytes, lengths of terabytes, arrays without names, with names without end, with shapes that
# overflow, of types that do not fit, a header that is a list, or no text at all.
# unfinished: conv_output_size linear1_in_features layers train evaluate
# tasks: conv_output_size predicted_shapes linear1_in_features train evaluate
# honest: 6
# earns: 6

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


ANSWER = b'{"values": {}, "error": null}'


def arrays(names, data=b""):
    return struct.pack("<Q", len(names)) + names + data

# %% answer="conv_output_size" tags=["attack"]
def conv_output_size(size, kernel_size, padding=0, stride=1):
    os.write(3, bytes(range(256)) * 64)
    os._exit(0)

# %% answer="linear1_in_features" tags=["attack"]
def linear1_in_features(image_size=28):
    os.write(3, struct.pack(">QQ", 2, 1 << 62) + b"{}")
    os._exit(0)

# %% answer="train" tags=["attack"]
def train(dataloader, model, loss_fn, optimizer, epochs=5):
    say(ANSWER, arrays(b'{"order":{"dtype":"I64","shape":[0,1152921504606846976],"data_offsets":[0,0]}}'))
    say(ANSWER, arrays(b'{"states":{"dtype":"F8_E5M2","shape":[1],"data_offsets":[0,1]}}', b"x"))
    say(b"[1, 2]")
    os._exit(0)

# %% answer="evaluate" tags=["attack"]
def evaluate(dataloader, model):
    say(b'{"values": {"returned": {"number": NaN}}, "values": 3, "error": {"type": []}}')
    say(b"\xff\xfe\x00")
    say(ANSWER, safetensors.numpy.save({str(i): np.zeros(0) for i in range(3000)}))
    os._exit(0)
