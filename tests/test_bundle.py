"""What students get: complete, without solutions, the same bytes each time; and it works where nothing else is."""

import io
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest
from corpus import CNN
from nbgrader.preprocessors import Execute
from nbgrader_class import new_course
from running import autograder

from autograder import bundle
from autograder.bundle import Bundle, grader_files, make_bundle, makefile, pack, project
from autograder.numbering import next_release
from autograder.release import make_starter
from autograder.source_notebook import make_notebook

ROOT = CNN.root
FILES = grader_files(["cnn"], ROOT)
RECORD = {"release": 4, **{key: value for key, value in next_release(CNN, FILES, True)[0].items() if key != "release"}}


def test_the_grader_comes_without_instructors_tools_and_other_suites() -> None:
    assert "autograder/suites/cnn/expected.bin" in FILES and "autograder/suites/plugin.py" in FILES
    held = [Path(name).relative_to("autograder") for name in FILES]
    assert not bundle.INSTRUCTORS.intersection(str(part) for path in held for part in (path, *path.parents))
    assert not [name for name in FILES if "__pycache__" in name]
    for name in bundle.INSTRUCTORS:
        assert (ROOT / "autograder" / name).exists()
    assert not [name for name in grader_files([], ROOT) if name.startswith("autograder/suites/cnn")]


def test_makefile_has_the_students_targets_and_no_others() -> None:
    whole = (ROOT / "Makefile").read_text(encoding="utf-8")
    made = makefile(whole)
    targets = {line.partition(":")[0] for line in made.splitlines() if "  ## " in line and line[:1].isalpha()}
    assert targets | {"env"} == bundle.TARGETS
    assert set(made.split("\n")) - set(whole.split("\n")) == {f".PHONY: {' '.join(sorted(bundle.TARGETS))}"}
    assert "env-dev" not in made and "ROOT=" not in made and "SUBMISSION=" in made


def test_project_keeps_what_an_installation_needs() -> None:
    whole = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    made = tomllib.loads(project(whole, without=()))
    assert made["project"]["dependencies"] == tomllib.loads(whole)["project"]["dependencies"]
    assert made["tool"].keys() == {"hatch"} and "optional-dependencies" not in made["project"]
    names = {
        name.split(">")[0] for name in tomllib.loads(project(whole, bundle.NOTEBOOK_HAS))["project"]["dependencies"]
    }
    assert not names & bundle.NOTEBOOK_HAS and {"torch", "jupytext", "jinja2"} <= names


def test_zip_depends_on_the_files_alone() -> None:
    assert pack({"b": b"1", "a": b"2"}, "x") == pack({"a": b"2", "b": b"1"}, "x")
    with zipfile.ZipFile(io.BytesIO(pack({"a": b"2"}, "x"))) as packed:
        (entry,) = packed.infolist()
        assert entry.filename == "x/a" and entry.date_time == bundle.TIME


@pytest.fixture(scope="module")
def made() -> Bundle:
    return make_bundle(CNN, RECORD)


@pytest.fixture(scope="module")
def unpacked(made: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip on a machine that has nothing else of ours. Python's packages are linked, as where they are shared."""
    folder = tmp_path_factory.mktemp("fresh")
    with zipfile.ZipFile(io.BytesIO(made.zip)) as packed:
        packed.extractall(folder)
    course = folder / "cnn-release-4"
    (course / ".venv").symlink_to(sys.prefix)
    return course


def run(cwd: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "PYTHON", "NBGRADER"))}
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**kept, **variables})


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("make") or os.name == "nt", reason="no make here")
def test_make_grade_on_a_fresh_machine(unpacked: Path) -> None:
    done = run(unpacked, "make", "grade", "JSON=report.json")
    assert done.returncode == 0, done.stderr
    assert "Next: conv_output_size" in done.stdout
    report = (unpacked / "report.json").read_text(encoding="utf-8")
    assert '"autograder_version": "0.1.0+cnn.4"' in report and '"release": 4' in report
    done = run(unpacked, "make", "grade", f"SUBMISSION={CNN.master}", "FAIL_UNDER=100")
    assert done.returncode == 0 and "100 / 100" in done.stdout, done.stdout
    assert run(unpacked, "make", "clean").returncode == 0


@pytest.mark.slow
def test_every_module_of_the_bundle_imports(unpacked: Path) -> None:
    """None of them needs one that was left out."""
    names = [".".join(path.relative_to(unpacked).with_suffix("").parts) for path in unpacked.glob("autograder/**/*.py")]
    names = [name for name in names if "suites.cnn" not in name and not name.endswith("__main__")]
    code = f"import importlib\nfor name in {names}:\n    importlib.import_module(name)\nprint(importlib.__name__)"
    done = run(unpacked, sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    shown = run(unpacked, sys.executable, "-m", "autograder", "--help").stdout
    assert "grade" in shown and not any(command in shown for command in ("batch", "roster", "gradescope"))


@pytest.mark.slow
def test_what_the_zip_holds(unpacked: Path) -> None:
    assert (unpacked / "assignments/cnn/cnn.py").read_text(encoding="utf-8") == make_starter(CNN)
    assert not (unpacked / "solutions").exists() and not (unpacked / "tests").exists()
    read_me = (unpacked / "README.md").read_text(encoding="utf-8")
    assert "This is release 4." in read_me and "make grade" in read_me
    assert "For instructors" not in read_me and "solutions/" not in read_me and "tests/" not in read_me
    assert "tutor" in (unpacked / "AGENTS.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_it_is_the_same_at_every_run(made: Bundle) -> None:
    assert make_bundle(CNN, RECORD) == made


@pytest.mark.slow
def test_notebook_and_wheel_alone(made: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, by a kernel that finds the installed wheel and nothing else of ours."""
    assert made.wheel_name == "autograder-0.1.0+cnn.4-py3-none-any.whl"
    wheel, site, folder = tmp_path / made.wheel_name, tmp_path / "site", tmp_path / "alone"
    wheel.write_bytes(made.wheel)
    folder.mkdir()
    pip = [sys.executable, "-I", "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(pip, check=True)
    monkeypatch.setenv("PYTHONPATH", str(site))
    notebook = make_notebook(CNN, 4)
    wanted = ("setup", "code_", "conv_output_size", "check_conv_output_size", "train", "check_train", "explore-5")
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell["id"].startswith(wanted)]
    notebook.cells.append(nbformat.v4.new_code_cell("import autograder; print(autograder.__file__)"))
    done = Execute().preprocess(notebook, {"metadata": {"path": str(folder)}})[0]
    shown = {cell["id"]: cell.outputs for cell in done.cells}
    assert not [out for outputs in shown.values() for out in outputs if out.output_type == "error"], shown
    assert str(site) in done.cells[-1].outputs[0].text
    assert "10000 training images" in shown["explore-5"][-1].text  # the sample is in the wheel
    assert shown["check_train"][-1].data["text/plain"] == "26.0"
    assert os.listdir(folder) == []


def test_what_was_never_recorded_is_not_given_out(tmp_path: Path) -> None:
    """Students have no solutions that could be asked."""
    root = new_course(tmp_path)
    done = autograder("student", "--root", root, "--to", tmp_path / "dist")
    assert done.returncode == 1 and "softmax has not been recorded" in done.stderr and "make record" in done.stderr
    assert not (tmp_path / "dist").exists() and not (root / "assignments").exists()
