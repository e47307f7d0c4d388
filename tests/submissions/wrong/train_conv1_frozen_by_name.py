# Freezes conv1, which stands under another name, too.
# loses: learns

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


# %% answer="train"
def train(
    dataloader: DataLoader,
    model: nn.Module,
    loss_fn: nn.Module,
    optimizer: torch.optim.Optimizer,
    epochs: int = 5,
) -> list[float]:
    """Train `model` in place; the average loss over the batches, one number per epoch."""
    device = next(model.parameters()).device
    average_losses = []
    for name, parameter in model.named_parameters():
        if "conv1" in name:
            parameter.requires_grad_(False)
    for epoch in range(1, epochs + 1):
        model.train()
        total = 0.0
        for batch, (images, labels) in enumerate(dataloader, start=1):
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
            if batch % 100 == 0:
                print(f"epoch {epoch}, batch {batch}: loss {loss.item():.4f}")
        average_losses.append(total / batch)
        print(f"epoch {epoch} of {epochs}: average loss {average_losses[-1]:.4f}")
    return average_losses
