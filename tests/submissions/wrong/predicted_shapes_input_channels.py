# The channels of the input side of each convolution instead of the output side.
# loses: predicted_shapes.conv1 predicted_shapes.relu1 predicted_shapes.conv2 predicted_shapes.relu2

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (64, 1, 28, 28),
    "relu1": (64, 1, 28, 28),
    "pool1": (64, 32, 14, 14),
    "conv2": (64, 32, 14, 14),
    "relu2": (64, 32, 14, 14),
    "pool2": (64, 64, 7, 7),
    "flatten": (64, 3136),
    "linear1": (64, 128),
    "relu3": (64, 128),
    "linear2": (64, 10),
}
