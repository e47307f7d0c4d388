"""A class of submissions, graded in parallel: what is graded already is found, the rest goes to the workers."""

import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.assignment import Assignment
from autograder.batch import worker
from autograder.batch.cluster import ClusterError
from autograder.batch.output import PAGES, Output
from autograder.batch.results import Conditions, Result, submission_digest
from autograder.batch.worker import Outcome, Ready, Setup, Work
from autograder.handins.find import HandIn
from autograder.row import Row

if TYPE_CHECKING:
    from distributed import Client, Future

DEATHS = 3  # of its worker, before a submission is given up


@dataclass
class Job:
    """Submissions with the same content and name: they are graded once."""

    work: Work
    digest: str
    conditions: Conditions
    handins: list[HandIn]
    deaths: int = 0  # of workers that had it
    reference: "Future | None" = None  # what it was graded with
    first: Outcome | None = None  # when it was cut short, and is to be repeated

    def same(self, other: "Job") -> bool:
        return (self.digest, self.conditions) == (other.digest, other.conditions)


@dataclass
class ClassRun:
    """One run over a class. `on_row` is called for each row of the table, as it comes."""

    assignment: Assignment
    output: Output
    setup: Setup
    client: "Client"
    seed: int | None = None  # for all; else the official one
    on_row: Callable[[Row], None] = lambda row: None
    older: Mapping[HandIn, Mapping[str, float]] = field(default_factory=dict)  # see `grade_class`
    ready: Ready = field(default_factory=Ready)  # as all workers are
    expected: dict[int, "Future"] = field(default_factory=dict)  # by seed
    lost: Counter[int] = field(default_factory=Counter)  # how often the reference came to nothing, by seed
    again: deque[Job] = field(default_factory=deque)  # what is to be repeated alone, when the others are done
    rows: dict[HandIn, Row] = field(default_factory=dict)

    def grade(self, handins: Iterable[HandIn]) -> None:
        """Grade what `look_up` has not found. Raises ClusterError, or OSError where the disk does not take a result."""
        threads = sum(self.client.nthreads().values())
        # Some more than there are workers, so that none waits for us; not all, so that memory stays flat.
        self.work_through(map(self.job, handins), limit=2 * threads)
        while self.again:
            repeated, self.again = self.again, deque()
            self.work_through(iter(repeated), limit=1)

    def done(self, handins: Iterable[HandIn]) -> list[Row]:
        """The rows that there are, in the order of the hand-ins."""
        return [self.rows[handin] for handin in handins if handin in self.rows]

    def make_ready(self) -> None:
        """Have every worker start its host, and make sure that all agree."""
        ready = self.client.run(worker.make_ready, self.setup)
        if not ready:
            raise ClusterError("the cluster has no workers")
        if missing := {found.missing for found in ready.values() if found.missing}:
            raise ClusterError(f"workers cannot grade: {'; '.join(sorted(missing))}")
        kinds = set(ready.values())
        if len(kinds) > 1:
            said = ", ".join(sorted(f"{kind.sandbox} walls with torch {kind.torch}" for kind in kinds))
            raise ClusterError(f"the workers are not alike, and would not grade alike: {said}")
        (self.ready,) = kinds

    def look_up(self, handins: list[HandIn]) -> list[HandIn]:
        """What is still to be graded; what is graded already stands in the tables."""
        to_do = []
        for handin in handins:
            if result := self.kept(handin):
                row = self.rows[handin] = row_of(handin, result)
                self.output.write_page(row, result.page)
            elif handin not in self.older:
                to_do.append(handin)
        self.output.write_tables(self.rows.values())
        for row in self.rows.values():
            self.on_row(row)
        return to_do

    def kept(self, handin: HandIn) -> Result | None:
        """What an earlier run has made of it."""
        if (points := self.older.get(handin)) is not None:
            return self.output.results.last(content(handin)[2], points)
        job = self.job(handin)
        return self.output.results.find(job.digest, job.conditions)

    def job(self, handin: HandIn) -> Job:
        data, problem, digest = content(handin)
        seed = self.seed_for(digest)
        work = Work(handin.name, data, seed, problem, handin.note)
        return Job(work, digest, self.conditions(seed), [handin])

    def seed_for(self, digest: str) -> int:
        """The seed asked for, else the official one."""
        return self.output.official_seed(digest) if self.seed is None else self.seed

    def conditions(self, seed: int) -> Conditions:
        return Conditions(self.setup.suite, seed, self.ready.sandbox, self.ready.torch)

    def work_through(self, jobs: Iterator[Job], limit: int) -> None:
        """Keep up to `limit` jobs with the workers until there are no more."""
        from distributed import as_completed

        running: dict[Future, Job] = {}
        finished = as_completed()
        more = True
        while running or more:
            while more and len(running) < limit:
                job = next(jobs, None)
                if job is None:
                    more = False
                elif twin := next((other for other in running.values() if other.same(job)), None):
                    twin.handins += job.handins
                else:
                    future = self.submit(job)
                    running[future] = job
                    finished.add(future)
            if running:
                future = next(finished)
                self.take(running.pop(future), future)

    def submit(self, job: Job) -> "Future":
        seed = job.conditions.seed
        if seed not in self.expected:
            # A task and not data: should the worker that holds it die, Dask makes it again.
            key = f"reference-{self.conditions(seed).digest}-{self.lost[seed]}"
            self.expected[seed] = self.client.submit(worker.observe_reference, self.setup, seed, key=key)
        repeat = f"-{job.deaths}-again" if job.first else f"-{job.deaths}"
        key = f"submission-{job.digest}-{job.conditions.digest}-{self.lost[seed]}{repeat}"
        job.reference = self.expected[seed]
        return self.client.submit(worker.grade_one, self.setup, self.ready, job.work, job.reference, key=key)

    def take(self, job: Job, future: "Future") -> None:
        """Take in what came of a job: keep it, repeat it later, or give it up."""
        from distributed import KilledWorker

        error: BaseException | None = future.exception() if future.status == "error" else None
        outcome: Outcome | None = future.result() if future.status == "finished" else None
        if error and self.reference_is_lost(job):
            self.again.append(job)
            return
        elsewhere = outcome is not None and outcome.elsewhere
        if (isinstance(error, KilledWorker) or elsewhere) and job.deaths + 1 < DEATHS:
            job.deaths += 1
            self.again.append(job)
            return
        if isinstance(error, KilledWorker):
            outcome = Outcome(fault=f"the worker that graded it died, {DEATHS} times")
        elif error:
            outcome = Outcome(fault=f"its worker could not grade it: {error}")
        elif outcome is None:
            raise ClusterError("the scheduler is gone; what is graded stays, and the same command goes on from here")
        if outcome.cut_short and not job.first:
            job.first = outcome
            self.again.append(job)
            return
        self.finish(job, better(job.first, outcome))

    def reference_is_lost(self, job: Job) -> bool:
        """Whether it is no fault of the job's: the reference's own worker died. It is asked again, a few times."""
        seed = job.conditions.seed
        if job.reference is None or job.reference.status != "error":
            return False
        if self.expected.get(seed) is job.reference:  # the first that comes back of those that waited for it
            if self.lost[seed] + 1 >= DEATHS:
                return False
            self.lost[seed] += 1
            del self.expected[seed]
        return True

    def finish(self, job: Job, outcome: Outcome) -> None:
        if outcome.result:
            self.output.results.keep(job.digest, job.conditions, outcome.result)
        for handin in job.handins:
            row = self.rows[handin] = row_of(handin, outcome.result, outcome.fault)
            if outcome.result:
                self.output.write_page(row, outcome.result.page)
            self.output.add(row)
            self.on_row(row)


def content(handin: HandIn) -> tuple[bytes, str, str]:
    """What was handed in, why there is nothing to grade (empty if there is), and the digest of both."""
    data, problem = handin.content()
    return data, problem, submission_digest(f"{handin.name} {problem} {handin.note}", data)


def row_of(handin: HandIn, result: Result | None, fault: str = "") -> Row:
    return Row(
        handin.student,
        handin.submission,
        page_of(handin) if result else None,
        interned(result.report) if result else None,
        fault,
    )


def page_of(handin: HandIn) -> str:
    return f"{PAGES}/{handin.page_name}.html"


def interned(value: Any) -> Any:
    """The same with each text in memory once: the reports of a class say much the same."""
    if isinstance(value, str):
        return sys.intern(value)
    if isinstance(value, list):
        return [interned(inner) for inner in value]
    return {sys.intern(key): interned(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def better(first: Outcome | None, second: Outcome) -> Outcome:
    """Of a run that was cut short and its repetition, the one with more points."""
    if first and first.result and (not second.result or second.result.report["score"] < first.result.report["score"]):
        return first
    return second
