# Flatten counts height times width and forgets the channels.
# loses: predicted_shapes.flatten

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (64, 32, 28, 28),
    "relu1": (64, 32, 28, 28),
    "pool1": (64, 32, 14, 14),
    "conv2": (64, 64, 14, 14),
    "relu2": (64, 64, 14, 14),
    "pool2": (64, 64, 7, 7),
    "flatten": (64, 49),
    "linear1": (64, 128),
    "relu3": (64, 128),
    "linear2": (64, 10),
}
