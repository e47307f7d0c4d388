# while loops over the epochs, with a function of its own for one epoch.

# %% answer="train"
def train_one_epoch(dataloader, model, loss_fn, optimizer):
    device = next(model.parameters()).device
    losses = []
    model.train()
    for xb, yb in dataloader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb.to(device)), yb.to(device))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if len(losses) % 100 == 0:
            print(f"  batch {len(losses)}: {losses[-1]:.3f}")
    return sum(losses) / len(losses)


def train(dataloader, model, loss_fn, optimizer, epochs=5):
    result = []
    while len(result) < epochs:
        result.append(train_one_epoch(dataloader, model, loss_fn, optimizer))
        print("epoch", len(result), "loss", result[-1])
    return result
