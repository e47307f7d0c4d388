# Does what only a GPU can where there is one, and keeps the best weights on the CPU and loads them.

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
    best, best_state = float("inf"), {}
    network = model
    if device.type == "cuda":
        torch.cuda.set_device(device)
        torch.cuda.reset_peak_memory_stats(device)
        print("on", torch.cuda.get_device_name(device))
        network = torch.compile(model)
    print("number", next(model.parameters()).get_device())
    for epoch in range(1, epochs + 1):
        model.train()
        total = 0.0
        for batch, (images, labels) in enumerate(dataloader, start=1):
            if device.type == "cuda":
                images, labels = images.pin_memory(), labels.pin_memory()
            images, labels = images.to(device, non_blocking=True), labels.to(device, non_blocking=True)
            optimizer.zero_grad()
            loss = loss_fn(network(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
            if batch % 100 == 0:
                print(f"epoch {epoch}, batch {batch}: loss {loss.item():.4f}")
        average_losses.append(total / batch)
        if average_losses[-1] < best:
            best, best_state = average_losses[-1], {k: v.detach().cpu().clone() for k, v in model.state_dict().items()}
        print(f"epoch {epoch} of {epochs}: average loss {average_losses[-1]:.4f}")
    model.load_state_dict(best_state)
    return average_losses
