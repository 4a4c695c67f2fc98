"""Landscape theory against the published coding of Syria and its neighbours, 2015."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from powersim.oracles.landscape import best_camp, energy, frustration, is_stable, settle

# Furnas and Axelrod 2015-16 (Landscape_Theory): propensities and strengths of eleven actors.
ACTORS = [
    "US",
    "Russia",
    "Syria",
    "Turkey",
    "Saudi Arabia",
    "Iran",
    "ISIS",
    "Hezbollah",
    "Iraqi Kurds",
    "Nusra",
    "Iraq",
]
PROPENSITY = np.array(
    [
        [0, -1, -1, 2, 1, -1, -2, -2, 1, -1, 1],
        [-1, 0, 1, -1, 0, 0, -2, 0, -1, -1, 1],
        [-1, 1, 0, -2, -1, 1, -2, 1, -2, -1, 0],
        [2, -1, -2, 0, 0, -1, -1, 0, -1, -1, 0],
        [1, 0, -1, 0, 0, -2, -2, 0, 0, -1, 0],
        [-1, 0, 1, -1, -2, 0, -1, 2, 0, -1, -1],
        [-2, -2, -2, -1, -2, -1, 0, -1, -2, -1, -2],
        [-2, 0, 1, 0, 0, 2, -1, 0, 0, -1, 0],
        [1, -1, -2, -1, 0, 0, -2, 0, 0, -1, 0],
        [-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, -1],
        [1, 1, 0, 0, 0, -1, -2, 0, 0, -1, 0],
    ],
    dtype=np.float64,
)
STRENGTH = np.array([10, 10, 50, 10, 10, 20, 100, 20, 40, 10, 50], dtype=np.float64)


def minima(strength: np.ndarray) -> list[tuple[float, set[str]]]:
    """Every stable configuration with its energy and the camp of those who stand against the first actor."""
    found = []
    for rest in product((0, 1), repeat=len(ACTORS) - 1):
        camps = np.array((0, *rest))
        if is_stable(camps, strength, PROPENSITY):
            opposed = {name for name, camp in zip(ACTORS, camps, strict=True) if camp}
            found.append((energy(camps, strength, PROPENSITY), opposed))
    return sorted(found, key=lambda row: row[0])


def test_syria_2015_has_the_published_minimum() -> None:
    assert minima(STRENGTH) == [(-83200.0, {"Turkey", "ISIS", "Nusra"})]


def test_a_weak_syria_leaves_the_jihadists_alone() -> None:
    weak = STRENGTH.copy()
    weak[ACTORS.index("Syria")] = 10.0
    assert minima(weak)[0] == (-65600.0, {"ISIS", "Nusra"})


def test_the_runner_up_has_the_published_energy() -> None:
    energies = sorted(
        energy(np.array((0, *rest)), STRENGTH, PROPENSITY) for rest in product((0, 1), repeat=len(ACTORS) - 1)
    )
    assert energies[:2] == [-83200.0, -82400.0]


sizes = st.integers(2, 7)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = draw(sizes)
    half = draw(arrays(np.float64, (n, n), elements=st.integers(-3, 3).map(float)))
    camps = draw(arrays(np.int64, n, elements=st.integers(0, 1)))
    strength = draw(arrays(np.float64, n, elements=st.integers(1, 20).map(float)))
    return camps, strength, np.triu(half, 1) + np.triu(half, 1).T


@given(worlds())
def test_energy_is_half_of_all_ties_minus_those_kept(
    world: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    camps, strength, propensity = world
    ties = np.outer(strength, strength) * propensity
    side = 1.0 - 2.0 * camps
    assert energy(camps, strength, propensity) == (ties.sum() - side @ ties @ side) / 2


@given(worlds(), st.data())
def test_who_changes_camp_for_its_own_sake_lowers_the_energy_of_all(
    world: tuple[np.ndarray, np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    camps, strength, propensity = world
    i = data.draw(st.integers(0, len(camps) - 1))
    before, own = energy(camps, strength, propensity), frustration(i, camps[i], camps, strength, propensity)
    after = camps.copy()
    after[i] = best_camp(i, camps, strength, propensity)
    if after[i] != camps[i]:
        relief = own - frustration(i, after[i], after, strength, propensity)
        assert energy(after, strength, propensity) == before - 2.0 * strength[i] * relief < before


@given(worlds())
def test_changing_sides_ends_where_nobody_wants_to(world: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    camps, strength, propensity = world
    end = settle(camps, strength, propensity)
    assert is_stable(end, strength, propensity)
    assert energy(end, strength, propensity) <= energy(camps, strength, propensity)


def test_an_indifferent_actor_stays() -> None:
    camps = np.array([0, 1])
    assert best_camp(0, camps, np.ones(2), np.zeros((2, 2))) == 0
    assert frustration(0, 0, camps, np.ones(2), np.zeros((2, 2))) == pytest.approx(0.0)
