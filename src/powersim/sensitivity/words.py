"""What a study of assumptions found, in sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from powersim._words import counted
from powersim.effects.findings import TOO_FEW, Scale, decimals, number, quoted, telling
from powersim.effects.limits import t_interval
from powersim.effects.outcomes import unit_of
from powersim.run.plan import label_of
from powersim.run.space import LUCK, THEORY, Space
from powersim.sensitivity.discovery import Box, Limit
from powersim.sensitivity.indices import FALSE_SHARE, Grid, Indices
from powersim.sensitivity.study import OTHERS, Bar, Findings

NOTHING = "No few assumptions decide the sign"


@dataclass(frozen=True)
class Words:
    """Sentences about one study."""

    space: Space
    found: Findings

    @property
    def scale(self) -> Scale:
        """How effects are written."""
        outcome = self.found.asked.outcome
        return Scale(outcome.summary == "ever", outcome.unit)

    @property
    def unit(self) -> str:
        """What effects are measured in: points, what the author says, the ends of a scale, or what is counted."""
        outcome = self.found.asked.outcome
        return self.scale.of_difference or unit_of(label_of(outcome))

    @property
    def of_what(self) -> str:
        """Which effect it is: of what branch, on what."""
        return f"of {quoted(self.space.plan.branches[1])} on {self.found.asked.outcome.title}"

    @property
    def factor(self) -> float:
        """What effects are multiplied with to be shown: points instead of shares."""
        return self.scale.factor

    @property
    def claim(self) -> str:
        """When a run counts: the effect above the threshold."""
        at = self.found.asked.threshold
        reference, other = map(quoted, self.space.plan.branches)
        if at == 0:
            return f"{other} raises it against {reference}"
        return f"{other} lies more than {self.size(at)} above {reference}"

    def size(self, value: float) -> str:
        """An effect with its sign."""
        shown = self.factor * value
        return telling(shown, decimals([shown]), sign=True) + (" points" if self.scale.binary else "")

    def title(self, column: int) -> str:
        """An assumption's name for readers."""
        return self.space.all[column].title

    def named(self, path: str) -> str:
        """The name for readers of a group of Sobol's design: a path, others, or luck."""
        return self.title(self.space.place[path]) if path in self.space.place else path

    def mean(self) -> str:
        """The effect itself."""
        effects, asked = self.found.effects, self.found.asked
        reference, other = map(quoted, self.space.plan.branches)
        low, high = t_interval(effects)
        mean = float(effects.mean())
        places = self.scale.places(mean, float(low), float(high))
        return (
            f"{asked.outcome.title}: {other} against {reference} {self.scale.does(mean, places)} on average over "
            f"{len(effects)} runs ({self.scale.interval(float(low), float(high), places)}); single runs spread "
            f"with a standard deviation of {self.scale.size(float(effects.std()))}, and in "
            f"{self._percent(self._share)} of them {self.claim}."
        )

    @property
    def _share(self) -> float:
        return float(self.found.counted.mean())

    def screening(self) -> str:
        """Which priors stand above chance."""
        screening = self.found.screening
        clear = [k for k in screening.order() if screening.found[k]]
        every, noise = len(self.space.all), f"{screening.noise:.2f}"
        count = counted(every, "assumption")
        if not clear:
            return (
                f"None of {count} stands above chance: with so many, chance alone brings the "
                f"largest rank correlation up to {noise}."
            )
        some = join([self._correlated(k) for k in clear[:5]])
        more = f" and {len(clear) - 5} more" if len(clear) > 5 else ""
        text = (
            f"Of {count} {len(clear)} {'stands' if len(clear) == 1 else 'stand'} above chance "
            f"(rank correlations; false findings bounded at {FALSE_SHARE:.0%}): {some}{more}. Chance alone "
            f"brings the largest of {every} up to {noise}."
        )
        return f"{text} {self._together()}".rstrip()

    def _together(self) -> str:
        """What stays of the found priors when all of them are in one regression."""
        found = self.found.regression
        if found is None:
            return ""
        text = f"Together they explain {self._percent(found.r_squared)} of the variance of the runs’ ranks"
        gone = [
            self.title(k)
            for k, low, high in zip(self.found.regressed, found.low, found.high, strict=True)
            if low <= 0 <= high
        ]
        if not gone:
            return f"{text}."
        with_theories = ", as parameters do that a theory sets at once" if self.found.theories else ""
        return (
            f"{text}; beside the others nothing is left of {join(gone)}: what it goes along with explains "
            f"it{with_theories}."
        )

    def _correlated(self, k: int) -> str:
        each, strength = self.space.all[k], number(float(self.found.screening.correlation[k]), 2, sign=True)
        return f"{each.title} ({f'{each.about}: ' if each.about else ''}{strength})"

    def luck(self) -> str:
        """How much of the variance is luck."""
        found = self.found.shares
        alone = self._interval(found.assumptions, found.assumptions_low, found.assumptions_high)
        luck = self._interval(found.luck, found.luck_low, found.luck_high)
        most = (
            "Averages over luck can be explained by assumptions, single runs mostly cannot."
            if found.assumptions < 0.5
            else "Assumptions explain most of what happens in single runs."
        )
        return (
            f"Assumptions alone account for {alone} of the variance of a run’s effect, luck alone for "
            f"{luck}. What is left is both together: which run it is decides what an assumption does. "
            f"{most}"
        )

    def blocks(self) -> str:
        """Which blocks matter by themselves."""
        return (
            ""
            if self.found.blocks is None
            else self._indices(self.found.blocks, "Among blocks of assumptions")
        )

    def singles(self) -> str:
        """Which single priors matter by themselves."""
        return (
            ""
            if self.found.singles is None
            else self._indices(self.found.singles, "Among the leading assumptions")
        )

    def _indices(self, found: Indices, start: str) -> str:
        clear = [
            k
            for k, name in enumerate(found.names)
            if name not in (LUCK, OTHERS) and found.first[k] - found.first_half[k] > 0
        ]
        if not clear and not np.isfinite(found.first_half).all():
            return f"{start} there are too few points for intervals of first-order indices."
        if not clear:
            return (
                f"{start} none has a first-order index whose interval excludes zero: by {len(found.names)} "
                "groups and this many points, what each does alone cannot be told from nothing."
            )
        order = sorted(clear, key=lambda k: -found.first[k])
        some = [
            f"{self.named(found.names[k])} ({self._range(found.first[k], found.first_half[k])})"
            for k in order[:4]
        ]
        return f"{start}, the share of the variance that each explains alone is clear for {join(some)}."

    def morris(self) -> str:
        """Whether any group changes a run more than luck does."""
        found = self.found.morris
        if found is None:
            return ""
        k = found.names.index(LUCK)
        luck, most = found.mu_star[k], found.mu_star[k] + found.half[k]
        above = [i for i in range(len(found.names)) if i != k and found.mu_star[i] - found.half[i] > most]
        still = sum(1 for i in range(len(found.names)) if found.mu_star[i] == 0)
        text = f"Another luck changes a run’s effect by {self.scale.size(luck)} (μ*). "
        if above:
            above.sort(key=lambda i: -found.mu_star[i])
            text += f"More than that do only {join([found.names[i] for i in above[:4]])}."
        elif not np.isfinite(found.half).all():
            text += "There are too few trajectories to tell whether a group of assumptions changes it more."
        else:
            text += "No group of assumptions clearly changes it more: much of what it does is to reshuffle the run."
        return text + (
            f" {counted(still, 'group')} {'changes' if still == 1 else 'change'} nothing at all."
            if still
            else ""
        )

    def tornado(self) -> str:
        """What the leading priors do to the mean effect between their ends, and whether one turns its sign."""
        bars = self.found.bars
        clear = [bar for bar in bars if bar.swing_low > 0 or bar.swing_high < 0]
        turning = [bar for bar in bars if self._turns(bar)]
        if not clear:
            return "Between the ends of its prior, no single assumption clearly moves the mean effect."
        most = max(clear, key=lambda bar: abs(bar.swing))
        text = (
            f"{capital(self.title(most.column))} moves the mean effect most: from "
            f"{self.size(most.bottom.effect)} at {value(self.space, most.column, most.bottom.value)} to "
            f"{self.size(most.top.effect)} at {value(self.space, most.column, most.top.value)}. "
        )
        if not turning:
            return (
                text
                + "No single assumption turns its sign between the ends of its prior, as far as intervals tell."
            )
        return text + f"Its sign is turned by {join([self.title(bar.column) for bar in turning])}."

    @staticmethod
    def _turns(bar: Bar) -> bool:
        lower, upper = sorted((bar.bottom, bar.top), key=lambda end: end.effect)
        return lower.high < 0 < upper.low

    def theories(self) -> str:
        """The mean effect under each theory."""
        found = self.found.theories
        if not found:
            return ""
        told = [f"{each.theory} {self.size(each.effect)}" for each in found]
        up, down = any(each.low > 0 for each in found), any(each.high < 0 for each in found)
        unknown = [each.theory for each in found if not np.isfinite(each.low + each.high)]
        sign = (
            "its sign depends on the theory"
            if up and down
            else f"{TOO_FEW} under {join(unknown)}"
            if unknown
            else "no two theories clearly disagree about its sign"
        )
        return f"Mean effect by theory: {join(told)}; {sign}."

    def interactions(self) -> str:
        """Whether leading priors depend on one another."""
        pairs = self.found.pairs
        clear = [pair for pair in pairs if pair.q <= FALSE_SHARE]
        if not pairs:
            return ""
        if not clear:
            every = counted(len(pairs), "pair")
            least = min(pair.p for pair in pairs)
            return (
                f"Of {every} of the leading assumptions none is shown to interact (smallest p {chance(least)}; bound "
                f"of {FALSE_SHARE:.0%} on the share of false findings). It is no proof that they add up."
            )
        some = [f"{self.title(pair.first)} with {self.title(pair.second)}" for pair in clear]
        verb = "interacts" if len(clear) == 1 else "interact"
        return (
            f"{len(clear)} of {counted(len(pairs), 'pair')} of the leading assumptions {verb}: {join(some)}."
        )

    def map(self, found: Grid) -> str:
        """Where on a map the effect is clear, and whether its sign changes."""
        clear = int(found.clear.sum())
        up, down = int((found.low > 0).sum()), int((found.high < 0).sum())
        a, b = (self.named(name) if name in self.space.place else name for name in found.names)
        cells = found.effect.size
        text = f"Over {a} and {b}, the effect is clear in {clear} of {counted(cells, 'cell')}"
        if up and down:
            return f"{text}: {down} below zero, {up} above; its sign depends on them."
        if clear == 0:
            return f"{text}: no sign can be told anywhere."
        return f"{text}, always {'above' if up else 'below'} zero: on this map its sign does not change."

    def discovery(self) -> str:
        """The inequalities under which the effect passes the threshold, or that there are none."""
        found = self.found.discovery
        if found is None:
            return ""
        start = f"In {self._percent(found.share)} of the runs {self.claim}. "
        if not found.candidates:
            return start + f"{NOTHING}: there are too few runs on one side to look for any."
        if not found.found:
            tried = (
                "neither PRIM nor CART found a box that the other half of the runs confirms"
                if found.boxes
                else "neither PRIM nor CART found a box at all"
            )
            return start + f"{NOTHING}: {tried}."
        box = found.found[0]
        text = (
            f"{start}That is so more often where {self.inequalities(box)}: in "
            f"{self._percent(box.tested.density)} of the runs there (density) against "
            f"{self._percent(found.base)} of all, and {self._percent(box.tested.coverage)} of the cases "
            f"lie there (coverage), both in the half of the runs that had no say in it ({box.method}, "
            f"{box.tested.runs} runs, p {chance(box.p)})."
        )
        if box.tested.density < 0.5:
            text += " Even there it is the rarer case: these assumptions shift the odds, they do not decide the sign."
        return text

    def inequalities(self, box: Box) -> str:
        """A box in words."""
        return join([self.limit(limit) for limit in box.limits])

    def limit(self, limit: Limit) -> str:
        """One inequality, with the value of the assumption."""
        name = self.title(limit.column)
        if self.space.all[limit.column].path == THEORY:
            return f"the theory is {join(self._theories(limit), 'or')}"
        low, high = (value(self.space, limit.column, v) for v in (limit.low, limit.high))
        if np.isfinite(limit.low) and np.isfinite(limit.high):
            return f"{low} < {name} ≤ {high}"
        return f"{name} > {low}" if np.isfinite(limit.low) else f"{name} ≤ {high}"

    def _theories(self, limit: Limit) -> list[str]:
        return [name for k, name in enumerate(self.space.plan.theories) if limit.low < k <= limit.high]

    def all(self) -> list[str]:
        """Every paragraph."""
        f = self.found
        parts = [
            self.mean(), self.theories(), self.screening(), self.tornado(), self.interactions(), self.luck(),
            self.blocks(), self.singles(), self.morris(), *(self.map(each) for each in f.maps), self.discovery(),
        ]  # fmt: skip
        return [part for part in parts if part]

    @staticmethod
    def _percent(share: float) -> str:
        return f"{100 * share:.0f}%" if abs(share) >= 0.095 or share == 0 else f"{100 * share:.1f}%"

    def _range(self, middle: float, half: float) -> str:
        """A share with its interval, kept to what a share can be."""
        return self._interval(middle, middle - half, middle + half)

    @staticmethod
    def _interval(*shares: float) -> str:
        middle, low, high = (100 * min(1.0, max(0.0, share)) for share in shares)
        return f"{middle:.0f}% ({low:.0f} to {high:.0f})"


