"""Indices against closed forms; what nothing reads is never found."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from powersim.errors import PowersimError
from powersim.sensitivity import indices as sensitivity

WEIGHTS = np.array([3.0, -2.0, 1.0, 0.0])
NAMES = ["a", "b", "c", "unread"]


def linear(u):
    return u[:, :4] @ WEIGHTS


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_a_linear_function_are_its_squared_weights():
    design = sensitivity.sobol_design(NAMES, 1024, seed=1)
    assert design.shape == (1024 * 6, 4)
    found = sensitivity.sobol_indices(NAMES, linear(design), seed=1)
    expected = WEIGHTS**2 / (WEIGHTS**2).sum()
    assert found.names == tuple(NAMES)
    assert found.first == pytest.approx(expected, abs=0.03)
    assert found.total == pytest.approx(expected, abs=0.03)
    assert (np.abs(found.first - expected) <= found.first_half + 1e-12).all()
    assert found.first[3] == found.total[3] == 0.0


def test_sobol_indices_of_the_ishigami_function_are_the_published_ones():
    groups = ["x1", "x2", "x3"]
    design = sensitivity.sobol_design(groups, 4096, seed=2, second=True)
    found = sensitivity.sobol_indices(groups, ishigami(design), seed=2, second=True)
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    assert found.second is not None
    assert found.second[0, 2] == pytest.approx(0.2437, abs=0.05)


def test_a_group_has_the_index_of_its_members_together():
    groups = ["ab", "ab", "c", "unread"]
    design = sensitivity.sobol_design(groups, 1024, seed=3)
    found = sensitivity.sobol_indices(groups, linear(design), seed=3)
    assert found.first == pytest.approx([13 / 14, 1 / 14, 0.0], abs=0.04)


def test_morris_effects_of_a_linear_function_are_its_coefficients():
    design = sensitivity.morris_design(NAMES, 8, seed=1)
    found = sensitivity.morris_indices(NAMES, design, linear(design), seed=1)
    assert found.mu_star == pytest.approx(np.abs(WEIGHTS), abs=1e-12)
    assert found.half == pytest.approx(0, abs=1e-12)


def test_morris_effect_of_a_group_is_the_change_when_all_of_it_moves():
    groups = ["ab", "ab", "rest", "rest"]
    design = sensitivity.morris_design(groups, 200, seed=1)
    found = sensitivity.morris_indices(groups, design, linear(design), seed=1)
    # both move by the same step, each up or down with equal odds: |3 - 2| or |3 + 2|, on average 3
    assert found.mu_star == pytest.approx([3.0, 1.0], abs=0.35)


def test_screening_finds_what_is_read_among_a_thousand_and_nothing_else():
    rng = np.random.default_rng(5)
    u = rng.random((1500, 1000))
    y = 0.5 * u[:, 17] - 0.35 * u[:, 400] + 0.5 * rng.normal(size=1500)
    found = sensitivity.screen(u, y, seed=1)
    assert list(np.flatnonzero(found.found)) == [17, 400]
    assert list(found.order()[:2]) == [17, 400]
    share = 0.5**2 / 12 / (0.5**2 / 12 + 0.35**2 / 12 + 0.25)
    assert found.share[17] == pytest.approx(share, abs=0.03)
    assert found.low[17] < found.correlation[17] < found.high[17]
    assert np.abs(np.delete(found.correlation, [17, 400])).max() < found.noise * 1.2


def test_noise_is_seldom_found():
    rng = np.random.default_rng(6)
    false = sum(
        sensitivity.screen(
            rng.random((200, 100)), rng.standard_cauchy(200), seed=k, permutations=2
        ).found.any()
        for k in range(100)
    )
    assert false <= 4  # 1 expected; 5 or more once in 250


def test_what_neither_rises_nor_falls_is_found_by_its_levels():
    rng = np.random.default_rng(7)
    u = rng.random((800, 50))
    found = sensitivity.screen(u, (u[:, 3] - 0.5) ** 2 + 0.1 * rng.normal(size=800), seed=1)
    assert list(np.flatnonzero(found.found)) == [3]
    assert abs(found.correlation[3]) < 0.1


def test_an_effect_that_never_varies_hangs_on_nothing():
    u = np.random.default_rng(1).random((50, 4))
    found = sensitivity.screen(u, np.full(50, 0.3), seed=1)
    assert not found.found.any()
    assert not sensitivity.sobol_indices(NAMES, np.full(60, 0.3), seed=1).total.any()
    with pytest.raises(ValueError, match="at least 20 runs, got 19"):
        sensitivity.screen(u[:19], np.zeros(19), seed=1)


def test_shares_of_luck_and_assumptions_are_those_of_a_sum_with_a_product():
    rng = np.random.default_rng(12)
    u, luck = rng.normal(size=4000), rng.normal(size=4000)
    own = 2 * u + luck + u * luck  # variances 4, 1 and 1
    other = 2 * u + np.roll(luck, -1) + u * np.roll(luck, -1)
    found = sensitivity.shares(own, other, seed=1)
    assert found.assumptions == pytest.approx(4 / 6, abs=0.06)
    assert found.luck == pytest.approx(1 / 6, abs=0.06)
    assert found.assumptions_low < 4 / 6 < found.assumptions_high
    assert found.luck_low < 1 / 6 < found.luck_high


def test_regression_gives_the_standardised_coefficients():
    rng = np.random.default_rng(8)
    u = rng.random((2000, 2))
    y = u @ np.array([3.0, -2.0])
    found = sensitivity.regress(u, y, seed=1)
    assert found.coefficients == pytest.approx([3 / 13**0.5, -2 / 13**0.5], abs=0.03)
    assert found.r_squared == pytest.approx(1.0, abs=0.02)
    assert (found.low < found.coefficients).all()
    assert (found.coefficients < found.high).all()


def test_given_data_indices_agree_with_the_closed_form_and_noise_stays_below_its_level():
    rng = np.random.default_rng(9)
    u = rng.random((3000, 4))
    first, half, noise = sensitivity.spectral(u, linear(u), seed=1)
    assert first == pytest.approx(WEIGHTS**2 / 14, abs=0.04)
    assert first[3] < noise < first[2]
    assert (half > 0).all()


def test_thirds_of_two_assumptions_interact_where_they_multiply_and_not_where_they_add():
    rng = np.random.default_rng(11)
    a, b, noise = rng.random(1200), rng.random(1200), 0.2 * rng.normal(size=1200)
    means, halves, product = sensitivity.interaction(a, b, (a - 0.5) * (b - 0.5) + noise)
    _, _, added = sensitivity.interaction(a, b, a + b + noise)
    assert product < 1e-6
    assert added > 0.01
    assert means[0, 0] > 0 > means[0, 2]
    assert abs(means[0, 0] - 1 / 9) < 2 * halves[0, 0]


def test_a_few_points_tell_single_columns_among_many_apart():
    """In the order in which columns come the plain sequence gives the weak one .1 +- .2 instead of .06 here."""
    groups = [*("others" for _ in range(70)), "strong", *("others" for _ in range(20)), "weak", "others"]
    for seed in range(10):
        design = sensitivity.sobol_design(groups, 64, seed)
        y = design[:, groups.index("strong")] + 0.25 * design[:, groups.index("weak")]
        found = sensitivity.sobol_indices(groups, y, seed)
        first = dict(zip(found.names, found.first, strict=True))
        assert first["strong"] == pytest.approx(1 / (1 + 0.25**2), abs=0.15)
        assert first["weak"] == pytest.approx(0.25**2 / (1 + 0.25**2), abs=0.06)


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    with pytest.raises(PowersimError, match=r"install the extra `assumptions`.*powersim\[assumptions\]"):
        sensitivity.morris_design(NAMES, 8, seed=1)
