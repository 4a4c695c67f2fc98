"""Verdicts: what many places in the space of assumptions say about a claim, by a rule fixed before the runs.

The design is nested: a *draw* is a place in the space of assumptions under one theory, and has several *lucks*, the
same in every branch. A draw is *clear* when the interval of its mean effect over lucks excludes 0 (or the threshold of
the claim). Arrays have the shape (theory, draw, luck); NaN marks a run that does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from powersim.effects import limits
from powersim.effects.paired import paired
from powersim.effects.results import Floats
from powersim.rules.level import beyond

SUPPORTED, DEPENDENT, REFUTED, OPEN = (
    "supported", "theory-dependent", "refuted in the model", "not decided",
)  # fmt: skip
VERDICTS = (SUPPORTED, DEPENDENT, REFUTED, OPEN)
FEWEST = 20
"""Draws below which shares of them decide nothing."""


@dataclass(frozen=True)
class Rule:
    """Shares of 1: see `VerdictRule` of the scenario's schema."""

    within: float = 0.05
    supported: float = 0.9
    either: float = 0.1


@dataclass(frozen=True)
class Claim:
    """sign: 1, -1, or 0 for "no effect". at_least: share of the reference effect that is claimed, 0 = any."""

    sign: int
    rule: Rule = Rule()
    at_least: float = 0.0


@dataclass(frozen=True)
class Effects:
    """The effect of every draw (theory, draw) with its interval over lucks, and how it came about.

    lucks: runs that counted. zeros: share of them without any difference. level_a, level_b: means over all runs.
    unseen: whether a difference may exist that no run shows (0/1 outcome, histories that differ).
    """

    effect: Floats
    low: Floats
    high: Floats
    lucks: Floats
    zeros: Floats
    level_a: float
    level_b: float
    binary: bool
    unseen: bool

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Draws that have an interval."""
        return np.asarray(np.isfinite(self.low) & np.isfinite(self.high))

    def of(self, theory: int) -> Effects:
        """The draws of one theory."""
        part = slice(theory, theory + 1)
        cut = {name: getattr(self, name)[part] for name in ("effect", "low", "high", "lucks", "zeros")}
        return replace(self, **cut)


@dataclass(frozen=True)
class Mean:
    """The mean effect over the space of assumptions, with its 95 % interval."""

    effect: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there are draws enough for an interval."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    @property
    def shown(self) -> bool:
        """Whether the interval excludes 0; one that does not exist does not, see `known`."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Finding:
    """A verdict with its evidence.

    claimed, opposite: shares of the draws that are clear in and against the claimed direction (for a claim of no
    effect: clear up, clear down). bound: what the interval had to stay within, in the outcome's unit, NaN without a
    reference. could: expected share of draws that would be clear if the effect were as large as the reference.
    spread: standard deviation of true effects between draws, luck taken out. needed: lucks a draw at which nine in ten
    would be clear, were the mean effect the effect of each.
    """

    verdict: str
    why: str
    mean: Mean
    claimed: float
    opposite: float
    draws: int
    all_draws: int
    bound: float
    could: float
    spread: float
    needed: float
    untouched: float


def contrast(a: Floats, b: Floats, *, binary: bool, diverged: NDArray[np.bool_]) -> Effects:
    """Effects of a against b in the same lucks. `diverged` (theory, draw): whether their histories ever differ."""
    found = paired(b, a, binary=binary, diverged=diverged)
    both = np.isfinite(a) & np.isfinite(b)
    count = both.sum(axis=-1)
    enough = count > 1
    return Effects(
        effect=np.where(enough, found.effect, np.nan),
        low=np.where(enough, found.low, np.nan),
        high=np.where(enough, found.high, np.nan),
        lucks=count.astype(np.float64),
        zeros=((a == b) & both).sum(axis=-1) / np.maximum(count, 1),
        level_a=_mean(a[both]),
        level_b=_mean(b[both]),
        binary=binary,
        unseen=bool(binary and diverged.any()),
    )


