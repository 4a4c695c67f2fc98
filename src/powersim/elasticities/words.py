"""What the nudges come to: leading inputs, the table of the heat map, marks counted, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from powersim import _words
from powersim.effects.findings import TOO_FEW, Scale, counted
from powersim.elasticities.inputs import known
from powersim.elasticities.measure import COUNTS, LEFT, MARKS, NO_PRIOR, UNSEEN, WRONG, Elasticity, Nudges
from powersim.elasticities.signs import Sign

LEVEL = "level"
COUNTED = {
    "crises": "Crises in all", "breaches": "Deals broken in all", "deals": "Deals signed in all",
    "battles": "Battles in all",
}  # fmt: skip


@dataclass(frozen=True)
class SignVerdict:
    """What became of an expected sign: its row if it was looked at, and its mark."""

    sign: Sign
    row: Elasticity | None
    mark: str


@dataclass(frozen=True)
class Words:
    """Rows of a study and the signs that were expected; `shown` are the outcomes that are drawn."""

    asked: Nudges
    rows: Sequence[Elasticity]
    shown: tuple[str, ...]
    all_signs: tuple[Sign, ...]

    @cached_property
    def titles(self) -> dict[str, str]:
        """Outcomes in words."""
        scenario = self.asked.space.plan.scenario.outcomes
        return {
            name: scenario[name].title if name in scenario else COUNTED[name] for name in self.asked.outcomes
        }

    @property
    def width(self) -> str:
        """How far an input is moved, in words."""
        half = self.asked.share / 2
        return f"{100 * (0.5 - half):g}% to {100 * (0.5 + half):g}% of its prior"

    def scale(self, outcome: str) -> Scale:
        """How an outcome's numbers are written."""
        scenario = self.asked.space.plan.scenario.outcomes
        known = scenario.get(outcome)
        return Scale(known is not None and known.summary == "ever", "" if known is None else known.unit)

    def unit(self, outcome: str) -> str:
        """The unit of differences of an outcome."""
        own = outcome in self.asked.space.plan.scenario.outcomes
        return "how often" if outcome in COUNTS and not own else self.scale(outcome).of_difference

    def named(self, row: Elasticity, *, long: bool = False) -> str:
        """An input in words, with what a branch is compared with; long: with what a parameter means."""
        each = next(each for each in self.asked.inputs if each.name == row.input)
        if each.against:
            return f"{each.name} {row.of}"
        return f"{each.title}: {each.about}" if long and each.about else each.title

    def leading(self, outcome: str) -> list[Elasticity]:
        """Rows of an outcome's level whose histories differ: the clear ones first, then by size."""
        found = [
            r for r in self.rows if r.outcome == outcome and " - " not in r.of and (r.low, r.high) != (0, 0)
        ]
        return sorted(found, key=lambda row: (not row.clear, -abs(row.change)))

    def heat(self, most: int, wide: int) -> tuple[list[str], list[str], list[list[Elasticity | None]]]:
        """Names of inputs, outcomes, and their rows: the inputs with the largest clear changes."""
        outcomes = list(self.asked.outcomes)[:wide]
        by_input: dict[str, dict[str, Elasticity]] = {}
        for row in self.rows:
            if " - " not in row.of and row.outcome in outcomes:
                by_input.setdefault(self.named(row), {})[row.outcome] = row
        size = {
            name: max(
                (abs(r.standardised) for r in cells.values() if r.clear and np.isfinite(r.standardised)),
                default=0.0,
            )
            for name, cells in by_input.items()
        }
        names = sorted((name for name in by_input if size[name] > 0), key=lambda name: -size[name])[:most]
        return names, outcomes, [[by_input[name].get(outcome) for outcome in outcomes] for name in names]

    @cached_property
    def verdicts(self) -> list[SignVerdict]:
        """What became of every expected sign, in the file's order."""
        found = []
        for sign in self.all_signs:
            of = " - ".join(sign.effect or ()) or (f"against {sign.against}" if sign.against else LEVEL)
            row = next(
                (r for r in self.rows if (r.input, r.outcome, r.of) == (sign.input, sign.outcome, of)), None
            )
            lacking = not (sign.against or known(self.asked.space, sign.input))
            mark = row.mark if row is not None else NO_PRIOR if lacking else LEFT
            found.append(SignVerdict(sign, row, mark))
        return found

    def summary(self) -> str:
        """How many signs are right, wrong, not seen, not looked at."""
        if not self.all_signs:
            return "No signs were written down beforehand."
        many = Counter(each.mark for each in self.verdicts)
        told = ", ".join(f"{many[mark]} {mark}" for mark in MARKS if many[mark])
        return f"Of {counted(len(self.all_signs), 'expected sign')}: {told}."

    def wrong(self) -> str:
        """The wrong ones by name; empty if there are none."""
        names = [
            f"{v.sign.input} on {v.sign.outcome} ({v.sign.sign} expected)"
            for v in self.verdicts
            if v.mark == WRONG
        ]
        return f"Against what was expected: {'; '.join(names)}." if names else ""

    def tornado(self, outcome: str) -> str:
        """What moves an outcome most."""
        clear = [row for row in self.leading(outcome) if row.clear]
        if not clear and any(not row.known for row in self.leading(outcome)):
            return f"{self.titles[outcome]}: {TOO_FEW}"
        if not clear:
            return f"{self.titles[outcome]}: no input changes it clearly"
        scale = self.scale(outcome)
        told = [f"{self.named(r)} ({'+' if r.change > 0 else '−'}{scale.size(r.change)})" for r in clear[:3]]
        return f"{self.titles[outcome]}: most is moved by {_words.listed(told)}"

    def heated(self) -> str:
        """How much moves anything."""
        level = [row for row in self.rows if " - " not in row.of]
        moving = {row.input for row in level if row.clear}
        inputs = {row.input for row in level}
        many = counted(len(inputs), "input")
        return f"{len(moving)} of {many} move some outcome clearly; {self.summary()[:-1].lower()}"

    def all(self) -> list[str]:
        """Paragraphs: signs, then what moves each outcome that is drawn."""
        unseen = [f"{v.sign.input} on {v.sign.outcome}" for v in self.verdicts if v.mark == UNSEEN]
        lines = [self.summary(), self.wrong()]
        lines.append(f"Not seen (the interval includes zero): {'; '.join(unseen)}." if unseen else "")
        lines += [f"{self.tornado(name)}." for name in self.shown]
        return [line for line in lines if line]
