"""An auto-grader for deep-learning assignments: ask, observe, compare, explain."""

import sys

__version__ = "0.1.0"


def check(task: str | None = None) -> float:
    """Judge your work in a notebook, one `task` or all of it: shows what `make grade` says, and gives the points.

        from autograder import check
        check("train")

    What is judged is what you have run, not what is saved.
    """
    from autograder.live import check_live  # not above: importing this package must stay quick

    return check_live(task, sys._getframe(1).f_globals)
