# The stub is still there.
# loses: evaluate.accuracy evaluate.arguments evaluate.device evaluate.mode evaluate.gradients

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    # TODO(evaluate): write the body and delete the raise
    raise NotImplementedError("TODO(evaluate)")
