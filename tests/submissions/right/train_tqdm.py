# A tqdm bar over the batches shows the progress; no print.

# %%
from tqdm import tqdm


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
        model.train()
        running_loss = 0.0
        n_batches = 0
        bar = tqdm(dataloader, desc=f"epoch {t + 1}")
        for X, y in bar:
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
            bar.set_postfix(loss=running_loss / n_batches)
        history.append(running_loss / n_batches)
    return history
