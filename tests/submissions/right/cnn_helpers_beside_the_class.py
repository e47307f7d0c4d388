# Helper functions and constants beside the class, an inherited base class, a method of its own.

# %%
CHANNELS = (1, 32, 64)
HIDDEN = 128
CLASSES = 10


def conv3x3(in_channels: int, out_channels: int) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=3 // 2)


class Network(nn.Module):
    def count_parameters(self) -> int:
        return sum(p.numel() for p in self.parameters())


# %% answer="simple_cnn"
class SimpleCNN(Network):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = conv3x3(*CHANNELS[:2])
        self.conv2 = conv3x3(*CHANNELS[1:])
        for i in (1, 2):
            self.add_module(f"relu{i}", nn.ReLU())
            self.add_module(f"pool{i}", nn.MaxPool2d(2))
        self.flatten = nn.Flatten()
        self.linear1 = nn.Linear(linear1_in_features(), HIDDEN)
        self.relu3 = nn.ReLU()
        self.linear2 = nn.Linear(HIDDEN, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for i in (1, 2):
            conv, relu, pool = (getattr(self, f"{kind}{i}") for kind in ("conv", "relu", "pool"))
            x = pool(relu(conv(x)))
        return self.linear2(self.relu3(self.linear1(self.flatten(x))))
