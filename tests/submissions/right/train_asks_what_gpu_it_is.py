# Says which GPU it is, where there is one.

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
    if device.type == "cuda":
        gpu = torch.cuda.get_device_properties(device)
        print(gpu.name, gpu.total_memory // 2**30, "GB", torch.cuda.get_device_capability(), torch.cuda.mem_get_info())
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
