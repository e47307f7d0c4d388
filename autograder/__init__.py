"""An auto-grader for deep-learning assignments: ask, observe, compare, explain."""

import os
import random
import sys

__version__ = "0.1.0"


def check(task: str | None = None) -> float:
    """Grade what the cells above have made, and show what `make grade` shows: `check("train")`, or all with `check()`.

    It works on the objects as they are now, in this very process, so what is run anew is graded anew. Nothing of them
    is changed. There are no limits of time here: a loop that never ends is ended by the stop button.

    Returns:
        The points; nan in a file that is imported or graded, where nothing is done. While nbgrader runs a notebook,
        `check()` does nothing, either: each task has a cell of its own there.

    Raises:
        AssignmentError: there is no such task; the text says which there are.
        NotAllPoints: under nbgrader's Validate, which shows nothing but errors; the text is the message.
    """
    namespace = sys._getframe(1).f_globals
    if namespace.get("__name__") != "__main__" or (task is None and os.environ.get("NBGRADER_EXECUTION")):
        return float("nan")
    from autograder.quiet import quiet_errors

    state = random.getstate()  # which libraries change when they are imported
    try:
        with quiet_errors():
            from autograder.live import check_live  # here, so that the package itself takes no time to import

            return check_live(task, namespace)
    finally:
        random.setstate(state)
