"""The set-up on a project without dependencies: real environments, a real pip, and no network."""

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from autograder import install

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "autograder" / "install.py"
ENV_PYTHON = install.PYTHON.relative_to(ROOT)

Made = tuple[Path, str, str]  # a project, what its set-up said, the index of its torch

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "autograder"
version = "0.1.0"
"""

# A build backend in the project itself, so that pip needs nothing from an index.
BACKEND = """
import os, pathlib, time, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    pathlib.Path("building").touch()
    while pathlib.Path("wait").exists():
        time.sleep(0.05)
    info = "autograder-0.1.0.dist-info/"
    name = "autograder-0.1.0-py3-none-any.whl"
    requires = pathlib.Path("requires").read_text()
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("autograder.pth", os.getcwd())
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: autograder\\n"
                       "Version: 0.1.0\\nProvides-Extra: dev\\n" + requires)
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n"
                       "Tag: py3-none-any\\n")
        wheel.writestr(info + "entry_points.txt", "[console_scripts]\\nhello = autograder:hello\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fake projects are made for POSIX")


def run(project: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`install.py` in a project, by a Python from outside it, without any index."""
    return subprocess.run(
        [sys.executable, project / "autograder" / "install.py", *arguments],
        env=environment(**variables),
        capture_output=True,
        text=True,
    )


def environment(**variables: str) -> dict[str, str]:
    """This process's, with an index that has nothing."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "TORCH_", "PYTHON"))}
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "file:///no/such/index"}
    return {**kept, **pip, **variables}


