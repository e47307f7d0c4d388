# The shapes by dict() with keywords, in another order, with products written out.

# %% answer="predicted_shapes"
B = 64
PREDICTED_SHAPES = dict(
    linear2=(B, 10),
    linear1=(B, 128),
    relu3=(B, 128),
    flatten=(B, 64 * 7 * 7),
    conv1=(B, 32, 28, 28),
    relu1=(B, 32, 28, 28),
    conv2=(B, 64, 14, 14),
    relu2=(B, 64, 14, 14),
    pool1=(B, 32, 28 // 2, 28 // 2),
    pool2=(B, 64, 28 // 4, 28 // 4),
)
