"""What is counted in a history, simulated or recorded, so that both are measured by one rule.

`count_run` turns one run's arrays and chronicle into `RunCounts`; its `statistics` are the row of the array `counts`
(branch, theory, run, statistic) that a study stores, in the order of `STATISTICS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from powersim.plausible import panels
from powersim.plausible.paths import IssueMoves, cornered, issue_moves

Floats = NDArray[np.float64]

RESOLUTION = 0.05
"""Smallest departure that a coder of issue paths writes down: the grid of the coded chronology."""
CORNER = 0.01
"""Within this distance of 0 or 1 an issue is in a corner."""
MOSTLY = 0.5
"""An issue sits in a corner when it is there in more than this share of turns."""
GAP_YEARS = 2
"""Years without a delivery after which the next one counts as a new start."""
FREEZE_CAP_QUARTERS = 28
"""A freeze is followed up for at most so long (seven years), so that records and runs of any length compare."""
SPAN_YEARS = 6
"""Years between the ends of a window over which alignment and power are compared."""
DEAD_BAND = 0.25
"""Alignment nearer to 0 than this is neither friendly nor hostile: on a scale in steps of a half it rounds to 0."""
QUARTERS, DECADE = 4, 10


@dataclass(frozen=True)
class Statistic:
    """A number that every run and the record have: its name, unit, and how it is counted."""

    name: str
    unit: str
    about: str


STATISTICS: tuple[Statistic, ...] = (
    Statistic("wars_per_decade", "wars a decade", "wars that begin over the scenario's disputes"),
    Statistic("crises_per_decade", "crises a decade", "crises that arise over the scenario's disputes"),
    Statistic("war_share_of_crises", "share", "wars begun over crises arisen; nan without a crisis"),
    Statistic(
        "arms_starts_per_dyad_year",
        "starts a year and ordered dyad",
        "deliveries of any rival good after two years or more without one, over ordered dyads that have a flow",
    ),
    Statistic(
        "deals_per_dyad_year", "deals a year and dyad", "deals signed, over all unordered dyads of actors"
    ),
    Statistic(
        "breaches_per_decade", "breaches a decade", "commitments that a party openly breaks, all actors"
    ),
    Statistic(
        "freeze_quarters",
        "quarters",
        "quarters frozen over freezes ended, follow-up capped at 28 quarters; without an end the quarters frozen",
    ),
    Statistic(
        "issues_moving", "share a quarter", "issues that move in a quarter, by the coder's rule at 0.05"
    ),
    Statistic("move_size", "0..1", "mean size of such a move"),
    Statistic("move_reversals", "share", "such moves that go against the issue's move before"),
    Statistic("issue_yearly_change", "0..1", "mean absolute change of an issue over a year, no coder's rule"),
    Statistic("issue_net_change", "0..1", "mean absolute difference between an issue's first and last turn"),
    Statistic("issues_cornered", "share", "issues within 0.01 of 0 or 1 in more than half of the turns"),
    Statistic(
        "alignment_spread_ratio", "ratio", "spread of alignment over dyads after six years over that before"
    ),
    Statistic(
        "alignment_yearly_change", "spreads", "mean absolute yearly change of alignment over its spread"
    ),
    Statistic("alignment_persistence", "correlation", "alignment over dyads with itself six years later"),
    Statistic(
        "alignment_sign_changes",
        "share",
        "dyads beyond 0.25 in alignment that are beyond 0.25 on the other side six years later",
    ),
    Statistic(
        "sanctions_tightened", "share a year", "sender-target pairs that tighten (or impose) in a year"
    ),
    Statistic("sanctions_eased", "share a year", "sender-target pairs that ease (or lift) in a year"),
    Statistic(
        "power_change", "log points", "mean absolute change of the log share of capability over six years"
    ),
)
"""Every statistic of a run, in the order of the array `counts`."""

NAMES = tuple(statistic.name for statistic in STATISTICS)


@dataclass(frozen=True)
class Chronicle:
    """What a run's event log says. Turns count from 0."""

    wars: int
    crises: int
    deals: int
    breaches: int
    deliveries: Sequence[tuple[int, str]]
    """(turn, ordered dyad `RUS>IRN`) of every delivery of a rival good."""
    freezes: Sequence[tuple[int, int | None]]
    """(first turn, turn at which it ended or None) of every commitment to hold something back."""


@dataclass(frozen=True)
class RunCounts:
    """Counts of one run and what they are counted over."""

    years: float
    turns_per_year: int
    wars: int
    crises: int
    deals: int
    dyads: int
    breaches: int
    arms_starts: int
    flow_years: float
    frozen_quarters: float
    freezes_ended: int
    issues: IssueMoves
    cornered: float
    spread_ratio: float
    alignment_change: float
    persistence: float
    sign_changes: float
    tightened: int
    eased: int
    sanction_years: int
    power_change: float

    def statistics(self) -> Floats:
        """Values (statistic) in the order of `STATISTICS`; nan where a run says nothing."""
        decades = self.years / DECADE
        values = {
            "wars_per_decade": _ratio(self.wars, decades),
            "crises_per_decade": _ratio(self.crises, decades),
            "war_share_of_crises": _ratio(self.wars, self.crises),
            "arms_starts_per_dyad_year": _ratio(self.arms_starts, self.flow_years),
            "deals_per_dyad_year": _ratio(self.deals, self.dyads * self.years),
            "breaches_per_decade": _ratio(self.breaches, decades),
            "freeze_quarters": _ratio(self.frozen_quarters, max(1, self.freezes_ended))
            if self.frozen_quarters
            else float("nan"),
            "issues_moving": self.issues.share_moving * self.turns_per_year / QUARTERS,
            "move_size": self.issues.size,
            "move_reversals": self.issues.reversals,
            "issue_yearly_change": self.issues.yearly_change,
            "issue_net_change": self.issues.net_change,
            "issues_cornered": self.cornered,
            "alignment_spread_ratio": self.spread_ratio,
            "alignment_yearly_change": self.alignment_change,
            "alignment_persistence": self.persistence,
            "alignment_sign_changes": self.sign_changes,
            "sanctions_tightened": _ratio(self.tightened, self.sanction_years),
            "sanctions_eased": _ratio(self.eased, self.sanction_years),
            "power_change": self.power_change,
        }
        return np.array([values[name] for name in NAMES])


