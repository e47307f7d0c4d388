# `net` and `opt` mean globals that are made in one line, and with a type.
# loses: train.arguments

# %%
import torch.optim

net, criterion = SimpleCNN(), nn.CrossEntropyLoss()
opt: torch.optim.Optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

# %% answer="train"
def train(
    dataloader: DataLoader,
    model: nn.Module,
    loss_fn: nn.Module,
    optimizer: torch.optim.Optimizer,
    epochs: int = 5,
) -> list[float]:
    """Train `model` in place; the average loss over the batches, one number per epoch."""
    device = next(net.parameters()).device
    average_losses = []
    for epoch in range(1, epochs + 1):
        net.train()
        total = 0.0
        for batch, (images, labels) in enumerate(dataloader, start=1):
            images, labels = images.to(device), labels.to(device)
            opt.zero_grad()
            loss = loss_fn(net(images), labels)
            loss.backward()
            opt.step()
            total += loss.item()
            if batch % 100 == 0:
                print(f"epoch {epoch}, batch {batch}: loss {loss.item():.4f}")
        average_losses.append(total / batch)
        print(f"epoch {epoch} of {epochs}: average loss {average_losses[-1]:.4f}")
    return average_losses
