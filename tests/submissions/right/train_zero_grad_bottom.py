# zero_grad at the end of the step, and once before the first.

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
    optimizer.zero_grad()
    for t in range(epochs):
        print(f"Epoch {t + 1}\n-------------------------------")
        model.train()
        running_loss = 0.0
        n_batches = 0
        for X, y in dataloader:
            X = X.to(device)
            y = y.to(device)

            # Compute prediction and loss
            pred = model(X)
            loss = loss_fn(pred, y)

            # Backpropagation
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()

            running_loss += loss.item()
            n_batches += 1
            if n_batches % 100 == 0:
                print(f"loss: {loss.item():>7f}  [{n_batches:>5d}]")
        history.append(running_loss / n_batches)
    return history
