"""What the grader does with a student's code: one function a probe, run beside that code.

Each takes the student's names, the question of the same name in `questions.py`, and `seen`, to be filled with
plain values and arrays. Nothing here knows an expected value. What matters is shown by numbers: training mode,
gradients and devices change what the grader's own modules compute.
"""

from .devices import evaluate_device, train_device
from .evaluate import evaluate_accuracy, evaluate_arguments, evaluate_gradients, evaluate_mode
from .learns import learns, learns_unit
from .network import architecture, forward, layers
from .sizes import conv_output_size, linear1_in_features, predicted_shapes
from .train import train_arguments, train_epochs, train_mode, train_update

__all__ = [
    "architecture",
    "conv_output_size",
    "evaluate_accuracy",
    "evaluate_arguments",
    "evaluate_device",
    "evaluate_gradients",
    "evaluate_mode",
    "forward",
    "layers",
    "learns",
    "learns_unit",
    "linear1_in_features",
    "predicted_shapes",
    "train_arguments",
    "train_device",
    "train_epochs",
    "train_mode",
    "train_update",
]
