# Never moves a batch to where the model is.
# loses: evaluate.device

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    device = next(model.parameters()).device
    correct = total = 0
    model.eval()
    with torch.no_grad():
        for images, labels in dataloader:
            predicted = model(images).argmax(dim=1)  # (B,)
            correct += (predicted == labels).sum().item()
            total += len(labels)
    return correct / total
