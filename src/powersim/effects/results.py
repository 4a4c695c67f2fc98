"""What a results dataset holds, read once into plain objects.

The dataset (see `powersim.run.work`) carries

- ``value`` (branch, theory, run, turn, outcome): the path of every outcome, NaN where a run is missing;
  ``date`` is a coordinate of ``turn`` (2009Q3, 2009-07 or 2009);
- ``alignment``, ``alignment_sd`` (branch, theory, snapshot, actor, actor2): mean and spread over runs, -1..1;
- ``arms``, ``arms_sd`` (branch, theory, flow): deliveries a run, flows labelled "s300: RUS to IRN";
- ``alignment_gap_sd``, ``arms_gap_sd``: spread of the difference from the first branch within runs, and
  ``alignment_change_sd`` of that from the first snapshot (results of older versions have none of the three);
- ``first`` (branch, theory, run, event): turn at which an event first happened, NaN = never;
- ``summary`` (branch, theory, run, outcome): each outcome's summary, as `outcomes.summarise` makes it of the path;
- ``odds`` (branch, theory, run, outcome): the rules' probabilities of what an `ever` outcome counts, added up until it
  first happened or the summary ends; NaN for outcomes that have none;
- ``departed`` (branch, theory, run): first turn at which anything differed from the first branch, NaN = never;

and the attributes ``title``, ``question``, ``intervention`` (a date), ``reference`` (a branch), ``seed``, and
as JSON ``outcomes`` (name -> {title, unit, counted, low, high, summary: {kind, turns, threshold, above}}), ``branches``
(name -> {title, yardstick, intervention}; optional), ``headline`` (outcomes to show first; optional) and ``actors``
(code -> name; optional). Where paths are kept of the first runs only, the attribute ``paths`` says of how many; where
runs were drawn in blocks, not each by itself, ``block`` says how many runs each has; ``priors`` says so where no number
was drawn. Everything but ``value`` may be absent. The turns of a summary are turns or dates: one for `at`, first and
last for the others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from powersim.files.reading import FileError, Loose, parse_data, problems

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
Kind = Literal["at", "mean", "max", "min", "ever"]

CERTAIN = "off: every number at its central value"
"""What is said of the priors of results for which no number was drawn."""

ALL = "all"
"""Name under which results pooled over theories are reported."""

SAMPLE = 5000
"""Runs whose paths are drawn: quantiles of so many are within half a point, and memory stays bounded."""

ROOM = 128 * 2**20
"""Bytes of results that are held in memory; of larger ones what is needed is read when it is needed."""

KINDS: tuple[Kind, ...] = get_args(Kind)
HEADLINES = 4
"""Outcomes shown in the overview when the study names none."""


COUNTED, ODDS = "counted", "odds"
"""Estimators: the share of runs, or the rules' own probabilities added up (see `effects.odds`)."""

HALF = 0.5
"""Threshold of an `ever` summary that states none: right for 0/1 paths."""


@dataclass(frozen=True)
class Summary:
    """How a path becomes one number: `at` a turn, `mean`, `max` or `min` over turns, or `ever` past a threshold."""

    kind: Kind
    first: int  # turn, inclusive
    last: int  # turn, inclusive
    threshold: float
    above: bool = True  # `ever` means strictly above the threshold, or strictly below it


