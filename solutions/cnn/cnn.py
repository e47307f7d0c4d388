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
# You are going to build a small convolutional network, `SimpleCNN`, teach it to read
# handwritten digits, and then look inside to see what it has learned.
#
# **What you need to know.** Functions, classes and loops in Python; that a linear layer
# computes `W x + b`; and that training follows the gradient of a loss downhill. You need not
# have built a network before.
#
# **How long it takes.** About three hours. All cells together run for about a minute on a
# laptop without a GPU; each one says beforehand how long it takes.
#
# **How it works.** Seven pieces are left for you to write. Each is marked with a `TODO` that
# carries the name of its task:
#
# - where you see three dots `...`, replace them with your value;
# - where you see `raise NotImplementedError`, write the body of the function and
#   delete the `raise` line.
#
# In a terminal, `make grade` tells you at any time what is right, what is not yet, and
# what to do next; below each piece, `check` says the same of that piece as you have run it. Each piece is graded
# alone, so grade as often as you like. An eighth task,
# `learns`, asks for nothing new: the grader lets your loop train your network for 24 batches, and
# looks at how much it has learned.
#
# Run the cells in JupyterLab (`make lab`), or in an editor that knows `# %%` cells. Run as a plain
# script, the file writes its pictures to `reports/`.
#
# You may add cells, functions and imports of your own. Please keep the names and the
# arguments of what is already here: the grader calls them.

# %%
import torch
from torch import nn
from torch.utils.data import DataLoader

# %% [markdown]
# ## The data
#
# MNIST holds grey images of handwritten digits, 28 pixels high and 28 wide, each with a label
# from 0 to 9. Two helpers of PyTorch bring them into shape:
#
# - `ToTensor()` turns an image of bytes, 0 to 255, into a tensor of numbers from 0 to 1. Its
#   shape is `(1, 28, 28)`: channels, height, width. A grey image has one channel, a colour
#   image has three: red, green and blue.
# - a `DataLoader` hands the images out in batches. A batch of 64 has the shape
#   `(64, 1, 28, 28)`: the batch comes first.
#
# An *epoch* is one pass through all training images. They are shuffled anew for each epoch, so that
# the batches differ from epoch to epoch. The test set is not shuffled: its order changes nothing that
# we measure. The last batch of a set is shorter when 64 does not divide the number of images.
#
# Cells like the next one are for you to look at and to play with. They are not graded.

# %% tags=["explore"]
from torchvision.transforms import ToTensor

from autograder import check
from autograder.lesson import fastest_device, load_mnist, picture, picture_grid, ready, takes

takes(seconds=2)
train_data = load_mnist(train=True, transform=ToTensor())
test_data = load_mnist(train=False, transform=ToTensor())
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
test_loader = DataLoader(test_data, batch_size=64)

images, labels = next(iter(train_loader))
print(f"{len(train_data)} training images in {len(train_loader)} batches, {len(test_data)} test images")
print("one batch of images:", tuple(images.shape), "and of labels:", tuple(labels.shape))

# %% tags=["explore"]
if ready("images", "labels"):
    picture_grid(images[:16], "batch", titles=labels[:16].tolist())

# %% [markdown]
# ## Why not flatten the pixels and be done?
#
# One could lay the 784 pixels of an image in a row and feed them to linear layers: a
# *multilayer perceptron*, MLP. It works. But it does not know that pixels have neighbours: shuffle
# all pixels in the same way in every image, and it learns just as well. A convolution is made
# for images:
#
# - **a small window**: each output number looks at a few pixels that lie together;
# - **local patterns**: an edge or a corner fits into such a window, and larger patterns are built
#   from these in the layers that follow;
# - **shared weights**: an edge is an edge wherever it lies, so the same weights look
#   everywhere.
#
# What that saves shows when layer is compared with layer. The first convolution of our network
# has 320 parameters. A linear layer from the same 784 pixels to as many outputs (25,088)
# would have 19,694,080. Do not compare network with network here: our CNN has 421,642 parameters and a
# 784-128-10 MLP only 101,770. About 95 % of the CNN's sit in its first *linear* layer, none of
# whose weights are shared.
#
# Three words that are easily mixed up:
#
# - A convolution that moves pixel by pixel is **equivariant** to shifts: shift the image, and its
#   output shifts by as much (except at the border). The pattern is found again, at its new place.
# - Pooling adds a little **invariance**: when a pattern moves within a pooling block, the output
#   often stays the same.
# - Flatten and linear layers are neither: they **depend on the position**. Flatten gives each place
#   its number in the row, and the linear layer has weights of its own for each number.
#
# So a CNN copes with a shifted digit better than an MLP does, and yet not perfectly. You will
# measure that at the end. Here is the first of the three, in numbers:

