# Detaches after the first block, so that only the first convolution never learns.
# loses: forward learns
# is: forward_detach

# %% answer="simple_cnn"
class SimpleCNN(nn.Module):
    """Two blocks of convolution, ReLU and pooling, then two linear layers."""

    def __init__(self) -> None:
        super().__init__()
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
        x = self.pool1(self.relu1(self.conv1(x)))
        x = x.detach()
        x = self.pool2(self.relu2(self.conv2(x)))
        x = self.flatten(x)
        x = self.relu3(self.linear1(x))
        return self.linear2(x)
