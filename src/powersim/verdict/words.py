"""Verdicts as words and tables: the evidence in a line, CSV files, and the part of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from powersim._words import counted
from powersim.effects.findings import Scale, decimals
from powersim.effects.results import ALL
from powersim.figures.section import Cell, Figure, Section, Table
from powersim.files.table import write_table
from powersim.verdict.rule import DEPENDENT, OPEN, REFUTED, SUPPORTED, VERDICTS, Effects, Finding, Mean

NAME, TITLE, ORDER = "verdict", "Hypotheses and their verdicts", 60
MANY = 10_000  # more lucks than anybody will compute
VERDICTS_FILE, EVIDENCE_FILE, FIGURE_FILE = "verdicts.csv", "evidence.csv", "verdicts"
LIMITS = (
    "A verdict speaks of the model. “Refuted in the model” says that the claimed effect does not follow from the "
    "mechanisms and the spread of assumptions written down here; the world may have others. “Supported” says that it "
    "follows nearly whatever the uncertain numbers are, not that it happened.",
    "“Not decided” is not “no effect”: the column “could show” says which share of draws would have shown an effect "
    "as large as the reference with so many lucks. Where it is low, more lucks are needed, not more belief.",
    "The rule was fixed in the scenario before the runs; references and sizes in it are judgement. A verdict about a "
    "mechanism within a branch is a dependence from run to run, not a cause.",
    "Draws share the model's structure: no share of draws covers a mechanism that is missing or wrong.",
)


@dataclass(frozen=True)
class Judgement:
    """A hypothesis with its verdict, in plain words and numbers.

    quantity: what decided, in words. reference: its name and mean effect, None without one. yardsticks: effects of
    what some branches take out of history on the same outcome. by_theory: findings under each theory. compared: whether
    two branches are, so that levels mean something. effects: the draws, None where other hypotheses (parts) decide.
    """

    id: str
    claim: str
    contrary: str
    recorded: str
    outcome: str
    unit: str
    quantity: str
    sign: str
    verdict: str
    finding: Finding | None = None
    by_theory: dict[str, Finding] = field(default_factory=dict)
    effects: Effects | None = None
    reference: tuple[str, Mean] | None = None
    size: float = float("nan")
    at_least: float = 0.0
    compared: bool = True
    yardsticks: tuple[tuple[str, Mean], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def scale(self) -> Scale:
        """How its numbers are written."""
        return Scale(self.effects is not None and self.effects.binary, self.unit)

    @property
    def measured(self) -> bool:
        """Whether there is an effect to call others small beside."""
        return self.reference[1].shown if self.reference is not None else bool(np.isfinite(self.size))


def evidence(judged: Judgement) -> str:
    """The evidence in a line."""
    if judged.finding is None:
        return "; ".join(f"{name} {verdict}" for name, verdict in judged.parts)
    f, scale, e = judged.finding, judged.scale, judged.effects
    assert e is not None
    levels = f", levels {scale.level(e.level_a)} and {scale.level(e.level_b)}" if judged.compared else ""
    words = [f"{judged.quantity}: {stated(scale, f.mean)}{levels}"]
    ways = (
        ("clearly up", "clearly down") if judged.sign == "0" else ("clear as claimed", "clear the other way")
    )
    of = f"of {counted(f.draws, 'draw')}" + (
        f" (of {f.all_draws}, where it is defined)" if f.draws < f.all_draws else ""
    )
    words.append(f"{f.claimed:.0%} {of} {ways[0]}, {f.opposite:.0%} {ways[1]}")
    if f.untouched > 0:
        words.append(f"{f.untouched:.0%} without any difference")
    if judged.reference is not None:
        name, mean = judged.reference
        hidden = "" if mean.shown else ", itself not shown, so nothing can be called small beside it"
        hidden = hidden if mean.known else ", so nothing can be called small beside it"
        words.append(f"reference {name} {stated(scale, mean)}{hidden}")
    elif np.isfinite(judged.size):
        words.append(f"measured by {scale.size(judged.size)}")
    else:
        words.append("no reference: nothing can be called small")
    if f.verdict == OPEN and np.isfinite(f.could):
        words.append(
            f"{f.could:.0%} of draws could show an effect of {'that size' if judged.measured else 'its mean size'}"
        )
        if f.spread > abs(f.mean.effect):
            words.append(f"true effects differ between draws by about {scale.size(f.spread)}")
        elif np.isfinite(f.needed) and f.needed > e.lucks.mean():
            many = f"about {f.needed:.0f}" if f.needed <= MANY else f"more than {MANY}"
            words.append(f"it would take {many} lucks a draw to show the mean effect in nine of ten")
    return "; ".join(words) + f" ({f.why})"


def under(judged: Judgement) -> str:
    """Verdicts by theory, those that agree together: "supported under a, b; not decided under c"."""
    groups: dict[str, list[str]] = {}
    for theory, finding in judged.by_theory.items():
        groups.setdefault(finding.verdict, []).append(theory)
    if len(groups) == 1:
        return "the same under each theory" if len(judged.by_theory) > 1 else ""
    return "; ".join(f"{verdict} under {', '.join(names)}" for verdict, names in groups.items())


def in_short(judged: Sequence[Judgement]) -> str:
    """How many of each verdict."""
    number = Counter(one.verdict for one in judged)
    parts = [f"{number[verdict]} {verdict}" for verdict in VERDICTS if number[verdict]]
    return f"{counted(len(judged), 'hypothesis', 'hypotheses')}: " + ", ".join(parts)


HEAD = (
    "hypothesis", "theory", "verdict", "sign", "effect", "ci_low", "ci_high", "claimed", "opposite", "draws",
    "reference", "reference_effect", "reference_low", "reference_high", "bound", "could_show", "spread",
    "lucks_needed", "untouched", "why",
)  # fmt: skip
"""Columns of the table of verdicts."""


def write_verdicts(judged: Sequence[Judgement], path: Path) -> Path:
    """A row for every hypothesis pooled over theories and under each theory."""
    return write_table(path, HEAD, verdict_rows(judged))


def verdict_rows(judged: Sequence[Judgement]) -> list[list[object]]:
    """The same as rows, with the columns of `HEAD`."""
    rows: list[list[object]] = []
    for one in judged:
        if one.finding is None:
            rows.append([one.id, ALL, one.verdict, *[""] * (len(HEAD) - 4), evidence(one)])
            continue
        name, mean = one.reference or ("", Mean(one.size, float("nan"), float("nan")))
        for theory, f in ((ALL, one.finding), *one.by_theory.items()):
            rows.append([
                one.id, theory, f.verdict, one.sign, f.mean.effect, f.mean.low, f.mean.high, f.claimed, f.opposite,
                f.draws, name, mean.effect, mean.low, mean.high, f.bound, f.could, f.spread, f.needed, f.untouched,
                f.why,
            ])  # fmt: skip
    return rows


def write_evidence(judged: Sequence[Judgement], theories: Sequence[str], path: Path) -> Path:
    """A row for every draw of every hypothesis."""
    return write_table(path, EVIDENCE_HEAD, evidence_rows(judged, theories))


EVIDENCE_HEAD = ("hypothesis", "theory", "draw", "effect", "ci_low", "ci_high", "lucks", "unchanged")


def evidence_rows(judged: Sequence[Judgement], theories: Sequence[str]) -> Iterator[list[Any]]:
    """Every draw of every hypothesis, under `EVIDENCE_HEAD`."""
    return (
        [one.id, theories[t], d, e.effect[k, d], e.low[k, d], e.high[k, d], int(e.lucks[k, d]), e.zeros[k, d]]
        for one in judged
        if (e := one.effects) is not None
        for k, t in enumerate(_rows_of(one, theories))
        for d in range(e.effect.shape[1])
    )


def section(judged: Sequence[Judgement], setting: str, figure: Figure | None, command: str) -> Section:
    """The part of the report."""
    findings = [in_short(judged) + f". {setting}"]
    for verdict in VERDICTS:
        named = [f"{one.id} ({one.claim.rstrip('. …')})" for one in judged if one.verdict == verdict]
        if named:
            findings.append(f"{verdict[0].upper()}{verdict[1:]}: {'; '.join(named)}.")
    return Section(
        NAME, TITLE, ORDER, findings,
        figures=() if figure is None else (figure,),
        tables=(_claims(judged), _numbers(judged), _yardsticks(judged), _record(judged)),
        limits=LIMITS, command=command,
    )  # fmt: skip


def _claims(judged: Sequence[Judgement]) -> Table:
    rows = [
        [one.id, one.claim, one.contrary or None, one.verdict, evidence(one), under(one) or None]
        for one in judged
    ]
    return Table(
        "Each claim with its contrary, the verdict by the rule fixed beforehand, and the evidence. Effects are in the "
        "outcome's unit, probabilities in points, with 95 % intervals over the space of assumptions.",
        ("id", "claim", "contrary", "verdict", "evidence", "by theory"), rows,
    )  # fmt: skip


def _numbers(judged: Sequence[Judgement]) -> Table:
    rows = [
        [one.id, *_cells(f.mean), f.claimed, f.opposite,
         _or_none(one.reference[1].effect if one.reference else one.size), _or_none(f.could), _or_none(f.needed)]
        for one in judged
        if (f := one.finding) is not None
    ]  # fmt: skip
    return Table(
        "The numbers behind the verdicts: mean effect with 95 % interval, shares of draws that are clear as claimed "
        "and the other way, the reference effect, the share of draws that could show an effect of that size, and the "
        "lucks a draw that would show the mean effect in nine draws of ten.",
        ("id", "effect", "low", "high", "as claimed", "other way", "reference", "could show", "lucks needed"), rows,
    )  # fmt: skip


def _yardsticks(judged: Sequence[Judgement]) -> Table:
    seen: dict[str, Judgement] = {}
    for one in judged:
        if one.yardsticks and one.finding is not None:
            seen.setdefault(one.outcome, one)
    rows: list[list[Cell]] = [
        [outcome, name, *_cells(mean)] for outcome, one in seen.items() for name, mean in one.yardsticks
    ]
    return Table(
        "Yardsticks: what happened against histories without something, on the same outcomes, with 95 % intervals.",
        ("outcome", "what happened, against", "effect", "low", "high"), rows,
    )  # fmt: skip


def _record(judged: Sequence[Judgement]) -> Table:
    rows = [[one.id, one.recorded] for one in judged if one.recorded]
    return Table("What the record itself says; no verdict reads it.", ("id", "the record"), rows)


def stated(scale: Scale, mean: Mean) -> str:
    """A mean effect with its interval: +0.012 (+0.004 to +0.020)."""
    factor = 100.0 if scale.binary else 1.0
    places = min(4, decimals([factor * v for v in (mean.effect, mean.low, mean.high)]) + 1)
    unit = " points" if scale.binary else ""
    effect, interval = scale.estimate(mean.effect, mean.low, mean.high, places)
    return f"{effect} ({interval}){unit}" if mean.known else f"{effect}{unit} (too few draws for an interval)"


def _cells(mean: Mean) -> list[Cell]:
    """A mean and its limits, nothing for what does not exist."""
    return [_or_none(mean.effect), _or_none(mean.low), _or_none(mean.high)]


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _rows_of(one: Judgement, theories: Sequence[str]) -> list[int]:
    return [theories.index(theory) for theory in one.by_theory] or list(range(len(theories)))


STYLES = {SUPPORTED: "green", DEPENDENT: "yellow", REFUTED: "magenta", OPEN: "dim"}
"""How a terminal shows a verdict."""
