# Lists of Python ints, compared one by one.

# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    device = next(model.parameters()).device
    predictions, truth = [], []
    model.train(False)
    with torch.inference_mode():
        for images, labels in dataloader:
            predictions += model(images.to(device)).argmax(dim=1).tolist()
            truth += labels.tolist()
    return sum(p == t for p, t in zip(predictions, truth, strict=True)) / len(truth)
