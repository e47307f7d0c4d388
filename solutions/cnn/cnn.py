# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How a convolutional network learns patterns
#
# You are going to build a small convolutional network, `SimpleCNN`, and teach it
# to read handwritten digits. Seven pieces are left for you to write. Each is marked
# with a `TODO` that carries the name of its task:
#
# - where you see three dots `...`, replace them with your value;
# - where you see `raise NotImplementedError`, write the body of the function and
#   delete the `raise` line.
#
# In a terminal, `make grade` tells you at any time what is right, what is not yet, and
# what to do next. You may hand the pieces in one by one: each is graded alone.
#
# You may add cells, functions and imports of your own. Please keep the names
# and the arguments of what is already here: the grader calls them.

# %%
import torch
from torch import nn
from torch.utils.data import DataLoader

# %% [markdown]
# ## The data
#
# MNIST holds grey images of handwritten digits, 28 pixels high and 28 wide. A `DataLoader`
# hands them out in batches of 64, so that a batch of images has the shape
# `(64, 1, 28, 28)`: batch, channels, height, width. One channel means grey; a colour
# image has three. The last batch of a data set is often shorter.
#
# Cells like the next one are for you to look at. They are not graded, and they say which
# task they wait for when it is still open.

# %% tags=["explore"]
from autograder.lesson import load_mnist, waits_for

train_data = load_mnist(train=True)
test_data = load_mnist(train=False)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
test_loader = DataLoader(test_data, batch_size=64)
images, labels = next(iter(train_loader))
print(f"{len(train_data)} training images, {len(test_data)} test images")
print("one batch of images:", tuple(images.shape), "and of labels:", tuple(labels.shape))

# %% [markdown]
# ## 1. How large is the output of a layer?
#
# A convolution slides a small window, the *kernel*, over the image and writes one number
# for each place where the kernel fits. Before it starts, the image may be widened by
# `padding` pixels of zero **on each side**. `stride` is how far the kernel moves
# from one place to the next. A place counts only if the whole kernel fits there.
#
# A row of 7 pixels, a kernel of 3, no padding: with stride 1 the kernel fits at 5
# places, with stride 2 at 3, with stride 3 at 2 (one pixel is left over at the end).
#
# Max pooling slides a window in the same way. `nn.MaxPool2d(2)` has a kernel of 2 and a
# stride of 2.
#
# Task `conv_output_size`: write the function for one dimension of a square image.


# %% answer="conv_output_size"
def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    """Number of places where the kernel fits along one dimension.

    Args:
        size: pixels of the input along this dimension.
        kernel_size: pixels of the kernel along this dimension.
        padding: pixels of zero added on each side of the input.
        stride: pixels from one place to the next.

    Returns:
        Pixels of the output along this dimension, a whole number.
    """
    ### BEGIN SOLUTION
    return (size + 2 * padding - kernel_size) // stride + 1
    ### END SOLUTION


# %% [markdown]
# ## 2. Predict the shapes
#
# This is the network:
#
# | layer | what it does |
# |---|---|
# | `conv1` | 32 filters of 3x3, padding 1 |
# | `relu1` | sets negative numbers to zero |
# | `pool1` | keeps the largest of each 2x2 block |
# | `conv2` | 64 filters of 3x3, padding 1 |
# | `relu2` | sets negative numbers to zero |
# | `pool2` | keeps the largest of each 2x2 block |
# | `flatten` | lays all numbers of one image in a row |
# | `linear1` | from all of them to 128 numbers |
# | `relu3` | sets negative numbers to zero |
# | `linear2` | from 128 numbers to 10 scores, one per digit |
#
# An example with *another* network. A batch of 8 colour images of 32x32 pixels has the shape
# `(8, 3, 32, 32)`. After a convolution with 6 filters of 5x5 and no padding it is
# `(8, 6, 28, 28)`: the batch stays, the filters become the channels, and a kernel of 5 fits
# at 28 places in a row of 32. After a 2x2 pooling it is `(8, 6, 14, 14)`; pooling never
# changes the channels. Flattened it is `(8, 1176)`, for 6 * 14 * 14 = 1176.
#
# Task `predicted_shapes`: the output shape of each layer of `SimpleCNN`, for a batch of
# 64 images, with the batch first. Predict before you run anything.

