"""Memory of a very long study: made-up histories through the real store, effects and figures.

    python benchmarks/memory.py 1000000

Branches and theories are as many as the flagship has; turns and outcomes are few, because memory does not hang on
them: paths are read an outcome at a time, from a bounded number of runs. Chunks hold 1000 runs instead of 50, which
saves hours of writing small files and changes no memory but that of a chunk. Prints what each stage took at most.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from powersim.effects.paired import effects, write_effects
from powersim.effects.results import Study
from powersim.figures.gallery import write_figures
from powersim.run.condense import condense
from powersim.run.work import dataset
from powersim.sim import layout as layouts
from powersim.sim.held import FORMAT
from powersim.sim.layout import Chunk, Layout, moments_of
from powersim.sim.store import Store

BRANCHES, THEORIES, TURNS, ACTORS, EVENTS = 13, 4, 8, 4, 6
OUTCOMES = {"alignment": "at", "level": "mean", "war": "ever"}
PATHS = 5000  # runs that keep whole paths


def main(runs: int) -> None:
    """Fill, compare and draw `runs` runs; print time and peak memory after each stage."""
    layouts.CHUNK_RUNS = 1000
    layout = _layout()
    with tempfile.TemporaryDirectory() as name:
        folder, began = Path(name), time.perf_counter()
        _say("start", began)
        identity, attributes = {"format": FORMAT, "paths": PATHS}, {**_attributes(), "paths": PATHS}
        store = Store.prepare(folder, layout, runs, identity, attributes, resume=False)
        empty = dataset(folder, runs, verified=False)
        outcomes, size = Study.read(empty).outcomes.values(), layout.chunk_runs()
        summaries = [outcome.summary for outcome in outcomes]
        for start in range(0, runs, size):
            chunk = _chunk(layout, start, min(size, runs - start))
            store.write(chunk, condense(summaries, chunk.value))
        store.finish()
        _say("store", began)
        data = dataset(folder, runs)
        _say("verified", began)
        rows = effects(data)
        write_effects(rows, folder / "effects.csv")
        _say("effects", began)
        write_figures(data, folder / "figures", formats=("svg",))
        _say("figures", began)
        held = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        print(f"on disk: {held / 2**20:.0f} MiB, {sum(1 for _ in folder.rglob('*'))} files and folders")


def _say(stage: str, began: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(f"{stage:8} {time.perf_counter() - began:8.1f} s   peak {peak:7.0f} MiB", flush=True)


def _layout() -> Layout:
    return Layout(
        branches=("reference", *(f"branch_{k}" for k in range(1, BRANCHES))),
        theories=tuple(f"theory_{k}" for k in range(THEORIES)),
        dates=tuple(str(2000 + t) for t in range(TURNS)),
        outcomes=tuple(OUTCOMES),
        snapshots=("2000", str(1999 + TURNS)),
        actors=tuple("ABCD"[:ACTORS]),
        flows=("arms: A to B",),
        first=tuple(f"event_{k}" for k in range(EVENTS)),
        statistics=("deals", "wars"),
    )


def _attributes() -> dict[str, str]:
    stated = {
        name: {"title": name, "summary": {"kind": kind, "turns": [0, TURNS - 1]}}
        for name, kind in OUTCOMES.items()
    }
    return {"title": "Made up", "reference": "reference", "outcomes": json.dumps(stated)}


def _chunk(layout: Layout, start: int, runs: int) -> Chunk:
    """Histories that share their run's luck, with a small effect of every branch."""
    rng = np.random.default_rng((7, start))
    shape = (BRANCHES, THEORIES, runs)
    walk = rng.normal(0, 0.1, (1, THEORIES, runs, TURNS, 2)).cumsum(axis=3)
    own = rng.normal(0, 0.01, (*shape, TURNS, 2)) + 0.002 * np.arange(BRANCHES)[:, None, None, None, None]
    war = rng.random((*shape, TURNS, 1)) < 0.02
    value = np.concatenate([walk + own, war], axis=-1).astype(np.float32)
    first = np.where(rng.random((*shape, EVENTS)) < 0.3, rng.integers(0, TURNS, (*shape, EVENTS)), np.nan)
    pair, arms = (len(layout.snapshots), ACTORS, ACTORS), (1,)
    return Chunk(
        start,
        value,
        first.astype(np.float32),
        rng.poisson(3, (*shape, 2)).astype(np.float32),
        moments_of(
            rng.normal(0, 0.2, (runs, BRANCHES, THEORIES, *pair)),
            rng.poisson(2, (runs, BRANCHES, THEORIES, *arms)).astype(np.float64),
        ),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
