"""Carrying out a plan from beginning to end: how many runs, in which stages, gone on with or anew, and its record."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from powersim._words import counted
from powersim.effects.odds import odds_of
from powersim.effects.results import at_hand
from powersim.errors import Argument, ArgumentError, Stopped, whole
from powersim.files.writing import check_folder, check_target
from powersim.run import work
from powersim.run.listener import Listener
from powersim.run.plan import Plan
from powersim.sim import provenance
from powersim.sim.held import held_runs, told
from powersim.sim.store import Store

if TYPE_CHECKING:
    import xarray as xr

MUCH = 10e9  # bytes of paths that a user is told of


def check_work(workers: int | None, *, resume: bool = False, out: Path | None = None) -> None:
    """ArgumentError for fewer workers than one, or for going on without a folder to go on with."""
    if resume and out is None:
        raise ArgumentError(
            "resume",
            "needs the folder to go on with, e.g. ",
            Argument("out", "out/study"),
            " ",
            Argument("resume", True),
        )
    if workers is not None:
        whole("workers", workers, 1)


def announce(listener: Listener) -> None:
    """Say so if the rules have yet to be compiled."""
    if work.is_cold():
        listener.note(f"compiling the rules, once: {work.patience()}")


@dataclass(frozen=True)
class Done:
    """A job that is done: complete runs, and what its record of provenance says."""

    runs: int
    facts: dict[str, Any]


@contextmanager
def keeping(done: int, out: Path | None, what: str = "runs") -> Iterator[None]:
    """Inside, results are looked at: Stopped says that they are kept if the user ends that early."""
    try:
        yield
    except Stopped:
        raise
    except KeyboardInterrupt:
        if out is None:
            raise
        raise Stopped(done, done, what, out) from None


@dataclass(frozen=True)
class Job:
    """A plan with what was asked about carrying it out.

    runs: how many, with `until` at most; None: those of the results to go on with, or of the record, else 100.
    more: what provenance says besides: what else was asked, whether or not it is answered.
    """

    plan: Plan
    listener: Listener
    runs: int | None = None
    until: str | None = None
    out: Path | None = None
    resume: bool = False
    engine: str | None = None
    scheduler: str | None = None
    workers: int | None = None
    paths: int | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    def check(self) -> None:
        """PowersimError for what cannot be, before anything is computed."""
        if self.runs is not None:
            work.check_runs(self.runs)
        if self.until is not None:
            from powersim.run import precision

            precision.goal(self.until, self.plan)
        check_work(self.workers, resume=self.resume, out=self.out)
        if self.out is not None:
            check_target(check_folder(self.out) / provenance.FILE, provenance.MARK)
        work.check_engine(self._engine, self.scheduler)

    def carry_out(self, where: Path, command: str) -> Done:
        """Compute into a folder and leave the record of provenance in `out`. Stopped when the user ends it early."""
        started, done = time.time(), Done(0, {})
        if not self.resume:
            announce(self.listener)  # at once: to lay out the store takes a while too
        changed = [key for key, now in provenance.versions().items() if self._recorded.get(key, now) != now]
        if changed:
            self.listener.note(f"recorded with another version of {', '.join(changed)}: results may differ")
        for stage, runs in enumerate(self._stages()):
            store = work.open_store(
                self.plan, where, runs, resume=self.resume or stage > 0, paths=self.paths, later=True
            )
            if stage == 0:
                self._warn_of_size(store, runs)
            for line in damage(store):
                self.listener.note(line)
            if store.complete > runs and not store.damaged:
                done = Done(store.complete, {})
                continue
            progress = self._fill(store, runs)
            done = Done(store.complete, self._facts(store.complete, command, started))
            if self.out is not None:
                provenance.write(self.out, done.facts)
            if progress.stopped:
                raise Stopped(progress.done, progress.runs, "runs", self.out)
            if self.until is not None and self._is_narrow(self.until, work.dataset(where, done.runs)):
                break
        if done.facts:
            return done
        return Done(done.runs, self._facts(done.runs, command, started))

    def _facts(self, runs: int, command: str, started: float) -> dict[str, Any]:
        """What provenance says."""
        return {**work.facts(self.plan, runs, command, started, self._engine), **self.more}

    @property
    def _engine(self) -> str:
        return str(self.engine or self.plan.opened.recorded.get("engine") or work.COMPILED)

    @property
    def _recorded(self) -> dict[str, str]:
        """Versions with which the study was computed that is computed again."""
        found = self.plan.opened.recorded.get("versions")
        return found if isinstance(found, dict) else {}

    def _fill(self, store: Store, runs: int) -> work.Progress:
        from powersim.sim.cluster import ClusterError

        try:
            return self._computed(store, runs)
        except KeyboardInterrupt:  # before the first history
            store.lay_out()
            return work.Progress(runs, min(store.complete, runs), stopped=True)
        except ClusterError as error:
            if self.out is None:
                raise
            kept = f"\n{store.complete} of {runs} runs are kept in {self.out}; add "
            raise ClusterError(*error.parts, kept, Argument("resume", True), " to go on") from error

    def _computed(self, store: Store, runs: int) -> work.Progress:
        steps = work.steps(store, runs)
        if steps:
            if self.resume:
                announce(self.listener)
            work.warm(self.plan.first_case, self._engine)
        with self.listener.progress("computing", steps) as tick:
            return work.fill(
                self.plan,
                store,
                runs,
                engine=self._engine,
                threads=self.workers,
                scheduler=self.scheduler,
                tick=tick,
                # Histories are computed outside the interpreter's lock: time to load what their results will need.
                begun=threading.Thread(target=self._look_ahead, args=(store.folder,)).start,
                say=lambda text, wrong: self.listener.warn(text) if wrong else self.listener.note(text),
            )

    def _look_ahead(self, folder: Path) -> None:
        """Load what the results will need; much of it comes only with the first that are opened."""
        self.listener.meanwhile()
        with suppress(Exception):  # whoever opens them again says what is wrong
            import scipy.special  # noqa: F401

            found = at_hand(work.dataset(folder, 1, verified=False))
            odds_of(found, str(found["outcome"].values[0]))

    def _stages(self) -> Iterator[int]:
        """Numbers of runs to compute, each more than the last: one, unless an interval decides."""
        if self.until is None:
            yield self._wanted()
            return
        from powersim.run import precision

        yield from precision.looks(self.plan.layout().chunk_runs(), self.runs or precision.CAP)

    def _is_narrow(self, until: str, data: xr.Dataset) -> bool:
        """Whether the interval that is asked for is narrow enough; says how far it is."""
        from powersim.run import precision

        goal = precision.goal(until, self.plan)
        row, half = goal.widest(data)
        enough = half < goal.width
        runs = data.sizes["run"]
        more = "" if enough or row.runs < 2 or half in (0.0, float("inf")) else (
            f"; {goal.width:g} needs about {precision.needed(runs, half, goal.width)} runs"
        )  # fmt: skip
        self.listener.note(
            f"{counted(runs, 'run')}: {goal.outcome}, {row.branch_b} is known to ±{half:.3g}{more}"
        )
        return enough

    def _wanted(self) -> int:
        """How many runs; what is not said comes from the results to go on with, or the record."""
        if self.runs is not None:
            return work.check_runs(self.runs)
        held = held_runs(self.out) if self.resume and self.out is not None else 0
        return work.check_runs(held or int(self.plan.opened.recorded.get("runs") or work.RUNS))

    def _warn_of_size(self, store: Store, runs: int) -> None:
        """Say so when whole paths will take much room."""
        kept = runs if store.paths is None else min(runs, store.paths)
        size = kept * store.layout.run_bytes()
        if self.out is not None and size > MUCH and store.complete < runs:
            self.listener.note(
                f"whole paths of {counted(kept, 'run')}: {size / 1e9:.0f} GB before compression; --paths N keeps fewer"
            )


def damage(store: Store) -> list[str]:
    """What to say of damage in the results that a study goes on with."""
    lines = told(store.folder, list(store.damaged))
    return [*lines, "What is damaged is computed again."] if lines else []
