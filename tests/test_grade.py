"""Grading as a whole: what is asked once, what a suite must say of itself, and Ctrl-C."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Graded, check, lost
from corpus import CNN

from autograder.assignment import find_assignment
from autograder.grade import grade
from autograder.isolation.launch import Host
from autograder.nbgrader.feedback import task_text
from autograder.percent import blocks
from autograder.render.messages import to_do
from autograder.render.page import cell, page
from autograder.verdict import GraderFault

REFERENCE = CNN.master.read_text(encoding="utf-8")


def course(tmp_path: Path, test: str) -> Path:
    """A course with the suite of `cnn` whose check of `forward` is another."""
    suites = tmp_path / "autograder" / "suites"
    shutil.copytree(CNN.suite, suites / "cnn")
    (suites / "cnn" / "test_forward.py").write_text(f"import pytest\n\n{test}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "test",
    [
        "def test_unmarked(): pass",
        "@pytest.mark.task('forward')\n@pytest.mark.task('learns')\ndef test_two(): pass",
        "@pytest.mark.task('forward.unknown')\ndef test_unknown(): pass",
        "@pytest.mark.task('forward')\ndef test_one(): pass\n\n@pytest.mark.task('forward')\ndef test_other(): pass",
        "",
        "import nothing_of_that_name",
    ],
)
def test_a_suite_whose_checks_do_not_fit_its_points_gives_no_grade(tmp_path: Path, host: Host, test: str) -> None:
    """A graded test with not exactly one id, an unknown one, one id twice, none for a check of points.toml."""
    with pytest.raises(GraderFault):
        grade(find_assignment("cnn", course(tmp_path, test)), CNN.master, host, tasks=["forward"])


JUDGE = """
import sys, threading
from pathlib import Path
from autograder import grade
from autograder.assignment import find_assignment
from autograder.isolation.launch import start_host

rules = grade.load_rules()
rules["limits"]["submission"] = 0.3
grade.load_rules = lambda: rules
judge = threading.Thread(
    target=lambda: grade.grade(find_assignment("cnn", Path.cwd()), Path(sys.argv[1]), start_host(), tasks=["forward"])
)
judge.run() if sys.argv[2] == "main" else judge.start()
"""


@pytest.mark.parametrize("where", ["main", "thread"])  # a worker of a class run grades in a thread
def test_a_check_that_hangs_is_ended(tmp_path: Path, where: str) -> None:
    """A fault of the grader's, which says where it hung."""
    root = course(tmp_path, "import time\n\n@pytest.mark.task('forward')\ndef test_hangs():\n    time.sleep(100)")
    command = [sys.executable, "-c", JUDGE, str(CNN.master), where]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "in test_hangs" in done.stderr


