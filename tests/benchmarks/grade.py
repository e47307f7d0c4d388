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

# The same sizes and numbers of steps as the questions of the suite.
model = cnn.SimpleCNN()
with torch.no_grad():
    for _ in range(2):
        model(torch.zeros(64, 1, 28, 28))
for _ in range(3):
    model(torch.rand(7, 1, 28, 28))
model(torch.rand(7, 1, 28, 28)).sum().backward()
labels = torch.zeros(18, dtype=torch.long)
for epochs in (2, 2, 2, 5, 6):
    train(nn.Linear(4, 5), torch.rand(18, 4), labels, 7, epochs)
train(nn.Linear(5, 5), torch.rand(1431, 5), torch.zeros(1431, dtype=torch.long), 7, 2)
for samples in (38, 38, 843, 18, 18, 18, 18):
    cnn.evaluate(loader(torch.rand(samples, 10), torch.zeros(samples, dtype=torch.long), 7), nn.Linear(10, 10))
momentum = functools.partial(torch.optim.SGD, momentum=0.9)
train(model, torch.rand(384, 1, 28, 28), torch.zeros(384, dtype=torch.long), 16, 1, momentum)
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
