# torch.no_grad() is called but not entered with `with`.
# loses: evaluate.gradients
# is: evaluate_gradients_on

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    device = next(model.parameters()).device
    correct = total = 0
    model.eval()
    torch.no_grad()
    for images, labels in dataloader:
        images, labels = images.to(device), labels.to(device)
        predicted = model(images).argmax(dim=1)  # (B,)
        correct += (predicted == labels).sum().item()
        total += len(labels)
    return correct / total
