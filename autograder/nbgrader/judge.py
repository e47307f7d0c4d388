"""What stands in `nbgrader autograde`: a hand-in is put right for nbgrader, and judged outside of its notebook.

nbgrader's own would read the notebook that has the right name, or fail, and run it in a kernel that can write the
gradebook. In an assignment that is none of ours they still do so.
"""

import sys
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from autograder.assignment import GRADE_CELL, Assignment
from autograder.batch.jobs import content
from autograder.batch.output import OutputError
from autograder.handins.stand_in import let_nbgrader_find
from autograder.nbgrader.feedback import task_html, task_text, whole_html, whole_text
from autograder.nbgrader.handed_in import CONTROL, SUBMITTED, find_own, other_release
from autograder.nbgrader.notebook import Released, put_right, read_notebook, writable
from autograder.nbgrader.results import CannotGrade, Results, chosen_sandbox, results_of
from autograder.nbgrader.stubs import Processed, course_assignment
from autograder.report import Report
from autograder.seeds import SeedError


class ReleaseAgain(RuntimeError):
    """The gradebook and the suite do not have the same tasks; the text says what to do."""


def before(assignment: str, notebooks: list[str], **others: Any) -> None:
    """nbgrader's `pre_convert_hook`: the one notebook to work on gets its name, and it is made sure that it is graded.

    Ends the run where nothing can be graded: in the middle of a submission nbgrader would leave half of it behind.
    """
    found = course_assignment(assignment)
    if not found:
        return
    folder = Path(notebooks[0]).parent
    notebooks[:] = [str(let_nbgrader_find(folder, found.name))]
    try:
        results = course_results(found)
        if not results.find(find_own(folder, found)):
            results.make_ready()
    except (CannotGrade, OutputError, SeedError) as error:
        sys.exit(str(error))


def course_results(assignment: Assignment) -> Results:
    return results_of(assignment, Path.cwd(), chosen_sandbox())


class HandedInExporter(NotebookExporter):
    """Reads what a student handed in, whatever its name and kind, where nbgrader reads the notebook of its own name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # nbgrader makes it when it has found everybody, and would end the run at the first name of several lines.
        found = getattr(self.parent, "assignments", {})
        for folder in [folder for folder in found if CONTROL.search(Path(folder).parent.name)]:
            self.log.warning("%r is left out, for what is in its name: rename it", folder)
            del found[folder]

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        path = Path(filename)
        assignment = course_assignment(resources["nbgrader"]["assignment"])
        if not assignment or path.parents[2].resolve() != Path.cwd() / SUBMITTED:
            return super().from_filename(filename, resources, **options)
        handin = find_own(path.parent, assignment)
        data, problem, _ = content(handin)
        notebook = read_notebook(handin.name, b"" if problem else data)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(notebook, resources, **options)


class PutRight(NbGraderPreprocessor):
    """Gives nbgrader's metadata back to the cells; stands before whatever relies on it."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> Processed:
        assignment = course_assignment(resources["nbgrader"]["assignment"])
        if not assignment:
            return nb, resources
        released = released_cells(resources["nbgrader"])
        points = {cell.name: cell.points for cell in released if not cell.solution and cell.points is not None}
        same_points(points, assignment)
        return put_right(nb, released), resources


def same_points(kept: dict[str, float], assignment: Assignment) -> None:
    """Raises ReleaseAgain where the points of the gradebook's grade cells are not those of the suite."""
    if kept != {f"{GRADE_CELL}{task.id}": task.points for task in assignment.tasks}:
        raise ReleaseAgain(
            f"the gradebook has other tasks or points than the suite of {assignment.name}: `make release` first"
        )


def released_cells(resources: Any) -> list[Released]:
    """The cells of the release that nbgrader keeps, in their order."""
    with Gradebook(resources["db_url"]) as gradebook:
        kept = gradebook.find_notebook(resources["notebook"], resources["assignment"])
        points = {cell.name: cell.max_score for cell in kept.grade_cells}
        solutions = {cell.name for cell in kept.solution_cells}
        return [
            Released(
                cell.name,
                cell.cell_type,
                cell.source,
                cell.checksum,
                cell.locked,
                cell.name in solutions,
                points.get(cell.name),
            )
            for cell in kept.source_cells
        ]


class Judge(NbGraderPreprocessor):
    """Gives each grade cell its outputs: what the grader says, and the points as a bare number.

    Stands where nbgrader would run the notebook. No cell is left without its number, for which nbgrader would give all
    points; so it cannot be switched off by `--no-execute` either.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> Processed:
        names = resources["nbgrader"]
        assignment = course_assignment(names["assignment"])
        if not assignment:
            return Execute(parent=self)(nb, resources)
        handin = find_own(Path.cwd() / SUBMITTED / names["student"] / assignment.name, assignment)
        results = course_results(assignment)
        result = results.get(handin)
        report = Report.from_dict(result.report)
        report.notes += filter(None, [other_release(handin, assignment)])
        for said in filter(None, [report.problem, *report.notes]):
            self.log.warning("%s: %s", names["student"], said)
        give_outputs(nb, assignment, report)
        html, text = whole_html(assignment, report, result.pictures), whole_text(assignment, report)
        nb.cells.insert(0, new_code_cell("check()", id="the-whole", outputs=[displayed(html, text)]))
        nb.metadata["autograder"] = {
            "assignment": assignment.name,
            "release": assignment.release,
            "submission": content(handin)[2],
            "suite": results.setup.suite,
            "seed": report.seed,
            "problem": report.problem or "",
            "points": {task.id: float(task.score) for task in report.tasks},
        }
        return nb, resources


def give_outputs(nb: NotebookNode, assignment: Assignment, report: Report) -> None:
    """Raises ReleaseAgain for a grade cell without a task, or a task without a grade cell."""
    tasks = {f"{GRADE_CELL}{task.id}": task for task in report.tasks}
    for cell in nb.cells:
        if not utils.is_grade(cell) or utils.is_solution(cell):
            continue
        task = tasks.pop(cell.metadata.nbgrader.grade_id, None)
        if not task:
            raise ReleaseAgain(f"no task belongs to the grade cell {cell.metadata.nbgrader.grade_id}")
        points = min(max(float(task.score), 0.0), float(cell.metadata.nbgrader.points))
        number = new_output("execute_result", {"text/plain": str(points)}, execution_count=1)
        html, text = task_html(assignment, report, task), task_text(assignment, task)
        cell.execution_count, cell.outputs = 1, [displayed(html, text), number]
    if tasks:
        raise ReleaseAgain(f"no grade cell belongs to {', '.join(tasks)}")


def displayed(html: str, text: str) -> NotebookNode:
    return new_output("display_data", {"text/html": writable(html), "text/plain": writable(text)})
