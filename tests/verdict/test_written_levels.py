"""What somebody writes down means what it says beside results, which are kept in single precision."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from powersim.sensitivity.study import Findings
from powersim.story.phrases import NEAR, Control, Names, position
from powersim.verdict.rule import Claim, Effects, Rule, contrast, judge
from powersim.world.state import C_LEVER

LEVELS = range(101)
SHAPE = (1, 30, 10)  # theories, draws, lucks


def kept(level: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """An outcome that stands at a level in every run, as it is read from results."""
    return np.full(SHAPE, np.float32(level), np.float64)


def effect(size: int, at: int) -> Effects:
    """The effect of a branch that moves the outcome from one level to another, in every run."""
    return contrast(
        kept((at + size) / 100), kept(at / 100), binary=False, diverged=np.ones(SHAPE[:2], np.bool_)
    )


def test_a_label_of_a_scale_reaches_as_far_on_every_level() -> None:
    for n in LEVELS:
        control = Control(C_LEVER, "shield", scale=((n / 100, "here"),))
        names = Names((), (), (), (), (control,), (), (), ())
        near = round(100 * NEAR)
        for away in (-near, near):
            assert "here" in position(names, 0, (n + away) / 100)
            assert "here" not in position(names, 0, (n + away + np.sign(away)) / 100)


def test_an_effect_of_just_the_size_that_is_claimed_is_neither_above_nor_below_it() -> None:
    exactly = Claim(1, Rule(), at_least=1.0)
    for n in range(1, 101):
        for at in (0, (100 - n) // 2, 100 - n):
            same = judge(exactly, effect(n, at), size=n / 100)
            assert (same.claimed, same.opposite) == (0.0, 0.0)
            assert same.why != "the interval lies below what is claimed"
            more = judge(exactly, effect(n, at), size=(n - 0.5) / 100)
            assert (more.claimed, more.opposite) == (1.0, 0.0)
            less = judge(exactly, effect(n, at), size=(n + 0.5) / 100)
            assert (less.claimed, less.opposite) == (0.0, 1.0)


def test_a_run_counts_where_its_effect_is_above_the_threshold_that_was_written() -> None:
    for n in LEVELS:
        at = np.arange(101 - n)
        effects = np.float32((at + n) / 100).astype(np.float64) - np.float32(at / 100).astype(np.float64)
        for threshold, counted in ((n, False), (n - 1, True), (n + 1, False)):
            found: Any = SimpleNamespace(effects=effects, asked=SimpleNamespace(threshold=threshold / 100))
            assert (Findings.counted.fget(found) == counted).all()  # type: ignore[attr-defined]
