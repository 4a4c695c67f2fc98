"""What a figure shows, in one sentence made from its numbers: the figure's title."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from powersim import _words
from powersim._words import counted as counted
from powersim.effects.outcomes import when
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, ODDS, Floats, OutcomeLabel, Study

DIGITS = 2  # significant digits in sentences
MOST_PLACES = 4  # decimals shown of numbers of ordinary size
FINEST = 6  # decimals; what is smaller still is written with a power of ten
NAMED = 3  # branches named in a row
BY_ODDS = ", by odds"
TOO_FEW = "too few runs for an interval"


def decimals(values: Iterable[float], digits: int = DIGITS) -> int:
    """Decimal places that show the largest of `values` with so many significant digits, 0 to 4."""
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if largest == 0:
        return digits - 1
    return min(MOST_PLACES, max(0, digits - 1 - math.floor(math.log10(largest))))


def number(value: float, places: int, *, sign: bool = False) -> str:
    """A number with a proper minus sign; a rounded zero bears no sign; a missing one is a dash."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:.{places}f}"
    if float(text) == 0:
        return text.lstrip("-")
    return text.replace("-", "−") if value < 0 else ("+" if sign else "") + text


def telling(value: float, places: int, *, sign: bool = False) -> str:
    """As `number`, but what is not 0 never reads as 0: as many more decimals as its first digit needs."""
    if not math.isfinite(value) or value == 0 or float(f"{value:.{places}f}") != 0:
        return number(value, places, sign=sign)
    needed = -math.floor(math.log10(abs(value)))
    if needed <= FINEST:
        return number(value, needed, sign=sign)
    text = f"{value:.0e}".replace("-", "−")
    return f"+{text}" if sign and value > 0 else text


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

    def size(self, value: float, places: int | None = None) -> str:
        """A difference without its sign, for sentences: 3.1 points, 0.03."""
        value = abs(self.factor * value)
        shown = telling(value, decimals([value]) if places is None else places)
        return shown + (" points" if self.binary else "")

    def places(self, value: float, low: float, high: float) -> int | None:
        """Decimals for a difference and its interval in a sentence, the same for all; None without an interval."""
        figures = [self.factor * v for v in (value, low, high)]
        if not math.isfinite(low + high):
            return None
        places = decimals(figures)
        return _enough(figures, places) if low > 0 or high < 0 else places

    @property
    def factor(self) -> float:
        """What differences are multiplied with to be shown: points instead of shares."""
        return 100.0 if self.binary else 1.0

    def visible(self, value: float) -> bool:
        """Whether a difference is large enough to be worth a headline: it is not 0 in the decimals that are shown."""
        return abs(self.factor * value) >= 0.5 * 10.0**-MOST_PLACES

    def difference(self, value: float, places: int) -> str:
        """A difference for tables, with its sign; probabilities in percentage points."""
        return number(self.factor * value, places, sign=True)

    def estimate(self, value: float, low: float, high: float, places: int) -> tuple[str, str]:
        """A difference and its interval for tables: "+0.03" and "+0.01 to +0.05".

        What is clear of zero, or smaller than the decimals shown, never reads as zero: then all three have more
        decimals. An interval that does not exist is none.
        """
        if not math.isfinite(low + high):
            return self.difference(value, places), TOO_FEW if math.isfinite(value) else ""
        figures = [self.factor * v for v in (value, low, high)]
        write = number
        if low > 0 or high < 0 or max(map(abs, figures)) < 0.5 * 10.0**-places:
            write, places = telling, _enough(figures, places)
        shown = [write(v, places, sign=True) for v in figures]
        return shown[0], f"{shown[1]} to {shown[2]}"

    def does(self, value: float, places: int | None = None) -> str:
        """What such a difference does to the outcome, for sentences."""
        if value == 0:
            return "leaves it as it is"
        if self.binary:
            return f"makes it {self.size(value, places)} {'likelier' if value > 0 else 'less likely'}"
        return f"{'raises' if value > 0 else 'lowers'} it by {self.size(value, places)}"

    def interval(self, low: float, high: float, places: int | None = None) -> str:
        """An interval in words."""
        if not math.isfinite(low + high):
            return TOO_FEW
        low, high = self.factor * low, self.factor * high
        places = decimals([low, high]) if places is None else places
        write = telling if low > 0 or high < 0 else number
        return f"95% interval {write(low, places)} to {write(high, places)}"

    @property
    def of_difference(self) -> str:
        """The unit of differences, for axes."""
        return "percentage points" if self.binary else self.unit


