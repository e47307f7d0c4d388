# The progress goes to stderr, on one line that is written over.

# %%
import sys


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
                print(f"\repoch {epoch}, batch {batch}", end="", file=sys.stderr, flush=True)
        average_losses.append(total / batch)
        sys.stderr.write(f"\repoch {epoch} done, loss {average_losses[-1]:.4f}\n")
    return average_losses
