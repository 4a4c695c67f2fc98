"""What a figure shows, in one sentence made from its numbers: the figure's title."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from powersim._words import counted as counted
from powersim.analysis.compare import Effect
from powersim.analysis.outcomes import when
from powersim.analysis.results import ALL, Floats, Outcome, Study

DIGITS = 2  # significant digits in sentences


def decimals(values: Iterable[float], digits: int = DIGITS) -> int:
    """Decimal places that show the largest of `values` with so many significant digits, 0 to 4."""
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if largest == 0:
        return digits - 1
    return min(4, max(0, digits - 1 - math.floor(math.log10(largest))))


def number(value: float, places: int, *, sign: bool = False) -> str:
    """A number with a proper minus sign; a rounded zero bears no sign; a missing one is a dash."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:.{places}f}"
    if float(text) == 0:
        return text.lstrip("-")
    return text.replace("-", "−") if value < 0 else ("+" if sign else "") + text


@dataclass(frozen=True)
class Scale:
    """How an outcome's numbers are written: probabilities as per cent, the rest in the outcome's unit."""

    binary: bool
    unit: str

    def level(self, value: float, places: int | None = None) -> str:
        """A level: 34%, 0.28."""
        if self.binary:
            return number(100 * value, decimals([100 * value]) if places is None else places) + "%"
        return number(value, decimals([value]) if places is None else places)

    def size(self, value: float) -> str:
        """A difference without its sign, for sentences: 3.1 points, 0.03."""
        value = abs(100 * value if self.binary else value)
        return number(value, decimals([value])) + (" points" if self.binary else "")

    def difference(self, value: float, places: int) -> str:
        """A difference for tables, with its sign; probabilities in percentage points."""
        return number(100 * value if self.binary else value, places, sign=True)

    def does(self, value: float) -> str:
        """What such a difference does to the outcome, for sentences."""
        if self.binary:
            return f"makes it {self.size(value)} {'likelier' if value > 0 else 'less likely'}"
        return f"{'raises' if value > 0 else 'lowers'} it by {self.size(value)}"

    def interval(self, low: float, high: float) -> str:
        """An interval in words."""
        factor = 100.0 if self.binary else 1.0
        places = decimals([low * factor, high * factor])
        low_text, high_text = (number(v * factor, places) for v in (low, high))
        return f"95% interval {low_text} to {high_text}"

    @property
    def of_difference(self) -> str:
        """The unit of differences, for axes."""
        return "percentage points" if self.binary else self.unit


def quoted(branch: str) -> str:
    """A branch's name in a sentence."""
    return f"“{branch.replace('_', ' ')}”"


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    shown = [n.replace("_", " ") for n in names]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def overall(rows: Iterable[Effect]) -> list[Effect]:
    """The rows pooled over theories, or those of the only theory."""
    rows = list(rows)
    return [r for r in rows if r.theory == ALL] or rows


def of_effects(outcome: Outcome, rows: Sequence[Effect], study: Study, *, binary: bool) -> str:
    """The largest clear effect of a branch that answers the question, and the theories that disagree."""
    scale = Scale(binary, outcome.unit)
    date = "" if study.date(outcome.summary.last) in outcome.title else when(outcome, study)
    rows = [r for r in rows if math.isfinite(r.effect)]
    if not rows:
        return f"{outcome.title}: nothing to compare"
    main = [r for r in rows if not study.branches[r.branch_b].yardstick] or rows
    if all(r.effect == r.ci_low == r.ci_high == 0 for r in main):
        return f"{outcome.title}: exactly the same in every branch {date}".rstrip()
    total = overall(main)
    clear = [r for r in total if r.excludes_zero]
    best = max(clear or total, key=lambda r: abs(r.effect))
    parts = [r for r in main if r.branch_b == best.branch_b and r.theory != ALL]
    reference = quoted(best.branch_a)
    if not clear:
        alone = [r for r in main if r.excludes_zero]
        text = f"{outcome.title}: no branch differs clearly from {reference} {date}".rstrip()
        if not alone:
            return f"{text}; every interval includes zero (largest: {quoted(best.branch_b)} {_signed(scale, best)})"
        most = max(alone, key=lambda r: abs(r.effect))
        return f"{text} over all theories, but {quoted(most.branch_b)} {scale.does(most.effect)} under {most.theory}"
    does = f"{quoted(best.branch_b)} {scale.does(best.effect)} {date}".rstrip()
    text = f"{outcome.title}: {does} against {reference} ({scale.interval(best.ci_low, best.ci_high)})"
    return text + _by_theory(parts, best.effect, scale) + _yardstick(rows, study, scale)