def dependence(y: Floats, x: Floats) -> Effects:
    """How y changes from luck to luck with x, per standard deviation of x in the draw: a slope with its t interval.

    Without variation in x there is no slope and the draw is not usable; without variation in y it is 0.
    """
    both = np.isfinite(y) & np.isfinite(x)
    count = both.sum(axis=-1)
    dx, dy = (_centred(values, both) for values in (x, y))
    sxx, sxy, syy = (dx * dx).sum(axis=-1), (dx * dy).sum(axis=-1), (dy * dy).sum(axis=-1)
    known = (sxx > 1e-18) & (count > 3)
    free = np.maximum(count - 2, 1)
    sd = np.sqrt(sxx / np.maximum(count - 1, 1))
    slope = np.where(known, sxy / np.where(known, sxx, 1.0), np.nan)
    rest = np.maximum(syy - np.where(known, slope, 0.0) * sxy, 0.0) / free
    half = stdtrit(free, (1 + limits.LEVEL) / 2) * np.sqrt(rest / np.where(known, sxx, 1.0))
    return Effects(
        effect=slope * sd, low=(slope - half) * sd, high=(slope + half) * sd, lucks=count.astype(np.float64),
        zeros=((dy == 0) & both).sum(axis=-1) / np.maximum(count, 1),
        level_a=_mean(y[both]), level_b=_mean(x[both]), binary=False, unseen=False,
    )  # fmt: skip


def mean_over_places(values: Floats) -> Mean:
    """Mean over theories, then over draws, with the t interval over draws: a draw is one place in all theories."""
    by_draw = limits.mean(values.T)
    low, high = limits.t_interval(by_draw)
    return Mean(float(limits.mean(by_draw)), float(low), float(high))


def pooled(effects: Effects) -> Mean:
    """The mean effect. A 0/1 outcome without any difference so far keeps the width that the number of runs leaves."""
    found = mean_over_places(effects.effect)
    if effects.unseen and found.effect == found.low == found.high == 0:
        runs = effects.lucks.max(axis=0).sum()  # lucks are shared between theories
        width = 1.0 - (0.5 * (1 - limits.LEVEL)) ** (1.0 / max(runs, 1.0))
        return Mean(0.0, -width, width)
    return found


def judge(claim: Claim, effects: Effects, reference: Effects | None = None, size: float = np.nan) -> Finding:
    """The verdict on a claim, from its effects and those of its reference (or a fixed `size` of an effect).

    In this order: *theory-dependent* if each sign is clear, and beyond the bound, in enough draws; *refuted* if the
    mean's interval lies within the bound, also when the reference's own uncertainty is counted; *supported* if enough
    draws are clear with the claimed sign; *refuted* if as many are clear with the opposite sign; else *not decided*.
    With `at_least` the threshold takes the place of 0, and *refuted* asks that the mean's interval lies below it.
    A claim of no effect is supported where another would be refuted by the bound, and refuted by clear draws.
    """
    mean = pooled(effects)
    known = _Reference.of(reference, size, effects.effect.shape)
    usable = effects.usable
    draws, every = int(usable.sum()), int(usable.size)
    direction = claim.sign or 1
    threshold = claim.at_least * known.size if claim.at_least else 0.0
    up, down = _clear(effects, direction, threshold if np.isfinite(threshold) else 0.0)
    bound = claim.rule.within * known.size
    far = np.abs(effects.effect) > (bound if np.isfinite(bound) and not claim.at_least else 0.0)
    share = {
        name: float((mask & usable).sum() / max(draws, 1))
        for name, mask in (("up", up), ("down", down), ("far up", up & far), ("far down", down & far))
    }
    verdict, why = _decide(claim, effects, mean, known, share, draws)
    return Finding(
        verdict, why, mean, share["up"], share["down"], draws, every, threshold if claim.at_least else bound,
        _could(effects, known.size if np.isfinite(known.size) else abs(mean.effect)),
        _spread(effects), _needed(effects, abs(mean.effect)),
        float(((effects.zeros == 1.0) & usable).sum() / max(draws, 1)),
    )  # fmt: skip


def together(parts: Sequence[str]) -> str:
    """The verdict on a claim that holds if all of its parts do."""
    if REFUTED in parts:
        return REFUTED
    if OPEN in parts:
        return OPEN
    return DEPENDENT if DEPENDENT in parts else SUPPORTED


@dataclass(frozen=True)
class _Reference:
    """The effect that others are measured by: of every draw, its mean, and whether it is shown at all."""

    effect: Floats
    mean: float
    shown: bool

    @property
    def size(self) -> float:
        return abs(self.mean) if self.shown else float("nan")

    @classmethod
    def of(cls, reference: Effects | None, size: float, shape: tuple[int, ...]) -> _Reference:
        if reference is None:
            return cls(np.full(shape, size), size, bool(np.isfinite(size)))
        mean = pooled(reference)
        return cls(reference.effect, mean.effect, mean.shown)

    def within(self, effects: Floats, share: float) -> bool:
        """Whether the interval of the mean stays within +-share of the reference, paired place by place (Fieller)."""
        toward = share * np.sign(self.mean) * self.effect
        below, above = mean_over_places(effects - toward), mean_over_places(effects + toward)
        return bool(beyond(0.0, below.high) and beyond(above.low, 0.0))

    def below(self, effects: Floats, share: float) -> bool:
        """Whether the interval of the mean lies below that share of the reference."""
        short = mean_over_places(effects - share * np.sign(self.mean) * self.effect)
        return bool(beyond(0.0, short.high))


