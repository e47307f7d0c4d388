# Averages the accuracies of the batches, each weighted by its size.

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    device = next(model.parameters()).device
    model.eval()
    weighted, images_seen = 0.0, 0
    for images, labels in dataloader:
        with torch.no_grad():
            logits = model(images.to(device))
        accuracy = (logits.argmax(dim=1).cpu() == labels.cpu()).to(torch.float64).mean().item()
        weighted += accuracy * len(labels)
        images_seen += len(labels)
    return weighted / images_seen
