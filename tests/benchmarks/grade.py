"""How long `make grade` takes on the solution, beside a bare script that does the same work and nothing else.

    make bench

The bare script imports torch and makes the forward passes and training steps that the reference makes when it is
graded. Both run in turn; what counts is the ratio pair by pair, since the speed of a machine drifts.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
BARE = r"""
import functools
import sys
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(1)
sys.path.insert(0, sys.argv[1])
import cnn

def loader(x, y, size):
    return DataLoader(TensorDataset(x, y), batch_size=size)

def train(model, x, y, size, epochs, optimizer=torch.optim.SGD):
    cnn.train(loader(x, y, size), model, nn.CrossEntropyLoss(), optimizer(model.parameters(), 1e-3), epochs)

# The questions of the suite: the same networks, sizes and numbers of steps, without what watches them.
class WithMask(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.linear = nn.BatchNorm2d(2, affine=False), nn.Linear(24, 5)

    def forward(self, x):
        x = self.norm(x)
        return self.linear((x * 2 if self.training else x).flatten(1))

def linear(inputs, outputs):
    return nn.Sequential(nn.Flatten(), nn.Linear(inputs, outputs, bias=False))

def labels(samples):
    return torch.zeros(samples, dtype=torch.long)

model = cnn.SimpleCNN()
layers = (model.conv1, model.relu1, model.pool1, model.conv2, model.relu2, model.pool2, model.flatten, model.linear1,
          model.relu3, model.linear2)
small = ((1, 5, 6), (11,), (3, 8, 10), (32, 5, 6), (11,), (3, 8, 10), (4, 3, 5), (3136,), (11,), (128,))
with torch.no_grad():
    for layer, shape in zip(layers, small):
        layer(torch.rand(7, *shape))
    for _ in range(2):  # layer by layer, and the whole
        model(torch.zeros(64, 1, 28, 28))
    for _ in range(2):  # so that a lazy layer has its weights
        model(torch.zeros(2, 1, 28, 28))
for images in (7, 1, 7):
    model(torch.rand(images, 1, 28, 28))
model(torch.rand(7, 1, 28, 28)).sum().backward()
momentum = functools.partial(torch.optim.SGD, momentum=0.9)
two_layers = nn.Sequential(nn.Flatten(), nn.Linear(6, 11), nn.Tanh(), nn.Linear(11, 5))
train(two_layers, torch.rand(18, 1, 2, 3), labels(18), 7, 2, momentum)
train(WithMask(), torch.rand(18, 2, 3, 4), labels(18), 7, 2)
for epochs in (6, 5, 2):
    train(linear(4, 3), torch.rand(18, 1, 2, 2), labels(18), 7, epochs)
train(linear(5, 5), torch.rand(1431, 1, 1, 5), labels(1431), 7, 2)
for samples in (38, 38, 843):
    cnn.evaluate(loader(torch.rand(samples, 1, 2, 5), labels(samples), 7), linear(10, 10))
cnn.evaluate(loader(torch.rand(18, 2, 3, 4), labels(18), 7), WithMask())
for _ in range(3):
    cnn.evaluate(loader(torch.rand(18, 1, 2, 2), labels(18), 7), linear(4, 3))
train(model, torch.rand(384, 1, 28, 28), labels(384), 16, 1, momentum)
with torch.no_grad():
    for _ in range(10):
        model(torch.rand(30, 1, 28, 28))
"""


def seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)
    return time.perf_counter() - start


def first_verdict(environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until the first verdict is on the screen, and until the report is whole."""
    start = time.perf_counter()
    command = ["make", "-s", "grade", "SUBMISSION=solutions/cnn/cnn.py"]
    first = 0.0
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if "conv_output_size" in line and not first:
                first = time.perf_counter() - start
    return first, time.perf_counter() - start


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    grade = ["make", "-s", "grade", "SUBMISSION=solutions/cnn/cnn.py"]
    with tempfile.TemporaryDirectory() as folder:
        # The lesson without its explore cells, which load data and draw.
        from autograder.submission import read_submission

        cells = read_submission(ROOT / "solutions" / "cnn" / "cnn.py").to_run()
        Path(folder, "cnn.py").write_text("\n\n".join(cell.source for cell in cells), encoding="utf-8")
        Path(folder, "bare.py").write_text(BARE, encoding="utf-8")
        bare = [sys.executable, str(Path(folder, "bare.py")), folder]
        for command in (grade, bare):
            seconds(command, environment)
        pairs = []
        for run in range(1, runs + 1):
            pairs.append((seconds(grade, environment), seconds(bare, environment)))
            print(f"run {run} of {runs}: make grade {pairs[-1][0]:.2f} s, bare script {pairs[-1][1]:.2f} s", flush=True)
    ratios = [one / other for one, other in pairs]
    print(f"ratio, minimum {min(ratios):.2f}, median {statistics.median(ratios):.2f}, maximum {max(ratios):.2f}")
    first, whole = first_verdict(environment)
    print(f"first verdict after {first:.2f} s of {whole:.2f} s")


if __name__ == "__main__":
    main()
