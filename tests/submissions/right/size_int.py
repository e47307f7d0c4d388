# The size by int() of a division; a docstring only and no type hints.

# %% answer="conv_output_size"
def conv_output_size(size, kernel_size, padding=0, stride=1):
    """(W - F + 2P) / S + 1"""
    W, F, P, S = size, kernel_size, padding, stride
    return int((W - F + 2 * P) / S) + 1
