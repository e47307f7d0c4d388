# Everything as short as it goes: no docstrings, no type hints.

# %% answer="conv_output_size"
def conv_output_size(size, kernel_size, padding=0, stride=1):
    return 1 + (size - kernel_size + 2 * padding) // stride


# %% answer="linear1_in_features"
def linear1_in_features(image_size=28):
    return (image_size // 2 // 2) ** 2 << 6


# %% answer="simple_cnn"
class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 3, 1, 1), nn.Conv2d(32, 64, 3, 1, 1)
        self.linear1, self.linear2 = nn.Linear(3136, 128), nn.Linear(128, 10)

    def forward(self, x):
        for c in self.conv1, self.conv2:
            x = torch.max_pool2d(c(x).relu(), 2)
        return self.linear2(self.linear1(x.flatten(1)).relu())


# %% answer="train"
def train(dataloader, model, loss_fn, optimizer, epochs=5):
    d, out = next(model.parameters()).device, []
    for e in range(epochs):
        model.train()
        ls = []
        for x, y in dataloader:
            optimizer.zero_grad()
            (l := loss_fn(model(x.to(d)), y.to(d))).backward()  # noqa: E741
            optimizer.step()
            ls += [l.item()]
            len(ls) % 100 or print(e, len(ls), ls[-1])
        out += [sum(ls) / len(ls)]
        print(e, out[-1])
    return out


# %% answer="evaluate"
def evaluate(dataloader, model):
    model.eval()
    d = next(model.parameters()).device
    with torch.no_grad():
        r = torch.cat([model(x.to(d)).argmax(1) == y.to(d) for x, y in dataloader])
    return r.sum().item() / len(r)
