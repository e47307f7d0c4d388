# Trains nothing and returns plausible numbers.
# loses: train.update train.batches train.mode train.arguments train.returns learns train.device train.progress

# %% answer="train"
def train(
    dataloader: DataLoader,
    model: nn.Module,
    loss_fn: nn.Module,
    optimizer: torch.optim.Optimizer,
    epochs: int = 5,
) -> list[float]:
    """Train `model` in place; the average loss over the batches, one number per epoch."""
    print("epoch 1 done")
    return [2.3 * 0.7**epoch for epoch in range(epochs)]
