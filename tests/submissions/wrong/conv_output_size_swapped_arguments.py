# Padding and stride have changed places in the list of arguments.
# loses: conv_output_size

# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Number of places where the kernel fits along one dimension."""
    return (size + 2 * padding - kernel_size) // stride + 1
