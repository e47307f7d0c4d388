"""The workers of a class run: Dask's, on this machine or on a cluster that somebody has started."""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

LOCAL = "127.0.0.1"
# One task a worker at a time, and its death is told at once: who has taken it down is then beyond doubt.
SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.work-stealing": False,
    # Dask samples what its workers do every 10 ms, and keeps it: 1 MB a submission.
    "distributed.worker.profile.enabled": False,
    # It looks after itself 50 times a second, in each process, which takes a tenth of a core.
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    # Nor what has been said: a thousand messages of each connection, and submissions are in them.
    "distributed.admin.low-level-log-length": 10,
    "distributed.worker.preload": ["autograder.batch.worker"],  # for its `dask_setup`
    # The pages that a scheduler and workers show to any browser: none.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


class ClusterError(RuntimeError):
    """There are no workers to be had; the text says why."""


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def open_cluster(scheduler: str | None, workers: int, folder: Path) -> Iterator["Client"]:
    """A client of the cluster at `scheduler`, or of `workers` processes on this machine, which work in `folder`.

    The local one speaks TLS with a certificate that is made for it and never leaves it: others who use this machine can
    neither read along nor hand in work. TLS to a scheduler elsewhere is a matter of Dask's settings (docs/scaling.md).

    Raises:
        ClusterError: no scheduler answers at that address.
    """
    import dask
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if scheduler:
        try:
            with dask.config.set(SETTINGS):
                client = Client(scheduler, timeout=20)
        except (OSError, ValueError, ImportError) as error:
            raise ClusterError(f"no Dask scheduler answers at {scheduler}: {error}") from error
        with client:
            yield client
        return
    with contextlib.ExitStack() as left:
        left.enter_context(dask.config.set(SETTINGS))
        with ctrl_c_later():
            cluster = left.enter_context(local_cluster(workers, folder))
        yield left.enter_context(Client(cluster))


def local_cluster(workers: int, folder: Path) -> "LocalCluster":
    from distributed import LocalCluster
    from distributed.security import Security

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host=LOCAL,
        protocol="tls://",
        security=Security.temporary(),
        dashboard_address=None,
        # Its HTTP server has no page and listens all the same: at any free port, not where another Dask may be.
        scheduler_kwargs={"dashboard_address": f"{LOCAL}:0"},
        memory_limit=0,  # the host's children hold the memory, and have limits of their own
        local_directory=str(folder),
        env={"TMPDIR": str(folder), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        silence_logs=logging.CRITICAL,
    )


@contextlib.contextmanager
def ctrl_c_later() -> Iterator[None]:
    """Hold Ctrl-C back, here and in the processes that are started meanwhile.

    It reaches all of a run. Workers load for seconds before they can say what becomes of it (`worker.dask_setup`), and
    each that it met there would print a traceback; a cluster that is half made could not be closed.
    """
    if threading.current_thread() is not threading.main_thread():  # no other gets it, or may say what becomes of it
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))  # another thread may take it
    resource_tracker.ensure_running()  # Python's own helper: when it starts, it lets Ctrl-C through again
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # which processes inherit
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)
