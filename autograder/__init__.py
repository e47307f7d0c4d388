"""An auto-grader for deep-learning assignments: ask, observe, compare, explain."""

__version__ = "0.1.0"