def _enough(figures: Iterable[float], places: int) -> int:
    """So many decimals, or as many more as keep each of `figures` that is not 0 from reading as 0."""
    lost = [v for v in figures if v and math.isfinite(v) and float(f"{v:.{places}f}") == 0]
    return min(FINEST, max([places, *(-math.floor(math.log10(abs(v))) for v in lost)]))


def quoted(branch: str) -> str:
    """A branch's name in a sentence."""
    return f"“{branch.replace('_', ' ')}”"


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    return _words.listed([n.replace("_", " ") for n in names])


def overall(rows: Iterable[Effect]) -> list[Effect]:
    """The rows pooled over theories, or those of the only theory."""
    rows = list(rows)
    return [r for r in rows if r.theory == ALL] or rows


def of_effects(outcome: OutcomeLabel, rows: Sequence[Effect], study: Study, *, binary: bool) -> str:
    """The largest clear effect of a branch that answers the question, and the theories that disagree.

    What is said of no branch, or of every interval, holds for yardsticks too.
    """
    scale = Scale(binary, outcome.unit)
    date = "" if study.date(outcome.summary.last) in outcome.title else when(outcome, study)
    rows = [r for r in rows if math.isfinite(r.effect)]
    if not rows:
        return f"{outcome.title}: nothing to compare"
    if all(r.nothing for r in rows):
        return f"{outcome.title}: exactly the same in every branch {date}".rstrip()
    main = answering(rows, study)
    clear = [r for r in overall(main) if stands_out(r, scale)]
    if not clear:
        return f"{outcome.title}: {_nothing_clear(rows, main, scale, date)}"
    best = max(clear, key=lambda r: abs(r.effect))
    parts = [r for r in main if r.branch_b == best.branch_b and r.theory != ALL]
    places = scale.places(best.effect, best.ci_low, best.ci_high)
    does = f"{quoted(best.branch_b)} {scale.does(best.effect, places)} {date}".rstrip()
    interval = scale.interval(best.ci_low, best.ci_high, places) + by_odds([best])
    text = f"{outcome.title}: {does} against {quoted(best.branch_a)} ({interval})"
    return text + _by_theory(parts, best.effect, scale) + _yardstick(rows, main, scale)


def plain_words(outcome: OutcomeLabel, rows: Sequence[Effect], study: Study, *, binary: bool) -> str:
    """One sentence for anybody: the level with the branch that changes most and with the reference, if it is clear."""
    scale = Scale(binary, outcome.unit)
    known = [r for r in overall(rows) if math.isfinite(r.effect)]
    date = "" if study.date(outcome.summary.last) in outcome.title else f", {when(outcome, study)}"
    if not known:
        return f"{outcome.title}{date}: nothing to compare"
    clear = [r for r in known if stands_out(r, scale)]
    most = max(clear or known, key=lambda r: abs(r.effect))
    titles = [f"“{study.branches[name].title}”" for name in (most.branch_b, most.branch_a)]
    if most.nothing:
        return f"{outcome.title}{date}: the same in every history, whatever the branch"
    if not clear:
        known_all = all(r.known for r in known)
        why = (
            "no branch makes a difference beyond chance"
            if known_all
            else "too few histories to tell the branches apart"
        )
        return f"{outcome.title}{date}: {why}"
    places = decimals([scale.factor * v for v in (most.mean_b, most.mean_a)])
    b, a = (scale.level(v, places) for v in (most.mean_b, most.mean_a))
    if a == b:
        places = max(places, decimals([scale.factor * most.effect]))
        b, a = (scale.level(v, places) for v in (most.mean_b, most.mean_a))
    of = " by odds" if by_odds([most]) else " of histories" if binary else ""
    return f"{outcome.title}{date}: {b}{of} with {titles[0]}, {a} with {titles[1]}"


