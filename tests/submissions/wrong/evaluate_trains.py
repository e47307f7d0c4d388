# Takes a step with an optimizer of its own for every batch.
# loses: evaluate.gradients

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    device = next(model.parameters()).device
    correct = total = 0
    model.eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for images, labels in dataloader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        predicted = logits.argmax(dim=1)
        optimizer.zero_grad()
        nn.functional.cross_entropy(logits, labels).backward()
        optimizer.step()
        correct += (predicted == labels).sum().item()
        total += len(labels)
    return correct / total
