# torch.inference_mode as a decorator, topk for the prediction.

# %% answer="evaluate"
@torch.inference_mode()
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    model.eval()
    device = next(model.parameters()).device
    hits, images_seen = 0, 0
    for images, labels in dataloader:
        top = model(images.to(device)).topk(1, dim=1).indices.squeeze(1)
        hits += int((top == labels.to(device)).sum())
        images_seen += labels.size(0)
    return hits / images_seen
