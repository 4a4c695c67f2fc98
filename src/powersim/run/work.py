"""Carrying a plan out: histories into a store, a dataset out of it, effects, figures and provenance beside it."""

from __future__ import annotations

import json
import os
import tempfile
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, cast

from powersim._garbage import unswept
from powersim.compile import jit
from powersim.effects.results import CERTAIN
from powersim.errors import Argument, ArgumentError, PowersimError, whole
from powersim.files.writing import check_folder
from powersim.run.condense import condense, summary_of, with_odds
from powersim.run.facts import MOST_RUNS
from powersim.run.opened import unknown_name
from powersim.run.plan import Plan
from powersim.scenario.canonical import checksum, resolved_data
from powersim.sim import held, provenance
from powersim.sim.ensemble import Ensemble, Simulate, Together
from powersim.sim.held import FORMAT, held_identity
from powersim.sim.layout import Chunk
from powersim.sim.lock import alone
from powersim.sim.manifest import RESULTS
from powersim.sim.store import ALL_PATHS, Store
from powersim.world.case import Case

if TYPE_CHECKING:
    import xarray as xr

COMPILED, MESA, DASK = "compiled", "mesa", "dask"
ENGINES = (COMPILED, MESA, DASK)
"""What can compute histories: compiled rules, the Mesa model, compiled rules on a cluster. All give the same bits."""

RUNS = 100


@dataclass
class Progress:
    """How far a study is; `stopped` when the user ended it before all runs were done."""

    runs: int
    done: int = 0
    stopped: bool = False


def simulator(engine: str = COMPILED) -> Simulate:
    """The function that computes one history. PowersimError for an engine that does not exist."""
    if engine not in ENGINES:
        raise PowersimError(unknown_name(engine, ENGINES, "engine"))
    if engine == MESA:
        from powersim.sim.model import simulate as by_mesa

        return by_mesa  # dask's workers use compiled rules
    from powersim.sim.history import simulate

    return simulate


def check_engine(engine: str | None, scheduler: str | None) -> None:
    """PowersimError for an engine that does not exist, ArgumentError for the scheduler of one that has none."""
    simulator(engine or COMPILED)
    if scheduler is not None and engine != DASK:
        raise ArgumentError("scheduler", "only a cluster has one; add ", Argument("engine", DASK))


def together(engine: str = COMPILED) -> Together:
    """The function that computes all branches of a run. PowersimError for an engine that does not exist."""
    if engine == COMPILED:
        from powersim.sim.forks import simulate_branches

        return simulate_branches
    one = simulator(engine)
    return lambda cases, seed, run: [one(case, seed, run) for case in cases]


_warm = False  # what a process has found compiled, or has compiled, it keeps: files are read through once


def is_cold() -> bool:
    """Whether the rules have yet to be compiled, which takes a while: `patience` says how long."""
    global _warm
    _warm = _warm or not jit.is_cold()
    return not _warm


def patience() -> str:
    """How long compiling takes."""
    if jit.in_parts():
        return "about half a minute"
    return "some minutes, since this version of numba does not let powersim compile in parts"


def warm(case: Case, engine: str = COMPILED) -> None:
    """Compute one history of a case and forget it: whatever has to be compiled is compiled here, before threads start.

    The collector of garbage rests meanwhile: a compiler makes many objects and little garbage, and looking through
    them again and again takes a tenth of the time.
    """
    if is_cold():
        from powersim.sim.run import compile_on_two

        with unswept():
            compile_on_two(case)
    together(engine)([case], 0, 0)


def check_runs(runs: int) -> int:
    """The number of runs, if it can be one."""
    return whole("runs", runs, 1, MOST_RUNS)


def workers() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def folder(out: Path | None) -> Iterator[Path]:
    """The folder of results: the user's, for this process alone, or a temporary one that is gone afterwards.

    StoreError while another process computes into it.
    """
    if out is not None:
        new = not out.exists()
        out.mkdir(parents=True, exist_ok=True)
        try:
            with alone(out):
                yield out
        finally:
            if new:
                with suppress(OSError):  # results are in it
                    out.rmdir()
        return
    with tempfile.TemporaryDirectory(prefix="powersim-") as made:
        yield Path(made)


def open_store(
    plan: Plan, where: Path, runs: int, *, resume: bool, paths: int | None = None, later: bool = False
) -> Store:
    """The store in a folder, made or continued. StoreError when other results are there.

    `paths` keeps whole paths of the first so many runs; None: as the store has it, a new one of all. later: leave it
    to `fill` to lay a new one out, while the first histories are computed.
    """
    check_folder(where, RESULTS)
    kept = (
        paths if paths is not None else held_identity(where).get("paths", ALL_PATHS) if resume else ALL_PATHS
    )
    identity = {**plan.identity(), "format": FORMAT, "paths": kept}
    attributes = plan.attributes() | ({} if kept == ALL_PATHS else {"paths": kept})
    return Store.prepare(where, plan.layout(), runs, identity, attributes, resume=resume, later=later)


