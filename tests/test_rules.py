"""Each thing that the rules refuse, tried in a graded run, and what the student is told. One table for all."""

import pytest
from conftest import Graded, check
from corpus import CNN

from autograder.rules import load_rules

REFERENCE = CNN.master.read_text(encoding="utf-8")
SIZE = "def conv_output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:\n"
PROCESSES, NETWORK, DATA = (rule["sentence"] for rule in load_rules()["refused"])

FORBIDDEN = {
    "fork": ("import os; os.fork()", PROCESSES),
    "subprocess": ("import subprocess; subprocess.run(['true'])", PROCESSES),
    "system": ("import os; os.system('true')", PROCESSES),
    "popen": ("import os; os.popen('true').read()", PROCESSES),
    "exec": ("import os; os.execv('/bin/true', ['true'])", PROCESSES),
    "spawn": ("import os; os.posix_spawn('/bin/true', ['true'], {})", PROCESSES),
    "multiprocessing": ("import multiprocessing; multiprocessing.Process(target=print).start()", PROCESSES),
    "spawn_context": ("import multiprocessing as m; m.get_context('spawn').Process(target=print).start()", PROCESSES),
    "forkserver": ("import multiprocessing as m; m.get_context('forkserver').Process(target=print).start()", PROCESSES),
    "spawned_workers": ("list(DataLoader([1, 2], num_workers=2, multiprocessing_context='spawn'))", PROCESSES),
    "workers": ("list(DataLoader([1, 2], num_workers=2))", PROCESSES),
    "connect": ("import socket; socket.create_connection(('127.0.0.1', 9))", NETWORK),
    "lookup": ("import socket; socket.getaddrinfo('localhost', 80)", NETWORK),
    "server": ("import socket; socket.socket().bind(('127.0.0.1', 0))", NETWORK),
    "download": ("import urllib.request; urllib.request.urlopen('http://localhost')", NETWORK),
    "data_set": ("from autograder.lesson import load_mnist; load_mnist(train=True)", DATA),
    "pandas": ("import pandas", "The official run does not have the package `pandas`."),
    "own_module": ("import my_helpers", "The official run does not have the package `my_helpers`."),
}
ALLOWED = {
    "tqdm": "from tqdm.auto import tqdm; list(tqdm([1]))",
    "numpy": "import numpy as np; np.linalg.inv(np.eye(3))",
    "torchvision": "from torchvision import transforms; transforms.ToTensor()",
    "matplotlib": "import matplotlib.pyplot as plt; plt.plot([1]); plt.show(); plt.close()",
    "threads": "import threading; t = threading.Thread(target=print); t.start(); t.join()",
    "temporary_file": "import tempfile; tempfile.TemporaryFile().write(b'x')",
    "warning": "import warnings, sys; warnings.warn('careful'); print('x', file=sys.stderr)",
    "optional_import": "try: import pandas\n        except ImportError: pass",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_forbidden(graded: Graded, name: str) -> None:
    body, sentence = FORBIDDEN[name]
    report = graded(REFERENCE.replace(SIZE, f"{SIZE}    {body}\n", 1), tasks=["conv_output_size"])
    found = check(report, "conv_output_size")
    assert found.status == "failed"
    assert sentence in found.came
    assert found.expected == "the rules of the course are kept"
    assert found.line


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(graded: Graded, name: str) -> None:
    body = f"if size == 28:\n        {ALLOWED[name]}"
    report = graded(REFERENCE.replace(SIZE, f"{SIZE}    {body}\n", 1), tasks=["conv_output_size"])
    assert report.score == 8, check(report, "conv_output_size").message
