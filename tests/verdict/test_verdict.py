"""Verdicts from planted effects: each comes out when it is true, and luck alone seldom makes one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from powersim.effects.results import Floats
from powersim.verdict.rule import (
    DEPENDENT,
    OPEN,
    REFUTED,
    SUPPORTED,
    Claim,
    Effects,
    Finding,
    Rule,
    contrast,
    dependence,
    judge,
    mean_over_places,
    together,
)

SHAPE = (4, 10, 30)  # theories, draws, lucks
CLAIM = Claim(1)


def planted(
    true: float | Floats, noise: float = 1.0, seed: int = 0, shape: tuple[int, ...] = SHAPE
) -> Effects:
    """Effects with a known truth: one number, or one for each draw (theory, draw)."""
    rng = np.random.default_rng(seed)
    b = rng.normal(size=shape)
    a = b + np.broadcast_to(np.asarray(true), shape[:2])[..., None] + noise * rng.normal(size=shape)
    return contrast(a, b, binary=False, diverged=np.ones(shape[:2], np.bool_))


def chances(p: float, q: float, seed: int = 0, shape: tuple[int, ...] = SHAPE) -> Effects:
    """A 0/1 outcome of chance p against q, by one uniform number each."""
    u = np.random.default_rng(seed).uniform(size=shape)
    return contrast(
        (u < p).astype(float), (u < q).astype(float), binary=True, diverged=np.ones(shape[:2], np.bool_)
    )


def verdict(true: float | Floats, claim: Claim = CLAIM, noise: float = 1.0, reference: float = 1.0) -> str:
    return judge(claim, planted(true, noise), planted(reference, 0.05, seed=9)).verdict


def test_a_large_effect_with_the_claimed_sign_is_supported() -> None:
    assert verdict(2.0) == SUPPORTED
    assert verdict(-2.0, Claim(-1)) == SUPPORTED


def test_a_large_effect_with_the_opposite_sign_is_refuted() -> None:
    assert verdict(-2.0) == REFUTED
    assert verdict(2.0, Claim(-1)) == REFUTED


def test_an_effect_that_is_small_beside_the_reference_is_refuted_even_where_it_is_certain() -> None:
    assert verdict(0.01, noise=0.001) == REFUTED
    assert verdict(0.01, noise=0.001, reference=0.1) == SUPPORTED


def test_an_effect_whose_sign_hangs_on_the_theory_is_theory_dependent_though_its_mean_is_nothing() -> None:
    signs = np.array([1.0, 1.0, -1.0, -1.0])[:, None]
    assert verdict(2.0 * signs, noise=0.5) == DEPENDENT
    assert verdict(2.0 * signs, Claim(0), noise=0.5) == DEPENDENT


def test_signs_that_differ_within_the_bound_are_refuted_not_theory_dependent() -> None:
    signs = np.array([1.0, 1.0, -1.0, -1.0])[:, None]
    assert verdict(0.01 * signs, noise=0.001) == REFUTED


def test_noise_is_not_decided() -> None:
    assert verdict(0.1, noise=3.0) == OPEN


def test_a_clear_effect_in_half_of_the_draws_is_not_decided() -> None:
    half = np.where(np.arange(10) % 2, 2.0, 0.0)
    assert verdict(half) == OPEN


def test_a_claim_of_no_effect_is_the_mirror_of_the_others() -> None:
    nothing = Claim(0)
    assert verdict(0.0, nothing, noise=0.001) == SUPPORTED
    assert verdict(2.0, nothing) == REFUTED
    assert verdict(-2.0, nothing) == REFUTED
    assert verdict(0.1, nothing, noise=3.0) == OPEN


def test_at_least_a_quarter_of_the_reference_is_more_than_a_sign() -> None:
    quarter = Claim(1, at_least=0.25)
    assert verdict(0.2, noise=0.05) == SUPPORTED
    assert verdict(0.2, quarter, noise=0.05) == REFUTED
    assert verdict(0.5, quarter, noise=0.05) == SUPPORTED
    assert verdict(0.25, quarter, noise=0.5) == OPEN
    unknown = judge(quarter, planted(-2.0), planted(0.0, 5.0, seed=3))
    assert (unknown.verdict, unknown.claimed, unknown.opposite) == (OPEN, 0.0, 1.0)


def test_nothing_is_small_beside_a_reference_that_is_not_shown() -> None:
    tiny = planted(0.0, 0.0001)
    unknown = planted(0.0, 5.0, seed=3)
    assert judge(CLAIM, tiny, unknown).verdict == OPEN
    assert judge(CLAIM, tiny).verdict == OPEN
    assert judge(CLAIM, tiny, size=1.0).verdict == REFUTED


def test_the_uncertainty_of_the_reference_counts() -> None:
    effect = planted(0.035, 0.02)
    sure, unsure = planted(1.0, 0.01, seed=5), planted(1.0, 8.0, seed=5)
    assert judge(CLAIM, effect, sure).verdict == REFUTED
    assert unsure.effect.mean() > 0.9
    assert judge(CLAIM, effect, unsure).why != "the interval lies within the bound"


def test_branches_that_never_differ_support_no_effect_and_refute_one() -> None:
    same = np.random.default_rng(1).uniform(size=SHAPE)
    for binary in (False, True):
        values = np.round(same) if binary else same
        effects = contrast(values, values, binary=binary, diverged=np.zeros(SHAPE[:2], np.bool_))
        assert judge(Claim(0), effects).verdict == SUPPORTED
        assert judge(CLAIM, effects).verdict == REFUTED
        assert judge(CLAIM, effects).untouched == 1


def test_a_rare_event_that_no_run_shows_is_not_called_impossible() -> None:
    never = np.zeros(SHAPE)
    effects = contrast(never, never, binary=True, diverged=np.ones(SHAPE[:2], np.bool_))
    found = judge(CLAIM, effects, size=0.1)
    assert found.verdict == OPEN
    assert found.mean.high == pytest.approx(1 - 0.025 ** (1 / 300))  # ten draws of thirty lucks


def test_few_draws_decide_nothing() -> None:
    assert judge(CLAIM, planted(9.0, shape=(1, 19, 30)), size=1.0).verdict == OPEN
    assert judge(CLAIM, planted(9.0, shape=(1, 20, 30)), size=1.0).verdict == SUPPORTED


def test_a_stricter_rule_asks_for_more() -> None:
    most = np.where(np.arange(10) < 9, 2.0, 0.0)
    assert verdict(most, Claim(1, Rule(supported=0.85)), noise=0.5) == SUPPORTED
    assert verdict(most, Claim(1, Rule(supported=0.99)), noise=0.5) == OPEN


def test_draws_without_enough_runs_do_not_count() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=SHAPE) + 3, rng.normal(size=SHAPE)
    a[2:] = np.nan
    effects = contrast(a, b, binary=False, diverged=np.ones(SHAPE[:2], np.bool_))
    found = judge(CLAIM, effects, size=1.0)
    assert (found.verdict, found.draws, found.all_draws) == (SUPPORTED, 20, 40)


def test_the_mean_takes_a_place_as_one_observation_however_many_theories_share_it() -> None:
    once = planted(0.3, shape=(1, 30, 20)).effect
    often = np.repeat(once, 4, axis=0)
    assert mean_over_places(often) == mean_over_places(once)
    low, high = stats.t.interval(0.95, 29, once[0].mean(), stats.sem(once[0]))
    assert mean_over_places(once).low == pytest.approx(low)
    assert mean_over_places(once).high == pytest.approx(high)


def test_a_dependence_is_the_regression_slope_times_the_spread() -> None:
    rng = np.random.default_rng(7)
    x = rng.normal(size=SHAPE)
    y = 0.7 * x + rng.normal(size=SHAPE)
    found = dependence(y, x)
    line = stats.linregress(x[1, 2], y[1, 2])
    sd = x[1, 2].std(ddof=1)
    half = stats.t.ppf(0.975, SHAPE[2] - 2) * line.stderr * sd
    assert found.effect[1, 2] == pytest.approx(line.slope * sd)
    assert found.low[1, 2] == pytest.approx(line.slope * sd - half)
    assert found.high[1, 2] == pytest.approx(line.slope * sd + half)
    x[0] = 0.5
    assert not dependence(y, x).usable[0].any()
    assert dependence(y, x).usable[1:].all()


def test_a_claim_of_parts_holds_only_if_all_do() -> None:
    assert together([SUPPORTED, SUPPORTED]) == SUPPORTED
    assert together([SUPPORTED, REFUTED, OPEN]) == REFUTED
    assert together([SUPPORTED, OPEN, DEPENDENT]) == OPEN
    assert together([SUPPORTED, DEPENDENT]) == DEPENDENT


def findings(effects: list[Effects], claim: Claim = CLAIM) -> list[Finding]:
    return [judge(claim, one, size=1.0) for one in effects]


def test_no_effect_is_called_one_in_fewer_than_one_study_of_twenty() -> None:
    studies = 200
    gaussian = [planted(0.0, seed=s, shape=(2, 12, 8)) for s in range(studies)]
    binary = [chances(0.3, 0.3, s, (2, 12, 8)) for s in range(studies)]
    rng = np.random.default_rng(3)
    skewed = [
        contrast(rng.exponential(size=(2, 12, 8)), rng.exponential(size=(2, 12, 8)), binary=False,
                 diverged=np.ones((2, 12), np.bool_))
        for _ in range(studies)
    ]  # fmt: skip
    for effects in (gaussian, binary, skewed):
        found = findings(effects)
        assert sum(f.verdict == SUPPORTED for f in found) < 0.05 * studies
        assert sum(f.verdict == DEPENDENT for f in found) < 0.05 * studies
        assert np.mean([f.claimed + f.opposite for f in found]) < 0.07


def test_an_effect_as_large_as_the_reference_is_refuted_in_fewer_than_one_study_of_twenty() -> None:
    found = findings([planted(1.0, 3.0, seed=s, shape=(2, 12, 8)) for s in range(200)])
    assert sum(f.verdict == REFUTED for f in found) < 10


def test_an_effect_at_the_very_bound_is_refuted_in_fewer_than_one_study_of_twenty() -> None:
    reference = planted(1.0, 0.3, seed=1, shape=(2, 12, 8))
    effects = [planted(0.05 * reference.effect, 0.1, seed=s, shape=(2, 12, 8)) for s in range(300)]
    found = [judge(CLAIM, one, reference) for one in effects]
    assert 0 < sum(f.why == "the interval lies within the bound" for f in found) < 15
    inside = [planted(0.0, 0.1, seed=s, shape=(2, 12, 8)) for s in range(100)]
    assert sum(judge(CLAIM, one, reference).verdict == REFUTED for one in inside) > 90


def test_what_could_show_is_what_does_show() -> None:
    for true in (0.3, 0.6, 0.9):
        found = judge(CLAIM, planted(true, shape=(4, 500, 30)), size=true)
        assert found.could == pytest.approx(found.claimed, abs=0.03)
        assert found.spread == pytest.approx(0.0, abs=0.06)
    enough = int(judge(CLAIM, planted(0.6, shape=(4, 500, 30)), size=1.0).needed)
    again = judge(CLAIM, planted(0.6, shape=(4, 500, enough)), size=1.0)
    assert 0.9 <= again.claimed < 0.98


def test_the_spread_of_true_effects_is_told_from_luck() -> None:
    true = np.random.default_rng(2).normal(0.0, 0.5, size=(4, 500))
    found = judge(CLAIM, planted(true, shape=(4, 500, 30)), size=1.0)
    assert found.spread == pytest.approx(0.5, abs=0.03)


def test_a_verdict_hangs_on_numbers_alone() -> None:
    effects = planted(2.0)
    renamed = replace(effects, level_a=99.0, level_b=-99.0)
    assert judge(CLAIM, effects, size=1.0) == judge(CLAIM, renamed, size=1.0)
