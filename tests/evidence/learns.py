"""Where the limits of `learns` come from: the short run over many seeds, kernel sets and wrong submissions.

    python tests/evidence/learns.py --seeds 200
    python tests/evidence/learns.py --seeds 20 --kernels
    python tests/evidence/learns.py --seeds 20 --wrong train_no_zero_grad --wrong forward_softmax

Prints minimum, median and maximum of the accuracy, and of the distance of the end logits from the reference's.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from corpus import CNN, SUBMISSIONS, splice

from autograder import recording
from autograder.compare import distance
from autograder.grade import Questions
from autograder.isolation.launch import start_host
from autograder.rules import load_rules
from autograder.session import Session
from autograder.submission import read_submission

# Environment variables by which PyTorch and oneDNN take other kernels than the best that the processor has.
KERNELS = {
    "avx2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
    "sse": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"},
}


def logits(source: Path, seeds: range) -> dict[int, np.ndarray]:
    """End logits of the short run, (1000, 10), for each seed; nothing where the submission gives none."""
    host = start_host(warm=True)
    rules = load_rules()
    submission = read_submission(source)
    found = {}
    for seed in seeds:
        questions = Questions(CNN.suite, seed)
        questions.facts = recording.load(CNN.suite / "expected.bin")[1]["architecture"].values
        session = Session(host, submission, CNN.suite / "probes.py", rules)
        answer = session.ask("learns", questions("learns"))
        session.close()
        if "end_logits" in answer.arrays:
            found[seed] = answer.arrays["end_logits"]
    host.close()
    return found


def accuracy(seed: int, found: np.ndarray) -> float:
    questions = Questions(CNN.suite, seed)
    labels = questions.module.permuted_digits(questions.random("learns"))["test_labels"]
    return float((found.argmax(axis=1) == labels).mean())


def show(name: str, found: dict[int, np.ndarray], reference: dict[int, np.ndarray]) -> None:
    accuracies = [accuracy(seed, values) for seed, values in found.items()]
    distances = [distance(values, reference[seed]) for seed, values in found.items()]
    for what, values in (("accuracy", accuracies), ("distance", distances)):
        low, middle, high = np.min(values), np.median(values), np.max(values)
        print(f"{name:32} {what}: {low:.3f} {middle:.3f} {high:.3f} ({len(values)} seeds)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--kernels", action="store_true", help="repeat with other CPU kernels")
    parser.add_argument("--wrong", action="append", default=[], help="a piece of tests/submissions/wrong")
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    reference = logits(CNN.master, seeds)
    show("reference", reference, reference)
    for name, variables in KERNELS.items() if options.kernels else ():
        os.environ.update(variables)
        show(name, logits(CNN.master, seeds), reference)
        for variable in variables:
            del os.environ[variable]
    for name in options.wrong:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "cnn.py"
            source.write_text(splice(SUBMISSIONS / "wrong" / f"{name}.py"), encoding="utf-8")
            show(name, logits(source, seeds), reference)


if __name__ == "__main__":
    main()
