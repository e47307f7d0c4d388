# Measures the model of the file, whatever it is given.
# loses: evaluate.arguments

# %%
net = None

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    device = next(net.parameters()).device
    correct = total = 0
    net.eval()
    with torch.no_grad():
        for images, labels in dataloader:
            images, labels = images.to(device), labels.to(device)
            predicted = net(images).argmax(dim=1)  # (B,)
            correct += (predicted == labels).sum().item()
            total += len(labels)
    return correct / total
