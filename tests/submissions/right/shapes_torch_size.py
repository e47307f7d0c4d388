# The shapes as torch.Size.

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, torch.Size] = {
    "conv1": torch.Size([64, 32, 28, 28]),
    "relu1": torch.Size([64, 32, 28, 28]),
    "pool1": torch.Size([64, 32, 14, 14]),
    "conv2": torch.Size([64, 64, 14, 14]),
    "relu2": torch.Size([64, 64, 14, 14]),
    "pool2": torch.Size([64, 64, 7, 7]),
    "flatten": torch.Size([64, 3136]),
    "linear1": torch.Size([64, 128]),
    "relu3": torch.Size([64, 128]),
    "linear2": torch.Size([64, 10]),
}
