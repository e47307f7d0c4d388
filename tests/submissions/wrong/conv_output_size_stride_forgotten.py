# The stride is an argument that is never used.
# loses: conv_output_size

# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    """Number of places where the kernel fits along one dimension."""
    return size + 2 * padding - kernel_size + 1
