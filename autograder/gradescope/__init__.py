"""Grading on Gradescope: `build` makes the zip that is uploaded, `run` is what runs there for each submission.

What Gradescope does is documented at https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""
