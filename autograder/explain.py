"""Turns an error of the student's code, or the end of its process, into one message with a next step."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from autograder.assignment import Task
from autograder.compare import printable
from autograder.session import Session
from autograder.submission import Submission, place
from autograder.verdict import NEEDS, WAITS_FOR_YOU, Failure, NotChecked

RUNS = "your code runs to its end"
LEFT_OPEN = "replace the three dots `...` with your own"
BODY_OPEN = "write the body and delete the `raise` line"

ARGUMENTS = r"missing \d+ required positional argument|unexpected keyword argument|takes .* positional argument"

# What PyTorch and Python say, and what it means here; the first that matches wins. `\1` in a hint is a group.
HINTS = {
    r"mat1 and mat2 shapes cannot be multiplied \(\d+x(\d+) and (\d+)x": r"a linear layer made for \2 numbers per image gets "
    r"\1: print the shape of `x` before it. Is each image laid in a row, and does it work for any number of images?",
    r"expected input.* to have (\d+) channels, but got (\d+)": r"a convolution made for \1 channels gets \2: what does the "
    "layer before it put out, and which of its two numbers of channels comes first?",
    r"Expected .*(3D|4D).* input": "a layer wants images as (batch, channels, height, width): has `x` lost one of them?",
    r"shape '\[(\d+), .*' is invalid for input of size": r"the numbers do not fit into \1 rows: is a batch size written down "
    "where the batch may be smaller?",
    r"view size is not compatible": "`view` only works where the numbers lie in order in memory; `reshape` and `flatten` do "
    "without that",
    r"same device|is on cpu|on device": "all that is computed together has to be on one device: find where the model's "
    "parameters are, and move each batch there, images and labels",
    r"does not require grad": "no gradient can flow from this loss: is the forward pass under `no_grad`, or is something "
    "detached, rounded or turned into a plain number on the way?",
    r"backward through the graph a second time": "the gradient of one forward pass is computed twice: each batch needs a "
    "forward pass of its own",
    r"modified by an inplace operation": "the weights were changed between the forward and the backward pass: is the "
    "order of your five steps right?",
    r"grad can be implicitly created only for scalar": "only one number can go backward: is it the loss of the batch, as "
    "`loss_fn` gives it?",
    r"[Tt]arget (\d+) is out of bounds": r"there is a label \1, and too few logits for it: look at the shape of what `forward` "
    "returns, and at the order of the loss function's arguments",
    r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)": r"logits of \1 images meet labels of \2: has "
    "the batch kept its size on the way through `forward`?",
    r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)": r"\1 numbers meet \2 in the same place: print both "
    "shapes. Over which dimension is the maximum taken, or the sum?",
    r"not implemented for '(Long|Int)'|expected (scalar type|target dtype)|expected .* but found (Float|Long|Int)": "logits are real "
    "numbers and labels whole ones: does each stand where it belongs, also in the call of the loss function?",
    r"empty parameter list": "the optimizer got a model without parameters: are the layers made in `__init__`, after "
    "`super().__init__()`?",
    r"missing the required \"forward\" function": "the class has no method of the name `forward`: is it spelled so, and does "
    "it stand inside the class, indented?",
    r"before Module.__init__\(\) call": "`super().__init__()` has to be the first line of `__init__`",
    r"object has no attribute 'backward'": "only a tensor can go backward: was the loss turned into a plain number before?",
    r"elements? cannot be converted to Scalar|only one element tensors": "`item()` takes the number out of a tensor that holds "
    "one: print the shape of this one",
    r"Boolean value of Tensor with more than one value": "a comparison of tensors gives an answer for each number: what should "
    "be done with all of them?",
    r"[Cc]an't (call numpy\(\) on Tensor that requires grad|convert .* to numpy)": "numpy knows neither gradients nor other "
    "devices: can it be computed with the tensor itself?",
    r"'NoneType' object is not callable": "something that should be a function or a layer is None: was it called, or "
    "left without a `return`?",
    r"'NoneType' object": "something is None here: does what made it `return` anything?",
    r"'(method|builtin_function_or_method|type)' object|'?type'? object .*Module": "are the round brackets of a call missing?",
    r"object has no attribute '(\w+)'": r"there is nothing called `\1` here: is it made under this very name, in `__init__` if it "
    "is a layer?",
    r"cannot access local variable '(\w+)'|local variable '(\w+)'": "it is used before this function has given it a value: does "
    "the line that makes it always run, and before this one?",
    r"name '(\w+)' is not defined": r"nothing is called `\1` here: is it spelled as where it is made, is a `self.` or an import "
    "missing, or its cell?",
    r"^ZeroDivisionError": "what is divided by is zero: when is it counted up?",
    r"^RecursionError": "a function calls itself without end",
    ARGUMENTS: "an argument is missing, or one too many: compare the call with what is called",
    r"^EOFError": "there is nobody to type an answer: take `input()` out, and use the arguments",
    r"Cannot allocate memory|can't allocate memory|MemoryError": "it asked for more memory than the grader gives: is "
    "something kept for every batch, or made far too large?",
}


def explain_error(
    error: dict[str, Any], session: Session, task: Task, work_out: Callable[[str], str | None] = lambda message: None
) -> Failure | NotChecked:
    """One message for an exception that came out of student code when `task` was checked.

    `work_out` is the suite's: a hint with the numbers of its own network for an error's text, if it has one.
    """
    kind, message, where = text(error, "type"), text(error, "message"), error.get("where")
    at, source, function = None, "", ""
    if isinstance(where, dict) and isinstance(where.get("line"), int):
        at, source = place(text(where, "filename"), where["line"]), text(where, "source")
        function = text(where, "function")
    if kind == "NotImplementedError" and at and source.startswith("raise"):
        return stub_reached(at, function, session.submission, task)
    if kind == "Missing":
        return NotChecked(message, "take the cell from the starter again and fill it in", at)
    if error.get("rule"):
        return Failure("the rules of the course are kept", message, "leave this out of what you hand in", at)
    if "'ellipsis' object" in message:
        return NotChecked("it needs something that is still `...`", LEFT_OPEN, at)
    came = f"{kind}: {message.splitlines()[0] if message else '(without a text)'}"
    if kind == "NameError" and (stopped := why_unbound(message, session)):
        return Failure(RUNS, f"{came}, because this stopped: {stopped}", "begin with that line", at)
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        return Failure(RUNS, came, "Python cannot read this line, so nothing of its cell could run", at)
    if not at and re.search(ARGUMENTS, message):  # the call was the grader's
        return Failure(RUNS, came[:400], "keep the names and the order of the arguments as the starter has them")
    start = "the error came up in this line; start there" if at else "find the line that raises it"
    hint = work_out(message) or only_explored(message, session) or hint_for(came) or start
    return Failure(RUNS, came[:400], hint, at)


def hint_for(said: str) -> str | None:
    return next((found.expand(hint) for pattern, hint in HINTS.items() if (found := re.search(pattern, said))), None)


def stub_reached(at: str, function: str, submission: Submission, task: Task) -> Failure | NotChecked:
    """A `raise` of the starter was reached: nothing was begun, or it was left in beside the student's own code."""
    name, _, method = function.partition(".")
    definition = re.compile(rf"^(def|class)\s+{re.escape(name)}\b", re.MULTILINE)
    if sum(len(definition.findall(cell.source)) for cell in submission.to_run()) > 1:
        came = f"`{name}` stands here more than once, and the last one, which counts, is still the stub"
        if method:
            came = (
                f"`{name}` stands here more than once, and in the last one, which counts, `{method}` is still the stub"
            )
        return Failure(RUNS, came, "delete the one that is still the stub", at)
    before, after = submission.line_before_and_after(at)
    inside = after.startswith((" ", "\t")) and not after.lstrip().startswith(("#", "def ", "@"))
    if inside:
        return Failure(RUNS, "your code stands below the `raise` line, so it never runs", "delete the `raise` line", at)
    if not before.lstrip().startswith(("#", '"', "'")) and not before.rstrip().endswith(('"""', "'''", ":")):
        return Failure(RUNS, "your code runs into the `raise` line below it", "delete the `raise` line", at)
    if not task.cell:  # it has no body of its own
        name = method or name
        return NotChecked(f"{NEEDS} {name}", f"write the body of `{name}` and delete its `raise` line", at)
    return NotChecked(WAITS_FOR_YOU, BODY_OPEN, at)


