# The convolutions are thought to lose a pixel on each side.
# loses: predicted_shapes.conv1 predicted_shapes.relu1 predicted_shapes.pool1 predicted_shapes.conv2 predicted_shapes.relu2 predicted_shapes.pool2 predicted_shapes.flatten

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (64, 32, 26, 26),
    "relu1": (64, 32, 26, 26),
    "pool1": (64, 32, 13, 13),
    "conv2": (64, 64, 11, 11),
    "relu2": (64, 64, 11, 11),
    "pool2": (64, 64, 5, 5),
    "flatten": (64, 1600),
    "linear1": (64, 128),
    "relu3": (64, 128),
    "linear2": (64, 10),
}