# %% answer="predicted_shapes"
PREDICTED_SHAPES: dict[str, tuple[int, ...]] = {
    "conv1": (64, 32, 28, 28),  # SOLUTION: the shape after conv1
    "relu1": (64, 32, 28, 28),  # SOLUTION: the shape after relu1
    "pool1": (64, 32, 14, 14),  # SOLUTION: the shape after pool1
    "conv2": (64, 64, 14, 14),  # SOLUTION: the shape after conv2
    "relu2": (64, 64, 14, 14),  # SOLUTION: the shape after relu2
    "pool2": (64, 64, 7, 7),  # SOLUTION: the shape after pool2
    "flatten": (64, 3136),  # SOLUTION: the shape after flatten
    "linear1": (64, 128),  # SOLUTION: the shape after linear1
    "relu3": (64, 128),  # SOLUTION: the shape after relu3
    "linear2": (64, 10),  # SOLUTION: the shape after linear2
}

# %% [markdown]
# ## 3. How many numbers reach `linear1`?
#
# A linear layer must know beforehand how many numbers arrive: its `in_features`. They are
# what is left of one image after the second pooling, laid in a row: channels times
# height times width. It depends on the size of the image, so let it be computed.
#
# Task `linear1_in_features`: for a square image of any size. `conv_output_size` can help.


# %% answer="linear1_in_features"
def linear1_in_features(image_size: int = 28) -> int:
    """Numbers per image that reach `linear1` of `SimpleCNN`.

    Args:
        image_size: height and width of the image in pixels.

    Returns:
        channels * height * width after `pool2`, a whole number.
    """
    ### BEGIN SOLUTION
    size = image_size
    for _ in range(2):  # two blocks of convolution and pooling
        size = conv_output_size(size, kernel_size=3, padding=1)
        size = conv_output_size(size, kernel_size=2, stride=2)
    return 64 * size * size  # channels * height * width
    ### END SOLUTION


# %% [markdown]
# ## 4. The network
#
# A network in PyTorch is a class with two parts. `__init__` creates the layers, each with its
# own weights. `forward` says how a batch travels through them.
#
# Task `layers`: create the ten layers, `nn.Conv2d(in_channels, out_channels, kernel_size, padding=...)`,
# `nn.ReLU()`, `nn.MaxPool2d(...)`, `nn.Flatten()` and `nn.Linear(in_features, out_features)`.
#
# Task `forward`: send `x` through them and return the ten scores per image as they are.
# They are called *logits*: any real number, the largest wins. The loss function
# turns them into probabilities itself, so `forward` must not.


# %% answer="simple_cnn"
class SimpleCNN(nn.Module):
    """Two blocks of convolution, ReLU and pooling, then two linear layers.

    Input: images, (B, 1, 28, 28). Output: logits, (B, 10).
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)  # SOLUTION: 32 filters of 3x3, same height and width
        self.relu1 = nn.ReLU()  # SOLUTION: negative numbers become zero
        self.pool1 = nn.MaxPool2d(2)  # SOLUTION: half the height and width
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)  # SOLUTION: 64 filters of 3x3, same height and width
        self.relu2 = nn.ReLU()  # SOLUTION: negative numbers become zero
        self.pool2 = nn.MaxPool2d(2)  # SOLUTION: half the height and width
        self.flatten = nn.Flatten()  # SOLUTION: all numbers of one image in a row
        self.linear1 = nn.Linear(linear1_in_features(), 128)  # SOLUTION: 128 outputs
        self.relu3 = nn.ReLU()  # SOLUTION: negative numbers become zero
        self.linear2 = nn.Linear(128, 10)  # SOLUTION: 10 outputs, one logit per digit

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of a batch of images of any batch size: (B, 1, 28, 28) -> (B, 10)."""
        ### BEGIN SOLUTION
        x = self.pool1(self.relu1(self.conv1(x)))  # (B, 32, 14, 14)
        x = self.pool2(self.relu2(self.conv2(x)))  # (B, 64, 7, 7)
        x = self.flatten(x)  # (B, 3136)
        x = self.relu3(self.linear1(x))  # (B, 128)
        return self.linear2(x)  # (B, 10)
        ### END SOLUTION