# %% tags=["explore"]
def shifted(images: torch.Tensor, pixels: int) -> torch.Tensor:
    """`images`, (B, C, H, W), moved right by up to 4 pixels: cut out of a canvas with black on both sides."""
    canvas = nn.functional.pad(images, (4, 4))  # (B, C, H, W + 8)
    return canvas[..., 4 - pixels : canvas.shape[-1] - 4 - pixels]


if ready("images"):
    convolution = nn.Conv2d(1, 8, kernel_size=3, padding=1)
    with torch.no_grad():
        shift_first = convolution(shifted(images, 2))
        shift_last = shifted(convolution(images), 2)
    inside = (..., slice(4, -4))  # away from the border
    print("largest difference:", (shift_first[inside] - shift_last[inside]).abs().max().item())

# %% [markdown]
# ## 1. How large is the output of a layer?
#
# A *filter* is a small window with a weight for each of its pixels, in each channel that comes in. At
# each place of the image where it fits, the weights are multiplied with the numbers below them, and all of it is
# added up, with a bias: one number for each place. It is large where the image looks like the
# weights. The size of the window is called the *kernel size*.
#
# `nn.Conv2d(in_channels, out_channels, kernel_size, stride=1, padding=0)` is a layer of such filters.
#
# - `in_channels`: the channels that come in. Each filter looks at all of them at once.
# - `out_channels`: the number of filters. Each looks for a pattern of its own and writes a channel of
#   its own.
# - `kernel_size`: height and width of the window.
# - `stride`: how far the window moves from one place to the next.
# - `padding`: how many pixels of zero are added to the image beforehand, **on each side**. A padding
#   of 1 with a 3x3 kernel and a stride of 1 keeps height and width as they are.
#
# How many places are there in a row of `n` pixels, for a kernel of `k`, a padding of `p` and a
# stride of `s`? With the padding the row has `n + 2p` pixels. The first place is at its beginning; from
# there the kernel can move on by `n + 2p - k` pixels, in steps of `s`, and a step
# counts only if it is a whole one. So the size of the output is
#
# $$\left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1$$
#
# where the brackets mean: rounded down. Try it: a row of 7 pixels, a kernel of 3, no padding.
# With stride 1 the kernel fits at 5 places, with stride 2 at 3, with stride 3 at 2 (one pixel
# is left over at the end).
#
# `nn.MaxPool2d(2)` slides a window in the same way, with a kernel of 2 and a stride of 2, and
# keeps the largest number of each 2x2 block. It halves height and width (rounded down), leaves the
# channels as they are, and has nothing to learn. The price: three of four numbers are gone, and
# with them where exactly in its block the largest one was.
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

# %% tags=["explore"]
check("conv_output_size")

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
# `(8, 3, 32, 32)`.
#
# | layer | output | why |
# |---|---|---|
# | 6 filters of 5x5, no padding | `(8, 6, 28, 28)` | the filters become the channels; a kernel of 5 fits at 28 places in a row of 32 |
# | 2x2 pooling | `(8, 6, 14, 14)` | half the height and width; channels stay |
# | 16 filters of 5x5, no padding | `(8, 16, 10, 10)` | each filter looks at all 6 channels |
# | 2x2 pooling | `(8, 16, 5, 5)` | |
# | flatten | `(8, 400)` | 16 * 5 * 5 = 400 numbers for each image; the batch stays |
# | linear, 400 to 120 | `(8, 120)` | |
#
# Task `predicted_shapes`: the output shape of each layer of `SimpleCNN`, for a batch of
# 64 images of 28x28, with the batch first. Predict before you run anything: a wrong
# guess that you can explain afterwards teaches more than a right one that you looked up.

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

# %% tags=["explore"]
check("predicted_shapes")

# %% [markdown]
# ## 3. How many numbers reach `linear1`?
#
# A convolution does not care how large an image is: its windows slide further. A linear layer
# does, because it has weights for each number that arrives. So it must know beforehand how many there will
# be: its `in_features`. They are what is left of one image after the second pooling, laid in a row:
# channels times height times width. In the example above, 400.
#
# They depend on the size of the image. Compute them instead of writing down a number, and the
# network can be built for images of any size.
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

# %% tags=["explore"]
check("linear1_in_features")

