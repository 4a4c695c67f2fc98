"""Do histories made by the model look like history? Base rates and coded paths up to the end of the record."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from powersim._words import counted
from powersim.errors import Argument, PowersimError
from powersim.plausible.baserates import Row, Stuck, base_rate_table, stuck_issues
from powersim.plausible.counts import NAMES, count_run
from powersim.plausible.hindcast import PREFIX, Hindcast, hindcast
from powersim.plausible.paths import expand, last_month
from powersim.plausible.record import Record, load_record
from powersim.plausible.tally import read_log
from powersim.run.plan import Plan
from powersim.run.work import simulator, workers
from powersim.scenario.calendar import TURNS_PER_YEAR
from powersim.scenario.library import locate
from powersim.scenario.resolved import Scenario
from powersim.world import quantities as watched
from powersim.world.case import Case, Watch
from powersim.world.state import C_SANCTION, RIVAL, Floats

FOLDER = "record"
"""Folder beside a scenario that holds the record of base rates."""


@dataclass(frozen=True)
class Plausibility:
    """The table of base rates, how coded paths are told (None without a record of issues), and stuck issues."""

    rows: list[Row]
    paths: Hindcast | None
    stuck: list[Stuck]
    until: str
    runs: int
    issues: xr.DataArray
    """Paths of issues (run, turn, outcome) up to the end of the record, and below those that are coded, by issue."""
    coded: dict[str, Floats]
    dates: list[str]


def find_record(scenario_file: Path, given: Path | None) -> Record:
    """The record that the user names, or the only one beside the scenario. PowersimError without one."""
    if given is None:
        scenario_file = locate(scenario_file)
        found = sorted((scenario_file.parent / FOLDER).glob("*.yaml"))
        if len(found) != 1:
            raise PowersimError(
                f"{scenario_file.parent / FOLDER}: {len(found) or 'no'} records of base rates; name one with ",
                Argument("record"),
                ", e.g. ",
                Argument("record", "scenarios/record/base_rates_1990_2013.yaml"),
            )
        given = found[0]
    try:
        return load_record(given)
    except ValueError as error:
        raise PowersimError(str(error)) from error


def plausibility(
    plan: Plan, record: Record, runs: int, tick: Callable[[], None] | None = None
) -> Plausibility:
    """Run the plan's first branch under all its theories up to the end of the record, and compare."""
    dates = plan.scenario.calendar.labels()
    until = f"{record.last}-12"
    turns = sum(last_month(date) <= last_month(until) for date in dates)
    if turns < 2:
        raise PowersimError(
            f"{plan.opened.name}: has {counted(turns, 'turn')} up to {record.last}; allowed: at least 2"
        )
    kept, free = _restricted(plan.scenario, record), _Counter(plan, turns)

    def one(task: tuple[int, str]) -> tuple[Floats, Floats]:
        counted = free.run(*task)
        if tick is not None:
            tick()
        return counted

    tasks = [(run, theory) for theory in plan.theories for run in range(runs)]
    with ThreadPoolExecutor(workers()) as pool:
        found = list(pool.map(one, tasks))
    shape = (len(plan.theories), runs)
    counts = np.stack([row for row, _ in found]).reshape(*shape, -1)
    paths, until_then = np.stack([path for _, path in found]), dates[:turns]
    issues, coded = free.named(paths), free.coded(until_then)
    return Plausibility(
        rows=base_rate_table(
            xr.DataArray(counts, dims=("theory", "run", "statistic"), coords={"statistic": list(NAMES)}), kept
        ),
        paths=hindcast(issues, coded, until_then, until=until_then[-1], leave_out=free.left_out)
        if coded
        else None,
        stuck=stuck_issues(paths[:, free.moved], [free.issues[k] for k in free.moved], coded),
        until=until_then[-1],
        runs=len(tasks),
        issues=issues,
        coded=coded,
        dates=until_then,
    )