def answering(rows: Sequence[Effect], study: Study) -> list[Effect]:
    """The effects of branches that answer the question; of yardsticks where there is nothing else."""
    return [r for r in rows if not study.branches[r.branch_b].yardstick] or list(rows)


def by_odds(rows: Iterable[Effect]) -> str:
    """What a number says of itself that is no share of runs, ", by odds" (see `effects.odds`); else nothing."""
    return BY_ODDS if any(r.estimator == ODDS for r in rows) else ""


def odds_of(names: Iterable[str], rows: Sequence[Effect], study: Study) -> list[str]:
    """Titles of the outcomes among `names` whose effects are differences of odds."""
    return [study.outcome(n).title for n in names if by_odds(r for r in rows if r.outcome == n)]


def stands_out(row: Effect, scale: Scale) -> bool:
    """Whether an effect is clear of zero and large enough to be seen."""
    return row.excludes_zero and scale.visible(row.effect)


def _nothing_clear(rows: Sequence[Effect], main: Sequence[Effect], scale: Scale, date: str) -> str:
    """No branch that answers is clear over all theories: what there is instead."""
    total = overall(main)
    reference, best = quoted(total[0].branch_a), max(total, key=lambda r: abs(r.effect))
    if not any(r.known and not r.nothing for r in rows):
        if not scale.visible(best.effect):
            return f"{TOO_FEW} ({f'no difference to be seen from {reference} {date}'.rstrip()})"
        largest = f"largest difference from {reference} {date}".rstrip()
        return f"{TOO_FEW} ({largest}: {quoted(best.branch_b)} {_signed(scale, best)})"
    measures = [r for r in rows if r not in main]
    clear = [r for r in overall(measures) if stands_out(r, scale)]
    who = "no branch"
    if clear:
        told = [f"{quoted(r.branch_b)} ({_signed(scale, r)})" for r in clear]
        kind = "yardstick" if len(clear) == 1 else "yardsticks"
        who += f" but {kind} {listed(told)}" if len(clear) <= NAMED else f" but {len(clear)} {kind}"
    text = f"{who} differs clearly from {reference} {date}".rstrip()
    told_of = {r.branch_b for r in clear}
    alone = [r for r in rows if r not in overall(rows) and r.branch_b not in told_of and stands_out(r, scale)]
    answers = [r for r in alone if r in main]
    if alone:
        most = max(answers or alone, key=lambda r: abs(r.effect))
        name = quoted(most.branch_b) if answers else f"yardstick {quoted(most.branch_b)}"
        return f"{text} over all theories, but {name} {scale.does(most.effect)} under {most.theory}"
    if all(r.nothing for r in main):
        return (
            f"{text}; the others are exactly the same"
            if clear
            else f"{text}; but for yardsticks, all are the same"
        )
    unknown = list(dict.fromkeys(r.branch_b for r in rows if not r.known))
    largest = (
        f" (largest: {quoted(best.branch_b)} {_signed(scale, best)})" if scale.visible(best.effect) else ""
    )
    if unknown:
        return f"{text}; {TOO_FEW} of {listed([quoted(name) for name in unknown])}{largest}"
    if not any(r.excludes_zero for r in rows):
        return f"{text}; every interval includes zero{largest}"
    if clear:
        return text + largest.replace("largest", "largest of the others")
    return f"{text}; what is clear is too small to be seen{largest}"


def of_paths(
    outcome: OutcomeLabel,
    ends: Mapping[str, Floats],
    date: str,
    reference: str,
    *,
    binary: bool,
    yardsticks: Mapping[str, Floats] | None = None,
    spread: bool = True,
) -> str:
    """Where the branches' central paths end, beside the spread of single runs; `ends`: values at `date` by branch.

    `yardsticks`: the same of those, which are named only where every other branch ends alike and they do not.
    `spread`: whether there are runs enough to tell how far they lie apart.
    """
    scale = Scale(binary, outcome.unit)
    ends = _present(ends)
    if not ends:
        return f"{outcome.title}: no complete run"
    centre, apart = (
        {name: float(values.mean() if binary else np.median(values)) for name, values in each.items()}
        for each in (ends, _present(yardsticks or {}))
    )
    low, high = min(centre, key=lambda b: centre[b]), max(centre, key=lambda b: centre[b])
    places = decimals([(100 if binary else 1) * v for v in centre.values()])
    bottom, top = (scale.level(centre[name], places) for name in (low, high))
    what = "probability" if binary else "median"
    if bottom == top:
        text = f"{what} {bottom} {_at(date, outcome)}" + (" in every branch" if len(centre) > 1 else "")
        other = [quoted(name) for name, value in apart.items() if scale.level(value, places) != bottom]
        if other and len(centre) > 1:
            text += f" but {listed(other)}"
    else:
        text = f"{what} from {bottom} ({quoted(low)}) to {top} ({quoted(high)}) {_at(date, outcome)}"
    name = reference if reference in ends else low
    if not binary and spread:
        edges = np.quantile(ends[name], (0.05, 0.95))
        within = " to ".join(number(float(edge), decimals(edges)) for edge in edges)
        text += f"; 90% of the runs{' of ' + quoted(name) if len(ends) > 1 else ''} lie within {within}"
    return f"{outcome.title}: {text}".replace("  ", " ").rstrip()