def ensemble(plan: Plan, engine: str = COMPILED) -> Ensemble:
    """The histories of a plan, computed in this process."""
    return Ensemble(plan.layout(), plan.seed, plan.cases, together(engine), plan.tally())


def fill(
    plan: Plan,
    store: Store,
    runs: int,
    *,
    engine: str = COMPILED,
    threads: int | None = None,
    scheduler: str | None = None,
    tick: Callable[[], None] | None = None,
    say: Callable[[str, bool], None] | None = None,
    begun: Callable[[], None] | None = None,
) -> Progress:
    """Compute what the store lacks of `runs` runs. A KeyboardInterrupt ends it early; what is there then is whole.

    `threads` are processes when the engine is a cluster on this machine; `scheduler` is the address of another, and
    `say` is told when a cluster keeps one waiting; `begun` is called when the store is there and histories are being
    computed. ClusterError when the cluster is lost: what is there is whole.
    """
    runs = store.goal(runs)
    progress = Progress(runs, min(store.complete, runs))
    if store.missing(runs):
        summaries = [summary_of(outcome) for outcome in plan.scenario.outcomes.values()]
        odds = with_odds(plan.scenario.outcomes.values())

        def begin() -> None:
            store.lay_out()
            if begun is not None:
                begun()

        try:
            with (
                _chunks(
                    plan, store, runs, engine, threads or workers(), scheduler, tick, say, begin
                ) as chunks,
                closing(chunks),
            ):
                for chunk in chunks:
                    store.write(chunk, condense(summaries, chunk.value, odds))
                    progress.done = min(store.complete, runs)
        except KeyboardInterrupt:
            progress.stopped = True
    store.finish()
    return progress


@contextmanager
def _chunks(
    plan: Plan,
    store: Store,
    runs: int,
    engine: str,
    threads: int,
    scheduler: str | None,
    tick: Callable[[], None] | None,
    say: Callable[[str, bool], None] | None,
    begun: Callable[[], None],
) -> Iterator[Generator[Chunk, None, None]]:
    """The chunks that the store lacks, in order, from this process or from a cluster."""
    if engine != DASK:
        here = ensemble(plan, engine)
        calls = chain([begun], repeat(None))
        yield _in_turn(
            here.chunks(first, stop, threads, tick, call)
            for (first, stop), call in zip(store.missing(runs), calls)
        )
        return
    begun()
    from powersim.run.remote import Remote
    from powersim.sim import cluster

    def come_back(done: int) -> None:
        for _ in range(done * len(plan.theories)):
            if tick is not None:
                tick()

    with cluster.connected(scheduler, threads, say) as found:
        size, remote = store.layout.chunk_runs(), Remote.of(plan)
        yield _in_turn(
            cluster.chunks(found, remote, size, first, stop, come_back, say)
            for first, stop in store.missing(runs)
        )


def _in_turn(parts: Iterable[Generator[Chunk, None, None]]) -> Generator[Chunk, None, None]:
    for part in parts:
        yield from part


def steps(store: Store, runs: int) -> int:
    """How often `fill` will call `tick`."""
    todo = sum(stop - first for first, stop in store.missing(store.goal(runs)))
    return todo * len(store.layout.theories)


def dataset(where: Path, runs: int, *, verified: bool = True, passing: bool = False) -> xr.Dataset:
    """The first `runs` runs of the results in a folder, read as they are needed.

    DamagedError names what of them is not what was written; `verified=False` does not look. passing: the folder goes
    when nobody holds these results any more, nor anything that was taken from them.
    """
    import xarray as xr
    from zarr.storage import LocalStore

    if verified:
        held.verify(where, runs)
    # Without dask, which would keep a record of every chunk, and without keeping in memory what was read once.
    store = LocalStore(where / RESULTS, read_only=True)
    if passing:
        weakref.finalize(store, rmtree, where, ignore_errors=True)
    found = xr.open_dataset(cast(Any, store), engine="zarr", chunks=None, cache=False, consolidated=True)
    return found.isel(run=slice(0, runs))


def facts(plan: Plan, runs: int, command: str, started: float, engine: str) -> dict[str, Any]:
    """What provenance.json says, from which the study can be computed again."""
    opened = plan.opened
    dates = [plan.scenario.calendar.label(turn) for turn in plan.dates]
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started))
    again: Mapping[str, Any] = {
        "branches": list(plan.branches),
        "theories": list(plan.theories),
        "runs": runs,
        "seed": plan.seed,
        "sampling": plan.sampling,
        "sweep": f"{dates[0]}..{dates[-1]}" if dates else None,
        "engine": engine,
        "overrides": dict(opened.overrides),
        **({"priors": CERTAIN} if plan.certain else {}),
    }
    return {
        "command": command,
        **again,
        "versions": provenance.versions(),
        "platform": provenance.system(),
        "started": moment,
        "duration_seconds": round(time.time() - started, 3),
        "scenario": {
            "file": opened.name,
            "name": plan.scenario.name,
            "checksum": f"sha256:{checksum(plan.scenario)}",
            "document": dict(opened.document),
            "resolved": json.loads(json.dumps(resolved_data(plan.scenario), sort_keys=True)),
        },
    }
