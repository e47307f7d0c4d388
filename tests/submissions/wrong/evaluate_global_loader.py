# Measures on the test set of the file, whatever it is given.
# loses: evaluate.arguments

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    device = next(model.parameters()).device
    correct = total = 0
    model.eval()
    with torch.no_grad():
        for images, labels in test_loader:
            images, labels = images.to(device), labels.to(device)
            predicted = model(images).argmax(dim=1)  # (B,)
            correct += (predicted == labels).sum().item()
            total += len(labels)
    return correct / total
