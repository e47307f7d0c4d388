# Rounds the weights before it evaluates, as in quantisation.
# loses: evaluate.gradients

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    device = next(model.parameters()).device
    correct = total = 0
    model.eval()
    for parameter in model.parameters():
        parameter.data = (parameter.data * 16).round() / 16
    with torch.no_grad():
        for images, labels in dataloader:
            images, labels = images.to(device), labels.to(device)
            predicted = model(images).argmax(dim=1)  # (B,)
            correct += (predicted == labels).sum().item()
            total += len(labels)
    return correct / total
