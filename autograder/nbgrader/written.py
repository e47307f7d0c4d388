"""Questions in words, which are beyond the points of the tasks: who leaves one empty has not failed."""

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.nbgrader.stubs import Processed, course_assignment


class MayStayEmpty(NbGraderPreprocessor):
    """Takes the checksum from the cells that a person grades; stands after all that computes checksums.

    By it Validate tells that such a cell is as released, and says that it failed. The gradebook keeps the checksum, and
    `autograde` goes by that one: an empty answer has 0 points, any other one waits for a person.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> Processed:
        if course_assignment(resources["nbgrader"]["assignment"]):
            for cell in nb.cells:
                if utils.is_grade(cell) and utils.is_solution(cell):
                    cell.metadata.nbgrader.pop("checksum", None)
        return nb, resources
