"""The arrays of a question as tensors and batches, and tensors as arrays."""

from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

Question = dict[str, Any]
CPU = torch.device("cpu")


def tensor(question: Question, name: str) -> torch.Tensor:
    return torch.from_numpy(question[name].copy())


def array(value: torch.Tensor) -> np.ndarray:
    value = value.detach().cpu()
    return (value.float() if value.dtype is torch.bfloat16 else value).numpy().copy()  # numpy has no bfloat16


def batches(x: torch.Tensor, y: torch.Tensor, size: int) -> DataLoader:
    """The batches in order; they do not shuffle, since random streams differ between platforms."""
    return DataLoader(TensorDataset(x, y), batch_size=size)
