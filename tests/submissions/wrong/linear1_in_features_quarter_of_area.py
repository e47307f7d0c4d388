# Quarters the area once the square is taken, so that a size that is no multiple of 4 goes wrong.
# loses: linear1_in_features
# is: linear1_in_features_not_rounded

# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    """Numbers per image that reach `linear1` of `SimpleCNN`."""
    return 64 * image_size**2 // 16
