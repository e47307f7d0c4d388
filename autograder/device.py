"""Which GPU to try, if any. The judge has no torch: it looks for signs, and a child finds out what PyTorch sees."""

import platform
import shutil
import sys
from pathlib import Path

from autograder.submission import SubmissionError

DEVICES = ("auto", "cpu", "cuda", "mps")


def gpu_to_try(device: str) -> str | None:
    """`cuda`, `mps` or None for the CPU alone. Raises SubmissionError for a name that is none of DEVICES."""
    if device not in DEVICES:
        raise SubmissionError(f"there is no device {device}; there are: {', '.join(DEVICES)}")
    if device == "auto":
        return likely_gpu()
    return None if device == "cpu" else device


def likely_gpu() -> str | None:
    if shutil.which("nvidia-smi") or any(Path(path).exists() for path in ("/proc/driver/nvidia", "/dev/kfd")):
        return "cuda"
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return "mps"
    return None