# %% [markdown]
# ## 4. The network
#
# A network in PyTorch is a class with two parts. `__init__` creates the layers, each with its
# own weights. `forward` says how a batch travels through them. You call `model(x)`, never
# `model.forward(x)`: the call does a little more, as you will see in a moment.
#
# Task `layers`: create the ten layers, `nn.Conv2d(in_channels, out_channels, kernel_size, padding=...)`,
# `nn.ReLU()`, `nn.MaxPool2d(...)`, `nn.Flatten()` and `nn.Linear(in_features, out_features)`.
#
# Task `forward`: send `x` through them and return the ten scores per image as they are.
# They are called *logits*: any real number, the largest wins.


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
check("layers")
check("forward")

# %% [markdown]
# `print(model)` shows the layers as `__init__` made them, in the order in which they were made:

# %% tags=["explore"]
if ready("conv_output_size", "linear1_in_features", "SimpleCNN"):
    torch.manual_seed(0)  # the same weights at every run
    model = SimpleCNN()
    print(model)
    for name, parameter in model.named_parameters():
        print(f"{name:15} {tuple(parameter.shape)!s:18} {parameter.numel():8,}")
    print(f"parameters: {sum(p.numel() for p in model.parameters()):,}")

# %% [markdown]
# It does not show shapes, for they depend on what comes in. To see them one could write prints into
# `forward`, and would have to delete them again. PyTorch has something better: a *forward
# hook*, a function that a layer calls each time it has run. (It is the call `model(x)` that calls the hooks.)

# %% tags=["explore"]
def trace_shapes(model: nn.Module, x: torch.Tensor) -> dict[str, tuple[int, ...]]:
    """The output shape of each layer, by its name, when `x` goes through `model`."""
    shapes = {}

    def remember(name):
        def hook(layer, inputs, output):
            shapes[name] = tuple(output.shape)

        return hook

    hooks = [layer.register_forward_hook(remember(name)) for name, layer in model.named_children()]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return shapes


if ready("model", "PREDICTED_SHAPES"):
    shapes = trace_shapes(model, torch.zeros(64, 1, 28, 28))
    print(f"{'layer':10}{'predicted':20}{'actual':20}")
    for layer, shape in shapes.items():
        predicted = PREDICTED_SHAPES.get(layer, ())
        print(f"{layer:10}{predicted!s:20}{shape!s:20}{'✓' if tuple(predicted) == shape else '✗'}")
    print()
    for layer, shape in shapes.items():
        print(f"After {layer}: {shape}")

# %% [markdown]
# Was there a surprise? Then this table is worth a minute: find the first line in which the two differ,
# and say to yourself why.
#
# ## Logits, the loss and the optimizer
#
# Softmax turns logits into probabilities: all between 0 and 1, together 1. Yet our `forward`
# returns the logits as they are. The loss, `nn.CrossEntropyLoss`, wants logits: it takes the logarithm of
# their softmax itself, in one step that is numerically stable. With a softmax of your own before it, there
# would be two: the loss could then never fall below 1.46, and the gradients would be small, so that
# the network learns slowly. To find the winner no softmax is needed: the largest logit belongs to
# the largest probability.
#
# The cross entropy of one image is minus the logarithm of the probability that the model gives to the right
# digit; the loss is the average over the batch. A model that knows nothing gives each of ten digits
# 0.1, and `-log(0.1)` is 2.30. There every training begins:

# %% tags=["explore"]
if ready("model", "images", "labels"):
    print("loss before training:", nn.CrossEntropyLoss()(model(images), labels).item())

