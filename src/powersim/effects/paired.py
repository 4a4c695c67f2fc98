"""Paired effects: what branch b changes against branch a in the same run under the same theory.

A run draws its luck and its parameters once for all branches (and theories), so differences are taken within
runs. Pooling over theories weighs each by its runs and keeps the run as the unit of replication: `runs` of a
pooled effect counts runs, not runs times theories.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from powersim.effects import limits
from powersim.effects.odds import measured
from powersim.effects.outcomes import is_binary, progress, summary_of
from powersim.effects.results import ALL, COUNTED, SAMPLE, Floats, Study, of_branch, paths, without_labels
from powersim.files.table import mark, write_table

if TYPE_CHECKING:
    import xarray as xr

Pair = tuple[str, str]


@dataclass(frozen=True)
class Effect:
    """Branch b minus branch a in one outcome's summary; a row of effects.csv."""

    outcome: str
    theory: str
    branch_a: str
    branch_b: str
    mean_a: float
    mean_b: float
    effect: float
    ci_low: float
    ci_high: float
    p_superior: float  # Pr(b > a) + Pr(b = a)/2 within runs
    runs: int
    estimator: str = COUNTED  # or odds: see `effects.odds`
    given: str = ""  # date to which worlds went as the record says; empty = as the model makes them

    @property
    def known(self) -> bool:
        """Whether there are runs enough for an interval."""
        return math.isfinite(self.ci_low) and math.isfinite(self.ci_high)

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of 0; an interval that does not exist lies nowhere, see `known`."""
        return self.ci_low > 0 or self.ci_high < 0

    @property
    def nothing(self) -> bool:
        """Whether it is exactly 0, with certainty."""
        return self.effect == self.ci_low == self.ci_high == 0


EFFECT_COLUMNS = [field.name for field in fields(Effect)]
EFFECTS_MARK = mark(EFFECT_COLUMNS)
EFFECTS_FILE = "effects.csv"


def read_given(folder: Path) -> list[Effect]:
    """The effects in worlds that went as the record says, of the effects.csv of a study; none without that file."""
    path = folder / EFFECTS_FILE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        told = [row for row in csv.DictReader(stream) if row.get("given")]
    kinds = {
        "runs": int,
        **dict.fromkeys(("outcome", "theory", "branch_a", "branch_b", "estimator", "given"), str),
    }
    read = ({name: kinds.get(name, float)(row[name] or "nan") for name in EFFECT_COLUMNS} for row in told)
    return [Effect(**row) for row in read]


@dataclass(frozen=True)
class Given:
    """A condition: the event happened (or not) by turn `by`.

    It is looked up in `branch`, by default a: a condition on b would select runs by the effect itself.
    """

    event: str
    happened: bool = True
    by: int | None = None  # turn; None = the end
    branch: str | None = None


@dataclass(frozen=True)
class PairedStatistics:
    """Paired statistics with the runs reduced; every array has the same shape."""

    mean_a: Floats
    mean_b: Floats
    effect: Floats
    low: Floats
    high: Floats
    p_superior: Floats
    runs: Floats


def paired(
    a: Floats, b: Floats, *, binary: bool, diverged: NDArray[np.bool_] | bool = False, block: int = 1
) -> PairedStatistics:
    """Statistics of b - a over the last axis (runs); runs missing in either are left out.

    Continuous outcomes get Student's t interval of the mean difference, 0/1 outcomes Newcombe's paired one.
    Where every difference is 0 the interval is [0, 0], unless the histories are known to have `diverged` and the
    outcome is 0/1, or there are too few runs for an interval: then more runs might show a difference that none shows
    yet, and the interval keeps its width, or does not exist.
    Where each `block` consecutive runs were drawn together, their sums carry the intervals.
    """
    both = np.isfinite(a) & np.isfinite(b)
    a, b = np.where(both, a, np.nan), np.where(both, b, np.nan)
    differences = b - a
    low, high = _limits(a, b, binary, block)
    count = both.sum(axis=-1)
    same = (count > 0) & ~((differences != 0) & both).any(axis=-1)
    settled = same & (~np.asarray(diverged) | (False if binary else np.isfinite(low)))
    wins = ((differences > 0) & both).sum(axis=-1) + ((differences == 0) & both).sum(axis=-1) / 2
    return PairedStatistics(
        mean_a=limits.mean(a),
        mean_b=limits.mean(b),
        effect=limits.mean(differences),
        low=np.where(settled, 0.0, np.where(count > 1, low, np.nan)),
        high=np.where(settled, 0.0, np.where(count > 1, high, np.nan)),
        p_superior=np.where(count > 0, wins / np.maximum(count, 1), np.nan),
        runs=count.astype(np.float64),
    )


def _limits(a: Floats, b: Floats, binary: bool, block: int) -> tuple[Floats, Floats]:
    differences = b - a
    if not binary:
        return limits.t_interval(differences) if block == 1 else limits.clustered(differences, block)
    low, high = limits.newcombe(a, b)
    if block == 1:
        return low, high
    centre, factor = limits.mean(differences), limits.widening(differences, block)
    return np.maximum(centre - factor * (centre - low), -1.0), np.minimum(
        centre + factor * (high - centre), 1.0
    )


def pooled(a: Floats, b: Floats, parts: PairedStatistics, block: int = 1) -> PairedStatistics:
    """Pool `parts`, computed from a and b of shape (theory, ..., run), over theories; see `limits.mover`."""
    weights = parts.runs / np.maximum(parts.runs.sum(axis=0), 1)
    used = parts.runs > 0

    def average(values: Floats) -> Floats:
        total = (weights * np.where(used, values, 0.0)).sum(axis=0)
        return np.where(used.any(axis=0), total, np.nan)

    effect = np.where(used, parts.effect, 0.0)
    low, high = np.where(used, parts.low, 0.0), np.where(used, parts.high, 0.0)
    bottom, top = limits.mover(
        effect, low, high, weights, limits.correlations(limits.in_blocks(b - a, block))
    )
    present = (np.isfinite(a) & np.isfinite(b)).any(axis=0).sum(axis=-1).astype(np.float64)
    return PairedStatistics(
        mean_a=average(parts.mean_a),
        mean_b=average(parts.mean_b),
        effect=average(parts.effect),
        low=np.where(used.any(axis=0), bottom, np.nan),
        high=np.where(used.any(axis=0), top, np.nan),
        p_superior=average(parts.p_superior),
        runs=present,
    )


def effects(
    results: xr.Dataset,
    pairs: Sequence[Pair] | None = None,
    outcomes: Sequence[str] | None = None,
    given: Given | None = None,
) -> list[Effect]:
    """Effects of every pair on every outcome, by theory and pooled; by default each branch against the reference.

    Rows come by outcome, pair, theory; the pooled row `all` follows when there are at least two theories.
    Outcomes are estimated by the better of two estimators (see `effects.odds`). `given` keeps only the runs of each
    theory in which the event happened (or did not).
    """
    study = Study.read(results)
    chosen = study.pairs() if pairs is None else list(pairs)
    _check(study, chosen)
    order = list(study.branches)
    parted = {pair: diverged(results, *pair) for pair in chosen}
    kept = {pair: _kept(results, study, pair, given) for pair in chosen}
    rows: list[Effect] = []
    for name in study.outcomes if outcomes is None else outcomes:
        outcome = study.outcome(name)
        # What a condition selects runs by may look ahead, as odds must not: then runs are counted.
        plain = given is not None
        values, estimator = (
            (summary_of(results, name, study), COUNTED) if plain else measured(results, name, study)
        )
        binary, last = is_binary(values), study.index(outcome.summary.last)
        for pair in chosen:
            a, b = (np.where(kept[pair], values[order.index(branch)], np.nan) for branch in pair)
            found = _rows(name, study.theories, pair, a, b, binary, parted[pair][:, last], _block(results))
            rows += [replace(row, estimator=estimator) for row in found]
    return rows


def effects_over_time(
    results: xr.Dataset,
    branch_a: str,
    branch_b: str,
    outcome: str,
    parted: NDArray[np.bool_] | None = None,
) -> xr.Dataset:
    """The paired effect on a path turn by turn, as (theory, turn) arrays named like the fields of `Effect`.

    Of an `ever` outcome: the effect on the probability of having passed the threshold so far. Intervals hold for
    each turn by itself, not for the whole path at once. `parted` is what `diverged` gives, if it is known.
    """
    import xarray as xr

    study = Study.read(results)
    _check(study, [(branch_a, branch_b)])
    order = list(study.branches)
    whole = progress(paths(results, outcome), study.outcome(outcome).summary, study.turns)
    a, b = (whole[order.index(branch)].transpose(0, 2, 1) for branch in (branch_a, branch_b))
    known = diverged(results, branch_a, branch_b) if parted is None else parted
    parts = paired(a, b, binary=is_binary(whole), diverged=known, block=_block(results))
    theories = list(study.theories)
    if len(theories) > 1:
        both = zip(_arrays(parts), _arrays(pooled(a, b, parts, _block(results))), strict=True)
        parts = PairedStatistics(*(np.concatenate([part, total[None]]) for part, total in both))
        theories.append(ALL)
    names = {"low": "ci_low", "high": "ci_high"}
    return xr.Dataset(
        {
            names.get(field.name, field.name): (("theory", "turn"), getattr(parts, field.name))
            for field in fields(PairedStatistics)
        },
        coords={"theory": theories, "turn": list(study.turns), "date": ("turn", list(study.dates))},
        attrs={"branch_a": branch_a, "branch_b": branch_b, "outcome": outcome},
    )


def variance_ratio(results: xr.Dataset, branch_a: str, branch_b: str) -> xr.DataArray:
    """Var(b - a) / (Var a + Var b) over runs, shape (theory, turn, outcome).

    0 = perfect pairing, 1 = as good as none; NaN where neither branch varies.
    """
    import xarray as xr

    _check(Study.read(results), [(branch_a, branch_b)])
    dims = ("theory", "turn", "run")
    names = results["outcome"].values
    columns = []
    for name in names:
        one = results.sel(outcome=name)
        a, b = (of_branch(one, "value", branch).transpose(*dims).values for branch in (branch_a, branch_b))
        both = np.isfinite(a) & np.isfinite(b)
        av, bv = np.where(both, a, np.nan), np.where(both, b, np.nan)
        apart = _variance(av) + _variance(bv)
        columns.append(np.where(apart > 0, _variance(bv - av) / np.where(apart > 0, apart, 1.0), np.nan))
    ratio = np.stack(columns, axis=-1)
    dims = ("theory", "turn", "outcome")
    return xr.DataArray(ratio, dims=dims, coords={dim: results[dim] for dim in dims}, name="variance_ratio")


def diverged(results: xr.Dataset, branch_a: str, branch_b: str) -> NDArray[np.bool_]:
    """Whether anything recorded differed between two branches in any run up to a turn; shape (theory, turn).

    Of two branches neither of which is the first, only the runs that keep whole paths can tell.
    """
    if "departed" in results and branch_a == str(results["branch"].values[0]):
        found = without_labels(results, "departed", "branch", branch_b).transpose("theory", "run").values
        first = np.where(np.isnan(found), np.inf, found).min(axis=1, initial=np.inf)
        return np.asarray(first[:, None] <= np.arange(results.sizes["turn"]))
    runs = min(int(results.attrs.get("paths", results.sizes["run"])), results.sizes["run"])
    differ = np.zeros((results.sizes["theory"], results.sizes["turn"]), dtype=np.bool_)
    for start in range(0, runs, SAMPLE):
        block = results.isel(run=slice(start, min(start + SAMPLE, runs)))
        differ |= _differ(block, branch_a, branch_b)
    return np.asarray(np.logical_or.accumulate(differ, axis=1))


def _differ(results: xr.Dataset, branch_a: str, branch_b: str) -> NDArray[np.bool_]:
    """Whether anything recorded differs between two branches in any run at a turn; shape (theory, turn)."""
    dims = ("theory", "turn", "run", "outcome")
    a, b = (of_branch(results, "value", branch).transpose(*dims).values for branch in (branch_a, branch_b))
    return np.asarray(((a != b) & ~(np.isnan(a) & np.isnan(b))).any(axis=(2, 3)))


def write_effects(rows: Iterable[Effect], path: Path) -> Path:
    """Write effects as CSV (header = the fields of `Effect`, nine significant digits, missing = empty)."""
    return write_table(path, EFFECT_COLUMNS, map(astuple, rows))


def _rows(
    name: str,
    theories: Sequence[str],
    pair: Pair,
    a: Floats,
    b: Floats,
    binary: bool,
    parted: NDArray[np.bool_],
    block: int,
) -> list[Effect]:
    parts = paired(a, b, binary=binary, diverged=parted, block=block)
    rows = [_row(name, theory, pair, parts, i) for i, theory in enumerate(theories)]
    if len(theories) > 1:
        rows.append(_row(name, ALL, pair, pooled(a, b, parts, block), ()))
    return rows


def _row(name: str, theory: str, pair: Pair, from_: PairedStatistics, index: int | tuple[()]) -> Effect:
    p = from_
    a, b, effect, low, high, superior, runs = (
        float(array[index]) for array in (p.mean_a, p.mean_b, p.effect, p.low, p.high, p.p_superior, p.runs)
    )
    return Effect(name, theory, pair[0], pair[1], a, b, effect, low, high, superior, int(runs))


def _block(results: xr.Dataset) -> int:
    """How many consecutive runs were drawn together."""
    return int(results.attrs.get("block", 1))


def _arrays(from_: PairedStatistics) -> list[Floats]:
    return [getattr(from_, field.name) for field in fields(PairedStatistics)]


def _kept(results: xr.Dataset, study: Study, pair: Pair, given: Given | None) -> NDArray[np.bool_]:
    if given is None:
        return np.ones((len(study.theories), study.runs), dtype=np.bool_)
    known = [str(e) for e in results["event"].values] if "first" in results else []
    if given.event not in known:
        raise KeyError(f"no event {given.event!r}; these results hold {', '.join(known) or 'none'}")
    first = of_branch(results, "first", given.branch or pair[0]).sel(event=given.event)
    by = study.turns[-1] if given.by is None else given.by
    return np.asarray((first.transpose("theory", "run").values <= by) == given.happened)


def _check(study: Study, pairs: Iterable[Pair]) -> None:
    for branch in (branch for pair in pairs for branch in pair):
        if branch not in study.branches:
            raise KeyError(f"no branch {branch!r}; these results hold {', '.join(study.branches)}")


def _variance(values: Floats) -> Floats:
    present = np.isfinite(values)
    deviation = np.where(present, values - limits.mean(values)[..., None], 0.0)
    return np.asarray((deviation**2).sum(axis=-1) / np.maximum(present.sum(axis=-1) - 1, 1))