# %% tags=["explore"]
with waits_for("layers", "forward"):
    model = SimpleCNN()
    logits = model(images)
    print(model)
    print("logits of one batch:", tuple(logits.shape))
    print("parameters:", sum(p.numel() for p in model.parameters()))

# %% [markdown]
# ## 5. The training loop
#
# For every batch, five steps:
#
# 1. clear the gradients of the batch before, or they add up;
# 2. send the images through the model;
# 3. let `loss_fn` compare the logits with the labels;
# 4. go backward: compute the gradient of the loss for every weight;
# 5. let the optimizer take one step.
#
# Before the first batch put the model in training mode: some layers (dropout, batch norm)
# behave differently while training. The model may live on a GPU; its parameters know where
# (`next(model.parameters()).device`), and each batch has to be moved there.
#
# Use only what comes in as an argument, so that your loop trains any model with any loss
# and any optimizer.
#
# Task `train`: print a line every 100 batches and one per epoch, so that whoever
# waits knows that it goes on, and return the average loss of each epoch: the losses of its
# batches added up, divided by their number.


# %% answer="train"
def train(
    dataloader: DataLoader,
    model: nn.Module,
    loss_fn: nn.Module,
    optimizer: torch.optim.Optimizer,
    epochs: int = 5,
) -> list[float]:
    """Train `model` in place.

    Args:
        dataloader: batches (images, labels).
        model: the network; its parameters say on which device.
        loss_fn: called as loss_fn(logits, labels), gives a tensor with one number.
        optimizer: holds the parameters of `model`.
        epochs: how many times to go through all batches.

    Returns:
        The average loss over the batches, one number per epoch.
    """
    ### BEGIN SOLUTION
    device = next(model.parameters()).device
    average_losses = []
    for epoch in range(1, epochs + 1):
        model.train()
        total = 0.0
        for batch, (images, labels) in enumerate(dataloader, start=1):
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
            if batch % 100 == 0:
                print(f"epoch {epoch}, batch {batch}: loss {loss.item():.4f}")
        average_losses.append(total / batch)
        print(f"epoch {epoch} of {epochs}: average loss {average_losses[-1]:.4f}")
    return average_losses
    ### END SOLUTION


# %% [markdown]
# ## 6. How good is it?
#
# Accuracy is the fraction of images for which the largest logit is the right one. Measure it
# on images that the model has never trained on, in evaluation mode, and without
# gradients: they cost time and memory, and nothing is learned here.
#
# Count the right ones over *all* images. The average of the accuracies of the batches is
# not the same when the last batch is shorter.
#
# Task `evaluate`: return a number between 0 and 1.


# %% answer="evaluate"
def evaluate(dataloader: DataLoader, model: nn.Module) -> float:
    """Accuracy of `model` on all images of `dataloader`, a number in [0, 1]."""
    ### BEGIN SOLUTION
    device = next(model.parameters()).device
    correct = total = 0
    model.eval()
    with torch.no_grad():
        for images, labels in dataloader:
            images, labels = images.to(device), labels.to(device)
            predicted = model(images).argmax(dim=1)  # (B,)
            correct += (predicted == labels).sum().item()
            total += len(labels)
    return correct / total
    ### END SOLUTION


# %% [markdown]
# ## Train it
#
# One epoch of the 10,000 images of the sample takes about ten seconds on a laptop, and
# the accuracy should come out above 0.9.

# %% tags=["explore"]
if __name__ == "__main__":  # importing this file trains nothing
    with waits_for("layers", "forward", "train", "evaluate"):
        model = SimpleCNN()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        train(train_loader, model, nn.CrossEntropyLoss(), optimizer, epochs=1)
        print(f"accuracy on the test images: {evaluate(test_loader, model):.3f}")
