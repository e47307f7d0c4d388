"""The set-up: an environment in `.venv` beside this package, made once, with the tested versions.

    python3 autograder/install.py [--dev]     standard library only; Linux, macOS, Windows

An environment that is up to date is recognised by its stamp in milliseconds, and nothing is done.
One that was interrupted is finished; one whose folder moved is adapted; one that no longer runs is
built again. `TORCH_INDEX=URL` takes torch and torchvision from another wheel index.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (this file must parse in older ones to get here)
    sys.exit(
        f"This course needs Python 3.11 or newer; this is Python {sys.version.split()[0]}\n"
        f"({sys.executable}). Install a newer one and use that, for example:\n"
        "python3.11 autograder/install.py"
    )

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "autograder.json"
CONSTRAINTS = ROOT / "constraints.txt"

Stamp = dict[str, Any]  # root, python, digest, dev, torch_index: what the environment was made for

PIP_WITH_PROGRESS = (24, 1)  # `--progress-bar raw` says how far a download is
LARGE = re.compile(r"\d\d\.\d MB|GB")  # a download that is worth a line in a log

INSTALLATION_PAGE = "https://pytorch.org/get-started/locally/"

# What pip's output says about a failure -> what the reader is told; the first that matches counts.
FAILURES = [
    (
        r"No space left|Errno 28\b|quota exceeded|not enough space on the disk|WinError 112\b",
        "The disk is full, or your quota is used up. The environment needs about 6 GB with CUDA, "
        "about 1.5 GB with PyTorch's CPU build; pip also keeps downloads in a cache of its own, "
        "which `pip cache purge` empties. Free some space and run the same command again.",
    ),
    (
        r"Permission denied|Read-only file system|WinError (5|32)\b",
        f"The environment cannot be written in {ROOT}. If that folder is not yours, copy it to a "
        "place of your own; on Windows, close the programs that use the environment, such as "
        "JupyterLab. Then run the same command again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|certificate verify failed",
        "The network answered, but with a certificate that Python does not trust; usually a proxy "
        "stands in between. Ask whoever runs the network for its certificate, set PIP_CERT to that "
        "file, and run the same command again.",
    ),
    (
        r"NewConnectionError|NameResolutionError|Max retries exceeded|connection broken|getaddrinfo"
        r"|Failed to connect|Temporary failure in name|Network is unreachable|No route to host"
        r"|Connection refused|timed out|ConnectTimeout|ProxyError|Could not fetch URL",
        "The packages could not be downloaded: there is no network, or it broke off. Connect "
        "(behind a proxy, set HTTPS_PROXY) and run the same command again; it goes on from here. "
        "Afterwards no network is needed.",
    ),
    (
        r"No matching distribution found|user requested \(constraint\)|ResolutionImpossible",
        "There is no package of the tested version for this computer "
        f"({platform.system()}, {platform.machine()}, Python {platform.python_version()}). "
        f"PyTorch's page says which systems and Pythons it supports: {INSTALLATION_PAGE}",
    ),
]


class SetupError(Exception):
    """The set-up cannot go on; the message is one paragraph for the reader."""


def set_up(dev: bool) -> None:
    """Bring the environment up to date, with the developers' tools if `dev`."""
    if not CONSTRAINTS.exists():
        raise SetupError(f"{ROOT} is not a copy of the course: it has no {CONSTRAINTS.name}.")
    if VENV.is_symlink():  # somebody else's environment, shared on purpose: used as it is
        if not PYTHON.exists():
            raise SetupError(f"{VENV} is a link to an environment that is not there. Delete it.")
        return
    stamp = read_stamp()
    broken = why_rebuild(stamp)
    if stamp and not broken and stamp["root"] != str(ROOT):
        relocate(stamp)
    reason = broken or why_update(stamp, dev)
    if not reason:
        return
    # An update takes nothing away: neither the developers' tools nor the choice of the wheel index.
    dev = dev or stamp.get("dev", False)
    index = os.environ.get("TORCH_INDEX") or stamp.get("torch_index", "")
    tell(reason)
    STAMP.unlink(missing_ok=True)
    if broken:
        tell(announcement(index))
        create()
    install(dev, index)
    write_stamp({"root": str(ROOT), "python": python_version(), "digest": digest(), "dev": dev, "torch_index": index})
    print("The environment is ready.\n", flush=True)


