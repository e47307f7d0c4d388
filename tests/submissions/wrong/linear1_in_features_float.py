# Divides with /: a float, and not a whole number for every size.
# loses: linear1_in_features
# is: linear1_in_features_not_rounded

# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    """Numbers per image that reach `linear1` of `SimpleCNN`."""
    return 64 * (image_size / 4) ** 2
