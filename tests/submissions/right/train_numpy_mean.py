# np.mean of a list of losses; returns numpy floats.

# %%
import numpy as np


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
        batch_losses = []
        for i, (X, y) in enumerate(dataloader):
            X = X.to(device)
            y = y.to(device)

            # Compute prediction and loss
            pred = model(X)
            loss = loss_fn(pred, y)

            # Backpropagation
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

            batch_losses.append(loss.detach().cpu().numpy())
            if i % 100 == 0:
                print(f"loss: {batch_losses[-1]:>7f}  [{i:>5d}]")
        history.append(np.mean(batch_losses, dtype=np.float64))
    return history
