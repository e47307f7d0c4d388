"""What the grader does with a student's code."""

import torch

from autograder.observe import plain


def softmax(student, question, seen):
    for name in ("logits", "large"):
        seen.arrays[name] = student.call("softmax", torch.from_numpy(question[name].copy())).detach().numpy()


def probabilities(student, question, seen):
    for name in question["names"]:
        seen.values[name] = plain(student["PROBABILITIES"][name])
