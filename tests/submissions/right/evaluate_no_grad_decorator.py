# torch.no_grad as a decorator, and logits.max(1) for the prediction.

# %% answer="evaluate"
@torch.no_grad()
def evaluate(dataloader, model):
    device = next(model.parameters()).device
    model.eval()
    n_correct = 0
    n_total = 0
    for x, y in dataloader:
        x, y = x.to(device), y.to(device)
        _, predicted = model(x).max(1)
        n_total += y.size(0)
        n_correct += predicted.eq(y).sum().item()
    return n_correct / n_total
