# The stub is still there.
# loses: train.update train.batches train.mode train.arguments train.device train.returns train.progress learns

# %% answer="train"
def train(
    dataloader: DataLoader,
    model: nn.Module,
    loss_fn: nn.Module,
    optimizer: torch.optim.Optimizer,
    epochs: int = 5,
) -> list[float]:
    """Train `model` in place; the average loss over the batches, one number per epoch."""
    # TODO(train): write the body and delete the raise
    raise NotImplementedError("TODO(train)")
