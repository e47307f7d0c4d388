"""The lists that `nbgrader_config.py` puts in the place of nbgrader's: what is done to a notebook, in order."""

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    DeduplicateIds,
    IgnorePattern,
    IncludeHeaderFooter,
    InstantiateTests,
    LimitOutput,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from autograder.nbgrader.judge import Judge, PutRight
from autograder.nbgrader.stubs import MakeStubs
from autograder.nbgrader.written import MayStayEmpty

# As in nbgrader, with ours in the place of its ClearSolutions. Checksums belong to what the student gets, and so come
# after the stubs and again after hidden tests; the gradebook keeps the cells as they are before hidden tests go.
GENERATE = [
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    MakeStubs,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    MayStayEmpty,
    CheckCellMetadata,
]
# As in nbgrader, with ours before all that works on cells by their names.
SANITIZE = [PutRight, ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
# As in nbgrader, with ours in the place of its Execute. Penalties need the points that have been saved.
AUTOGRADE = [
    Judge,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
