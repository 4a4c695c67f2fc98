"""Wars of the rules last as long as interstate wars did, and the more even the sides, the longer."""

from __future__ import annotations

import numpy as np
import pytest

from powersim.rules.war import beta_mean, expected_battles, settlement, win_probability
from powersim.world.params import SPEC, defaults

# Shares over within 1, 2, 4, 8 and 12 quarters: a lognormal with the median (139 days) and mean (408) of the interstate
# wars of Correlates of War 4.0, see defaults/war.yaml.
RECORD = {1: 0.39, 2: 0.57, 4: 0.74, 8: 0.87, 12: 0.92}


def drawn(rng: np.random.Generator, name: str) -> float:
    prior = SPEC[name].prior
    assert prior is not None
    return float(rng.uniform(*prior["uniform"]))


def length(rng: np.random.Generator, pi: float) -> int:
    """Quarters of a war of two sides at these odds of a battle, both optimistic, priors drawn."""
    p = defaults()
    forts, held, quarters = p.forts, p.forts // 2, 0
    strength, cost, optimism = (drawn(rng, name) for name in ("belief_strength", "battle_cost", "optimism"))
    means = [min(0.99, max(0.01, pi + sign * optimism * rng.random())) for sign in (1.0, -1.0)]
    won, lost = [strength * m for m in means], [strength * (1.0 - m) for m in means]
    while True:
        quarters += 1
        for _ in range(int(p.battles_per_turn)):
            victory = rng.random() < pi
            held += 1.0 if victory else -1.0
            for side in range(2):
                won[side] += float(victory)
                lost[side] += float(not victory)
            ours, theirs = (beta_mean(a, b) for a, b in zip(won, lost, strict=True))
            left = expected_battles(held, forts, 0.5 * (ours + theirs))
            chances = [win_probability(held, forts, side) for side in (ours, theirs)]
            if held <= 0.0 or held >= forts or settlement(chances[0], chances[1], cost, left):
                return quarters


def test_wars_last_as_long_as_interstate_wars_did() -> None:
    rng = np.random.default_rng(4)
    odds = np.clip(rng.beta(1.4, 0.93, 1500), 0.005, 0.995)
    lengths = np.array([length(rng, float(pi)) for pi in odds])
    for quarters, share in RECORD.items():
        assert (lengths <= quarters).mean() == pytest.approx(share, abs=0.1)
    assert lengths.mean() == pytest.approx(408 / 91.3, abs=1.0)


def test_the_more_even_the_sides_the_longer_the_war() -> None:
    rng = np.random.default_rng(5)
    means = [np.mean([length(rng, pi) for _ in range(300)]) for pi in (0.5, 0.65, 0.8, 0.95)]
    assert means == sorted(means, reverse=True)