def why_rebuild(stamp: Stamp) -> str:
    """Why the environment must be made from nothing; empty when it can be kept."""
    if not VENV.exists():
        return "Setting up the environment in .venv; this happens once."
    version = python_version()
    if not version:
        return "The Python of the environment in .venv is not there any more: building it again."
    if version != stamp.get("python", version) or int(version.split(".")[1]) < 11:
        return f"The environment in .venv has got another Python, {version}: building it again."
    if stamp.get("root", str(ROOT)) != str(ROOT) and not can_relocate():
        return f"The folder was moved from {stamp['root']}: building .venv again."
    index = os.environ.get("TORCH_INDEX")
    if stamp and index and index != stamp["torch_index"]:
        return f"PyTorch is to come from {index}: building .venv again."
    return ""


def why_update(stamp: Stamp, dev: bool) -> str:
    """Why pip must have a look; empty when the environment is up to date."""
    if not stamp:
        return "The environment in .venv is not finished: going on with it."
    if stamp["digest"] != digest():
        return "The list of packages has changed: updating the environment in .venv."
    if dev and not stamp["dev"]:
        return "Adding the developers' tools to the environment in .venv."
    return ""


def python_version() -> str:
    """The version of the environment's Python, such as "3.11"; empty when it does not run."""
    if Path(sys.prefix) == VENV:
        return f"{sys.version_info[0]}.{sys.version_info[1]}"
    code, said = run(PYTHON, "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    return said.strip() if code == 0 else ""


def digest() -> str:
    """What the packages depend on."""
    content = (ROOT / "pyproject.toml").read_bytes() + CONSTRAINTS.read_bytes()
    return hashlib.sha256(content).hexdigest()


def read_stamp() -> Stamp:
    """What the last finished set-up wrote; empty when there is none."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return stamp if stamp.keys() >= {"root", "python", "digest", "dev", "torch_index"} else {}
    except (OSError, ValueError, AttributeError):
        return {}


def write_stamp(stamp: Stamp) -> None:
    """Say that the set-up is finished, and for what."""
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
    new.replace(STAMP)  # whole or not at all


def announcement(index: str) -> str:
    """Size and time, before anything is downloaded."""
    free = f"{shutil.disk_usage(ROOT).free / 1e9:.0f} GB are free here"
    if index:
        return f"PyTorch comes from {index}; its CPU build is some 200 MB to download. {free}."
    if platform.system() == "Linux" and platform.machine() == "x86_64":
        return (
            f"PyTorch with CUDA: about 3 GB to download, about 6 GB on disk ({free}), two to "
            "three minutes on a fast connection. Without a GPU some 200 MB are enough: stop with "
            f"Ctrl-C, choose CPU on {INSTALLATION_PAGE}, and run the same command again with "
            "TORCH_INDEX= and the address that the page gives behind --index-url."
        )
    return f"About 0.5 GB to download, about 1.5 GB on disk ({free}), one to three minutes on a fast connection."


def can_relocate() -> bool:
    """Whether the paths that the environment's commands start with can be rewritten in place."""
    return os.name != "nt" and " " not in str(PYTHON) and len(str(PYTHON)) < 120


def relocate(stamp: Stamp) -> None:
    """Rewrite the folder's old path in the environment's commands and path files."""
    tell(f"The folder was moved from {stamp['root']}: adapting .venv to that.")
    before, after = stamp["root"].encode(), str(ROOT).encode()
    for pattern in ("bin/*", "pyvenv.cfg", "lib/*/site-packages/*.pth"):
        for file in VENV.glob(pattern):
            if file.is_file() and not file.is_symlink():
                file.write_bytes(file.read_bytes().replace(before, after))
    stamp["root"] = str(ROOT)
    write_stamp(stamp)


def create() -> None:
    """An empty environment in place of whatever is in .venv."""
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise SetupError(
            f"This Python ({sys.executable}) has no modules `venv` and `ensurepip`, "
            "which make environments. On Debian and Ubuntu they are in a package of their own: "
            f"sudo apt install python3-venv (or python3.{sys.version_info[1]}-venv). Then run the "
            "same command again."
        )
    base = getattr(sys, "_base_executable", sys.executable)  # never the environment's own
    code, log = run(base, "-m", "venv", "--clear", str(VENV))
    if code != 0:
        raise SetupError(explain(log))


def install(dev: bool, index: str) -> None:
    """The tested versions of all packages, and this one as an editable install."""
    if not pip_version():
        create()
    if pip_version() < PIP_WITH_PROGRESS:
        pip("--upgrade", "pip")
    if index:  # no dependencies: such an index has few of them, and in other versions
        pip("--index-url", index, "--no-deps", "--upgrade", "torch", "torchvision")
    pip("--editable", f"{ROOT}[dev]" if dev else str(ROOT))


def pip_version() -> tuple[int, ...]:
    """The version of the environment's pip; empty when there is none."""
    code, said = run(PYTHON, "-c", "import pip; print(pip.__version__)")
    return tuple(int(number) for number in re.findall(r"\d+", said)) if code == 0 else ()


def run(python: str | Path, *arguments: str) -> tuple[int, str]:
    """Run a Python apart from the user's settings; its exit code and what it printed."""
    command = [str(python), "-I", *arguments]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        return 1, str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def pip(*arguments: str) -> None:
    """`pip install` with the tested versions, its output as one line of progress."""
    progress = "raw" if pip_version() >= PIP_WITH_PROGRESS else "off"
    command = [str(PYTHON), "-I", "-m", "pip", "install", "--constraint", str(CONSTRAINTS)]
    command += ["--progress-bar", progress, "--no-input", "--no-color", *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        encoding="utf-8",
        errors="replace",
    )
    with process:
        log = follow(process.stdout or ())
    if process.returncode != 0:
        raise SetupError(explain(log))


def follow(lines: Iterable[str]) -> str:
    """Show pip's lines as they are worth; returns those that may explain a failure."""
    log, file = [], ""
    for line in lines:
        words = line.split()
        if words[:1] == ["Progress"]:  # Progress 123 of 456
            done, size = int(words[1]) / 1e6, int(words[3]) / 1e6
            status(f"downloading {file}: {done:.0f} of {size:.0f} MB")
            continue
        if words[:1] == ["Downloading"]:  # Downloading torch-2.14.1-cp311-...whl (899.1 MB)
            file = "-".join(words[1].rpartition("/")[2].split("-")[:2])
            size_text = " ".join(words[2:])
            status(f"downloading {file} {size_text}", lasting=bool(LARGE.search(size_text)))
        elif words[:1] == ["Collecting"]:
            status(f"looking up {words[1]}")
        elif words[:2] == ["Installing", "collected"]:
            count = len(words) - 3
            if count > 50:  # the first time
                status(f"unpacking {count} packages, about a minute", lasting=True)
            else:
                status("unpacking")
        log.append(line)
    status("")
    return "".join(log)


def status(text: str, lasting: bool = False) -> None:
    """One line that is rewritten in a terminal; elsewhere only the `lasting` texts, a line each."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r" + f"  {text}"[:width].ljust(width), end="" if text else "\r", flush=True)
    elif lasting:
        print(f"  {text}", flush=True)


def explain(log: str) -> str:
    """One paragraph for what went wrong, and the line that says so."""
    said = [line.strip() for line in log.splitlines() if line.strip()]
    for pattern, message in FAILURES:
        for line in said:
            if re.search(pattern, line, re.IGNORECASE):
                return f"{message}\nThe message was: {line[:300]}"
    return (
        f"The packages could not be installed. Delete the folder {VENV} and run the same command "
        "again; if that does not help, these last messages are what to ask about:\n" + "\n".join(said[-8:])
    )


def tell(text: str, file: TextIO | None = None) -> None:
    """Print text, each of its lines wrapped to the width of a terminal."""
    wrapper = textwrap.TextWrapper(79, break_long_words=False, break_on_hyphens=False)
    for line in text.splitlines():
        print(wrapper.fill(line), file=file, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Set up the environment of the course in .venv.")
    parser.add_argument("--dev", action="store_true", help="with the tools for tests and linting")
    options = parser.parse_args()
    try:
        set_up(options.dev)
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
    except SetupError as error:
        tell(f"Set-up failed. {error}", sys.stderr)
    except OSError as error:
        tell(f"Set-up failed. {explain(str(error))}", sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
