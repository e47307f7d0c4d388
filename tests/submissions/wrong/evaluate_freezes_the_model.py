# Leaves the model frozen.
# loses: evaluate.gradients

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    device = next(model.parameters()).device
    correct = total = 0
    model.eval()
    model.requires_grad_(False)
    if True:
        for images, labels in dataloader:
            images, labels = images.to(device), labels.to(device)
            predicted = model(images).argmax(dim=1)  # (B,)
            correct += (predicted == labels).sum().item()
            total += len(labels)
    return correct / total
