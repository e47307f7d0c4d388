# The first pool is thought to keep the size, and all that follows is too large.
# loses: predicted_shapes.pool1 predicted_shapes.conv2 predicted_shapes.relu2 predicted_shapes.pool2 predicted_shapes.flatten

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (64, 32, 28, 28),
    "relu1": (64, 32, 28, 28),
    "pool1": (64, 32, 28, 28),
    "conv2": (64, 64, 28, 28),
    "relu2": (64, 64, 28, 28),
    "pool2": (64, 64, 14, 14),
    "flatten": (64, 12544),
    "linear1": (64, 128),
    "relu3": (64, 128),
    "linear2": (64, 10),
}