def why_unbound(message: str, session: Session) -> str | None:
    """The earlier line that failed and would have bound the name of a NameError."""
    found = re.search(r"name '(\w+)' is not defined", message)
    name = found[1] if found else ""
    sources = {cell.index: cell.source for cell in session.cells}
    for index, errors in session.cell_errors.items():
        for error in errors:
            where, binds = error.get("where"), error.get("binds")
            if not name or not isinstance(where, dict) or not isinstance(where.get("line"), int):
                continue
            # A cell that Python cannot read binds nothing of what stands in it.
            unread = binds is None and re.search(rf"\b{name}\b", sources.get(index, ""))
            if unread or (isinstance(binds, list) and name in binds):
                at = place(text(where, "filename"), where["line"])
                return f"{at}, {text(error, 'type')}: {text(error, 'message')[:200]}"
    return None


def only_explored(message: str, session: Session) -> str | None:
    """A hint for a name that is made only where the grader does not look."""
    found = re.search(r"name '(\w+)' is not defined", message)
    if not found or session.live or found[1] not in session.submission.explored_names():
        return None
    return (
        f"`{found[1]}` is made in a cell that only explores, which the grader does not run: what does the function get "
        "as an argument?"
    )


def explain_end(sentence: str) -> Failure:
    return Failure(RUNS, sentence, "try it alone, on one small batch")


