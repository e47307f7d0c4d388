# A batch of one image instead of 64.
# loses: predicted_shapes.conv1 predicted_shapes.relu1 predicted_shapes.pool1 predicted_shapes.conv2 predicted_shapes.relu2 predicted_shapes.pool2 predicted_shapes.flatten predicted_shapes.linear1 predicted_shapes.relu3 predicted_shapes.linear2

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (1, 32, 28, 28),
    "relu1": (1, 32, 28, 28),
    "pool1": (1, 32, 14, 14),
    "conv2": (1, 64, 14, 14),
    "relu2": (1, 64, 14, 14),
    "pool2": (1, 64, 7, 7),
    "flatten": (1, 3136),
    "linear1": (1, 128),
    "relu3": (1, 128),
    "linear2": (1, 10),
}
