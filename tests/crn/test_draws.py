"""Keyed random numbers: the published generator, one key one uniform, and no key that looks like another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from powersim.world import draws
from powersim.world.draws import luck, philox, seed_key, uniform

# Known-answer vectors of Random123 (Salmon et al. 2011), philox4x32 with ten rounds: counter, key, answer.
KNOWN = {
    "zeros": ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    "ones": ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    "digits of pi": (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
}
NAMES = ("seed", "run", "turn", "point", "actor", "other", "issue")
WORD = st.integers(0, 2**32 - 1)
KEYS = st.tuples(WORD, WORD, st.integers(0, 2**24 - 1), st.integers(0, 255), WORD, WORD, WORD)
DRAWS = 4096
BINS = 32
UNLIKELY = 1e-3  # the draws are fixed, so a test that passes once passes for good


def u(
    seed: int = 1, run: int = 2, turn: int = 3, point: int = 4, actor: int = 5, other: int = 6, issue: int = 7
) -> float:
    key = np.uint64
    return uniform(luck(seed, run), turn, point, key(actor), key(other), key(issue))


def along(name: str, **fixed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Draws that differ in one part of the key alone."""
    count = 256 if name == "point" else DRAWS
    return np.array([u(**{**fixed, name: value}) for value in range(count)])


def reference(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """Philox4x32-10 as the paper writes it, in whole numbers of any size."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


@pytest.mark.parametrize("vector", KNOWN)
def test_the_generator_gives_the_published_answers(vector: str) -> None:
    counter, key, answer = KNOWN[vector]
    words = philox(*(np.uint64(word) for word in (*counter, *key)))
    assert tuple(int(word) for word in words) == answer


@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(WORD, WORD))
def test_the_generator_is_philox_everywhere(counter: tuple[int, ...], key: tuple[int, ...]) -> None:
    words = philox(*(np.uint64(word) for word in (*counter, *key)))
    assert tuple(int(word) for word in words) == reference(counter, key)


@given(KEYS)
def test_one_key_is_one_uniform_made_of_53_bits(key: tuple[int, ...]) -> None:
    value = u(*key)
    assert 0.0 <= value < 1.0
    assert value == u(*key)
    assert (value * 2**53).is_integer()


@given(KEYS, st.sampled_from(range(7)), st.data())
def test_each_part_of_the_key_changes_the_uniform(
    key: tuple[int, ...], part: int, data: st.DataObject
) -> None:
    limit = (2**32, 2**32, 2**24, 256, 2**32, 2**32, 2**32)[part]
    changed = list(key)
    changed[part] = data.draw(st.integers(0, limit - 1).filter(lambda value: value != key[part]), NAMES[part])
    assert u(*changed) != u(*key)


@given(KEYS, KEYS)
@settings(max_examples=300)
def test_two_keys_never_share_a_uniform(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    assert (u(*one) == u(*other)) == (one == other)


def test_who_acts_on_whom_matters() -> None:
    assert u(actor=5, other=6) != u(actor=6, other=5)


def test_decision_points_fit_beside_the_turn_and_differ() -> None:
    said = {"NO", "YES", "AS_GIVEN", "LANES"}  # of settled draws; how long rows are
    names = (name for name in vars(draws) if name.isupper() and not name.startswith("_"))
    points = [getattr(draws, name) for name in names if name not in said]
    assert len(points) == len(set(points)) > 15
    assert all(0 <= point < int(draws._POINTS) for point in points)
    assert u(turn=0, point=255) != u(turn=1, point=0)


@pytest.mark.parametrize("name", NAMES)
def test_draws_along_each_part_of_the_key_are_uniform(name: str) -> None:
    values = along(name)
    counts = np.bincount((values * BINS).astype(int), minlength=BINS)
    assert stats.chisquare(counts).pvalue > UNLIKELY
    assert stats.kstest(values, "uniform").pvalue > UNLIKELY


@pytest.mark.parametrize("name", NAMES)
def test_neighbours_along_each_part_of_the_key_are_independent(name: str) -> None:
    values = along(name)
    table, _, _ = np.histogram2d(values[:-1], values[1:], bins=4, range=[[0, 1], [0, 1]])
    assert stats.chi2_contingency(table).pvalue > UNLIKELY
    assert abs(stats.spearmanr(values[:-1], values[1:]).statistic) < 4.0 / math.sqrt(len(values))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "run"])
def test_the_same_runs_under_two_keys_are_independent(name: str) -> None:
    one, other = along("run"), along("run", **{name: 200})
    table, _, _ = np.histogram2d(one, other, bins=4, range=[[0, 1], [0, 1]])
    assert stats.chi2_contingency(table).pvalue > UNLIKELY
    assert abs(stats.spearmanr(one, other).statistic) < 4.0 / math.sqrt(DRAWS)


def test_every_bit_of_a_uniform_is_fair() -> None:
    bits = (along("run") * 2**53).astype(np.uint64)
    for place in range(53):
        ones = int(((bits >> np.uint64(place)) & np.uint64(1)).sum())
        assert abs(ones - DRAWS / 2) < 4.5 * math.sqrt(DRAWS) / 2, f"bit {place}"


def test_small_seeds_are_themselves_and_large_ones_are_folded_apart() -> None:
    assert [int(seed_key(seed)) for seed in (0, 1, 2**32 - 1)] == [0, 1, 2**32 - 1]
    large = [int(seed_key(2**32 + seed)) for seed in range(1000)] + [
        int(seed_key(seed << 32)) for seed in range(1, 1000)
    ]
    assert len(set(large)) >= len(large) - 2
    assert max(large) < 2**32


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_that_no_key_can_hold_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match=r"a seed is a whole number from 0 to 2\*\*64 - 1"):
        seed_key(seed)


@pytest.mark.parametrize("run", [-1, 2**32])
def test_a_run_that_no_key_can_hold_is_refused(run: int) -> None:
    with pytest.raises(ValueError, match="outside what a key can hold"):
        luck(1, run)


def test_the_logistic_deviate_has_its_mean_and_spread_and_no_infinite_tail() -> None:
    values = np.array([draws.logistic(value, 0.3) for value in along("run")])
    assert abs(values.mean()) < 4 * 0.3 / math.sqrt(DRAWS)
    assert values.std() == pytest.approx(0.3, rel=0.05)
    assert draws.logistic(0.5, 0.3) == 0.0
    assert all(math.isfinite(draws.logistic(end, 0.3)) for end in (0.0, 1.0 - 2**-53, 1.0))
