# The formula of the PyTorch documentation with math.floor, dilation and all.

# %% answer="conv_output_size"
import math


def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    dilation = 1
    return math.floor((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)
