# Counts the places with a loop, as the text describes it.

# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    """Slide the kernel until it does not fit any more."""
    padded = padding + size + padding
    places = 0
    start = 0
    while start + kernel_size <= padded:
        places += 1
        start += stride
    return places
