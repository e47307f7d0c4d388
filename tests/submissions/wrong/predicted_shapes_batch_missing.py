# The shapes of one image: the batch is missing.
# loses: predicted_shapes.conv1 predicted_shapes.relu1 predicted_shapes.pool1 predicted_shapes.conv2 predicted_shapes.relu2 predicted_shapes.pool2 predicted_shapes.flatten predicted_shapes.linear1 predicted_shapes.relu3 predicted_shapes.linear2

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (32, 28, 28),
    "relu1": (32, 28, 28),
    "pool1": (32, 14, 14),
    "conv2": (64, 14, 14),
    "relu2": (64, 14, 14),
    "pool2": (64, 7, 7),
    "flatten": (3136,),
    "linear1": (128,),
    "relu3": (128,),
    "linear2": (10,),
}