def test_full_data_set_and_foreign_folder_change_nothing(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge draws from the sample of the course, whatever lies where the student stands."""
    raw = tmp_path / "data" / "full" / "MNIST" / "raw"
    shutil.copytree(Path(__file__).parents[1] / "data" / "sample" / "MNIST" / "raw", raw)
    for labels in raw.glob("*labels*"):
        labels.write_bytes(labels.read_bytes()[::-1])
    monkeypatch.chdir(tmp_path)
    assert grade(CNN, CNN.master, host, tasks=["learns"]).score == 8


LEFT_ON = {
    "gradients off": "torch.set_grad_enabled(False)",
    "another dtype": "torch.set_default_dtype(torch.float64)",
    "another device": "torch.set_default_device('meta')",
    "no stdout": "import sys; sys.stdout = None",
}


@pytest.mark.parametrize("name", LEFT_ON)
def test_what_one_task_leaves_on_costs_no_other(graded: Graded, name: str) -> None:
    text = REFERENCE.replace("    return correct / total\n", f"    {LEFT_ON[name]}\n    return correct / total\n")
    assert lost(graded(text)) == ({"evaluate.gradients"} if name == "gradients off" else set())


@pytest.mark.parametrize("name", ["torch.py", "numpy.py", "random.py", "my work (1).py"])
def test_any_file_name_will_do(graded: Graded, name: str) -> None:
    assert graded(REFERENCE, name, tasks=["train"]).score == 26


def test_error_of_ours_raised_by_student_code_is_no_fault_of_the_grader(graded: Graded) -> None:
    own = "def evaluate(*_):\n    from autograder.observe import Missing\n    raise Missing('(', name='(')\n"
    text = f"{REFERENCE}\n# %%\n{own}"
    report = graded(text)
    assert {check_id.partition(".")[0] for check_id in lost(report)} == {"evaluate"}


def test_missing_function_is_not_blamed_on_another_cell(graded: Graded) -> None:
    text = REFERENCE.replace("def train(", "def training(") + "\n# %%\n1 / 0\n"
    report = graded(text, tasks=["learns"])
    assert "there is no `train`" in check(report, "learns").message


def test_one_wrong_line_in_init_fails_one_layer(graded: Graded) -> None:
    text = REFERENCE.replace("nn.Conv2d(32, 64, kernel_size=3, padding=1)", "nn.Conv2d(32, 64)")
    report = graded(text, tasks=["layers"])
    assert check(report, "layers.conv1").status == "passed"
    assert check(report, "layers.conv2").status == "failed"
    assert check(report, "layers.pool2").status == "not_run"
    assert "after conv2" in check(report, "layers.pool2").message


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
@pytest.mark.parametrize("wait_for", ["saved", "conv_output_size"])
def test_ctrl_c_leaves_things_whole(tmp_path: Path, wait_for: str) -> None:
    path = tmp_path / "cnn.py"
    path.write_text(REFERENCE.replace("    optimizer.step()", "    import time; time.sleep(1)"), encoding="utf-8")
    command = [sys.executable, "-u", "-m", "autograder", "grade", str(path), "--json", str(tmp_path / "report.json")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout and process.stderr
    while wait_for not in process.stdout.readline():
        pass
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "stopped; nothing was changed\n"
    assert not (tmp_path / "report.json").exists()


STYLES = {
    "future import": (
        "import torch\n",
        "from __future__ import annotations\nfrom __future__ import division\nimport torch\n",
    ),
    "stdout": (
        "import torch\n",
        "import sys\nsys.stdout.reconfigure(encoding='utf-8')\nsys.stdout.buffer.write(b'x')\nimport torch\n",
    ),
    "magics": (
        "import torch\n",
        "%matplotlib inline\ngpu = !nvidia-smi\n!pip install \\\n    torch\nimport torch\nnn?\n",
    ),
    "nbconvert": (
        "import torch\n",
        "get_ipython().run_line_magic('matplotlib', 'inline')\nimport torch\ndisplay(torch)\n",
    ),
    "failing import": ("import torch\n", "import pandas\nimport torch\n"),
    "images": (
        "            optimizer.zero_grad()\n",
        "            b, c, h, w = images.shape\n"
        "            images = images.to(device, memory_format=torch.channels_last)\n"
        "            optimizer.zero_grad()\n",
    ),
    "functions for layers": ("self.relu1 = nn.ReLU()", "self.relu1 = torch.nn.functional.relu"),
    "saves the model": (
        "        average_losses.append(",
        "        import io; torch.save(model, io.BytesIO()); torch.save(model.state_dict(), io.BytesIO())\n"
        "        average_losses.append(",
    ),
    "times itself": (
        "    average_losses = []\n",
        "    average_losses = []\n    if device.type == 'cuda':\n        torch.cuda.synchronize()\n"
        "    count = torch.zeros(1).to(device)\n",
    ),
    "one image at a time": (
        "            predicted = model(images).argmax(dim=1)  # (B,)\n",
        "            predicted = torch.cat([model(image.unsqueeze(0)).argmax(dim=1) for image in images])\n",
    ),
    "array of losses": ("    return average_losses\n", "    import numpy as np\n    return np.array(average_losses)\n"),
}


@pytest.mark.parametrize("name", STYLES)
def test_habits_that_cost_nothing(graded: Graded, name: str) -> None:
    old, new = STYLES[name]
    assert old in REFERENCE
    report = graded(REFERENCE.replace(old, new))
    assert {check_id: check(report, check_id).message for check_id in lost(report)} == {}


def test_all_in_one_cell(graded: Graded) -> None:
    """A script whose cell markers are gone: the explore code runs into the rules, and takes nothing with it."""
    lines = [line for line in REFERENCE.split("\n") if not line.startswith("# %%")]
    assert graded("\n".join(lines)).score == 100


SLIPS = {
    "raise left above": (
        "    return (size + 2 * padding - kernel_size) // stride + 1\n",
        "    raise NotImplementedError('conv_output_size: x')\n"
        "    return (size + 2 * padding - kernel_size) // stride + 1\n",
        "conv_output_size",
        "below the `raise` line",
    ),
    "raise left below": (
        "    return (size + 2 * padding - kernel_size) // stride + 1\n",
        "    result = (size + 2 * padding - kernel_size) // stride + 1\n"
        "    raise NotImplementedError('conv_output_size: x')\n",
        "conv_output_size",
        "runs into the `raise` line",
    ),
    "no brackets": ("self.relu1 = nn.ReLU()", "self.relu1 = nn.ReLU", "layers.relu1", "the class itself"),
    "comma": (
        "self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)",
        "self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1),",
        "layers.conv1",
        "a tuple",
    ),
    "no device": (
        "    device = next(model.parameters()).device\n    average_losses",
        "    average_losses",
        "train.update",
        "name 'device' is not defined",
    ),
    "failed import": (
        "from torch import nn\n",
        "from torch import nn\nimport pandas as pd\npd.options\n",
        None,
        None,
    ),
    "uses what failed": (
        "    average_losses = []\n",
        "    average_losses = []\n    helper()\n\n\n# %%\nhelper = 1 / 0\n\n\n# %%\ndef nothing():\n",
        "train.update",
        "ZeroDivisionError",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_slips_are_named(graded: Graded, name: str) -> None:
    old, new, check_id, says = SLIPS[name]
    assert old in REFERENCE
    report = graded(REFERENCE.replace(old, new))
    if check_id is None:
        assert report.score == 100
        return
    found = check(report, check_id)
    assert found.status == "failed" and says in found.came


def test_messages_do_not_tell_the_shapes_that_are_to_be_found(graded: Graded) -> None:
    text = REFERENCE.replace("nn.Conv2d(32, 64, kernel_size=3", "nn.Conv2d(16, 64, kernel_size=3")
    text = text.replace("nn.Linear(linear1_in_features(), 128)", "nn.Linear(1568, 128)")
    report = graded(text, tasks=["layers"])
    for check_id in ("layers.conv2", "layers.linear1"):
        found = check(report, check_id)
        assert found.status == "failed"
        assert "14" not in found.message and "3136" not in found.message


def test_learns_waits_for_what_it_needs(graded: Graded) -> None:
    report = graded(REFERENCE.replace("            optimizer.zero_grad()\n", ""))
    found = check(report, "learns")
    assert found.status == "not_run" and found.message == "not checked: it needs train.update"
    text = "\n".join(task_text(CNN, task) for task in report.tasks)
    assert "\n· learns  not checked: it needs train.update" in text
    assert "· <code>learns</code>: not checked: it needs train.update" in page(CNN, report, "")
    assert "· <code>learns</code>: not checked: it needs train.update" in cell(CNN, report)


def test_a_task_without_a_body_names_the_one_that_is_open(graded: Graded) -> None:
    starter = CNN.starter.read_text(encoding="utf-8")
    stubs = {block.key: block.lines for block in blocks(starter)}
    own = [stubs["train"] if block.key == "train" else block.lines for block in blocks(REFERENCE)]
    for text, name in ((starter, "forward"), ("\n".join(line for lines in own for line in lines), "train")):
        step = graded(text, tasks=["learns"]).next_step
        assert step and step.message == f"not checked: it needs {name}"
        assert to_do(step) == f"write the body of `{name}` and delete its `raise` line"


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_a_rounded_accuracy_is_right_by_any_seed(graded: Graded, digits: int) -> None:
    """By the public seed 22 of 38 are right, which three digits hardly change."""
    text = REFERENCE.replace("return correct / total", f"return round(correct / total, {digits})")
    assert text != REFERENCE
    assert lost(graded(text, seed=1, tasks=["evaluate"])) == set()


def test_what_is_random_in_a_submission_is_the_same_each_time(graded: Graded) -> None:
    text = REFERENCE.replace("self.linear2(x)", "self.linear2(x + np.random.rand() * torch.rand(1) * random.random())")
    text = text.replace("import torch\n", "import random\nimport numpy as np\nimport torch\n", 1)
    one, other = (graded(text, tasks=["forward", "learns"]) for _ in range(2))
    assert lost(one) and [task.checks for task in one.tasks] == [task.checks for task in other.tasks]
