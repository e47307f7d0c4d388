# Asks torch for the size, by pooling an empty row of the padded length.

# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    row = torch.zeros(1, 1, size)
    weight = torch.zeros(1, 1, kernel_size)
    return torch.conv1d(row, weight, padding=padding, stride=stride).shape[-1]
