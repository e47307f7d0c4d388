# A context manager of the student's own sets the mode and switches gradients off.

# %%
from contextlib import contextmanager


@contextmanager
def evaluating(model: nn.Module):
    before = model.training
    model.eval()
    with torch.no_grad():
        yield
    model.train(before)


# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    right = wrong = 0
    device = next(model.parameters()).device
    with evaluating(model):
        for images, labels in dataloader:
            same = torch.argmax(model(images.to(device)), dim=1) == labels.to(device)
            right += same.count_nonzero().item()
            wrong += (~same).count_nonzero().item()
    return right / (right + wrong)
