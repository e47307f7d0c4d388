"""What students hand in without meaning any harm: each a fixture, with what its report has to say.

A fixture is made from the reference solution, as a script or as a notebook, so that it never goes stale. `loses` are
the tasks that it costs, `says` what stands in the message of a check, `notes` what stands among the notes.
"""

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from conftest import Graded, check, lost, set_limits
from corpus import CNN

from autograder.percent import blocks

REFERENCE = CNN.master.read_text(encoding="utf-8")
STARTER = CNN.starter.read_text(encoding="utf-8")
NOTEBOOK: dict[str, Any] = json.loads(nbformat.writes(jupytext.reads(REFERENCE, "py:percent")))
FORWARD = "        x = self.pool1(self.relu1(self.conv1(x)))  # (B, 32, 14, 14)\n"
SIZE = "    return (size + 2 * padding - kernel_size) // stride + 1\n"


@dataclass
class Fixture:
    content: str | bytes
    file: str = "cnn.py"
    loses: set[str] = field(default_factory=set)
    says: dict[str, str] = field(default_factory=dict)  # check id -> what stands in its message or hint
    notes: tuple[str, ...] = ()


def replaced(old: str, new: str, text: str = REFERENCE) -> str:
    assert old in text
    return text.replace(old, new, 1)


def with_cell(code: str) -> str:
    """The reference with a cell of the student's own at the end."""
    return f"{REFERENCE}\n# %%\n{code}\n"


def notebook(change: Callable[[dict[str, Any]], None] = lambda book: None) -> str:
    """The reference as a notebook, changed in place by `change`."""
    book = copy.deepcopy(NOTEBOOK)
    change(book)
    return json.dumps(book)


def cell_of(book: dict[str, Any], answer: str) -> dict[str, Any]:
    return next(cell for cell in book["cells"] if cell["metadata"].get("answer") == answer)


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def code_cells(book: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in book["cells"] if cell["cell_type"] == "code"]


# --- how a file is written ---------------------------------------------------------------------------------------

