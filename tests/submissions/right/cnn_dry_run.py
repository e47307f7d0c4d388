# A dry run with an empty image in __init__ finds the number of features.

# %% answer="simple_cnn"
class SimpleCNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        with torch.no_grad():
            n_features = self._convolve(torch.randn(1, 1, 28, 28)).shape[1]
        self.linear1 = nn.Linear(n_features, 128)
        self.relu3 = nn.ReLU()
        self.linear2 = nn.Linear(128, 10)

    def _convolve(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.pool2(self.relu2(self.conv2(x)))
        return self.flatten(x)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear2(self.relu3(self.linear1(self._convolve(x))))
