# The stride is never used; linear1_in_features does not call the function.
# loses: conv_output_size
# is: conv_output_size_stride_forgotten

# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    """Number of places where the kernel fits along one dimension."""
    return size + 2 * padding - kernel_size + 1


# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    """Numbers per image that reach `linear1` of `SimpleCNN`."""
    return 64 * (image_size // 4) ** 2
