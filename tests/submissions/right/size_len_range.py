# Counts the places with the length of a range.

# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    return len(range(0, size + 2 * padding - kernel_size + 1, stride))
