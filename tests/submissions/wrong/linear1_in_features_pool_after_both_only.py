# One block only: a single convolution and pool.
# loses: linear1_in_features
# is: linear1_in_features_one_block

# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    """Numbers per image that reach `linear1` of `SimpleCNN`."""
    size = conv_output_size(image_size, kernel_size=3, padding=1)
    size = conv_output_size(size, kernel_size=2, stride=2)
    return 64 * size * size
