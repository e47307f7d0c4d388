# The size with np.floor, turned into an int at the end.

# %%
import numpy as np


# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    return int(np.floor((size + 2 * padding - kernel_size) / stride)) + 1
