# A list of lists of losses first, the averages by a comprehension at the end.

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
    history = []
    for t in range(epochs):
        print(f"Epoch {t + 1}\n-------------------------------")
        model.train()
        history.append([])
        for X, y in dataloader:
            X = X.to(device)
            y = y.to(device)

            # Compute prediction and loss
            pred = model(X)
            loss = loss_fn(pred, y)

            # Backpropagation
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

            history[-1].append(loss.item())
            if not len(history[-1]) % 100:
                print(f"batch {len(history[-1])}", end=" ")
    return [sum(epoch) / len(epoch) for epoch in history]
