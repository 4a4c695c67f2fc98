"""Preventive strikes and their timing worked out a second time: best replies by bisection, and played-out games."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from powersim.oracles.proliferation import (
    invest_probability,
    preventive_strike_probability,
    setback_threshold,
    setback_worth_it,
    strike_if_unseen,
    strike_now_threshold,
)
from powersim.rules.proliferation import setback_value


class Game(NamedTuple):
    """A state may build a weapon unseen with probability 1 - s; another may strike on sight or on suspicion."""

    gain: float
    loss: float
    kappa: float
    kappa_t: float
    k: float
    s: float
    e: float


def worth_of_building(game: Game, r: float) -> float:
    """What building brings over not building if suspicion alone is struck with probability r."""
    struck = (1.0 - game.e) * game.gain - game.kappa_t
    seen = struck if game.e * game.loss > game.kappa else game.gain
    unseen = r * struck + (1.0 - r) * game.gain
    return (
        -game.k + game.s * seen + (1.0 - game.s) * unseen + r * game.kappa_t
    )  # the idle are struck by mistake too


def worth_of_suspicion(game: Game, q: float) -> float:
    """What a strike without a sighting brings if the other builds with probability q."""
    hidden = q * (1.0 - game.s)
    if hidden + 1.0 - q <= 0.0:
        return game.e * game.loss - game.kappa
    return hidden / (hidden + 1.0 - q) * game.e * game.loss - game.kappa


def root(f, low: float = 0.0, high: float = 1.0) -> float:
    """Zero of a monotone function by bisection."""
    rising = f(high) > f(low)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if (f(middle) > 0.0) == rising else (middle, high)
    return (low + high) / 2


def equilibrium(game: Game) -> tuple[float, float]:
    """Probability of building, and of a strike without a sighting."""
    if worth_of_building(game, 0.0) <= 0.0:
        return 0.0, 0.0  # not worth it even if only what is seen is struck
    if game.e * game.loss <= game.kappa:
        return 1.0, 0.0  # a strike costs more than it saves
    if worth_of_building(game, 1.0) >= 0.0:
        return 1.0, 1.0  # built although it is always struck
    r = root(lambda r: worth_of_building(game, r))
    return root(lambda q: worth_of_suspicion(game, q)), r


def simulate(game: Game, q: float, r: float, seed: int = 3, runs: int = 400_000) -> tuple[float, float]:
    """Shares of strikes, and of strikes on those who had built nothing."""
    rng = np.random.default_rng(seed)
    builds = rng.random(runs) < q
    seen = builds & (rng.random(runs) < game.s)
    strikes = (seen & (game.e * game.loss > game.kappa)) | (~seen & (rng.random(runs) < r))
    return float(strikes.mean()), float((strikes & ~builds).mean())


games = st.builds(
    Game,
    gain=st.floats(0.1, 1.0),
    loss=st.floats(0.1, 1.0),
    kappa=st.floats(0.02, 0.6),
    kappa_t=st.floats(0.02, 0.5),
    k=st.floats(0.01, 0.3),
    s=st.floats(0.02, 0.95),
    e=st.floats(0.2, 1.0),
)


@given(games)
@settings(max_examples=300)
def test_the_striker_and_the_builder_are_each_others_best_reply(game: Game) -> None:
    assume(abs(game.e * game.loss - game.kappa) > 1e-6)
    assume(abs(game.gain - game.k) > 1e-6)
    assume(all(abs(worth_of_building(game, r)) > 1e-6 for r in (0.0, 1.0)))
    q, r = equilibrium(game)
    assert invest_probability(*game) == pytest.approx(q, abs=1e-9)
    if 0.0 < q < 1.0:
        assert strike_if_unseen(*game) == pytest.approx(r, abs=1e-9)
    sees = game.s if game.e * game.loss > game.kappa else 0.0
    assert preventive_strike_probability(*game) == pytest.approx(q * sees + (1.0 - q * sees) * r, abs=1e-9)


@pytest.mark.parametrize(
    ("game", "strikes", "mistaken"),
    [
        (Game(0.5, 0.5, 0.1, 0.3, 0.05, 0.3, 1.0), 0.822874, 0.595142),
        (Game(0.5, 0.5, 0.25, 0.3, 0.05, 0.3, 1.0), 0.841629, None),
        (Game(0.5, 0.5, 0.1, 0.3, 0.05, 0.6, 1.0), 0.0, 0.0),
        (Game(0.5, 0.5, 0.55, 0.3, 0.05, 0.3, 1.0), 0.0, 0.0),
    ],
)
def test_games_played_out_are_struck_as_often_as_predicted(
    game: Game, strikes: float, mistaken: float | None
) -> None:
    struck, wrongly = simulate(game, *equilibrium(game))
    assert struck == pytest.approx(strikes, abs=0.003)
    assert preventive_strike_probability(*game) == pytest.approx(struck, abs=0.003)
    if mistaken is not None:
        assert wrongly == pytest.approx(mistaken, abs=0.003)


def cheapest(kappa: float, loss: float, lam: float, delta: float) -> tuple[float, float]:
    """Expected cost of striking now and of waiting, when every later turn is played for the best (value iteration)."""
    value = 0.0
    for _ in range(5000):
        value = min(kappa, lam * loss + (1.0 - lam) * delta * value)
    return kappa, lam * loss + (1.0 - lam) * delta * value


@given(st.floats(0.01, 0.4), st.floats(0.45, 1.5), st.floats(0.8, 0.98), st.floats(0.5, 1.5))
@settings(max_examples=40)
def test_a_final_strike_comes_when_success_is_likely_enough(
    kappa: float, loss: float, delta: float, times: float
) -> None:
    threshold = strike_now_threshold(kappa, loss, delta)
    assume(abs(times - 1.0) > 0.01 and threshold * times < 1.0)
    now, wait = cheapest(kappa, loss, threshold * times, delta)
    assert (now < wait) == (times > 1.0)


def expected_loss(lam: float, delta: float, safe: int, horizon: int = 4000) -> float:
    """Expected discounted loss of 1 from a programme that cannot succeed in the first `safe` turns."""
    hazards = np.where(np.arange(horizon) < safe, 0.0, lam)
    alive = np.concatenate([[1.0], np.cumprod(1.0 - hazards)[:-1]])
    return float((delta ** np.arange(horizon) * alive * hazards).sum())


@given(st.floats(0.01, 0.6), st.floats(0.8, 0.98), st.integers(1, 40), st.floats(0.05, 0.9))
@settings(max_examples=60)
def test_a_setback_is_worth_what_it_saves(lam: float, delta: float, turns: int, kappa: float) -> None:
    saved = expected_loss(lam, delta, 0) - expected_loss(lam, delta, turns)
    assert setback_threshold(lam, delta, float(turns)) == pytest.approx(saved, abs=1e-9)
    assume(abs(kappa - saved) > 1e-6)
    assert setback_worth_it(kappa, 1.0, lam, delta, float(turns)) == (kappa < saved)


@given(
    st.floats(0.0, 0.5), st.floats(0.0, 1.0), st.floats(0.0, 0.6), st.floats(0.8, 0.98), st.integers(0, 40)
)
@settings(max_examples=60)
def test_a_setback_is_worth_the_streams_that_it_puts_off(
    regained: float, loss: float, lam: float, delta: float, turns: int
) -> None:
    """Streams turn by turn: the lower level for a while, and a weapon that costs its loss every turn once it exists."""
    time = np.arange(4000)
    weights = delta**time

    def armed(safe: int) -> np.ndarray:
        """Chance that the weapon exists in each turn if nothing can succeed in the first `safe` turns."""
        return 1.0 - np.cumprod(np.where(time < safe, 1.0, 1.0 - lam))

    saved = regained * weights[:turns].sum() + loss * (weights * (armed(0) - armed(turns))).sum()
    assert setback_value(regained, loss, lam, delta, float(turns)) == pytest.approx(
        (1.0 - delta) * saved, abs=1e-9
    )
