"""Leaves a running notebook as it was found: what the grader and the student's code switch is switched back."""

import builtins
import contextlib
import functools
import io
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np
import torch

from autograder.observe import Printed
from autograder.ran import find_shell


@contextlib.contextmanager
def as_found(namespace: dict[str, Any], printed: Printed) -> Iterator[None]:
    """Within the block student code is where a child has it: on the CPU, on one thread, with nobody to read what it
    prints, which `printed` counts, or to answer its questions. Afterwards all is as before, its globals too.
    """
    with contextlib.ExitStack() as undo:
        for restore in (found_names(namespace), found_torch(), close_new_figures()):
            undo.callback(restore)
        undo.enter_context(warnings.catch_warnings())
        undo.enter_context(unheard(printed))
        for gpus in (torch.cuda, torch.backends.mps):  # torch looks for the `__wrapped__` of a cached function here
            undo.enter_context(swapped(gpus, "is_available", functools.cache(lambda: False)))
        torch.set_num_threads(1)
        yield


@contextlib.contextmanager
def swapped(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Another value for an attribute, for a while."""
    own = name in vars(owner)  # or that of its class
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if own:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


def found_names(namespace: dict[str, Any]) -> Callable[[], None]:
    before = dict(namespace)

    def restore() -> None:
        for name in namespace.keys() - before.keys():
            del namespace[name]
        namespace.update(before)

    return restore


@contextlib.contextmanager
def same_random_states() -> Iterator[None]:
    """Random numbers of torch and numpy go on afterwards as if nothing had been. (Python's: see `autograder.check`.)"""
    states = torch.get_rng_state(), np.random.get_state()
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
        torch.cuda.set_rng_state_all(gpus)


def found_torch() -> Callable[[], None]:
    """What `observe` sets for each probe, and what probes of a suite replace."""
    gradients, dtype, threads = torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_num_threads()
    device = torch.get_default_device()
    tf32 = torch.backends.cudnn.allow_tf32

    def restore() -> None:
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)
        torch.set_num_threads(threads)
        torch.set_default_device(None if device.type == "cpu" else device)
        torch.backends.cudnn.allow_tf32 = tf32

    return restore


def close_new_figures() -> Callable[[], None]:
    """A notebook would show at the end of its cell what the student's code has drawn for the grader."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if not pyplot:
        return lambda: None
    before = set(pyplot.get_fignums())

    def close() -> None:
        for number in set(pyplot.get_fignums()) - before:
            pyplot.close(number)

    return close


@contextlib.contextmanager
def unheard(printed: Printed) -> Iterator[None]:
    """Whatever is printed, logged or displayed goes to `printed`, and `input` finds nobody."""
    with contextlib.ExitStack() as undo:
        for name, stream in {"stdout": printed, "stderr": printed, "stdin": io.StringIO()}.items():
            undo.enter_context(swapped(sys, name, stream))
        for handler in log_handlers():
            if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
                undo.enter_context(swapped(handler, "stream", printed))
        undo.enter_context(swapped(builtins, "input", nobody_answers))
        if shell := find_shell():
            # A progress bar of a notebook's counts like printed text, and is not shown.
            for name in ("publish", "clear_output"):
                undo.enter_context(swapped(shell.display_pub, name, counting(printed)))
        yield


def log_handlers() -> list[logging.Handler]:
    loggers = [logging.root, *(log for log in logging.root.manager.loggerDict.values() if hasattr(log, "handlers"))]
    return [handler for logger in loggers for handler in logger.handlers]


def nobody_answers(*_: Any) -> NoReturn:
    raise EOFError("EOF when reading a line")


def counting(printed: Printed) -> Callable[..., None]:
    def count(*_: Any, **__: Any) -> None:
        printed.count += 1

    return count