@dataclass(frozen=True)
class OutcomeLabel:
    """One reported quantity; `low` and `high` are the ends of its scale, NaN when it has none.

    unit: what its author calls it. counted: what it is in, if nobody does.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    summary: Summary
    counted: str = ""


@dataclass(frozen=True)
class BranchLabel:
    """One counterfactual; a yardstick is there to compare effects with, not to answer the question."""

    name: str
    title: str
    yardstick: bool
    since: int | None  # turn from which it may differ from its siblings, None when unknown


@dataclass(frozen=True)
class Study:
    """The labels of a results dataset."""

    title: str
    question: str
    reference: str
    seed: int | None
    runs: int
    turns: tuple[int, ...]
    dates: tuple[str, ...]
    theories: tuple[str, ...]
    branches: dict[str, BranchLabel]
    outcomes: dict[str, OutcomeLabel]
    headline: tuple[str, ...]
    certain: bool = False  # no number was drawn: every run had the same inputs
    actors: Mapping[str, str] = field(default_factory=dict)  # names by code, as far as they are told

    @classmethod
    def read(cls, results: xr.Dataset) -> Study:
        """Read the labels of `results`. ValueError names what is missing or does not resolve."""
        if "value" not in results:
            raise ValueError("these results hold no 'value' (branch, theory, run, turn, outcome)")
        value = results["value"]
        missing = {"branch", "theory", "run", "turn", "outcome"} - set(value.dims)
        if missing:
            raise ValueError(f"'value' lacks the dimension(s) {', '.join(sorted(map(str, missing)))}")
        turns = tuple(int(t) for t in value["turn"].values)
        dates = tuple(str(d) for d in (value["date"] if "date" in value.coords else value["turn"]).values)
        names = [str(b) for b in value["branch"].values]
        calendar = dict(zip(dates, turns, strict=True))
        since = calendar.get(str(results.attrs.get("intervention", "")))
        described = _json(results, "branches")
        branches = {name: _branch(name, described.get(name, {}), since, calendar) for name in names}
        reference = str(results.attrs.get("reference", ""))
        stated = _json(results, "outcomes")
        outcomes = {
            name: _outcome(name, stated.get(name, {}), turns, calendar)
            for name in (str(o) for o in value["outcome"].values)
        }
        return cls(
            title=str(results.attrs.get("title", "")),
            question=str(results.attrs.get("question", "")),
            reference=reference if reference in branches else names[0],
            seed=int(results.attrs["seed"]) if "seed" in results.attrs else None,
            runs=int(value.sizes["run"]),
            turns=turns,
            dates=dates,
            theories=tuple(str(t) for t in value["theory"].values),
            branches=branches,
            outcomes=outcomes,
            headline=_headline(results, list(outcomes)),
            certain="priors" in results.attrs,
            actors={code: str(name) for code, name in _json(results, "actors").items()},
        )

    @property
    def main(self) -> list[BranchLabel]:
        """The branches that answer the question, the reference first."""
        return [self.branches[self.reference], *self.others(yardstick=False)]

    def others(self, *, yardstick: bool | None = None) -> list[BranchLabel]:
        """Every branch but the reference, in file order; only (non-)yardsticks if asked."""
        found = [b for b in self.branches.values() if b.name != self.reference]
        return [b for b in found if yardstick is None or b.yardstick == yardstick]

    @property
    def interventions(self) -> list[int]:
        """Turns from which branches may differ from the reference, each once: a sweep has many."""
        marked = self.others() or [self.branches[self.reference]]
        return sorted({b.since for b in marked if b.since is not None})

    def pairs(self) -> list[tuple[str, str]]:
        """(reference, other) for every other branch: the comparisons made unless a user asks for others."""
        return [(self.reference, other.name) for other in self.others()]

    def precedes(self, outcome: OutcomeLabel) -> bool:
        """Whether an outcome is over before any branch may differ from the reference, so that none can change it."""
        return bool(self.others() and self.interventions) and outcome.summary.last < self.interventions[0]

    def date(self, turn: int) -> str:
        """The date of `turn`."""
        return self.dates[self.turns.index(turn)]

    def index(self, turn: int) -> int:
        """The position of `turn` on the turn axis."""
        return self.turns.index(turn)

    def outcome(self, name: str) -> OutcomeLabel:
        """The outcome called `name`; KeyError lists the known ones."""
        if name not in self.outcomes:
            raise KeyError(f"no outcome {name!r}; these results hold {', '.join(self.outcomes)}")
        return self.outcomes[name]


def has_gaps(results: xr.Dataset, name: str, reference: str) -> bool:
    """Whether the spread of a mean's differences from this branch within runs is kept: older results have none."""
    order = [str(b) for b in results["branch"].values]
    return f"{name}_gap_sd" in results and len(order) > 1 and order[0] == reference


def at_hand(results: xr.Dataset) -> xr.Dataset:
    """Results with all but whole paths read once, where that is not much: else each look at them opens a file."""
    rest = results.drop_vars("value", errors="ignore")
    return results.assign(rest.compute().data_vars) if rest.nbytes <= ROOM else results


def sample(results: xr.Dataset) -> xr.Dataset:
    """The runs whose paths are looked at, from the first on: those that keep them, up to `SAMPLE`."""
    kept = int(results.attrs.get("paths", SAMPLE))
    return results.isel(run=slice(0, min(kept, SAMPLE)))


def paths(results: xr.Dataset, outcome: str) -> Floats:
    """The paths of one outcome, shape (branch, theory, run, turn)."""
    array = results["value"].sel(outcome=outcome).transpose("branch", "theory", "run", "turn")
    return np.asarray(array.values, dtype=np.float64)


def of_branch(results: xr.Dataset, variable: str, branch: str) -> xr.DataArray:
    """One branch's part of a variable; KeyError lists the known branches."""
    place_of(results, "branch", branch)
    return results[variable].sel(branch=branch)


