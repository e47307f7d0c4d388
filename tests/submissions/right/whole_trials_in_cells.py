# Asserts and trials of the student's own after the functions, as people leave them in notebooks.

# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    """Number of places where the kernel fits along one dimension."""
    return (size + 2 * padding - kernel_size) // stride + 1


assert conv_output_size(7, 3) == 5
assert [conv_output_size(7, 3, stride=s) for s in (1, 2, 3)] == [5, 3, 2]
print("sizes look good")


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
        x = self.pool2(self.relu2(self.conv2(x)))
        x = self.flatten(x)
        x = self.relu3(self.linear1(x))
        return self.linear2(x)


net = SimpleCNN()
x = torch.randn(4, 1, 28, 28)
for name, layer in net.named_children():
    x = layer(x)
    print(f"{name:8}", tuple(x.shape))