def count_run(
    chronicle: Chronicle,
    issues: Floats,
    alignment: Floats,
    sanctions: Floats,
    power: Floats,
    flows: int,
    turns_per_year: int,
) -> RunCounts:
    """Count one run.

    `issues` (K, T): positions 0..1 of the issues that the run itself moves (leave out those that the branch lays
    down); `alignment` (T, N, N), -1..1; `sanctions` (S, T): strength 0..1 of each sender on each target;
    `power` (N, T) > 0; `flows`: ordered dyads between which the scenario lets rival goods flow.
    """
    turns = alignment.shape[0]
    if issues.shape[-1] != turns or sanctions.shape[-1] != turns or power.shape[-1] != turns:
        raise ValueError(
            f"arrays disagree on the number of turns: alignment {turns}, issues {issues.shape[-1]}, "
            f"sanctions {sanctions.shape[-1]}, power {power.shape[-1]}"
        )
    actors = alignment.shape[1]
    panel = np.ascontiguousarray(alignment.transpose(1, 2, 0)[np.triu_indices(actors, 1)])
    span = SPAN_YEARS * turns_per_year
    frozen, ended = freeze_exposure(
        [((turns if end is None else end) - start, end is not None) for start, end in chronicle.freezes],
        FREEZE_CAP_QUARTERS * turns_per_year / QUARTERS,
    )
    ratios = panels.spread_ratios(panel, span)
    known = ratios[np.isfinite(ratios)]
    tightened, eased, pair_years = sanction_changes(sanctions, turns_per_year)
    seen = max(0, turns - GAP_YEARS * turns_per_year)
    return RunCounts(
        years=turns / turns_per_year,
        turns_per_year=turns_per_year,
        wars=chronicle.wars,
        crises=chronicle.crises,
        deals=chronicle.deals,
        dyads=panel.shape[0],
        breaches=chronicle.breaches,
        arms_starts=arms_starts(chronicle.deliveries, GAP_YEARS * turns_per_year),
        flow_years=flows * seen / turns_per_year,
        frozen_quarters=frozen * QUARTERS / turns_per_year,
        freezes_ended=ended,
        issues=issue_moves(issues, turns_per_year, RESOLUTION),
        cornered=float(np.mean(cornered(issues, CORNER) > MOSTLY)) if len(issues) else float("nan"),
        spread_ratio=float(known.mean()) if known.size else float("nan"),
        alignment_change=panels.relative_change(panel, turns_per_year),
        persistence=panels.persistence(panel, span),
        sign_changes=panels.sign_changes(panel, span, DEAD_BAND),
        tightened=tightened,
        eased=eased,
        sanction_years=pair_years,
        power_change=power_change(power, span),
    )


def arms_starts(deliveries: Iterable[tuple[int, str]], gap: int) -> int:
    """Deliveries that come after at least `gap` times without one on the same flow, from time `gap` on.

    Before that time it cannot be seen whether a delivery is a start.
    """
    times: dict[str, set[int]] = {}
    for time, flow in deliveries:
        times.setdefault(flow, set()).add(time)
    return sum(
        time >= gap and not any(earlier in seen for earlier in range(time - gap, time))
        for seen in times.values()
        for time in seen
    )


def freeze_exposure(freezes: Iterable[tuple[float, bool]], cap: float) -> tuple[float, int]:
    """Time frozen and number of ends of freezes given as (length, ended), each followed up for at most `cap`.

    Their ratio is the maximum-likelihood mean length under a constant hazard with censoring.
    """
    listed = list(freezes)
    return sum(min(length, cap) for length, _ in listed), sum(
        ended and length <= cap for length, ended in listed
    )


def sanction_changes(strength: Floats, turns_per_year: int) -> tuple[int, int, int]:
    """Pair-years in which sanctions (S, T) stand higher, or lower, than a year before, and pair-years compared.

    Only changes of at least `RESOLUTION` count; years end with every `turns_per_year`-th turn.
    """
    change = np.diff(strength[:, turns_per_year - 1 :: turns_per_year], axis=1)
    least = RESOLUTION * (1 - 1e-9)  # a change of exactly the resolution counts in spite of rounding
    return int(np.sum(change >= least)), int(np.sum(change <= -least)), int(change.size)


def power_change(power: Floats, span: int) -> float:
    """Mean absolute change of the log share of capability (N, T) over windows of `span` times; nan if too short.

    Shares are among the actors observed at both ends.
    """
    changes = []
    for end in range(span, power.shape[1]):
        both = np.isfinite(power[:, end]) & np.isfinite(power[:, end - span])
        before, after = power[both, end - span], power[both, end]
        changes.append(np.abs(np.log(after / after.sum()) - np.log(before / before.sum())))
    return float(np.concatenate(changes).mean()) if changes else float("nan")


def _ratio(count: float, exposure: float) -> float:
    return count / exposure if exposure else float("nan")
