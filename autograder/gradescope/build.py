"""The zip for Gradescope: the grader, the questions' seed, and the reference's answers in the place of the solutions.

With the public seed, whose answers every student has, a submission could recite them; so the seed is an official one,
drawn once and kept in the course's folder `gradescope`. The same commit, seed and machine give the same bytes.
"""

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder import install, recording
from autograder.assignment import Assignment
from autograder.bundle import COURSE, FOR_CLASSES, NOTEBOOK_HAS, common_files, grader_files, pack, project
from autograder.gradescope.run import OFFICIAL
from autograder.isolation.launch import Host
from autograder.leaks import check_leaks
from autograder.questions import Questions, expected_answers
from autograder.rules import load_rules
from autograder.seeds import OfficialSeeds

HERE = Path(__file__).parent
SCRIPTS = ("setup.sh", "run_autograder")
MODES = {"setup.sh": 0o755, "run_autograder": 0o755, OFFICIAL: 0o600}
NEEDED = ("gradescope", "handins")  # of the instructors' tools
STUDENTS_MAY_IMPORT = "ipython"  # it comes with Jupyter, which is not needed here


def official_seeds(root: Path) -> OfficialSeeds:
    """Those of all zips of a course. Raises SeedError."""
    return OfficialSeeds(root / "gradescope")


def make_zip(assignment: Assignment, seed: int, host: Host, torch_index: str = "") -> bytes:
    """The zip, looked at for leaks.

    Args:
        torch_index: the address of an index with other builds of PyTorch; the usual one has those for CUDA, 3 GB.

    Raises:
        LeakError: a solution is in it.
        GraderFault, HostError: the reference solution gives no answers.
    """
    files = grader_files([assignment.name], assignment.root, NEEDED)
    del files["autograder/gradescope/build.py"]
    files |= {name: (HERE / name).read_bytes() for name in SCRIPTS}
    files |= common_files()  # with the images that questions are made of
    for name in ("hatch_build.py", "pyproject.toml"):  # nothing is installed from here, where others could read it
        del files[name]
    files["requirements.txt"] = requirements().encode()
    files[OFFICIAL] = record(assignment, seed, host)
    if torch_index:
        files["torch_index"] = f"{torch_index}\n".encode()
    check_leaks(assignment, files)
    return pack(files, modes=MODES)


def requirements() -> str:
    """What grading needs, and what student code may import."""
    text = project((COURSE / "pyproject.toml").read_text(encoding="utf-8"), FOR_CLASSES | NOTEBOOK_HAS)
    return "\n".join([*tomllib.loads(text)["project"]["dependencies"], STUDENTS_MAY_IMPORT]) + "\n"


def record(assignment: Assignment, seed: int, host: Host) -> bytes:
    """The reference's answers to the questions of a seed."""
    expected = expected_answers(assignment, Questions(assignment.suite, seed), host, load_rules(), fresh=True)
    with TemporaryDirectory() as temporary:
        path = Path(temporary, OFFICIAL)
        recording.save(path, seed, expected, {})
        return path.read_bytes()


def index_in_use() -> str:
    """The index that this course's environment has PyTorch from; empty for the usual one."""
    return install.read_stamp().get("torch_index", "")
