# One wrong number: the second convolution gives 15 pixels.
# loses: predicted_shapes.conv2

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (64, 32, 28, 28),
    "relu1": (64, 32, 28, 28),
    "pool1": (64, 32, 14, 14),
    "conv2": (64, 64, 15, 15),
    "relu2": (64, 64, 14, 14),
    "pool2": (64, 64, 7, 7),
    "flatten": (64, 3136),
    "linear1": (64, 128),
    "relu3": (64, 128),
    "linear2": (64, 10),
}
