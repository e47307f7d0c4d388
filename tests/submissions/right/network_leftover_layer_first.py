# A layer that was tried and is not used stands before the others.

# %% answer="simple_cnn"
class SimpleCNN(nn.Module):
    """Two blocks of convolution, ReLU and pooling, then two linear layers.

    Input: images, (B, 1, 28, 28). Output: logits, (B, 10).
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 7)
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.linear1 = nn.Linear(linear1_in_features(), 128)
        self.relu3 = nn.ReLU()
        self.linear2 = nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of a batch of images of any batch size: (B, 1, 28, 28) -> (B, 10)."""
        x = self.pool1(self.relu1(self.conv1(x)))  # (B, 32, 14, 14)
        x = self.pool2(self.relu2(self.conv2(x)))  # (B, 64, 7, 7)
        x = self.flatten(x)  # (B, 3136)
        x = self.relu3(self.linear1(x))  # (B, 128)
        return self.linear2(x)  # (B, 10)