def limits(found: Findings) -> list[str]:
    """What such a study cannot tell."""
    return [
        "An index is a share of the spread that the priors were given: a wider prior would weigh more, a "
        "number without a prior weighs nothing, and an assumption in the structure of the model (a "
        "mechanism, a functional form) is not among them.",
        "Priors are drawn independently of one another; if two judgements err together, their joint "
        "weight is not seen here.",
        f"Luck is a factor like the others. {found.asked.runs} ordinary runs bear one luck each: "
        "assumptions whose effect is below the noise level may still matter; they have not been shown to.",
        "What is found says on what the effect in this model hangs, not what was so in history.",
    ]


def value(space: Space, column: int, at: float) -> str:
    """A value of an assumption; of the theory its name."""
    if space.all[column].path == THEORY:
        names = space.plan.theories
        return names[int(min(max(at, 0), len(names) - 1))] if np.isfinite(at) else ""
    return f"{at:.3g}".replace("-", "−")


def chance(p: float) -> str:
    """A p value in words: = 0.012, < 0.0001."""
    return "< 0.0001" if p < 1e-4 else f"= {p:.2g}"


def capital(text: str) -> str:
    """The text with a capital, unless it is the name of a parameter."""
    return text if "_" in text or (text.islower() and " " not in text) else text[:1].upper() + text[1:]


def join(names: Sequence[str], word: str = "and") -> str:
    """a, b and c."""
    return f" {word} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
