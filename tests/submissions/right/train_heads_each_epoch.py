# Prints a line before the batches of each epoch, and no other.

# %% answer="train"
def train(
    dataloader: DataLoader,
    model: nn.Module,
    loss_fn: nn.Module,
    optimizer: torch.optim.Optimizer,
    epochs: int = 5,
) -> list[float]:
    """Train `model` in place.

    Args:
        dataloader: batches (images, labels).
        model: the network; its parameters say on which device.
        loss_fn: called as loss_fn(logits, labels), gives a tensor with one number.
        optimizer: holds the parameters of `model`.
        epochs: how many times to go through all batches.

    Returns:
        The average loss over the batches, one number per epoch.
    """
    device = next(model.parameters()).device
    average_losses = []
    for epoch in range(1, epochs + 1):
        model.train()
        print(f"Epoch {epoch} of {epochs}")
        total = 0.0
        for batch, (images, labels) in enumerate(dataloader, start=1):
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
        average_losses.append(total / batch)
    return average_losses
