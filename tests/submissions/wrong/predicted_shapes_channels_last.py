# Height and width before the channels.
# loses: predicted_shapes.conv1 predicted_shapes.relu1 predicted_shapes.pool1 predicted_shapes.conv2 predicted_shapes.relu2 predicted_shapes.pool2

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (64, 28, 28, 32),
    "relu1": (64, 28, 28, 32),
    "pool1": (64, 14, 14, 32),
    "conv2": (64, 14, 14, 64),
    "relu2": (64, 14, 14, 64),
    "pool2": (64, 7, 7, 64),
    "flatten": (64, 3136),
    "linear1": (64, 128),
    "relu3": (64, 128),
    "linear2": (64, 10),
}
