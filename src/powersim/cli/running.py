"""Commands that compute histories: run, compare; tell is in `telling`."""

from __future__ import annotations

import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from powersim._words import counted
from powersim.cli.guard import complain
from powersim.cli.lengthy import announce, check_work, leave_stopped, resumable
from powersim.cli.options import (
    Branch,
    Branches,
    Engine,
    File,
    NoPriors,
    Out,
    Overrides,
    Paths,
    Quiet,
    Resume,
    Runs,
    Sampling,
    Scheduler,
    Seed,
    Theories,
    Theory,
    Until,
    Workers,
    changes,
    guarded,
    needs,
)
from powersim.cli.telling import EXAMPLES, tell

if TYPE_CHECKING:
    import xarray as xr

    from powersim.cli.console import Page
    from powersim.run.plan import Plan
    from powersim.run.work import Progress
    from powersim.sim.store import Store


REPORTS = "powersim.cli.comparing"
FIGURES = ("headline", "all", "none")
MUCH = 10e9  # bytes of paths that a user is told of


@guarded
def run(
    file: File,
    branch: Branch = None,
    theory: Theory = None,
    runs: Runs = None,
    seed: Seed = None,
    out: Out = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
    paths: Paths = None,
    resume: Resume = False,
    set_: Overrides = None,
    no_priors: NoPriors = False,
    quiet: Quiet = False,
) -> None:
    """Run one branch under one theory."""
    from powersim.cli import console

    page = console.Page(quiet)

    def report(data: xr.Dataset) -> None:
        from powersim.cli import levels

        page.tables([levels.table(data)])

    plan = _one(file, branch, theory, seed, changes(set_, no_priors))
    _Work(page, plan, runs, out, engine, scheduler, workers, paths, resume).carry_out(report)


@guarded
def compare(
    file: File,
    branches: Branches = None,
    theories: Theories = None,
    runs: Runs = None,
    seed: Seed = None,
    out: Out = None,
    sweep: Annotated[
        str | None,
        typer.Option("--sweep", metavar="FROM..TO", help="Move the date of the intervention over a period."),
    ] = None,
    outcomes: Annotated[
        str | None,
        typer.Option(
            "--outcomes", metavar="O,...", help="Outcomes to show, or all; default: the headline ones."
        ),
    ] = None,
    figures: Annotated[
        str | None,
        typer.Option(
            "--figures",
            metavar="headline|all|none",
            help="Figures in DIR/figures: an overview and the outcomes shown (default), or every outcome.",
        ),
    ] = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
    paths: Paths = None,
    until: Until = None,
    sampling: Sampling = None,
    resume: Resume = False,
    set_: Overrides = None,
    no_priors: NoPriors = False,
    quiet: Quiet = False,
) -> None:
    """Say what branches change, under each theory.

    Effects are differences within runs: the branches of a run share its luck and its draws of uncertain numbers.
    """
    from powersim.cli import console
    from powersim.errors import PowersimError
    from powersim.run.opened import chosen, open_scenario, unknown_name
    from powersim.run.plan import headline, plan

    page = console.Page(quiet)
    if figures is not None and figures not in FIGURES:
        raise PowersimError(unknown_name(figures, FIGURES, "--figures"))
    needs("--figures", figures not in (None, "none"), "--out", out is not None)
    figures = figures or FIGURES[0]
    opened = open_scenario(file, changes(set_, no_priors))
    planned = plan(opened, branches, theories, seed, sweep, sampling)
    shown = chosen(outcomes, opened.outcomes, "outcome") if outcomes else headline(opened)
    if out is not None and out.exists():
        from powersim.cli import comparing

        comparing.check(out, figures)
    named = branches is not None

    def report(data: xr.Dataset) -> None:
        from powersim.cli import comparing
        from powersim.run import work

        comparing.report(page, planned, data, out, shown, named, figures, workers or work.workers())

    _Work(page, planned, runs, out, engine, scheduler, workers, paths, resume, until).carry_out(report)


