"""The errors that students of this lesson meet most, each in plain words, with its line, and its numbers worked out."""

import pytest
from conftest import Graded, check
from corpus import CNN

from autograder.mistakes import replace_piece

REFERENCE = CNN.master.read_text(encoding="utf-8")
BLOCK_2 = "x = self.pool2(self.relu2(self.conv2(x)))"
LAST = "return self.linear2(x)"
LOSS = "loss = loss_fn(model(images), labels)"
CONV2 = "nn.Conv2d(32, 64, kernel_size=3, padding=1)"
MOVE = "images, labels = images.to(device), labels.to(device)"
SUM = "(predicted == labels).sum().item()"

# Error: (check, answer cell, piece of the reference, what the student wrote, what is said).
ERRORS = {
    "mat1 and mat2": ("forward", "simple_cnn", BLOCK_2, "x = self.relu2(self.conv2(x)).tanh()",
        "`linear1` is made for 3136 numbers per image, but 12544 = 64 * 14 * 14 arrive: have both poolings run?"),
    "mat1 and mat2, a batch in a row": ("forward", "simple_cnn", "x = self.flatten(x)", "x = x.flatten().unsqueeze(0)",
        "arrive in a single row: is the batch flattened, too?"),
    "mat1 and mat2, not flattened": ("forward", "simple_cnn", "x = self.flatten(x)", "x = x.tanh()", "a row of pixels at a time"),
    "expected 4D": ("forward", "simple_cnn", BLOCK_2, "x = self.pool2(self.relu2(self.conv2(x.flatten(1))))",
        "has `x` lost one of them?"),
    "channels": ("layers.conv2", "simple_cnn", CONV2, "nn.Conv2d(16, 64, kernel_size=3, padding=1)", "what the layer before it puts out"),
    "channels in forward": ("forward", "simple_cnn", BLOCK_2, "x = self.pool2(self.relu2(self.conv2(x[:, :5])))",
        "a convolution made for 32 channels gets 5"),
    "same device": ("train.device", "train", MOVE, "images = images.to(device)", "both have to be in one place"),
    "backward a second time": ("train.update", "train", "loss.backward()", "loss.backward(); loss.backward()", "each batch needs a forward pass of its own"),
    "no grad": ("train.update", "train", LOSS, "loss = loss_fn(model(images).detach() * 1.5, labels)", "is the forward pass under `no_grad`"),
    "in place": ("train.update", "train", "optimizer.zero_grad()\n            loss = loss_fn(model(images), labels)\n",
        "loss = loss_fn(model(images), labels)\n            optimizer.step()\n", "is the order of your five steps right?"),
    "not a scalar": ("train.update", "train", LOSS, "loss = nn.functional.cross_entropy(model(images), labels, reduction='none')",
        "only one number can go backward"),
    "target out of bounds": ("train.update", "train", LOSS, "loss = loss_fn(model(images)[:, :2], labels)", "too few logits for it"),
    "dtype": ("train.update", "train", LOSS, "loss = loss_fn(model(images), labels.float())", "whole ones"),
    "batch sizes": ("train.update", "train", LOSS, "loss = loss_fn(model(images)[:1], labels)", "logits of 1 images meet labels of 7"),
    "sizes of tensors": ("evaluate.accuracy", "evaluate", "argmax(dim=1)", "softmax(dim=1)", "print both shapes"),
    "None is not callable": ("train.update", "train", LOSS, "loss = model.train_step(images)", "there is nothing called `train_step` here"),
    "None": ("forward", "simple_cnn", LAST, "x = print(x)\n        return self.linear2(x.float())", "does what made it `return` anything?"),
    "missing argument": ("train.update", "train", LOSS, "loss = loss_fn(model(images))", "an argument is missing"),
    "no attribute": ("forward", "simple_cnn", BLOCK_2, "x = self.pool2(self.relu2(self.conv_2(x)))", "there is nothing called `conv_2` here"),
    "unbound local": ("evaluate.accuracy", "evaluate", "correct = total = 0", "correct = 0", "before this function has given it a value"),
    "not defined": ("train.update", "train", LOSS, "loss = loss_fn(model(imges), labels)", "nothing is called `imges` here"),
    "a float goes backward": ("train.update", "train", "loss.backward()", "loss.item().backward()", "only a tensor can go backward"),
    "item of many": ("evaluate.accuracy", "evaluate", SUM, "(predicted == labels).item()", "`item()` takes the number out of a tensor that holds one"),
    "ambiguous": ("evaluate.accuracy", "evaluate", "            total += len(labels)", "            if predicted == labels:\n                total += len(labels)",
        "gives an answer for each number"),
    "numpy": ("forward", "simple_cnn", "x = self.flatten(x)", "x = torch.tensor(x.numpy()).flatten(1)", "numpy knows neither gradients"),
    "brackets missing": ("train.update", "train", "for batch, (images, labels) in enumerate(dataloader, start=1)",
        "for batch, (images, labels) in enumerate(dataloader.__iter__, start=1)", "round brackets"),
    "invalid shape": ("forward", "simple_cnn", "x = self.flatten(x)", "x = x.reshape(10, -1)", "the numbers do not fit into 10 rows"),
    "division by zero": ("evaluate.accuracy", "evaluate", "return correct / total", "return correct / (total - total)", "what is divided by is zero"),
    "empty parameter list": ("train.update", "train", LOSS, f"optimizer = torch.optim.SGD(nn.ReLU().parameters(), lr=1); {LOSS}",
        "the optimizer got a model without parameters"),
}  # fmt: skip


QUICK = list(ERRORS)[::3]  # in `make test`; all of them in `make test-all`


@pytest.mark.parametrize(
    "error", [pytest.param(error, marks=() if error in QUICK else pytest.mark.slow) for error in ERRORS]
)
def test_error_in_plain_words(graded: Graded, error: str) -> None:
    id, cell, old, new, says = ERRORS[error]
    text = replace_piece(REFERENCE, cell, old, new)
    result = check(graded(text, tasks=[id.partition(".")[0]]), id)
    assert says in f"{result.why} {result.hint}", (result.came, result.why, result.hint)
    assert result.line and result.line.startswith("cnn.py:")