def of_paths(outcome: Outcome, ends: dict[str, Floats], date: str, reference: str, *, binary: bool) -> str:
    """Where the branches' central paths end, beside the spread of single runs; `ends`: values at `date` by branch."""
    scale = Scale(binary, outcome.unit)
    present = {name: values[np.isfinite(values)] for name, values in ends.items()}
    ends = {name: values for name, values in present.items() if values.size}
    if not ends:
        return f"{outcome.title}: no complete run"
    centre = {name: float(values.mean() if binary else np.median(values)) for name, values in ends.items()}
    low, high = min(centre, key=lambda b: centre[b]), max(centre, key=lambda b: centre[b])
    places = decimals([(100 if binary else 1) * v for v in centre.values()])
    bottom, top = (scale.level(centre[name], places) for name in (low, high))
    what = "probability" if binary else "median"
    if bottom == top:
        text = f"{what} {bottom} {_at(date, outcome)}" + (" in every branch" if len(centre) > 1 else "")
    else:
        text = f"{what} from {bottom} ({quoted(low)}) to {top} ({quoted(high)}) {_at(date, outcome)}"
    if not binary:
        name = reference if reference in ends else low
        edges = np.quantile(ends[name], (0.05, 0.95))
        spread = " to ".join(number(float(edge), decimals(edges)) for edge in edges)
        text += f"; 90% of the runs{' of ' + quoted(name) if len(ends) > 1 else ''} lie within {spread}"
    return f"{outcome.title}: {text}".replace("  ", " ").rstrip()


def of_event(event: str, shares: dict[str, float], study: Study, *, clear: bool = True) -> str:
    """How often an event happens with the branches that see it least and most, and whether they differ clearly."""
    last, scale = study.dates[-1], Scale(True, "")
    main = {b.name: shares[b.name] for b in study.main if b.name in shares}
    known = {name: share for name, share in main.items() if math.isfinite(share)}
    title = event_title(event)
    if not known:
        return f"{title}: no complete run"
    low, high = min(known, key=lambda b: known[b]), max(known, key=lambda b: known[b])
    if known[high] == 0:
        return f"{title}: never by {last}"
    if len(known) == 1 or known[low] == known[high]:
        return f"{title}: happens in {scale.level(known[high])} of runs by {last}"
    return (
        f"{title}: happens by {last} in {scale.level(known[low])} of runs with {quoted(low)}, "
        f"in {scale.level(known[high])} with {quoted(high)}{'' if clear else ', not clearly different'}"
    )


def _yardstick(rows: Sequence[Effect], study: Study, scale: Scale) -> str:
    """The largest clear effect of a yardstick, to measure the others by."""
    found = [r for r in overall(rows) if study.branches[r.branch_b].yardstick and r.excludes_zero]
    if not found:
        return ""
    most = max(found, key=lambda r: abs(r.effect))
    return f"; yardstick {quoted(most.branch_b)}: {_signed(scale, most)}"


def event_title(event: str) -> str:
    """An event's name for readers: "delivery of s300: RUS to IRN" is "Delivery of s300, RUS to IRN"."""
    return (event[:1].upper() + event[1:]).replace("_", " ").replace(": ", ", ")


def _by_theory(parts: Sequence[Effect], total: float, scale: Scale) -> str:
    if len(parts) < 2:
        return ""
    against = [r for r in parts if r.excludes_zero and r.effect * total < 0]
    unclear = [r.theory for r in parts if not r.excludes_zero]
    if against:
        most = max(against, key=lambda r: abs(r.effect))
        return f", but {scale.does(most.effect)} under {most.theory}"
    if unclear:
        return f"; not clearly under {listed(unclear)}"
    return ", and so under every theory"


def _signed(scale: Scale, row: Effect) -> str:
    size = scale.size(row.effect)
    return size if row.effect == 0 else f"{'−' if row.effect < 0 else '+'}{size}"


def _at(date: str, outcome: Outcome) -> str:
    """The date, unless the outcome's title says it."""
    return "" if date in outcome.title else f"in {date}"
