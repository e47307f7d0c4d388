"""What students get: a zip of their own folder, and a wheel for those who have a notebook only. No solutions in either.

The same commit gives the same bytes: files in a fixed order, with fixed times and modes.
"""

import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from autograder import __version__
from autograder.assignment import PACKAGE, RELEASE, Assignment, assignment_names, find_assignment
from autograder.leaks import check_leaks
from autograder.mnist import course_sample
from autograder.numbering import Record, as_json, version
from autograder.release import make_starter

Files = dict[str, bytes]

COURSE = PACKAGE.parent
KINDS = {".py", ".toml", ".ini", ".json", ".bin", ".jinja"}  # of files of the package
# Tools that are of no use without the masters, or without a class.
INSTRUCTORS = {
    *("bundle.py", "leaks.py", "mistakes.py", "numbering.py", "release.py", "source_notebook.py"),
    *("cli_instructor.py", "cli_release.py"),
    *("nbgrader", "cli_gradebook.py", "gradebook"),
    *("batch", "class_causes.py", "class_summary.py", "gradescope", "handins", "row.py", "seeds.py", "spreadsheet.py"),
    *(f"render/class{end}" for end in ("_page.py", "_progress.py", ".html.jinja", ".css.jinja")),
}
FOR_CLASSES = {"cryptography", "distributed"}  # packages that those need
TARGETS = {"help", "grade", "watch", "lab", "data", "clean", "env"}  # of the Makefile
# Variables that go with the other targets, in the Makefile's help.
VARIABLES = {"ROOT", "SEED", "ARGS", "FORCE", "REGRADE", "SANDBOX", "WORKERS", "SCHEDULER"} | {
    "LMS",
    "COLUMN",
    "ID",
    "REMOVE",
    "EXCHANGE",
}
# What a wheel need not bring: whoever installs it has a notebook already, often in versions that must stay.
NOTEBOOK_HAS = {"jupyter", "jupyterlab", "nbgrader"}
TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold
EPOCH = 315532800  # the same for the wheel, in seconds


class WheelError(RuntimeError):
    """The wheel could not be built; the text is pip's."""


@dataclass(frozen=True)
class Bundle:
    """The files for students, ready to be written."""

    zip_name: str
    zip: bytes
    wheel_name: str
    wheel: bytes


def grader_files(names: Iterable[str], root: Path, also: Iterable[str] = ()) -> Files:
    """The package with the suites of these assignments of the course in `root`.

    Of the instructors' tools it holds those only that are named in `also`.
    """
    files, without = {}, {"data", *INSTRUCTORS}.difference(also)
    for path in sorted(PACKAGE.rglob("*")):
        part = path.relative_to(PACKAGE)
        in_suite = part.parts[0] == "suites" and len(part.parts) > 2
        if path.suffix in KINDS and without.isdisjoint({part.parts[0], part.as_posix()}) and not in_suite:
            files[f"autograder/{part.as_posix()}"] = path.read_bytes()
    for name in names:
        suite = root / "autograder" / "suites" / name
        for path in sorted(suite.rglob("*")):
            if path.suffix in KINDS:
                files[f"autograder/suites/{name}/{path.relative_to(suite).as_posix()}"] = path.read_bytes()
    return files


def make_bundle(assignment: Assignment, record: Record) -> Bundle:
    """The zip and the wheel of a release. Raises LeakError or WheelError; nothing is written."""
    root, release = assignment.root, record["release"]
    number = version(assignment, release)
    released = [
        name for name in assignment_names(root) if name == assignment.name or find_assignment(name, root).release
    ]
    own = {f"autograder/suites/{assignment.name}/{RELEASE}": as_json(record)}
    student = common_files() | grader_files([assignment.name], root) | own | read_me(assignment, release, number)
    student["Makefile"] = makefile((COURSE / "Makefile").read_text(encoding="utf-8")).encode()
    student["AGENTS.md"] = (COURSE / "student" / "AGENTS.md").read_bytes()
    student[f"assignments/{assignment.name}/{assignment.name}.py"] = make_starter(assignment).encode()
    package = common_files(without=NOTEBOOK_HAS) | grader_files(released, root) | own
    for files in (student, package):
        files["autograder/__init__.py"] = with_version(files["autograder/__init__.py"], number)
    name, wheel = build_wheel(package)
    with zipfile.ZipFile(io.BytesIO(wheel)) as made:
        check_leaks(assignment, {f"{name}: {part}": made.read(part) for part in made.namelist()})
    check_leaks(assignment, student)
    folder = f"{assignment.name}-release-{release}"
    return Bundle(f"{assignment.name}-student.zip", pack(student, folder), name, wheel)


