"""The probes of a suite reach the process that asks them, whether they are a file or a package."""

import pickle
import sys
from pathlib import Path

import pytest

from autograder.probes import compiled, load, probe_modules, read_probes, swapped_in

FILE = {"probes.py": "class Model: pass\ndef double(x): return 2 * x\n"}
PACKAGE = {
    "probes/__init__.py": "from .doubling import Model, double\n",
    "probes/doubling.py": "from .basics import two\nclass Model: pass\ndef double(x): return two() * x\n",
    "probes/basics.py": "def two(): return 2\n",
}


@pytest.mark.parametrize("files", [FILE, PACKAGE], ids=["file", "package"])
def test_they_are_imported_from_what_was_sent(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    code, finders = compiled(read_probes(tmp_path)), list(sys.meta_path)
    with swapped_in({}):
        probes = load(code)
        assert probes.double(21) == 42
        assert isinstance(pickle.loads(pickle.dumps(probes.Model())), probes.Model)
        assert len(probe_modules()) == len(files) and sys.meta_path == finders


def test_a_module_of_the_same_name_comes_back() -> None:
    with swapped_in({}):
        theirs = load(compiled((("probes", "whose = 'theirs'"),)))
        with swapped_in({}):
            ours = load(compiled((("probes", "from .more import whose"), ("probes.more", "whose = 'ours'"))))
            assert sys.modules["probes"] is ours and ours.whose == "ours"
        assert probe_modules() == {"probes": theirs}