# %% [markdown]
# The optimizer is `Adam` with a learning rate of `1e-3`. Plain gradient descent moves each weight by the
# learning rate times its gradient. Adam keeps a running average of each weight's gradient, and divides it by the
# usual size of that gradient: so each weight moves by about the learning rate at most, however
# large or small its gradients are. That often works well without any search for a
# learning rate, which makes it a good first choice.
#
# ## 5. The training loop
#
# For every batch, five steps:
#
# 1. clear the gradients: PyTorch *adds* new gradients to those that are there, so without this each
#    step would also follow all batches before it;
# 2. send the images through the model: it gives logits, and remembers how they were computed;
# 3. let `loss_fn` compare the logits with the labels: one number that says how wrong they are;
# 4. go backward: compute the gradient of the loss for every weight;
# 5. let the optimizer take one step: only now do the weights change.
#
# The calls that you need, in alphabetical order: `loss.backward()`, `loss.item()` (the plain number in a tensor),
# `loss_fn(logits, labels)`, `model(images)`, `model.train()`, `optimizer.step()`, `optimizer.zero_grad()`,
# and `images.to(device)`, which *returns* the moved tensor.
#
# Before the first batch put the model in training mode: some layers (dropout, batch norm)
# behave differently while training. Ours has none of them, but your loop should work for others, too.
#
# The model may live on a GPU, and a batch comes from the loader on the CPU. Both must be in one
# place. The model's parameters know where they are (`next(model.parameters()).device`); move the images
# and the labels of each batch there.
#
# Use only what comes in as an argument, so that your loop trains any model with any loss
# and any optimizer.
#
# Task `train`: print a line every 100 batches and one per epoch, so that whoever
# waits can see progress, and return the average loss of each epoch: the losses of its
# batches added up, divided by their number. Add up plain numbers: a loss tensor keeps hold of all that it was
# computed with.


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

# %% tags=["explore"]
check("train")

# %% [markdown]
# ## 6. How good is it?
#
# Accuracy is the fraction of images for which the largest logit is the right one. Measure it
# on the test images: the model has never trained on them, so it cannot have learned them by heart.
# Measure in evaluation mode (`model.eval()`), since dropout and batch norm behave differently there, and
# without gradients (inside a `with torch.no_grad():` block): they cost time and memory, and nothing is learned
# here. The model may live on a GPU here, too. `logits.argmax(dim=1)` is the number of the largest logit of each image.
#
# Count the right ones over *all* images, and divide once. The average of the accuracies of the batches is
# not the same when the last batch is shorter: of 2,000 images in batches of 64, the last
# batch has 16, and each of them would count four times as much as the others. (For the loss above, which only shows
# whether training goes well, an average over batches is close enough.)
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

# %% tags=["explore"]
check("evaluate")

# %% [markdown]
# ## Train two models
#
# Now all of it together. `train` only needs a model that turns images into logits, so
# the same loop trains the CNN and an MLP: models are interchangeable.

# %% tags=["explore"]
EPOCHS = 3
LEARNING_RATE = 1e-3

if ready("SimpleCNN", "train", "evaluate", seconds=EPOCHS * len(train_data) / 1000):
    torch.manual_seed(0)
    model = SimpleCNN()
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 128), nn.ReLU(), nn.Linear(128, 10))
    models = {"CNN": model, "MLP": mlp}
    filters_before = model.conv1.weight[:, 0].detach().clone()  # (32, 3, 3)
    losses = {}
    for name, network in models.items():
        print(f"--- {name}")
        network.to(fastest_device())
        optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
        losses[name] = train(train_loader, network, nn.CrossEntropyLoss(), optimizer, epochs=EPOCHS)
        print(f"accuracy on the test images: {evaluate(test_loader, network):.3f}")
        network.cpu()  # the cells below look at it there

# %% [markdown]
# After three epochs on 10,000 images you should read about 0.98 for the CNN and about 0.93 for the MLP. (With
# all 60,000 images, which `make data` fetches, five epochs bring the CNN to about 0.99.)
#
# ## Look inside
#
# First the loss. It should fall from epoch to epoch; where it does not, the learning rate may be too
# high, or the loop has a mistake. A loss that goes on falling says nothing about images that the model
# has not seen: for that there is the test set.

# %% tags=["explore"]
import matplotlib.pyplot as plt

if ready("losses"):
    for name, values in losses.items():
        plt.plot(range(1, len(values) + 1), values, marker="o", label=name)
    plt.xticks(range(1, EPOCHS + 1))
    plt.xlabel("epoch")
    plt.ylabel("average loss")
    plt.ylim(bottom=0)
    plt.legend()
    picture("loss")

# %% [markdown]
# These are the 32 filters of `conv1`, 3x3 weights each, before training and after it. Red is positive, blue
# negative, white zero. A filter that is red on one side and blue on the other answers to an edge; one of a
# single colour, to a bright or a dark area.

# %% tags=["explore"]
if ready("losses"):
    filters = model.conv1.weight[:, 0].detach()  # (32, 3, 3)
    largest = filters.abs().max()
    for name, weights in (("filters_before", filters_before), ("filters_after", filters)):
        print(name)
        picture_grid(weights, name, columns=16, colours="bwr", limits=(-largest, largest))
    print("average change:", (filters - filters_before).abs().mean().item())
    print("average size:  ", filters.abs().mean().item())

