# Kernel sizes, strides, padding and dilation given as tuples; one line per step.

# %% answer="simple_cnn"
class SimpleCNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        conv = dict(kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), dilation=(1, 1))
        pool = dict(kernel_size=(2, 2), stride=(2, 2))
        # first block
        self.conv1 = nn.Conv2d(1, 32, **conv)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(**pool)
        # second block
        self.conv2 = nn.Conv2d(32, 64, **conv)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(**pool)
        # classifier
        self.flatten = nn.Flatten()
        self.linear1 = nn.Linear(linear1_in_features(image_size=28), 128, bias=True)
        self.relu3 = nn.ReLU()
        self.linear2 = nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)
        x = self.relu1(x)
        x = self.pool1(x)
        x = self.conv2(x)
        x = self.relu2(x)
        x = self.pool2(x)
        x = self.flatten(x)
        x = self.linear1(x)
        x = self.relu3(x)
        x = self.linear2(x)
        return x
