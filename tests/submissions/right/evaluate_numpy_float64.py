# Collects arrays and returns the float64 of np.mean; back to training mode at the end.

# %%
import numpy as np


# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    device = next(model.parameters()).device
    model.eval()
    hits = []
    with torch.no_grad():
        for images, labels in dataloader:
            scores = model(images.to(device)).cpu().numpy()
            hits.append(scores.argmax(axis=1) == labels.cpu().numpy())
    model.train()
    return np.concatenate(hits).mean()
