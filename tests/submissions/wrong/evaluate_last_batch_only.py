# The counters are set to zero for each batch: only the last one counts.
# loses: evaluate.accuracy

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    device = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        for images, labels in dataloader:
            correct = total = 0
            images, labels = images.to(device), labels.to(device)
            predicted = model(images).argmax(dim=1)  # (B,)
            correct += (predicted == labels).sum().item()
            total += len(labels)
    return correct / total