def common_files(without: Iterable[str] = ()) -> Files:
    """What makes a folder that can be installed."""
    files = {name: (COURSE / name).read_bytes() for name in ("LICENSE", "constraints.txt", "hatch_build.py")}
    data = course_sample().parent
    for path in [data / "LICENSE", data / "README.md", *sorted((data / "sample").rglob("*"))]:
        if path.is_file():
            files[f"data/{path.relative_to(data).as_posix()}"] = path.read_bytes()
    text = (COURSE / "pyproject.toml").read_text(encoding="utf-8")
    files["pyproject.toml"] = project(text, FOR_CLASSES.union(without)).encode()
    return files


def read_me(assignment: Assignment, release: int, number: str) -> Files:
    """The student's README: what the course's own says to students, below the name and number of the release."""
    text = (COURSE / "README.md").read_text(encoding="utf-8")
    students = text[text.index("## For students") : text.index("## For instructors")]
    made = (COURSE / "student" / "README.md").read_text(encoding="utf-8")
    values = {"title": assignment.title, "name": assignment.name, "release": str(release), "version": number}
    for name, value in (values | {"students": students}).items():
        made = made.replace(f"{{{name}}}", value)
    return {"README.md": made.encode()}


def makefile(text: str) -> str:
    """The Makefile without the targets that a student has no use for."""
    kept = []
    for paragraph in text.rstrip("\n").split("\n\n"):
        target = re.match(r"([a-z-]+):", paragraph)
        if not target or target[1] in TARGETS:
            kept.append(paragraph)
    lines = "\n\n".join(kept).split("\n")
    lines = [line for line in lines if not re.match(rf'\t@echo "  ({"|".join(VARIABLES)})=', line)]
    return re.sub(r"\.PHONY:.*", f".PHONY: {' '.join(sorted(TARGETS))}", "\n".join(lines)) + "\n"


def project(text: str, without: Iterable[str]) -> str:
    """pyproject.toml with what an installation needs, and not what is for tests and linters."""
    sections = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    wanted = ("[build-system]", "[project]", "[project.scripts]", "[project.entry-points", "[tool.hatch")
    made = "".join(section for section in sections if section.startswith(wanted))
    return re.sub(rf'^ *"({"|".join(without)})[>=].*\n', "", made, flags=re.MULTILINE)


def with_version(source: bytes, number: str) -> bytes:
    return source.replace(f'__version__ = "{__version__}"'.encode(), f'__version__ = "{number}"'.encode())


def build_wheel(files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Name and bytes of the wheel that pip makes of these files; it gets the build backend from the package index."""
    with TemporaryDirectory() as temporary:
        source, made = Path(temporary, "source"), Path(temporary, "made")
        for name, data in files.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        command = [sys.executable, "-I", "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(made), str(source)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        wheels = list(made.glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            raise WheelError(f"the wheel could not be built. pip says:\n{done.stdout}{done.stderr}")
        return wheels[0].name, wheels[0].read_bytes()


def pack(files: Mapping[str, bytes], folder: str = "", modes: Mapping[str, int] = MappingProxyType({})) -> bytes:
    """A zip of these files, in a `folder` if it has a name, whose bytes depend on the arguments alone.

    `modes` are those of files that are not for everybody to read and for nobody to run.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}" if folder else name, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on every platform
            entry.external_attr = (0o100000 | modes.get(name, 0o644)) << 16
            packed.writestr(entry, files[name])
    return data.getvalue()