def write_wheel(index: Path, name: str, requires: str) -> None:
    """A package in the layout of an index."""
    info = f"{name}-1.0.dist-info"
    (index / name).mkdir(parents=True)
    with zipfile.ZipFile(index / name / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: {requires}\n"
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    (index / name / "index.html").write_text(f'<a href="{name}-1.0-py3-none-any.whl">{name}</a>')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A project that was set up once; tests that change it take the copy `project`."""
    folder = tmp_path_factory.mktemp("made")
    index = folder / "index"
    write_wheel(index, "torch", requires="not-in-that-index")
    write_wheel(index, "torchvision", requires="torch")
    project = folder / "course"
    (project / "autograder").mkdir(parents=True)
    (project / "autograder" / "__init__.py").write_text("def hello():\n    print('hello')\n")
    shutil.copy(SOURCE, project / "autograder")
    shutil.copy(SOURCE.with_name("__main__.py"), project / "autograder")
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "constraints.txt").write_text("")
    (project / "backend.py").write_text(BACKEND)
    (project / "requires").write_text("")
    done = run(project, TORCH_INDEX=index.as_uri())
    assert done.returncode == 0, done.stderr
    return project, done.stdout, index.as_uri()


@pytest.fixture
def project(made: Made, tmp_path: Path) -> Path:
    """A copy of the project in another folder, its environment adapted to it."""
    copy = tmp_path / "course"
    shutil.copytree(made[0], copy, symlinks=True)
    assert run(copy).returncode == 0
    return copy


def stamp(project: Path) -> dict:
    return json.loads((project / ".venv" / "autograder.json").read_text())


def test_new_environment(made: Made) -> None:
    project, said, index = made
    assert said.index("GB are free here") < said.index("The environment is ready.")
    assert stamp(project)["torch_index"] == index
    done = subprocess.run([project / ".venv/bin/hello"], capture_output=True, text=True, cwd="/")
    assert done.stdout == "hello\n"


def test_torch_index_is_for_torch_and_torchvision_only(made: Made) -> None:
    packages = {path.name for path in (made[0] / ".venv").glob("lib/*/site-packages/*.py")}
    assert {"torch.py", "torchvision.py"} <= packages  # and `not-in-that-index` was not asked for


def test_up_to_date_environment_is_left_alone(project: Path) -> None:
    shutil.rmtree(next(project.glob(".venv/lib/*/site-packages/pip")))  # pip would fail
    done = run(project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_moved_folder_is_adapted(project: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    project.rename(moved)
    shutil.rmtree(next(moved.glob(".venv/lib/*/site-packages/pip")))  # nor is pip needed here
    done = run(moved)
    assert f"The folder was moved from {project}: adapting" in done.stdout.replace("\n", " ")
    assert done.returncode == 0
    hello = subprocess.run([moved / ".venv/bin/hello"], capture_output=True, text=True, cwd="/")
    assert hello.stdout == "hello\n", hello.stderr
    assert run(moved).stdout == ""


def test_interrupted_environment_is_finished(project: Path) -> None:
    (project / ".venv" / "autograder.json").write_text('{"root": "half')
    done = run(project, "--dev")
    assert "is not finished: going on with it" in done.stdout
    assert done.returncode == 0, done.stderr
    assert stamp(project)["dev"] is True
    assert run(project).stdout == "" == run(project, "--dev").stdout  # the tools stay


@pytest.mark.slow
def test_environment_without_pip_is_built_again(project: Path) -> None:
    """Interrupted while the environment itself was made."""
    (project / ".venv" / "autograder.json").unlink()
    shutil.rmtree(next(project.glob(".venv/lib/*/site-packages/pip")))
    done = run(project)
    assert done.returncode == 0, done.stderr
    assert run(project).stdout == ""


@pytest.mark.slow
def test_environment_without_its_python_is_built_again(project: Path) -> None:
    for python in project.glob(".venv/bin/python*"):
        python.unlink()
        python.symlink_to("/no/such/python")
    (project / ".venv" / "old").touch()
    done = run(project)
    assert "is not there any more" in done.stdout
    assert done.returncode == 0, done.stderr
    assert not (project / ".venv" / "old").exists()
    assert run(project).stdout == ""


def test_ctrl_c_leaves_no_stamp(project: Path) -> None:
    (project / "building").unlink()
    (project / "wait").touch()
    (project / "constraints.txt").write_text("# newer\n")
    process = subprocess.Popen(
        [sys.executable, project / "autograder" / "install.py"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (project / "building").exists() and process.poll() is None:
        pass
    os.killpg(process.pid, signal.SIGINT)
    said, errors = process.communicate()
    (project / "wait").unlink()
    assert process.returncode == 1
    assert "Stopped. Run the same command again" in errors
    assert "Traceback" not in said + errors
    assert not (project / ".venv" / "autograder.json").exists()


def test_no_network(project: Path) -> None:
    (project / "requires").write_text("Requires-Dist: a-package\n")
    (project / "constraints.txt").write_text("a-package==1.0\n")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}
    done = run(project, **nowhere)
    assert done.returncode == 1
    assert done.stderr.startswith("Set-up failed. The packages could not be downloaded")
    assert "Traceback" not in done.stderr
    assert not (project / ".venv" / "autograder.json").exists()


def test_link_to_a_shared_environment_is_used_as_it_is(made: Made, tmp_path: Path) -> None:
    project, other = made[0], tmp_path / "other"
    shutil.copytree(project, other, ignore=shutil.ignore_patterns(".venv"))
    (other / ".venv").symlink_to(project / ".venv")
    before = stamp(project)
    assert run(other, "--dev").stdout == ""
    assert stamp(project) == before


@pytest.mark.parametrize(
    "log, message",
    [
        ("ERROR: [Errno 28] No space left on device", "The disk is full"),
        ("OSError: [Errno 122] Disk quota exceeded", "The disk is full"),
        ("[Errno 13] Permission denied: '/course/.venv'", "cannot be written"),
        ("WARNING: broken by 'SSLError(CERTIFICATE_VERIFY_FAILED)'", "a certificate"),
        ("    The user requested (constraint) torch==2.14.1", "no package of the tested version"),
        ("socket.gaierror: [Errno 11001] getaddrinfo failed", "there is no network"),
        ("ERROR: something else", "Delete the folder"),
    ],
)
def test_failures_are_explained(log: str, message: str) -> None:
    text = install.explain(f"Collecting torch\n{log}\n")
    assert message in text
    assert log.strip() in text


def test_old_python_is_told(tmp_path: Path) -> None:
    ast.parse(SOURCE.read_text(), feature_version=(3, 7))
    code = (
        "import runpy, sys; sys.version_info = (3, 8, 0); sys.version = '3.8.0 (default)'; "
        f"runpy.run_path({str(SOURCE)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("This course needs Python 3.11 or newer; this is Python 3.8.0")


def test_missing_venv_module(made: Made, tmp_path: Path) -> None:
    """Debian's Python without its package python3-venv."""
    copy = tmp_path / "course"
    shutil.copytree(made[0], copy, ignore=shutil.ignore_patterns(".venv"))
    code = (
        "import importlib.util as util, runpy, sys; find = util.find_spec; "
        "util.find_spec = lambda name: None if name == 'ensurepip' else find(name); "
        f"runpy.run_path({str(copy / 'autograder' / 'install.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "sudo apt install python3-venv" in done.stderr.replace("\n", " ")
    assert not (copy / ".venv").exists()


def test_what_is_to_be_done(monkeypatch: pytest.MonkeyPatch, made: Made) -> None:
    project, _, index = made
    monkeypatch.setattr(install, "ROOT", project)
    monkeypatch.setattr(install, "VENV", project / ".venv")
    monkeypatch.setattr(install, "PYTHON", project / ENV_PYTHON)
    monkeypatch.setattr(install, "CONSTRAINTS", project / "constraints.txt")
    monkeypatch.setenv("TORCH_INDEX", "")
    now = stamp(project)
    assert install.why_rebuild(now) == install.why_update(now, dev=False) == ""
    assert "developers' tools" in install.why_update(now, dev=True)
    assert "packages has changed" in install.why_update({**now, "digest": ""}, dev=False)
    assert "another Python" in install.why_rebuild({**now, "python": "3.10"})
    monkeypatch.setenv("TORCH_INDEX", index)
    assert install.why_rebuild(now) == ""
    monkeypatch.setenv("TORCH_INDEX", "https://example.org/cpu")
    assert "https://example.org/cpu" in install.why_rebuild(now)


def test_progress_is_one_line_a_large_file(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        "Collecting torch>=2.6 (from autograder==0.1.0)\n",
        "  Downloading torch-2.14.1-cp311-cp311-linux_x86_64.whl.metadata (29 kB)\n",
        "Downloading torch-2.14.1-cp311-cp311-linux_x86_64.whl (554.6 MB)\n",
        "Progress 1000000 of 554600000\n",
        "Installing collected packages: " + ", ".join(["a-package"] * 60) + "\n",
    ]
    log = install.follow(lines)
    assert capsys.readouterr().out.splitlines() == [
        "  downloading torch-2.14.1 (554.6 MB)",
        "  unpacking 60 packages, about a minute",
    ]
    assert "Collecting torch" in log and "Progress" not in log


def fake_python(project: Path, code: int = 0) -> None:
    """An environment whose Python prints its arguments, one a line."""
    python = project / ENV_PYTHON
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\n[ "$1" = -ISc ] || printf "%s\\n" "$@"\nexit {code}\n')
    python.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what `make` and `python -m autograder` start with."""
    (tmp_path / "autograder").mkdir()
    for name in ("Makefile", "autograder/install.py", "autograder/__main__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "autograder" / "__init__.py").touch()
    return tmp_path


def start(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m autograder` by a Python that has none of the packages (-S)."""
    command = [sys.executable, "-S", "-m", "autograder", *arguments]
    return subprocess.run(command, cwd=checkout, env=environment(), capture_output=True, text=True)


def test_main_without_an_environment_says_what_to_run(checkout: Path) -> None:
    done = start(checkout, "grade")
    assert done.returncode == 2
    assert "`make grade`" in done.stderr and "python autograder/install.py" in done.stderr


def test_main_goes_to_the_environment(checkout: Path) -> None:
    fake_python(checkout, code=7)
    done = start(checkout, "grade", "a b.py")
    assert done.stdout.splitlines() == ["-m", "autograder", "grade", "a b.py"]
    assert done.returncode == 7


def test_main_stops_in_an_environment_without_packages(made: Made) -> None:
    done = start(made[0], "grade")
    assert done.returncode == 2
    assert "not installed yet" in done.stderr


needs_make = pytest.mark.skipif(not shutil.which("make"), reason="no make here")


def make(checkout: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in environment().items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        [shutil.which("make") or "make", *arguments],
        cwd=checkout,
        env={**kept, **variables},
        capture_output=True,
        text=True,
    )


@needs_make
def test_bare_make_prints_every_target(checkout: Path) -> None:
    lines = (checkout / "Makefile").read_text().splitlines()
    phony = next(line for line in lines if line.startswith(".PHONY:")).split()[1:]
    targets = [target for target in phony if target not in ("env", "env-dev")]
    done = make(checkout)
    printed = [line.split()[1] for line in done.stdout.splitlines() if "  make " in line]
    assert sorted(printed) == sorted(targets)
    assert {"grade", "lab", "data", "test", "lint", "clean"} <= set(targets)
    assert done.returncode == 0


@needs_make
def test_make_grade_passes_its_variables_on(checkout: Path) -> None:
    fake_python(checkout)
    options = ["ASSIGNMENT=cnn", "TASK=train", "DEVICE=cpu", "SEED=3", "JSON=my report.json", "FAIL_UNDER=60"]
    options += ["HTML=my page.html", "ROOT=my course"]
    done = make(checkout, "grade", "SUBMISSION=my answers.py", *options)
    assert done.stdout.splitlines() == [
        *("autograder/install.py", "-m", "autograder", "grade", "my answers.py"),
        *("--assignment", "cnn", "--task", "train", "--device", "cpu", "--seed", "3"),
        *("--json", "my report.json", "--html", "my page.html", "--fail-under", "60", "--root", "my course"),
    ]
    bare = ["autograder/install.py", "-m", "autograder", "grade"]
    assert make(checkout, "grade").stdout.splitlines() == bare


@needs_make
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["roster"], "make roster FROM=class.csv"),
        (["batch"], "make batch SUBMISSIONS=folder OUT=folder"),
        (["batch", "SUBMISSIONS=class.zip"], "OUT=folder"),
    ],
)
def test_make_names_the_variables_that_are_missing(checkout: Path, arguments: list[str], said: str) -> None:
    fake_python(checkout)
    done = make(checkout, *arguments)
    assert done.returncode == 2 and said in done.stderr and "-m" not in done.stdout
    done = make(checkout, *arguments, "FROM=a.csv", "SUBMISSIONS=a.zip", "OUT=a")
    assert done.returncode == 0 and arguments[0] in done.stdout and done.stderr == ""


