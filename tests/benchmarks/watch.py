"""How long a save waits for its rows while `make watch` runs: seconds from the beginning of a grading, host warm.

python tests/benchmarks/watch.py
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from corpus import CNN

from autograder.grade import grade
from autograder.isolation.launch import start_host
from autograder.questions import PUBLIC_SEED, Questions, expected_answers
from autograder.rules import load_rules


def main() -> None:
    host = start_host(warm=True)
    questions = Questions(CNN.suite, PUBLIC_SEED)
    expected = expected_answers(CNN, questions, host, load_rules())
    for run in range(4):
        host.make_ready()
        if run:
            time.sleep(3)  # a student thinks; a spawned child gets ready
        start, rows = time.monotonic(), {}
        grade(
            CNN,
            CNN.master,
            host,
            questions=questions,
            expected=expected,
            on_task=lambda task, start=start, rows=rows: rows.setdefault(task.id, time.monotonic() - start),
        )
        if run:
            print(", ".join(f"{task} {seconds:.2f}" for task, seconds in rows.items()))
    host.close()


if __name__ == "__main__":
    main()