class _Counter:
    """Counts one run of the plan's first branch."""

    def __init__(self, plan: Plan, turns: int) -> None:
        self.plan, self.turns = plan, turns
        self.scenario = plan.scenario
        self.issues = [issue.id for issue in plan.scenario.issues]
        case = plan.first_case
        self.laid_down = laid_down(case, turns)
        # pace and size of moves are recorded for the coded issues only, so only those are compared
        coded = self.scenario.record or self.issues
        self.moved = [k for k, name in enumerate(self.issues) if k not in self.laid_down and name in coded]
        setup = case.setup
        self.senders = [int(c) for c in np.flatnonzero(setup.control_kind == C_SANCTION)]
        actors = range(len(plan.scenario.actors))
        self.watch = _watch(
            [(watched.ISSUE, k) for k in range(len(self.issues))]
            + [(watched.CONTROL, c) for c in self.senders]
            + [(watched.STRENGTH, i) for i in actors]
        )
        rival = [good.kind == "rival" for good in plan.scenario.goods]
        ids = [good.id for good in plan.scenario.goods]
        self.rival = [rival[ids.index(good)] for good, _, _ in plan.scenario.flows]
        self.flows = [f"{a}>{b}" for _, a, b in plan.scenario.flows]
        assert [bool(kind == RIVAL) for kind in setup.good_kind[setup.flow_good]] == self.rival
        self.simulate = simulator("compiled")

    def run(self, run: int, theory: str) -> tuple[Floats, Floats]:
        """Statistics, and paths of all issues (K, T)."""
        case = self.plan.cases(theory, run)[0]
        case = case._replace(
            watch=self.watch, turns=self.turns, snapshots=np.arange(self.turns, dtype=np.int64)
        )
        history = self.simulate(case, self.plan.seed, run)
        values = history.values.T
        k, z = len(self.issues), len(self.senders)
        counted = count_run(
            read_log(history.log, len(case.setup.control_kind), self.flows, self.rival, self.turns),
            issues=values[self.moved],
            alignment=history.alignment,
            sanctions=values[k : k + z],
            power=values[k + z :],
            flows=len({flow for flow, rival in zip(self.flows, self.rival, strict=True) if rival}),
            turns_per_year=TURNS_PER_YEAR[self.scenario.calendar.turn],
        )
        return counted.statistics(), values[:k]

    def coded(self, dates: list[str]) -> dict[str, Floats]:
        """Coded paths of the scenario's record (T) by issue."""
        label = self.scenario.calendar.label
        return {
            issue: expand({label(turn): value for turn, value in path.items()}, dates)
            for issue, path in self.scenario.record.items()
        }

    def named(self, paths: Floats) -> xr.DataArray:
        """Paths (run, K, T) as results have them."""
        names = [f"{PREFIX}{issue}" for issue in self.issues]
        return xr.DataArray(paths.swapaxes(1, 2), dims=("run", "turn", "outcome"), coords={"outcome": names})

    @property
    def left_out(self) -> list[str]:
        """Issues that the branch lays down: nothing is to be told of them."""
        return [self.issues[k] for k in sorted(self.laid_down)]


def _watch(things: list[tuple[int, int]]) -> Watch:
    kinds, firsts = (np.array(column, dtype=np.int64) for column in zip(*things, strict=True))
    return Watch(kinds, firsts, np.full(len(things), -1, np.int64))


def laid_down(case: Case, turns: int) -> set[int]:
    """Issues whose path the branch lays down or holds in its first turns."""
    fixed = ~np.isnan(case.branch.path[:turns]) | (case.branch.hold[:turns] > 0)
    return {int(case.setup.control_issue[c]) for c in np.flatnonzero(fixed.any(axis=0))} - {-1}


def _restricted(scenario: Scenario, record: Record) -> Record:
    kinds = {good.id: good.kind for good in scenario.goods}
    return record.restricted(
        disputes=[f"{dispute.challenger}-{dispute.target}" for dispute in scenario.disputes],
        flows=[f"{a}>{b}" for good, a, b in scenario.flows if kinds[good] == "rival"],
        sanctions=[f"{tool.sender}>{tool.target}" for tool in scenario.instruments],
    )
