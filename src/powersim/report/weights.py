"""What the sliders of the page weigh anew: the effects of single runs, and the uncertain numbers that go with them.

The page holds the runs of the first outcomes, packed, and the places at which they drew the numbers; `weights.js`
weighs them by the rule of `effects.weighted.reweighted`. Nothing is simulated.
"""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import xarray as xr

from powersim.effects import findings
from powersim.effects.odds import measured
from powersim.effects.outcomes import is_binary, titled, unit_of
from powersim.effects.paired import Effect, diverged
from powersim.effects.results import BranchLabel, Floats, OutcomeLabel, Study
from powersim.errors import PowersimError
from powersim.figures.style import words
from powersim.run.opened import open_scenario, own_name
from powersim.run.plan import Plan, plan
from powersim.run.space import Assumption, Space
from powersim.scenario.canonical import checksum
from powersim.sim import provenance

LEAST = 20
"""Runs of equal weight that a statement is worth: intervals (Student, Newcombe) widen as they should down to that, and
60 runs are worth as many when one slider stands at its end."""
AMPLE = 150
"""Runs that are worth `LEAST` with two sliders at their ends."""
NUMBERS, BRANCHES = 5, 4  # what has sliders, and what is compared, at most
RUNS = 2000  # that a page holds, at most
SCREENED = "sensitivity/screening.csv"
GRID = 21  # quantiles by which a place becomes a value


@dataclass(frozen=True)
class Row:
    """An outcome in a branch: the effect as it stands on the page."""

    outcome: str
    branch: str
    effect: str
    clear: bool  # of zero


@dataclass(frozen=True)
class Weights:
    """The panel: titles of theories and numbers, rows with their places in `data`, and `data` for the script."""

    theories: Sequence[str]
    numbers: Sequence[tuple[str, str]]  # title, meaning
    chosen: str  # how they were chosen
    rows: Sequence[tuple[int, int, Row]]
    data: str
    runs: int
    left_out: str


def weights(results: xr.Dataset, study: Study, rows: Sequence[Effect], folder: Path) -> Weights | None:
    """The panel of a study; None where there is nothing to weigh, too few runs, or runs that were drawn in blocks."""
    if int(results.attrs.get("block", 1)) != 1 or study.runs < LEAST or not study.pairs():
        return None
    some = results.isel(run=slice(0, RUNS))
    branches = study.others(yardstick=False)[:BRANCHES]
    outcomes = [study.outcome(name) for name in study.headline]
    kept, runs = _outcomes(some, study, outcomes, branches), int(some.sizes["run"])
    if not kept or not branches:
        return None
    numbers, chosen = _numbers(folder, study, kept[0][1][:, :2].mean(axis=0), runs, outcomes[0], branches[0])
    if len(study.theories) == 1 and not numbers:
        return None
    whole = {
        (r.outcome, r.branch_b): r for r in findings.overall([r for r in rows if r.outcome in study.headline])
    }
    told = [
        (i, j, _row(what, study, whole[what.name, branch.name]))
        for i, (what, _, _) in enumerate(kept)
        for j, branch in enumerate(branches)
    ]
    data = {
        "runs": runs,
        "theories": len(study.theories),
        "least": LEAST,
        "numbers": [each for _, each in numbers],
        "outcomes": [each for _, _, each in kept],
    }
    return Weights(
        [words(name) for name in study.theories] if len(study.theories) > 1 else (),
        [(words(each.title), each.about) for each, _ in numbers],
        chosen,
        told,
        json.dumps(data, separators=(",", ":")),
        runs,
        f"The first {runs} of {study.runs} runs." if runs < study.runs else "",
    )


def packed(values: Floats, low: float, high: float) -> str:
    """Numbers between two ends as 16 bits each, in base64; 0 and 1 between 0 and 1 are exact."""
    steps = np.rint((values - low) / (high - low) * 65535).astype("<u2")
    return base64.b64encode(steps.tobytes()).decode("ascii")


def _outcomes(
    results: xr.Dataset, study: Study, outcomes: Sequence[OutcomeLabel], branches: Sequence[BranchLabel]
) -> list[tuple[OutcomeLabel, Floats, dict[str, Any]]]:
    """Outcomes that every run has: what they are measured with (theory, branch, run), and the same for the script."""
    order = list(study.branches)
    places = [order.index(name) for name in (study.reference, *(b.name for b in branches))]
    found = []
    for what in outcomes:
        values = measured(results, what.name, study)[0][places]  # (branch, theory, run)
        if not np.isfinite(values).all():
            continue
        low, high = float(values.min()), float(values.max())
        if is_binary(values) or high == low:
            low, high = min(low, 0.0), max(high, low + 1.0)
        last = study.index(what.summary.last)
        apart = [diverged(results, study.reference, b.name)[:, last].tolist() for b in branches]
        first, *others = (packed(branch, low, high) for branch in values)
        found.append((
            what, np.swapaxes(values, 0, 1),
            {"low": low, "high": high, "binary": bool(is_binary(values)), "points": what.summary.kind == "ever",
             "a": first, "b": others, "apart": apart},
        ))  # fmt: skip
    return found


