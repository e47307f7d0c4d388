# Switches gradients off by hand and back on at the end; restores the training mode.

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    device = next(model.parameters()).device
    was_training, had_grad = model.training, torch.is_grad_enabled()
    model.eval()
    torch.set_grad_enabled(False)
    try:
        correct, total = 0, 0
        for images, labels in dataloader:
            output = model(images.to(device))
            correct += torch.eq(output.argmax(-1), labels.to(device)).sum().item()
            total += labels.shape[0]
    finally:
        torch.set_grad_enabled(had_grad)
        model.train(was_training)
    return correct / total