def _one(
    file: Path, branch: str | None, theory: str | None, seed: int | None, changed: dict[str, str]
) -> Plan:
    """A plan for one branch and one theory."""
    from powersim.errors import PowersimError
    from powersim.run.opened import open_scenario, unknown_name
    from powersim.run.plan import plan

    opened = open_scenario(file, changed)
    for name, known, what in ((branch, opened.branches, "branch"), (theory, opened.theories, "theory")):
        if name is not None and name not in known:
            raise PowersimError(unknown_name(name, known, what))
    recorded = opened.recorded
    first = (recorded.get("branches") or opened.branches)[0]
    under = (recorded.get("theories") or opened.theories)[0]
    return plan(opened, branch or first, theory or under, seed, swept="")


def damage(store: Store) -> list[str]:
    """What to say of damage in the results that a study goes on with."""
    from powersim.sim.held import told

    lines = told(store.folder, list(store.damaged))
    return [*lines, "What is damaged is computed again."] if lines else []


def _look_ahead(folder: Path) -> None:
    """Load what the report will need; much of it comes only with the first results that are opened."""
    from powersim.run import work

    importlib.import_module(REPORTS)
    with suppress(Exception):  # the report opens them again and says what is wrong
        work.dataset(folder, 1, verified=False)


@dataclass(frozen=True)
class _Work:
    """A plan with what the user asked about carrying it out."""

    page: Page
    plan: Plan
    asked: int | None
    out: Path | None
    engine: str | None
    scheduler: str | None
    workers: int | None
    paths: int | None
    resume: bool
    until: str | None = None

    def carry_out(self, report: Callable[[xr.Dataset], None]) -> None:
        """Compute, leave the record of provenance, report."""
        from powersim.errors import PowersimError
        from powersim.run import work
        from powersim.sim import provenance

        started = time.time()
        self._check()
        engine = str(self.engine or self.plan.opened.recorded.get("engine") or work.COMPILED)
        work.simulator(engine)
        if self.scheduler is not None and engine != work.DASK:
            raise PowersimError("--scheduler: only a cluster has one; add --engine dask")
        changed = [key for key, now in provenance.versions().items() if self._recorded().get(key, now) != now]
        if changed:
            self.page.note(f"recorded with another version of {', '.join(changed)}: results may differ")
        with work.folder(self.out) as where:
            for stage, runs in enumerate(self._stages()):
                store = work.open_store(
                    self.plan, where, runs, resume=self.resume or stage > 0, paths=self.paths
                )
                if stage == 0:
                    self._warn_of_size(store, runs)
                for line in damage(store):
                    self.page.note(line)
                if store.complete > runs and not store.damaged:
                    continue
                done = self._fill(store, runs, engine)
                if self.out is not None:
                    command = provenance.command_line(sys.argv[1:])
                    provenance.write(
                        self.out, work.facts(self.plan, store.complete, command, started, engine)
                    )
                if done.stopped:
                    leave_stopped(done.done, done.runs, "runs", self.out)
                if self.until is not None and self._is_narrow(
                    self.until, work.dataset(where, store.complete)
                ):
                    break
            try:
                report(work.dataset(where, store.complete))
            except KeyboardInterrupt:
                if self.out is None:
                    raise
                leave_stopped(store.complete, store.complete, "runs", self.out)

    def _fill(self, store: Store, runs: int, engine: str) -> Progress:
        from powersim.run import work
        from powersim.sim.cluster import ClusterError

        try:
            return self._computed(store, runs, engine)
        except KeyboardInterrupt:  # before the first history
            return work.Progress(runs, min(store.complete, runs), stopped=True)
        except ClusterError as error:
            if self.out is None:
                raise
            raise ClusterError(
                f"{error}\n{store.complete} of {runs} runs are {resumable(self.out)}"
            ) from error

    def _computed(self, store: Store, runs: int, engine: str) -> Progress:
        from powersim.run import work

        steps = work.steps(store, runs)
        if steps:
            announce(self.page)
            work.warm(self.plan.first_case, engine)
            # Histories are computed outside the interpreter's lock: time to load what the report will need.
            threading.Thread(target=_look_ahead, args=(store.folder,)).start()
        with self.page.progress("computing", steps) as tick:
            return work.fill(
                self.plan,
                store,
                runs,
                engine=engine,
                threads=self.workers,
                scheduler=self.scheduler,
                tick=tick,
                say=lambda text, wrong: complain(text) if wrong else self.page.note(text),
            )

    def _stages(self) -> Iterator[int]:
        """Numbers of runs to compute, each more than the last: one, unless an interval decides."""
        if self.until is None:
            yield self._runs()
            return
        from powersim.run import precision

        yield from precision.looks(self.plan.layout().chunk_runs(), self.asked or precision.CAP)

    def _is_narrow(self, until: str, data: xr.Dataset) -> bool:
        """Whether the interval that --until names is narrow enough; says how far it is."""
        from powersim.run import precision

        goal = precision.goal(until, self.plan)
        row, half = goal.widest(data)
        enough = half < goal.width
        runs = data.sizes["run"]
        more = "" if enough or row.runs < 2 or half in (0.0, float("inf")) else (
            f"; {goal.width:g} needs about {precision.needed(runs, half, goal.width)} runs"
        )  # fmt: skip
        self.page.note(
            f"{counted(runs, 'run')}: {goal.outcome}, {row.branch_b} is known to ±{half:.3g}{more}"
        )
        return enough

    def _check(self) -> None:
        """PowersimError for options that cannot be, before anything is computed."""
        from powersim.run import work

        if self.asked is not None:
            work.check_runs(self.asked)
        if self.until is not None:
            from powersim.run import precision

            precision.goal(self.until, self.plan)
        needs("--paths", self.paths is not None, "--out", self.out is not None)
        check_work(self.workers, resume=self.resume, out=self.out)
        if self.out is not None:
            from powersim.files.writing import check_folder, check_target
            from powersim.sim import provenance

            check_target(check_folder(self.out) / provenance.FILE, provenance.MARK)

    def _runs(self) -> int:
        """How many runs; what is not said comes from the results to go on with, or the record."""
        from powersim.run import work
        from powersim.sim.held import held_runs

        if self.asked is not None:
            return work.check_runs(self.asked)
        held = held_runs(self.out) if self.resume and self.out is not None else 0
        return work.check_runs(held or int(self.plan.opened.recorded.get("runs") or work.RUNS))

    def _warn_of_size(self, store: Store, runs: int) -> None:
        """Say so when whole paths will take much room; --paths keeps fewer."""
        kept = runs if store.paths is None else min(runs, store.paths)
        size = kept * store.layout.run_bytes()
        if self.out is not None and size > MUCH and store.complete < runs:
            self.page.note(
                f"whole paths of {counted(kept, 'run')}: {size / 1e9:.0f} GB before compression; --paths N keeps fewer"
            )

    def _recorded(self) -> dict[str, str]:
        """Versions with which the study was computed that is computed again."""
        found = self.plan.opened.recorded.get("versions")
        return found if isinstance(found, dict) else {}


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        run,
        """\b
Examples:
  powersim run scenarios/missile_defense_2009.yaml --branch replace --runs 200
  powersim run my.yaml --theory spiral --seed 7 --out out/spiral
  powersim run my.yaml --runs 1 --engine mesa
  powersim run my.yaml --runs 1 --no-priors            one history that can be followed by hand
  powersim run my.yaml --runs 100000 --out out/many --engine dask --scheduler tcp://127.0.0.1:8786
""",
    ),
    (
        compare,
        """\b
Examples:
  powersim compare my.yaml                                  all branches, all theories, 100 runs
  powersim compare my.yaml --branches keep,cancel --runs 1000 --seed 7 --out out/my
  powersim compare my.yaml --set rho=0.5 --theories deterrence,spiral
  powersim compare my.yaml --branches keep,cancel --sweep 2009Q1..2010Q4
  powersim compare my.yaml --out out/my --outcomes all --figures all
  powersim compare my.yaml --runs 5000 --out out/my --resume     go on after an interruption
  powersim compare my.yaml --until 'war ci < 0.01' --runs 20000  until the effects are known to ±0.01
  powersim compare my.yaml --runs 1000000 --paths 5000 --out out/long
  powersim compare out/my/provenance.json --out out/again        compute a study again
""",
    ),
    (tell, EXAMPLES),
)
"""Commands with their examples."""