def place_of(results: xr.Dataset, dimension: str, name: str) -> int:
    """Place of a name along a dimension; KeyError lists those that there are."""
    known = [str(each) for each in results[dimension].values]
    if name not in known:
        raise KeyError(f"no {dimension} {name!r}; these results hold {', '.join(known)}")
    return known.index(name)


def without_labels(results: xr.Dataset, variable: str, dimension: str, name: str) -> xr.Variable:
    """What a variable has at a name along a dimension; KeyError lists the names that there are.

    To choose by labels is most of the work where there are many outcomes, and loads dask where it is.
    """
    return results[variable].variable.isel({dimension: place_of(results, dimension, name)})


def of_outcome(results: xr.Dataset, variable: str, outcome: str) -> Floats:
    """What a variable has of one outcome in every run, shape (branch, theory, run). KeyError for an unknown outcome."""
    found = without_labels(results, variable, "outcome", outcome)
    return np.asarray(found.transpose("branch", "theory", "run").values, np.float64)


def _json(results: xr.Dataset, name: str) -> dict[str, Any]:
    found = results.attrs.get(name, "{}")
    text = found if isinstance(found, str) else json.dumps(found)
    if not text.lstrip().startswith("{"):
        raise ValueError(f"attribute {name!r} must be a JSON object, found {text[:60]}")
    data = parse_data(f'{{"{name}": {text}}}', f"results: attribute {name}", "labels of results")
    try:
        _Labels.model_validate(data)
    except ValidationError as error:
        raise FileError(list(problems(error, "results", "", data, _Labels))) from error
    labels: dict[str, Any] = data[name]
    return labels


class _SummaryOf(Loose):
    kind: str | None = None
    turns: list[int | str] | int | str | None = None
    threshold: float | None = None
    above: bool | None = None


class _LabelOf(Loose):
    """What is said of an outcome, or of a branch."""

    title: str | None = None
    unit: str | None = None
    counted: str | None = None
    low: float | None = None
    high: float | None = None
    summary: _SummaryOf | None = None
    intervention: str | None = None
    yardstick: bool | None = None


class _Labels(Loose):
    outcomes: dict[str, _LabelOf] = Field(default_factory=dict)
    branches: dict[str, _LabelOf] = Field(default_factory=dict)
    actors: dict[str, str] = Field(default_factory=dict)


def _headline(results: xr.Dataset, outcomes: list[str]) -> tuple[str, ...]:
    found = results.attrs.get("headline", "[]")
    named = json.loads(found) if isinstance(found, str) else list(found)
    chosen = tuple(str(n) for n in named if str(n) in outcomes)
    return chosen or tuple(outcomes[:HEADLINES])


def _words(name: str) -> str:
    return name.replace("_", " ")


def _branch(name: str, stated: dict[str, Any], since: int | None, calendar: dict[str, int]) -> BranchLabel:
    date = stated.get("intervention")
    return BranchLabel(
        name=name,
        title=str(stated.get("title") or _words(name)),
        yardstick=bool(stated.get("yardstick", False)),
        since=since if date is None else calendar.get(str(date)),
    )


def _outcome(
    name: str, stated: dict[str, Any], turns: tuple[int, ...], calendar: dict[str, int]
) -> OutcomeLabel:
    summary = stated.get("summary") or {}
    kind = str(summary.get("kind", "at"))
    if kind not in KINDS:
        raise ValueError(f"outcome {name!r}: summary kind {kind!r} is not one of {', '.join(KINDS)}")
    return OutcomeLabel(
        name=name,
        title=str(stated.get("title") or _words(name)),
        unit=str(stated.get("unit") or ""),
        low=_number(stated.get("low")),
        high=_number(stated.get("high")),
        summary=_summary(name, kind, summary, turns, calendar),
        counted=str(stated.get("counted") or ""),
    )


def _summary(
    name: str, kind: Kind, stated: dict[str, Any], turns: tuple[int, ...], calendar: dict[str, int]
) -> Summary:
    given = stated.get("turns")
    listed: list[int] = []
    for turn in given if isinstance(given, list | tuple) else [] if given is None else [given]:
        found = calendar.get(str(turn), turn)
        if found not in turns:
            raise ValueError(f"outcome {name!r}: turn {turn!r} lies outside {turns[0]}..{turns[-1]}")
        listed.append(int(found))
    last = listed[-1] if listed else turns[-1]
    first = last if kind == "at" else listed[0] if len(listed) > 1 else turns[0]
    if first > last:
        raise ValueError(f"outcome {name!r}: the period {first}..{last} runs backwards")
    threshold = stated.get("threshold")
    return Summary(
        kind, first, last, HALF if threshold is None else float(threshold), bool(stated.get("above", True))
    )


def _number(found: Any) -> float:
    return float("nan") if found is None else float(found)