def _present(ends: Mapping[str, Floats]) -> dict[str, Floats]:
    """The values that are there, of branches that have any."""
    present = {name: values[np.isfinite(values)] for name, values in ends.items()}
    return {name: values for name, values in present.items() if values.size}


def of_event(event: str, shares: Mapping[str, float], study: Study, *, clear: bool | None = True) -> str:
    """How often an event happens with the branches that see it least and most, and whether they differ clearly.

    clear: None where there are too few runs to tell. What is said of every branch holds for yardsticks too.
    """
    last, scale = study.dates[-1], Scale(True, "")
    known = {name: share for name, share in shares.items() if math.isfinite(share)}
    main = {b.name: known[b.name] for b in study.main if b.name in known}
    title = event_title(event)
    if not main:
        return f"{title}: no complete run"
    low, high = min(main, key=lambda b: main[b]), max(main, key=lambda b: main[b])
    if main[low] == main[high]:
        told = f"happens in {scale.level(main[high])} of runs by {last}" if main[high] else f"never by {last}"
        other = max(known, key=lambda b: abs(known[b] - main[high]))
        if known[other] == main[high]:
            return f"{title}: {told}"
        return f"{title}: {told}, with yardstick {quoted(other)} in {scale.level(known[other])}"
    digits = next((n for n in range(DIGITS, 6) if len(_levels(main[low], main[high], scale, n)) == 2), DIGITS)
    places = decimals([100 * main[low], 100 * main[high]], digits)
    sure = {True: "", False: ", not clearly different", None: f", {TOO_FEW}"}[clear]
    return (
        f"{title}: happens by {last} in {scale.level(main[low], places)} of runs with {quoted(low)}, "
        f"in {scale.level(main[high], places)} with {quoted(high)}{sure}"
    )


def _levels(low: float, high: float, scale: Scale, digits: int) -> set[str]:
    places = decimals([100 * low, 100 * high], digits)
    return {scale.level(low, places), scale.level(high, places)}


def _yardstick(rows: Sequence[Effect], main: Sequence[Effect], scale: Scale) -> str:
    """The largest clear effect of a yardstick, to measure the others by."""
    found = [r for r in overall([r for r in rows if r not in main]) if stands_out(r, scale)]
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
    against = [r for r in parts if stands_out(r, scale) and r.effect * total < 0]
    unclear = [r.theory for r in parts if r.known and not r.excludes_zero]
    unknown = [r.theory for r in parts if not r.known]
    if against:
        most = max(against, key=lambda r: abs(r.effect))
        return f", but {scale.does(most.effect)} under {most.theory}"
    told = [f"not clearly under {listed(unclear)}"] if unclear else []
    told += [f"{TOO_FEW} under {listed(unknown)}"] if unknown else []
    if told:
        return "; " + ", ".join(told)
    if any(r.effect * total < 0 for r in parts):
        return ""
    return ", and so under every theory"


def _signed(scale: Scale, row: Effect) -> str:
    size = scale.size(row.effect)
    return size if row.effect == 0 else f"{'−' if row.effect < 0 else '+'}{size}"


def _at(date: str, outcome: OutcomeLabel) -> str:
    """The date, unless the outcome's title says it."""
    return "" if date in outcome.title else f"in {date}"
