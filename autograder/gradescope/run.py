"""What runs on Gradescope, for each submission: `python -m autograder.gradescope.run /autograder`, as root.

Student code runs as another user, who can read neither the questions nor the answers, and not write the results. What
is printed here is seen by the instructor alone. Exit code 0: graded, whatever the score. Otherwise there are no
results, which Gradescope says to the instructor: a fault of ours is never a zero.
"""

import json
import os
import stat
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from autograder import files, recording
from autograder.assignment import Assignment, find_assignment, likely_assignment
from autograder.cli_common import FAULT
from autograder.grade import grade
from autograder.gradescope.results import final, partial
from autograder.handins.find import find_handin
from autograder.handins.starter import untouched
from autograder.isolation.attacks import attack_all
from autograder.isolation.launch import ForkingHost, Host, HostError
from autograder.isolation.sandbox import SELF_TEST
from autograder.isolation.user import find_user
from autograder.questions import Questions
from autograder.report import Report, TaskResult
from autograder.submission import Submission, parse_submission

OFFICIAL = "official.bin"  # in the folder of the package: the questions' seed, and the reference's answers to them
STUDENT = "student"  # the user that setup.sh makes
# Rights of files hold these. The others need Landlock and seccomp, which a container's kernel may lack.
MUST_HOLD = {"read another's file", "read the recorded answers"}


def main(folder: Path) -> int:
    results = folder / "results" / "results.json"
    results.unlink(missing_ok=True)
    try:
        close_to_others(folder)
        host = ForkingHost(warm=True, user=find_user(os.environ.get("AUTOGRADER_USER", STUDENT)))
        try:
            missing = try_walls(host)
            run(folder, host, results, missing)
        finally:
            host.close()
    except Exception:
        results.unlink(missing_ok=True)  # it may be a partial one
        traceback.print_exc(file=sys.stdout)
        print("This could not be graded. That is the grader's fault, not the student's; run it again.")
        return FAULT
    return 0


def close_to_others(folder: Path) -> None:
    """What Gradescope lays out belongs to root, and is readable by all."""
    for name in ("source", "results", "submission", "submission_metadata.json"):
        if (path := folder / name).exists():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o077)


def try_walls(host: Host) -> list[str]:
    """The attacks that work here, of those that only the kernel can hold. Raises HostError where files are open."""
    works = [outcome.attack for outcome in attack_all(host, sorted(MUST_HOLD.union(SELF_TEST))) if not outcome.held]
    if unheld := MUST_HOLD.intersection(works):
        raise HostError(f"student code could do this: {', '.join(sorted(unheld))}")
    for attack in works:
        print(f"WARNING: this container does not keep student code from this: {attack}.")
    return works


def run(folder: Path, host: Host, results: Path, missing: list[str]) -> None:
    """Grade what lies in `submission`, with partial results whenever a task is done."""
    start, done = time.monotonic(), list[TaskResult]()
    assignment = find_assignment(likely_assignment())
    seed, expected = recording.load(folder / "source" / OFFICIAL)
    extra = {"assignment": assignment.name, "seed": seed, "sandbox": host.sandbox, "not_held": missing}

    def task_done(task: TaskResult) -> None:
        done.append(task)
        write(results, partial(assignment, done, time.monotonic() - start, extra))

    submission, note = handed_in(folder / "submission", assignment)
    questions = Questions(assignment.suite, seed)
    report = grade(assignment, submission, host, questions=questions, expected=expected, on_task=task_done)
    report.notes += [note] if note else []
    write(results, final(assignment, report, extra))
    print(in_short(report))


def handed_in(place: Path, assignment: Assignment) -> tuple[Submission, str]:
    """The file that is graded, and what is worth knowing of the choice."""
    found = find_handin(place, assignment.name, untouched(assignment))
    data, problem = found.content()
    path = Path(found.name)
    if problem:
        return Submission(path, problem=problem), found.note
    return parse_submission(path, data, assignment.explore_cells()), found.note


def write(path: Path, results: dict[str, Any]) -> None:
    """Whole or not at all: a time limit may strike at any moment."""
    files.write(path, json.dumps(results, indent=1, allow_nan=False) + "\n")


def in_short(report: Report) -> str:
    return f"{report.score:g} of {report.max_score:g} points in {report.seconds:.0f} s, seed {report.seed}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
