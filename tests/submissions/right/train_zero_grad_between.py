# zero_grad between the loss and backward, as in PyTorch's tutorial; counts batches by hand.

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
        running_loss = 0.0
        n_batches = 0
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

            running_loss += loss.item()
            n_batches += 1
            if n_batches % 100 == 0:
                print(f"loss: {loss.item():>7f}  [{n_batches:>5d}]")
        history.append(running_loss / n_batches)
    return history
