# The kernel size comes first in the list of arguments.
# loses: conv_output_size

# %% answer="conv_output_size"
def conv_output_size(kernel_size: int, size: int, padding: int = 0, stride: int = 1) -> int:
    """Number of places where the kernel fits along one dimension."""
    return (size + 2 * padding - kernel_size) // stride + 1
