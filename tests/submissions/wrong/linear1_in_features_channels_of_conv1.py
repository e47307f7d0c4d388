# 1568: the channels of the first convolution.
# loses: linear1_in_features

# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    """Numbers per image that reach `linear1` of `SimpleCNN`."""
    return 32 * (image_size // 4) ** 2