tabs = re.sub(r"^(?:    )+", lambda spaces: "\t" * (len(spaces[0]) // 4), REFERENCE, flags=re.MULTILINE)
mixed_tabs = replaced("    correct = total = 0\n    model.eval()\n", "    correct = total = 0\n\tmodel.eval()\n")
ascii_only = REFERENCE.encode("ascii", "replace").decode()
french = replaced("# %% answer", "# les réseaux à convolution, “œuvre” n° 1\n\n# %% answer", ascii_only)

WRITTEN = {
    "utf-8 with a mark": Fixture(REFERENCE.encode("utf-8-sig")),
    "utf-16": Fixture(french.encode("utf-16")),
    "utf-16, big end first": Fixture(b"\xfe\xff" + french.encode("utf-16-be")),
    "utf-32": Fixture(french.encode("utf-32")),
    "latin-1, not declared": Fixture(french.replace("“œuvre”", "oeuvre").encode("latin-1")),
    "windows-1252, not declared": Fixture(french.encode("cp1252")),
    "another one, declared": Fixture(f"# -*- coding: cp1250 -*-\n# žluťoučký kůň\n{ascii_only}".encode("cp1250")),
    "an encoding that there is not": Fixture(f"# -*- coding: latin-99 -*-\n{REFERENCE}".encode()),
    "CRLF": Fixture(REFERENCE.replace("\n", "\r\n").encode()),
    "CR alone": Fixture(REFERENCE.replace("\n", "\r").encode()),
    "tabs": Fixture(tabs),
    "tabs and spaces": Fixture(mixed_tabs, loses={"evaluate"}, says={"evaluate.accuracy": "TabError"}),
    "no cell markers": Fixture("\n".join(line for line in REFERENCE.split("\n") if not line.startswith("# %%"))),
    "identifiers beyond ASCII": Fixture(
        replaced(
            SIZE, "    größe, ядро, 幅 = size + 2 * padding, kernel_size, stride\n    return (größe - ядро) // 幅 + 1\n"
        )
    ),
    "capital suffix": Fixture(REFERENCE, "CNN.PY"),
    "notebook in utf-16": Fixture(notebook().encode("utf-16"), "cnn.ipynb"),
    "5 MB of code": Fixture(
        f"{REFERENCE}\n# %%\nDATA = [{'1, ' * 2_000_000}]\n", loses={task.id for task in CNN.tasks}
    ),
}


# --- what happens to cells ---------------------------------------------------------------------------------------


def reverse_cells(book: dict[str, Any]) -> None:
    book["cells"].reverse()


def imports_last(book: dict[str, Any]) -> None:
    first = next(cell for cell in code_cells(book) if source(cell).startswith("import torch\n"))
    book["cells"].remove(first)
    book["cells"].append(first)


def rename_keys(book: dict[str, Any]) -> None:
    for number, cell in enumerate(code_cells(book)):
        if "answer" in cell["metadata"]:
            cell["metadata"]["answer"] = f"my cell {number}"


def split_between_functions(book: dict[str, Any]) -> None:
    """A helper of `train` in a cell of its own before it."""
    at = book["cells"].index(cell_of(book, "train"))
    cell = book["cells"][at]
    helper = "def show(epoch, loss):\n    print(epoch, loss)\n"
    book["cells"].insert(at, {**copy.deepcopy(cell), "source": helper, "metadata": {}, "id": "helper"})
    cell["source"] = source(cell).replace('print(f"epoch {epoch} of', 'show(epoch, 0); print(f"epoch {epoch} of')


def split_a_function(book: dict[str, Any]) -> None:
    """As Ctrl-Shift-Minus does it with the cursor in the middle of a function."""
    at = book["cells"].index(cell_of(book, "evaluate"))
    cell = book["cells"][at]
    head, tail = source(cell).split("    model.eval()\n")
    book["cells"].insert(at + 1, {**copy.deepcopy(cell), "source": tail, "metadata": {}, "id": "tail"})
    cell["source"] = head


def merge_all(book: dict[str, Any]) -> None:
    code = "\n\n".join(source(cell) for cell in code_cells(book))
    book["cells"] = [{**code_cells(book)[0], "source": code, "metadata": {}}]


def paste_twice(book: dict[str, Any]) -> None:
    at = book["cells"].index(cell_of(book, "train"))
    wrong = copy.deepcopy(book["cells"][at])
    wrong["source"] = source(wrong).replace("loss.backward()", "pass")
    book["cells"].insert(at, {**wrong, "id": "wrong"})


def paste_above_the_stub(book: dict[str, Any]) -> None:
    stub = "def train(dataloader, model, loss_fn, optimizer, epochs=5):\n    raise NotImplementedError('train: x')\n"
    at = book["cells"].index(cell_of(book, "train"))
    book["cells"].insert(at + 1, {**copy.deepcopy(book["cells"][at]), "source": stub, "id": "stub"})


def strip_metadata(book: dict[str, Any]) -> None:
    book["metadata"] = {}
    for cell in book["cells"]:
        cell["metadata"] = {}


def as_colab(book: dict[str, Any]) -> None:
    book["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    book["nbformat_minor"] = 0
    for number, cell in enumerate(book["cells"]):
        cell.pop("id", None)
        cell["metadata"] = {"id": f"Xy{number}", "colab": {"base_uri": "https://localhost:8080/"}}


def other_kernel(book: dict[str, Any]) -> None:
    book["metadata"]["kernelspec"] = {"name": "conda-env-dl-py", "display_name": "dl", "language": "python"}


def other_language(book: dict[str, Any]) -> None:
    book["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    book["metadata"]["language_info"] = {"name": "R"}


def without_ids(book: dict[str, Any]) -> None:
    book["nbformat_minor"] = 2
    for cell in book["cells"]:
        cell.pop("id", None)


def large_outputs(book: dict[str, Any]) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "epoch 1, batch 100: loss 0.1\n" * 1_750_000}
    for answer in ("train", "evaluate"):
        cell_of(book, answer)["outputs"] = [output]


def old_format() -> str:
    return nbformat.v3.writes_json(nbformat.v4.downgrade(nbformat.reads(notebook(), 4)))  # type: ignore[no-any-return]


# Its name in the loop has been bound before; the table has not.
TABLE = """
layer = "conv1"
PREDICTED_SHAPES = {layer: shape_of(layer) for layer in SHAPES}
"""


def explored(*answers: str) -> Callable[[dict[str, Any]], None]:
    """Answers in copies of explore cells, as Jupyter makes them: with the tag."""

    def change(book: dict[str, Any]) -> None:
        for answer in answers:
            cell = cell_of(book, answer)
            copied = {**copy.deepcopy(cell), "metadata": {"tags": ["explore"]}, "id": f"{answer}-copied"}
            cell["source"] = "# see below"
            book["cells"].insert(book["cells"].index(cell) + 1, copied)

    return change


def explored_twice(book: dict[str, Any]) -> None:
    explored("evaluate")(book)
    first = next(cell for cell in book["cells"] if cell.get("id") == "evaluate-copied")
    wrong = {**first, "source": "def evaluate(dataloader, model):\n    return 0.5", "id": "evaluate-first"}
    book["cells"].insert(book["cells"].index(first), wrong)


CELLS = {
    "functions in copies of explore cells": Fixture(notebook(explored("simple_cnn", "train", "evaluate")), "cnn.ipynb"),
    "a function in two copies of an explore cell, the second one right": Fixture(notebook(explored_twice), "cnn.ipynb"),
    "a table in a copy of an explore cell": Fixture(
        notebook(explored("predicted_shapes")),
        "cnn.ipynb",
        loses={"predicted_shapes"},
        says={"predicted_shapes.conv1": "is made in a cell that is marked as one that only explores"},
    ),
    "all in reverse": Fixture(notebook(reverse_cells), "cnn.ipynb", notes=("stands further down",)),
    "a table above what it uses": Fixture(
        replaced("PREDICTED_SHAPES: dict", f"{TABLE}SHAPES: dict")
        + "\n# %%\ndef shape_of(name): return SHAPES[name]\n",
        notes=("stands further down",),
    ),
    "a name that a cell further down would bind, and does not": Fixture(
        replaced("PREDICTED_SHAPES: dict", f"{TABLE}SHAPES: dict")
        + "\n# %%\ndef shape_of(name): return SHAPES[name]\n\nif not SHAPES:\n    PREDICTED_SHAPES = {}\n",
        notes=("stands further down",),
    ),
    "imports last": Fixture(notebook(imports_last), "cnn.ipynb", notes=("stands further down",)),
    "keys renamed": Fixture(notebook(rename_keys), "cnn.ipynb"),
    "split between functions": Fixture(notebook(split_between_functions), "cnn.ipynb"),
    "split within a function": Fixture(
        notebook(split_a_function), "cnn.ipynb", loses={"evaluate"}, notes=("was a cell split in two?",)
    ),
    "merged into one": Fixture(notebook(merge_all), "cnn.ipynb"),
    "pasted twice, the second one right": Fixture(notebook(paste_twice), "cnn.ipynb"),
    "pasted above the stub": Fixture(
        notebook(paste_above_the_stub),
        "cnn.ipynb",
        loses={"train", "learns"},
        says={"train.update": "the last one, which counts, is still the stub"},
    ),
    "no metadata": Fixture(notebook(strip_metadata), "cnn.ipynb"),
    "from Colab": Fixture(notebook(as_colab), "cnn (1).ipynb"),
    "another kernel": Fixture(notebook(other_kernel), "cnn.ipynb"),
    "a kernel of another language": Fixture(notebook(other_language), "cnn.ipynb"),
    "no ids": Fixture(notebook(without_ids), "cnn.ipynb"),
    "nbformat 3": Fixture(old_format(), "cnn.ipynb"),
    "nbformat 3 with a heading of a million million": Fixture(
        old_format().replace('"cells": [', '"cells": [{"cell_type": "heading", "level": 1000000000000},', 1),
        "cnn.ipynb",
    ),
    "100 MB of outputs": Fixture(notebook(large_outputs), "cnn.ipynb"),
}


# What scripts that write notebooks, and hands, leave of their JSON.
ODD_CELLS: list[Any] = [
    None,
    "hello",
    7,
    {},
    {"cell_type": "code"},
    {"cell_type": "code", "metadata": {}, "source": None},
    {"cell_type": "code", "metadata": [], "source": [["x = 1\n"], ["y = 2"]]},
    {"cell_type": "code", "metadata": {}, "outputs": None, "source": 7},
    {"source": "z = 3"},
    {"cell_type": "code", "metadata": {}, "source": "z = 3", "id": {}},
    {"cell_type": "markdown", "metadata": {}, "source": "z", "attachments": 5},
    {"cell_type": "heading", "metadata": {}, "source": "z", "level": 10**12},
    {"cell_type": 3, "metadata": "x", "source": "z = 3"},
]


def without_metadata(value: Any) -> Callable[[dict[str, Any]], None]:
    def change(book: dict[str, Any]) -> None:
        book["metadata"] = value
        for number, cell in enumerate(book["cells"]):
            cell["metadata"] = value
            if number % 2:
                del cell["metadata"]

    return change


JSON = {
    "cells that are none": Fixture(notebook(lambda book: book["cells"].extend(ODD_CELLS)), "cnn.ipynb"),
    "no metadata at all": Fixture(notebook(without_metadata(None)), "cnn.ipynb"),
    "metadata of another kind": Fixture(notebook(without_metadata([1])), "cnn.ipynb"),
    "no nbformat": Fixture(notebook(lambda book: book.pop("nbformat")), "cnn.ipynb"),
    "an nbformat of another kind": Fixture(
        notebook(lambda book: book.update(nbformat="4", nbformat_minor="5", worksheets=None)), "cnn.ipynb"
    ),
    "an nbformat that there is not": Fixture(notebook(lambda book: book.update(nbformat=5)), "cnn.ipynb"),
    "zeros behind it": Fixture(notebook() + "\0" * 100, "cnn.ipynb"),
    "a script that begins with a dict": Fixture(f'{{"cells": 1}}\n{REFERENCE}'),
}


# --- what code does ----------------------------------------------------------------------------------------------

CODE = {
    "input in a cell": Fixture(with_cell("name = input('your name? ')")),
    "input in a function": Fixture(
        replaced(SIZE, "    size = int(input('size? '))\n" + SIZE),
        loses={"conv_output_size"},
        says={"conv_output_size": "nobody to type"},
    ),
    "magics": Fixture(with_cell("%time x = 1\n!nvidia-smi\nfiles = !ls\n%matplotlib inline\ntrain?")),
    "asks for the shell of a notebook": Fixture(
        replaced("    correct = total = 0\n", "    shell = get_ipython()\n    correct = total = 0\n")
    ),
    "magic of a cell": Fixture(replaced('# %% answer="train"\n', '# %% answer="train"\n%%time\n')),
    "cells in other languages": Fixture(with_cell("%%bash\nfor f in *; do echo $f; done\n\n# %%\n%%html\n<b>done</b>")),
    "forward that prints": Fixture(replaced(FORWARD, FORWARD + "        print('after block 1:', x.shape)\n")),
    "names used for values": Fixture(
        with_cell("train = 3\nevaluate = [0.97, 0.98]\nSimpleCNN = SimpleCNN()\nlinear1_in_features = 3136")
    ),
    "a result under the name of its function": Fixture(with_cell("conv_output_size = conv_output_size(28, 3)")),
    "a function whose result is asked for": Fixture(
        with_cell(
            "def PREDICTED_SHAPES(shapes=PREDICTED_SHAPES):\n    return shapes\n\nPREDICTED_SHAPES = PREDICTED_SHAPES()"
        )
    ),
    "a class of one object": Fixture(
        with_cell("class Tools:\n    def share(self, a, b):\n        return a / b\n\nTools = Tools()").replace(
            "    return correct / total\n", "    return Tools.share(correct, total)\n"
        )
    ),
    "a wrapper under the name of its function": Fixture(
        with_cell("def timed(f):\n    return lambda *a, **k: f(*a, **k)\n\ntrain = timed(train)")
    ),
    "package that is not there, in a cell": Fixture(with_cell("import pandas as pd\npd.DataFrame()")),
    "package that is not there, in a function": Fixture(
        replaced("    correct = total = 0\n", "    import torchmetrics\n    correct = total = 0\n"),
        loses={"evaluate"},
        says={"evaluate.accuracy": "does not have the package `torchmetrics`. It has: "},
    ),
    "path that is not there": Fixture(
        with_cell(
            "from torchvision.datasets import MNIST\ndata = MNIST('C:\\\\Users\\\\me\\\\mnist')\nprint(len(data))"
        )
    ),
    "data downloaded": Fixture(with_cell("from torchvision.datasets import MNIST\ndata = MNIST('d', download=True)")),
    "data used in place of the argument": Fixture(
        replaced("    correct = total = 0\n", "    correct = total = 0\n    dataloader = my_loader\n")
        + "\n# %%\nmy_loader = DataLoader(open('mnist.pkl'))\n",
        loses={"evaluate"},
        says={"evaluate.accuracy": "No such file or directory"},
    ),
    "deep recursion": Fixture(
        replaced(SIZE, "    return conv_output_size(size, kernel_size, padding, stride)\n"),
        loses={"conv_output_size"},
        says={"conv_output_size": "RecursionError"},
    ),
    "recursion that breaks Python": Fixture(
        replaced(
            SIZE, "    import sys; sys.setrecursionlimit(10**9)\n    f = lambda *a: max([1], key=f)\n    return f()\n"
        ),
        loses={"conv_output_size"},
        says={"conv_output_size": "crashed the Python interpreter"},
    ),
    "brackets without end": Fixture(with_cell("x = " + "(" * 5000)),
    "a sum without end": Fixture(with_cell("x = " + "1 + " * 20_000 + "1")),
    "warnings": Fixture(
        replaced(FORWARD, "        import warnings; warnings.warn('deprecated')\n" + FORWARD)
        + "\n# %%\nimport sys\nprint('a line', file=sys.stderr)\nimport os\nos.write(2, b'another')\n"
    ),
    "warnings that are errors": Fixture(with_cell("import warnings\nwarnings.simplefilter('error')")),
    "exception of a megabyte in a cell": Fixture(with_cell("raise ValueError('x' * 1_000_000)")),
    "exception that fails to print, in a cell": Fixture(
        with_cell("class Bad(Exception):\n    def __str__(self):\n        raise self\n\nraise Bad")
    ),
    "leaves at the end of an answer cell": Fixture(
        replaced(
            "    return correct / total\n    ### END SOLUTION\n",
            "    return correct / total\n\n\nimport os\nos._exit(0)\n",
        ),
        notes=("was left out: it ended its own process",),
    ),
}


def rewrite(book: dict[str, Any], answer: str, first: str, following: str) -> None:
    cell = cell_of(book, answer)
    begin, *rest = source(cell).split("\n")
    cell["source"] = "\n".join([first + begin, *(following + line for line in rest)])


# What a comment, a question mark or an import means depends on who reads it.
READ = {
    "comments that begin with shell commands": Fixture(
        replaced("    correct = total = 0\n", "    # %time this\n    correct = total = 0\n").replace(
            '# %% answer="evaluate"\n',
            '# %% answer="evaluate"\n# copy of the lecture loop\n# ls of them\n# !important: y\n',
        )
    ),
    "help asked in an answer cell": Fixture(
        replaced('# %% answer="evaluate"\n', '# %% answer="evaluate"\n?nn.Module\nnn.Conv2d??\n')
    ),
    "a question behind a broken line": Fixture(
        replaced(
            "def evaluate(dataloader: DataLoader, model: nn.Module) -> float:",
            "def evaluate(dataloader: DataLoader, model: nn.Module) -> float  # fraction of what?",
        ),
        loses={"evaluate"},
        says={"evaluate.accuracy": "SyntaxError: expected ':'"},
    ),
    "names that the lesson's explore cells import": Fixture(
        replaced("    correct = total = 0", "    correct = total = 0\n    fastest_device()").replace(
            "    average_losses = []\n", "    average_losses = []\n    plt.close()\n"
        )
    ),
    "a picture in a text cell": Fixture(f"{REFERENCE}\n# %% [markdown]\n# ![]({'A' * 3_000_000})\n"),
    "an answer key that is not text": Fixture(
        notebook(lambda book: cell_of(book, "train")["metadata"].update(answer=float("nan"))), "cnn.ipynb"
    ),
    "failures in many letters": Fixture(
        "\n".join(f"# %%\nraise ValueError('\u6f22' * 600 + '{n}')\n" for n in range(60)) + f"\n{REFERENCE}"
    ),
    "another class with a forward": Fixture(
        f"{STARTER}\n# %%\nclass MLP(nn.Module):\n    def forward(self, x):\n        return x\n",
        loses={task.id for task in CNN.tasks},
        says={"forward": "it waits for you"},
    ),
    "line ends that are none in Python": Fixture(
        replaced("    correct = total = 0\n", "    correct = total = 0  # a\u2028b\x0bc\x85d\n    text = 'a\u2028b'\n")
    ),
    "a marker that is gone": Fixture(replaced('# %% answer="evaluate"\n', "")),
    "a marker of a text cell above an answer": Fixture(replaced('# %% answer="evaluate"', "# %% [markdown]")),
    "a marker without its space": Fixture(replaced('# %% answer="evaluate"', '# %%answer="evaluate"')),
    "a header that is none": Fixture(replaced("#     formats: ipynb,py:percent", "#\tformats: : [ipynb")),
    "a notebook called .py": Fixture(notebook(), "cnn.py"),
    "a script called .ipynb": Fixture(REFERENCE, "cnn.ipynb"),
    "a timed cell in a script from nbconvert": Fixture(
        "\n".join(
            f"get_ipython().run_cell_magic('time', '', {block.body()[1]!r})" if block.key else "\n".join(block.lines)
            for block in blocks(REFERENCE)
        )
    ),
    "a whole cell indented": Fixture(notebook(lambda book: rewrite(book, "evaluate", "    ", "    ")), "cnn.ipynb"),
    "pasted with prompts": Fixture(notebook(lambda book: rewrite(book, "evaluate", ">>> ", "... ")), "cnn.ipynb"),
    "an import misspelt": Fixture(
        replaced("import torch\nfrom torch import nn\n", "improt torch\nfrom torch import nn\n"),
        loses={task.id for task in CNN.tasks} - {"conv_output_size", "predicted_shapes", "linear1_in_features"},
        says={"train.update": "SyntaxError", "forward": "SyntaxError"},
    ),
    "a function within another": Fixture(
        "\n".join(
            "def main():\n    " + block.body()[1].replace("\n", "\n    ")
            if block.key == "evaluate"
            else "\n".join(block.lines)
            for block in blocks(REFERENCE)
        ),
        loses={"evaluate"},
        says={"evaluate.accuracy": "`evaluate` stands inside another block"},
    ),
    "an import that fails above a decorator that does": Fixture(
        re.sub(r"^# %%.*$", "#", f"import pandas\n{REFERENCE}", flags=re.MULTILINE).replace(
            "def evaluate(", "@torch.nograd()\ndef evaluate("
        ),
        loses={"evaluate"},
        says={"evaluate.accuracy": "nograd"},
    ),
}

ALL = WRITTEN | CELLS | JSON | CODE | READ


# Every second one in `make test`, all of them in `make test-all`.
QUICK = set(list(ALL)[::2])


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in ALL])
def test_report(graded: Graded, name: str) -> None:
    fixture = ALL[name]
    # `learns` takes as long as all the others, and says nothing that `forward` and `train` do not.
    tasks_to_grade = [task.id for task in CNN.tasks if task.id != "learns" or "learns" in fixture.loses]
    report = graded(fixture.content, fixture.file, tasks=tasks_to_grade)
    tasks = {check_id.partition(".")[0]: check(report, check_id).message for check_id in lost(report)}
    assert set(tasks) == fixture.loses, tasks
    for check_id, text in fixture.says.items():
        found = check(report, check_id)
        assert text in f"{found.message} {found.hint}", f"{found.message} {found.hint}"
    for text in fixture.notes:
        assert any(text in note for note in report.notes), report.notes
    if not fixture.notes:
        assert report.notes == []


LONG = """
def work():
    while True:
        pass

x = 1
work()
y = 2
"""


def test_cells_that_train_for_minutes_cost_nothing(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one stands among the answers, in the one cell of a notebook whose cells were merged."""
    set_limits(monkeypatch, cells=2)
    report = graded(REFERENCE.replace("# %%", "#") + LONG)
    assert report.score == 100
    assert any("more than 2 seconds" in note for note in report.notes)


def test_all_of_it_has_a_limit(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one submission that sleeps in every part would keep a class waiting for a quarter of an hour."""
    set_limits(monkeypatch, probe=1, submission=5)
    text = REFERENCE
    for name in ("conv_output_size", "linear1_in_features"):
        text += f"\n# %%\ndef {name}(*_, **__):\n    import time\n    time.sleep(100)\n"
    report = graded(text)
    assert report.cut_short and report.score == 6, "predicted_shapes stands between the two"
    for id in ("conv_output_size", "linear1_in_features"):
        assert "more than 1 seconds" in check(report, id).came
    for id in ("layers.conv1", "train.update", "evaluate.accuracy"):
        assert check(report, id).status == "not_run" and "there are 5 seconds for all" in check(report, id).message


def test_the_statement_that_took_longest_is_left_out(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is one for all cells: what is running when it is reached need not be what used it up."""
    set_limits(monkeypatch, cells=3)
    work = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass\n"
    text = f"# %%\n{work.format(2.6)}\n{REFERENCE}"
    text = text.replace('# %% answer="predicted_shapes"\n', f'# %% answer="predicted_shapes"\n{work.format(2.4)}')
    report = graded(text, tasks=["predicted_shapes"])
    assert report.score == 6
    assert len(report.notes) == 1 and "cnn.py:4 was left out" in report.notes[0]


@pytest.mark.parametrize(
    ("cell", "points"),
    [("import os; os._exit({})", 14), ("class A{}:\n    import os; os._exit(1)", 0)],
    ids=["calls", "definitions"],
)
def test_there_is_an_end_to_starting_anew(graded: Graded, cell: str, points: float) -> None:
    """Fifty statements that end the process: the answers around them are graded, unless even definitions do so."""
    cells = "\n".join(f"# %%\n{cell.format(number)}\n" for number in range(50))
    report = graded(f"{cells}\n{REFERENCE}", tasks=["conv_output_size", "predicted_shapes"])
    assert report.score == points
    assert 10 <= len(report.notes) <= 11


def test_what_graded_code_writes_stays_away_from_the_students_files(
    graded: Graded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    graded(with_cell("open('cnn.py', 'w').write('gone')\nopen('notes.txt', 'w')"), tasks=["conv_output_size"])
    assert {path.name: path.stat().st_size > 1000 for path in tmp_path.iterdir()} == {"cnn.py": True}


def test_two_submissions_at_once(tmp_path: Path) -> None:
    """Two runs in one folder that write one report: both go through, and the report is whole."""
    (tmp_path / "cnn.py").write_text(REFERENCE, encoding="utf-8")
    (tmp_path / "other.py").write_text(STARTER, encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "grade", "--task", "train", "--json", "report.json"]
    runs = [
        subprocess.Popen([*command, name], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        for name in ("cnn.py", "other.py")
    ]
    outputs = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert "26 / 26" in outputs[0] and "0 / 26" in outputs[1]
    assert json.loads((tmp_path / "report.json").read_text())["score"] in (0, 26)
    assert {path.name for path in tmp_path.iterdir()} == {"cnn.py", "other.py", "report.json", "reports"}