# %% [markdown]
# Look for the differences: they are small. Of 32 random filters some answer to edges by chance, and
# training turns each of them only a little; the layers after them learn to use what they give. Train for
# more epochs, and the filters move further.
#
# What do the filters see? Each makes a *feature map* of the image: bright where its pattern is. Here is one
# digit, then its 32 maps after `conv1` and ReLU, in the order of the filters. Find a filter above that looks
# like an edge, and its map here. A map with a grey background has a positive bias; in one that is wholly
# black, ReLU has left nothing.

# %% tags=["explore"]
if ready("losses"):
    digit, label = test_data[0]
    with torch.no_grad():
        maps = torch.relu(model.conv1(digit[None]))[0]  # (32, 28, 28)
    picture_grid(digit, "digit", titles=[label], columns=1)
    picture_grid(maps, "feature_maps", limits=(0, maps.max()))

# %% [markdown]
# And where is it wrong? Above each image stands the right digit, then what the CNN took it for. How many of
# them would you have read?

# %% tags=["explore"]
if ready("losses", seconds=len(test_data) / 1000):
    wrong = []  # (image, title)
    model.eval()
    with torch.no_grad():
        for batch, right in test_loader:
            predicted = model(batch).argmax(dim=1)
            for i in (predicted != right).nonzero()[:, 0]:
                wrong.append((batch[i], f"{right[i]}, not {predicted[i]}"))
    print(f"{len(wrong)} of {len(test_data)} are wrong")
    if wrong:
        shown = wrong[:16]
        picture_grid(torch.stack([image for image, _ in shown]), "wrong", titles=[title for _, title in shown])

# %% [markdown]
# ## Shift the digits
#
# The promise from the beginning. The test digits move to the right by 0 to 4 pixels, and black comes in from the
# left; some wide digits lose a little ink at the edge, hardly any before 3 pixels. Neither model has seen shifted digits
# while it trained. Before you run the cell: what do you expect of each?

# %% tags=["explore"]
from torch.utils.data import TensorDataset

if ready("losses", "shifted", seconds=5 * len(test_data) / 1000):
    test_images = torch.stack([image for image, _ in test_data])
    test_labels = torch.tensor([label for _, label in test_data])
    pixels = range(5)
    for name, network in models.items():
        accuracies = [
            evaluate(DataLoader(TensorDataset(shifted(test_images, shift), test_labels), batch_size=64), network)
            for shift in pixels
        ]
        print(f"{name}:", ", ".join(f"{accuracy:.2f}" for accuracy in accuracies))
        plt.plot(pixels, accuracies, marker="o", label=name)
    plt.xticks(pixels)
    plt.xlabel("shift in pixels")
    plt.ylabel("accuracy on the test images")
    plt.ylim(0, 1)
    plt.legend()
    picture("shift")

# %% [markdown]
# Both fall, the MLP much faster. The CNN is *more robust* to shifts, and it is not *invariant*: its
# convolutions find the strokes at their new places and its poolings forgive a pixel or two, but
# `linear1` has weights of its own for each place. Which layers would you change to make it more robust still?

# %% [markdown]
# ## One question in words
#
# Optional, for 5 points beyond the 100. No program grades it: a person reads it, where your course has somebody do so.
#
# Our CNN has four times as many parameters as the MLP. In what sense is convolution still cheaper? Answer in
# three to six sentences, in the cell below. What earns points:
#
# - 2 points: you compare what can be compared, and give the numbers;
# - 2 points: you name what makes the difference, and what it has to do with images;
# - 1 point: you say where the CNN's parameters are, and why there.

# %% [markdown] answer="still_cheaper"
# ### BEGIN SOLUTION
# Compare layer with layer: `conv1` makes 25,088 numbers out of 784 pixels with 320 parameters, and a linear layer
# between the same sizes would need 19,694,080. Two things make the difference. Each output of a convolution looks at a
# window of 3x3 pixels only, because what belongs together in an image lies together; and all places share the weights
# of their filter, because a pattern may lie anywhere. So its parameters do not grow with the image. The CNN as a whole
# is larger since about 95 % of its parameters are in `linear1`, where each of 3,136 numbers has a weight of its own for
# each of 128 outputs. (In multiplications, a convolution is not cheap: its few weights are used at every place.)
# ### END SOLUTION

# %% [markdown]
# ## All of it
#
# `check()` grades all that you have run here, the eighth task among it. What you hand in is the saved file: where that
# is not what you have run, a note says so.

# %% tags=["explore"]
check()
