"""One measurement in a process of its own, printed as JSON: `python benchmarks/probe.py histories SCENARIO --runs 9`.

A fresh process, because whether rules are compiled is fixed at import, and because peak memory never falls.

- `histories`: one thread, one branch, one history after another, after a first one that is not counted;
- `study`: the same work as `powersim run`: threads, chunks, a store on disk;
- `given`: worlds that went as a scenario's record says, and what their replays cost beside histories;
- `mesa`: histories of the plain Mesa model through `batch_run`; how far one with the same luck is from powersim's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

SEED = 2009
MB = 1e6 if sys.platform == "darwin" else 1e3  # units of ru_maxrss per MB


def peak_mb() -> float:
    """Largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


def histories(path: Path, branch: str, theory: str, runs: int, repeats: int) -> dict[str, Any]:
    """Median time of `runs` histories one after another, processor time, and a checksum of what came out."""
    from powersim.scenario.arrays.build import build
    from powersim.scenario.load import load
    from powersim.sim.history import simulate

    started = time.perf_counter()
    built = build(load(path))
    loaded = time.perf_counter()
    simulate(built.case(branch, theory, SEED, 0), SEED, 0)
    first = time.perf_counter()
    base = peak_mb()
    cases = [built.case(branch, theory, SEED, run) for run in range(1, runs + 1)]
    times, busy = [], []
    for _ in range(repeats):
        digest = hashlib.sha256()
        begun, worked = time.perf_counter(), time.process_time()
        for run, case in enumerate(cases, start=1):
            digest.update(simulate(case, SEED, run).values.tobytes())
        times.append(time.perf_counter() - begun)
        busy.append(time.process_time() - worked)
    return {
        "load": loaded - started,
        "first": first - loaded,
        "seconds": statistics.median(times),
        "processor": statistics.median(busy),
        "turns": runs * built.turns,
        "actors": len(built.setup.power0),
        "issues": len(built.setup.x0),
        "checksum": digest.hexdigest(),
        "base_mb": base,
        "peak_mb": peak_mb(),
    }


def study(path: Path, branch: str, theory: str, runs: int, threads: int) -> dict[str, Any]:
    """Time and memory of a study of one branch under one theory, results on disk included."""
    from powersim.run.opened import open_scenario
    from powersim.run.plan import plan
    from powersim.run.work import fill, open_store, warm

    planned = plan(open_scenario(path), branch.split(",") if branch else None, theory or None, SEED)
    warm(planned.first_case)
    base = peak_mb()
    with tempfile.TemporaryDirectory(prefix="powersim-bench-") as folder:
        store = open_store(planned, Path(folder), runs, resume=False)
        begun = time.perf_counter()
        fill(planned, store, runs, threads=threads)
        seconds = time.perf_counter() - begun
    count = runs * len(planned.labels) * len(planned.theories)
    return {"seconds": seconds, "histories": count, "base_mb": base, "peak_mb": peak_mb()}


def given(
    path: Path, branch: str, theory: str, date: str, paths: str, worlds: int, moves: int, threads: int
) -> dict[str, Any]:
    """Time to choose worlds until a date, how many stand for all, and a replay under a branch beside a history.

    paths: where they are evidence, `changes`, `years` or `end`; "": as the scenario says.
    """
    from powersim.given.conditioning import Asked, diagnostic, replayed
    from powersim.given.islands import Hands, computed
    from powersim.given.lots import Lot
    from powersim.run.opened import open_scenario
    from powersim.run.plan import plan
    from powersim.run.work import warm
    from powersim.sim.history import simulate

    changes = {"evidence.paths.at": paths} if paths else {}
    planned = plan(open_scenario(path, changes), branch.split(",") if branch else None, theory or None, SEED)
    warm(planned.first_case)
    base = peak_mb()
    asked, (under,) = Asked(planned, date, worlds, moves or None), planned.theories
    tasks = [(under, worlds // asked.islands, number) for number in range(asked.islands)]
    begun = time.perf_counter()
    lot = Lot(tuple(computed(planned, asked.known, asked.sweeps, tasks, Hands(threads))))
    seconds = time.perf_counter() - begun
    some = [lot.worlds[number] for number in range(30)]
    times = []
    for replay in (True, False):
        begun = time.perf_counter()
        for number, world in enumerate(some):
            if replay:
                world.histories(planned)
            else:
                simulate(planned.cases_at(under, world.place)[0], SEED, number)
        times.append(time.perf_counter() - begun)
    found = diagnostic(asked, under, lot)
    with ThreadPoolExecutor(threads) as pool:  # with all that a study keeps in memory
        replayed(planned, lot.worlds, pool)
    return {
        "seconds": seconds, "ess": found.ess, "distinct": found.distinct, "r_hat": found.r_hat,
        "histories": found.histories, "replay": times[0] / times[1], "base_mb": base, "peak_mb": peak_mb(),
    }  # fmt: skip


def mesa(path: Path, branch: str, theory: str, runs: int) -> dict[str, Any]:
    """Processor time of `runs` histories of the plain Mesa model by `batch_run`; how far one is from powersim's."""
    from mesa import batch_run

    from plain_mesa.compared import compared
    from plain_mesa.model import World
    from powersim.scenario.arrays.build import build
    from powersim.scenario.load import load

    built = build(load(path))
    found = compared(built.case(branch, theory, SEED, 0), SEED, 0)
    cases = [built.case(branch, theory, SEED, run) for run in range(1, runs + 1)]
    begun = time.process_time()
    batch_run(
        World, {"case": cases, "seed": [SEED]}, max_steps=built.turns, number_processes=1,
        display_progress=False,
    )  # fmt: skip
    return {
        "processor": time.process_time() - begun,
        "turns": runs * built.turns,
        "actors": len(built.setup.power0),
        "differs": found.differs,
        "difference": found.largest,
        "deals": found.counts["deals"],
    }


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["histories", "study", "given", "mesa"])
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--branch", default="")
    parser.add_argument("--theory", default="")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--date", default="")
    parser.add_argument("--paths", default="")
    parser.add_argument("--worlds", type=int, default=256)
    parser.add_argument("--moves", type=int, default=0)
    asked = parser.parse_args()
    if asked.what == "histories":
        found = histories(asked.scenario, asked.branch, asked.theory, asked.runs, asked.repeats)
    elif asked.what == "given":
        found = given(
            asked.scenario,
            asked.branch,
            asked.theory,
            asked.date,
            asked.paths,
            asked.worlds,
            asked.moves,
            asked.threads,
        )
    elif asked.what == "mesa":
        found = mesa(asked.scenario, asked.branch, asked.theory, asked.runs)
    else:
        found = study(asked.scenario, asked.branch, asked.theory, asked.runs, asked.threads)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
