# The number of places from the other side: a ceiling that is equal to the floor plus one.

# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, padding: int = False, stride: int = True) -> int:
    last_start = size + 2 * padding - kernel_size
    return -(-(last_start + 1) // stride)  # ceiling