@needs_make
def test_help_says_who_takes_another_course(checkout: Path) -> None:
    text = (checkout / "Makefile").read_text()
    recipes = dict(re.findall(r"^([a-z-]+):.*##.*\n((?:\t.*\n)+)", text, flags=re.MULTILINE))
    listed = [target for target in recipes if target not in ("help", "data", "doctor")]
    said = make(checkout).stdout
    assert "from grade to record; not data, doctor" in said and max(map(len, said.split("\n"))) <= 80
    takes = [target for target, recipe in recipes.items() if "$(call option,root,ROOT)" in recipe]
    assert takes == listed[listed.index("grade") : listed.index("record") + 1]


@needs_make
def test_make_without_a_python(checkout: Path) -> None:
    done = make(checkout, "grade", PATH=str(checkout))
    assert done.returncode == 2
    assert "No Python 3.11 or newer here" in done.stderr


def test_what_is_pinned_runs_on_every_python_3_11() -> None:
    """Debian 12 has Python 3.11.2, which `make` finds first there."""
    pinned = {
        line.partition("==")[0].lower().replace("_", "-") for line in install.CONSTRAINTS.read_text().splitlines()
    }
    installed = {each.name.lower().replace("_", "-"): each for each in distributions()}
    assert len(pinned & set(installed)) > 100
    for name in pinned & set(installed):
        needs = installed[name].metadata["Requires-Python"]
        assert not needs or SpecifierSet(needs).contains("3.11.0"), f"{name} needs Python {needs}"
