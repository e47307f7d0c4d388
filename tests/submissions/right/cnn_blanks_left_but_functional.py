# The blanks of the layers without parameters still hold three dots; forward uses functions
# instead.

# %% answer="simple_cnn"
class SimpleCNN(nn.Module):
    """Two blocks of convolution, ReLU and pooling, then two linear layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.relu1 = ...
        self.pool1 = ...
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.relu2 = ...
        self.pool2 = ...
        self.flatten = ...
        self.linear1 = nn.Linear(linear1_in_features(), 128)
        self.relu3 = ...
        self.linear2 = nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of a batch of images of any batch size: (B, 1, 28, 28) -> (B, 10)."""
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = torch.relu(self.linear1(x))
        return self.linear2(x)
