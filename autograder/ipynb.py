"""A notebook's JSON as editors, scripts and people leave it, and the cells that are in it all the same."""

import json
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat.notebooknode import NotebookNode

OURS = ("answer", "nbgrader", "tags", "autograder")  # metadata of a cell, and of a notebook, that are read
MAX_CELLS = 5000
MAX_BRACKETS = 1_000_000  # each takes up to 200 bytes of memory, and of three characters of JSON one may be one


def read_ipynb(text: str) -> "NotebookNode":
    """A notebook of any nbformat as one of version 4, without what its cells have put out, which may be 100 MB.

    What a cell lacks is taken for empty, and what is no cell for none: one of them must not cost the others.

    Raises:
        ValueError: it is no notebook; the text says why, and what to do.
    """
    import nbformat  # which takes a moment, and scripts do without

    if text.count("{") + text.count("[") > MAX_BRACKETS:
        raise ValueError("it holds a million brackets; clear its outputs, and save it again")
    try:
        found = json.loads(text.rstrip("\0"))
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON (line {error.lineno}); save it again in Jupyter") from error
    except (RecursionError, ValueError) as error:
        raise ValueError("it is not a Jupyter notebook; save it again in Jupyter") from error
    sheets = [found, *listed(found, "worksheets")]
    cells = [cell for sheet in sheets for cell in listed(sheet, "cells")]
    if not any(isinstance(sheet, dict) and "cells" in sheet for sheet in sheets):
        raise ValueError("it is not a Jupyter notebook; save it again in Jupyter")
    if len(cells) > MAX_CELLS:
        raise ValueError(f"it has {len(cells)} cells; is it data?")
    metadata = {key: value for key, value in mapping(found, "metadata").items() if key in OURS}
    tidy: dict[str, Any] = {"metadata": metadata}
    whole = [tidied(cell) for cell in cells if isinstance(cell, dict)]
    if listed(found, "worksheets"):
        tidy |= {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": whole, "metadata": {}}]}
    else:
        tidy |= {"nbformat": 4, "nbformat_minor": 5, "cells": whole}
    with warnings.catch_warnings():  # about ids of cells, which say nothing to a student
        warnings.simplefilter("ignore")
        return nbformat.reads(json.dumps(tidy), as_version=4)


def tidied(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell with all that one has to have, and nothing that nobody asks for: nbformat trusts what it finds there."""
    kind = cell.get("cell_type")
    made: dict[str, Any] = {"cell_type": kind if isinstance(kind, str) else "code"}
    made["metadata"] = {key: value for key, value in mapping(cell, "metadata").items() if key in OURS}
    for name in ("source", "input"):  # of code, nbformat 3 says `input`
        made[name] = joined(cell.get(name))
    if pictures := mapping(cell, "attachments"):
        made["attachments"] = pictures
    return made | ({"outputs": []} if made["cell_type"] == "code" else {})


def joined(source: Any) -> str:
    """A source as text: it may be lines, and lists of these."""
    if isinstance(source, list):
        return "".join(map(joined, source))
    return source if isinstance(source, str) else ""


def listed(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def mapping(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}
