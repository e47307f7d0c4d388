# The blanks of the ReLU layers are still open.
# loses: predicted_shapes.relu1 predicted_shapes.relu2 predicted_shapes.relu3

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (64, 32, 28, 28),
    "relu1": ...,
    "pool1": (64, 32, 14, 14),
    "conv2": (64, 64, 14, 14),
    "relu2": ...,
    "pool2": (64, 64, 7, 7),
    "flatten": (64, 3136),
    "linear1": (64, 128),
    "relu3": ...,
    "linear2": (64, 10),
}