def explain_missing(name: str, session: Session, task: Task) -> Failure | NotChecked:
    """Why the submission has no `name`: its cell failed, ended the process, or is not there."""
    submission = session.submission
    for cell in cells_of(task, submission.to_run(), name):
        if end := next((end for end in session.ends if end.cell is cell), None):
            return Failure("the cell runs", end.why, "this part was left out, and the rest was graded", end.place)
        errors = session.cell_errors.get(cell.index, [])
        # The statement that would have bound it, or a cell that Python cannot read at all.
        for error in [error for error in errors if name in error.get("binds", []) or "binds" not in error][:1]:
            return explain_error(error, session, task)
    inside = re.compile(rf"^[ \t]+(def|class)\s+{re.escape(name)}\b")
    if where := submission.find(inside, None):
        return NotChecked(
            f"`{name}` stands inside another block", "move it to the left, where no line is indented", where
        )
    if any(cell.explore for cell in cells_of(task, submission.cells, name)):
        return NotChecked(
            f"`{name}` is made in a cell that is marked as one that only explores, which is not graded",
            "move it to a cell of its own, or take the tag `explore` from this one",
        )
    if session.live:
        return NotChecked(f"there is no `{name}` yet", "run the cell that makes it, and those above it")
    return NotChecked(
        f"there is no `{name}` in {submission.path.name}", "take its cell from the starter and fill it in"
    )


def cells_of(task: Task, cells: Iterable[Any], name: str) -> list[Any]:
    """The cells in which the student answers `task`, by their key or because they bind `name`."""
    name = re.escape(name)
    binds = re.compile(rf"^[ \t]*((def|class)[ \t]+{name}\b|{name}\b[ \t]*[:=])", re.MULTILINE)
    return [cell for cell in cells if (task.cell and cell.answer == task.cell) or binds.search(cell.source)]


def text(values: dict[str, Any], key: str) -> str:
    return printable(str(values.get(key, ""))[:2000])