def _numbers(
    folder: Path, study: Study, pair: Floats, runs: int, what: OutcomeLabel, branch: BranchLabel
) -> tuple[list[tuple[Assumption, dict[str, Any]]], str]:
    """The uncertain numbers to weigh, by what is known of them, and how they were chosen. pair: (branch, run)."""
    made = _plan(folder, study)
    if made is None or made.certain:
        return [], ""
    space = Space(made)
    u = space.ordinary(0, runs)[0]
    drawn = {path for theory in made.theories for path in made.built.paths(own_name(theory))}
    known = [k for k, each in enumerate(space.all) if each.path in drawn]
    best = [space.place[path] for path in _screened(folder) if path in drawn][:NUMBERS]
    chosen = "The numbers on which an effect hangs most, by the part “On which assumptions it hangs”."
    if not best:
        parameters = [k for k in known if space.all[k].path.startswith("parameters.")]
        best, chosen = _alike(u, parameters if len(parameters) >= NUMBERS else known, pair[1] - pair[0])
        chosen = chosen.format(effect=f"the effect of {findings.quoted(branch.name)} on “{what.title}”")
    return [(space.all[k], _number(made, space.all[k].path, u[:, k])) for k in best], chosen


def _screened(folder: Path) -> list[str]:
    """Paths of uncertain numbers, the most important first, if `powersim sensitivity` has screened them."""
    path = folder / SCREENED
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return [row.get("path") or "" for row in csv.DictReader(stream)]


def _alike(u: Floats, known: Sequence[int], effect: Floats) -> tuple[list[int], str]:
    """The columns of u (run, P) among those known that go most with an effect (run), and a sentence on them."""
    own, centred = u[:, known] - u[:, known].mean(axis=0), effect - effect.mean()
    scale = np.sqrt((own**2).sum(axis=0) * (centred**2).sum())
    size = np.abs(np.divide(centred @ own, scale, out=np.zeros(len(known)), where=scale > 0))
    best = [int(k) for k in np.argsort(-np.round(size, 9), kind="stable")[:NUMBERS] if size[k] > 0]
    if not best:
        return [], ""
    by_chance = NormalDist().inv_cdf((1 + 0.5 ** (1 / len(known))) / 2) / np.sqrt(len(effect))
    return [known[k] for k in best], (
        f"Of {len(known)} uncertain numbers those that go most with {{effect}} over these runs: correlations of "
        f"{size[best[0]]:.2f} to {size[best[-1]]:.2f} in size. By chance alone the largest of so many would be about "
        f"{by_chance:.2f}; “powersim sensitivity” finds those that matter."
    )


def _number(made: Plan, path: str, u: Floats) -> dict[str, Any]:
    """A number for the script: where each run drew it, under which theories it is drawn, its quantiles."""
    drawn = [made.built.distributions(own_name(theory)).get(path) for theory in made.theories]
    first = next(each for each in drawn if each is not None)
    places = np.clip(np.linspace(0, 1, GRID), 1e-3, 1 - 1e-3)
    values = [float(f"{v:.6g}") for v in np.asarray(first.quantile(places), np.float64).ravel()]
    return {"u": packed(u, 0.0, 1.0), "under": [each is not None for each in drawn], "values": values}


def _plan(folder: Path, study: Study) -> Plan | None:
    """The plan that the results were made by; None where this version reads another scenario from its record."""
    try:
        opened = open_scenario(folder / provenance.FILE)
        made = plan(opened)
    except PowersimError:
        return None
    recorded: Mapping[str, Any] = opened.recorded
    same = recorded["scenario"]["checksum"] == f"sha256:{checksum(made.scenario)}"
    return made if same and made.theories == study.theories and made.seed == study.seed else None


def _row(what: OutcomeLabel, study: Study, row: Effect) -> Row:
    binary = what.summary.kind == "ever"
    scale, unit = findings.Scale(binary, what.unit), "points" if binary else unit_of(what)
    ends = [scale.factor * v for v in ((row.ci_low, row.ci_high) if row.known else (row.effect,))]
    value, interval = scale.estimate(row.effect, row.ci_low, row.ci_high, findings.decimals(ends))
    title = titled(what, study) + (f" ({unit})" if unit else "")
    return Row(title, words(row.branch_b), f"{value} ({interval})" if interval else value, row.excludes_zero)