def _decide(
    claim: Claim, effects: Effects, mean: Mean, reference: _Reference, share: dict[str, float], draws: int
) -> tuple[str, str]:
    rule = claim.rule
    if draws < FEWEST:
        return OPEN, f"fewer than {FEWEST} draws have an interval"
    nothing = mean.effect == mean.low == mean.high == 0 and bool((effects.zeros[effects.usable] == 1).all())
    if claim.at_least and not reference.shown:
        return OPEN, "the reference effect itself is not shown, so a share of it is not known"
    if min(share["far up"], share["far down"]) >= rule.either:
        return DEPENDENT, "each sign is clear in enough draws"
    if claim.at_least:
        direction = claim.sign or 1
        if reference.below(direction * effects.effect, claim.at_least):
            return REFUTED, "the interval lies below what is claimed"
    elif nothing or _within(effects, mean, reference, rule):
        why = "no run differs" if nothing else "the interval lies within the bound"
        return (REFUTED if claim.sign else SUPPORTED), why
    if claim.sign == 0:
        if max(share["up"], share["down"]) >= rule.supported:
            return REFUTED, "enough draws show an effect"
    elif share["up"] >= rule.supported:
        return SUPPORTED, "enough draws show the claimed sign"
    elif share["down"] >= rule.supported:
        return REFUTED, "as many draws show the opposite" + (" of that size" if claim.at_least else " sign")
    return OPEN, _open(mean, reference)


def _open(mean: Mean, reference: _Reference) -> str:
    """Why nothing is decided though there are draws enough."""
    if not mean.known:
        return "too few draws for an interval of the mean"
    if mean.shown:
        return "the mean is clear, too few single draws are"
    if reference.shown:
        return "neither enough clear draws nor an interval within the bound"
    return "not enough clear draws, and no reference effect is shown to be small beside"


def _within(effects: Effects, mean: Mean, reference: _Reference, rule: Rule) -> bool:
    """Within the bound both with the reference at its mean and with its uncertainty counted."""
    if not reference.shown:
        return False
    bound = rule.within * reference.size
    return -bound < mean.low and mean.high < bound and reference.within(effects.effect, rule.within)


def _clear(effects: Effects, direction: int, threshold: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Draws whose interval lies above the threshold in the claimed direction, and below it."""
    low, high = (effects.low, effects.high) if direction > 0 else (-effects.high, -effects.low)
    if not threshold:
        return low > 0.0, high < 0.0
    return beyond(low, threshold), beyond(threshold, high)  # a size that somebody wrote down


def _errors(effects: Effects) -> tuple[Floats, Floats]:
    """Standard error of every usable draw's effect, and the quantile of its interval."""
    used = effects.usable
    quantile = np.asarray(stdtrit(np.maximum(effects.lucks[used] - 1, 1), (1 + limits.LEVEL) / 2))
    return (effects.high - effects.low)[used] / 2 / quantile, quantile


def _could(effects: Effects, size: float) -> float:
    """Expected share of draws that would be clear if each had an effect of that size (normal approximation)."""
    error, quantile = _errors(effects)
    if not np.isfinite(size) or error.size == 0:
        return float("nan")
    known = error > 0
    odds = ndtr(size / np.where(known, error, 1.0) - quantile)
    return _mean(np.where(known, odds, float(size > 0)))


def _needed(effects: Effects, size: float) -> float:
    """Lucks a draw for nine draws in ten to be likely (0.9) clear at an effect of that size."""
    error, _ = _errors(effects)
    if not size > 0 or error.size == 0:
        return float("nan")
    spread = np.quantile(error * np.sqrt(effects.lucks[effects.usable]), 0.9)
    return float(max(2.0, np.ceil(((1.96 + 1.2816) * spread / size) ** 2)))


def _spread(effects: Effects) -> float:
    """Standard deviation between draws beyond what luck makes: sqrt(max(0, Var(effect) - mean error^2))."""
    error, _ = _errors(effects)
    if error.size < 2:
        return float("nan")
    return float(np.sqrt(max(0.0, float(np.var(effects.effect[effects.usable], ddof=1) - np.mean(error**2)))))


def _centred(values: Floats, present: NDArray[np.bool_]) -> Floats:
    kept = np.where(present, values, np.nan)
    return np.where(present, kept - limits.mean(kept)[..., None], 0.0)


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")
