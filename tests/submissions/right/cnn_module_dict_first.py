# The layers are made in an nn.ModuleDict and then bound to their names.

# %% answer="simple_cnn"
class SimpleCNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleDict(
            {
                "conv1": nn.Conv2d(1, 32, (3, 3), padding=(1, 1)),
                "conv2": nn.Conv2d(32, 64, (3, 3), padding=(1, 1)),
                "linear1": nn.Linear(linear1_in_features(28), 128),
                "linear2": nn.Linear(128, 10),
            }
        )
        for name, layer in self.blocks.items():
            setattr(self, name, layer)
        self.relu1, self.relu2, self.relu3 = nn.ReLU(), nn.ReLU(), nn.ReLU()
        self.pool1, self.pool2 = nn.MaxPool2d((2, 2)), nn.MaxPool2d((2, 2))
        self.flatten = nn.Flatten(start_dim=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.pool1(self.relu1(self.conv1(x)))
        h = self.pool2(self.relu2(self.conv2(h)))
        h = self.relu3(self.linear1(self.flatten(h)))
        return self.linear2(h)
