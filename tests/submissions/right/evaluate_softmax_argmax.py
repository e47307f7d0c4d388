# softmax before argmax, which does not change the largest; len(dataloader.dataset) as
# denominator.

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    device = next(model.parameters()).device
    model.eval()
    size = len(dataloader.dataset)
    correct = 0
    with torch.no_grad():
        for X, y in dataloader:
            X, y = X.to(device), y.to(device)
            probabilities = torch.softmax(model(X), dim=1)
            correct += (probabilities.argmax(1) == y).type(torch.float).sum().item()
    correct /= size
    print(f"Test Error: \n Accuracy: {(100 * correct):>0.1f}%\n")
    return correct
