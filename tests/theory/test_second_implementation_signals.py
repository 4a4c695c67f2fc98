"""Reputation, reassurance, signals, beliefs and audience costs worked out a second time, by exhausting the games."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onlookers import LOUD, Other, Scene, others

from powersim.oracles.beliefs import trust_bayes
from powersim.oracles.reputation import (
    belief_after_fight,
    entrant_stays_out,
    entry_probability,
    fight_probability,
)
from powersim.oracles.trust import (
    minimum_trust,
    quit_hazard,
    reassurance_high,
    reassurance_low,
    reassurance_possible_from,
    reassures,
    still_in,
)
from powersim.rules.beliefs import relax, resolve_after, trust_after

EPS = 1e-6


def deterrence_threshold(n: int, b: float) -> float:
    """Belief at which the entrant with n challenges left is indifferent, found backwards by bisection.

    A weak incumbent fights just so often that the belief after a fight makes the next entrant indifferent: that is what
    makes it indifferent itself. Nobody fights for the last time out of weakness.
    """
    if n == 0:
        return 1.0
    next_threshold = deterrence_threshold(n - 1, b) if n > 1 else 1.0

    def fought(p: float) -> float:
        if p >= next_threshold:
            return 1.0
        weak_fights = (
            p * (1.0 - next_threshold) / ((1.0 - p) * next_threshold)
        )  # Bayes: belief after = next_threshold
        return p + (1.0 - p) * weak_fights

    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if fought(middle) < b else (low, middle)
    return (low + high) / 2


@given(st.floats(0.2, 0.9), st.integers(1, 7), st.floats(0.001, 0.999))
@settings(max_examples=60)
def test_entrants_stay_out_above_the_threshold_found_backwards(b: float, n: int, p: float) -> None:
    threshold = deterrence_threshold(n, b)
    assume(abs(p - threshold) > 1e-9)
    assert entrant_stays_out(p, b, float(n)) == (p > threshold)
    assert entry_probability(p, b, float(n), 2.0) == (0.0 if p > threshold else 1.0)


def play_on(p: float, n: int, a: float, b: float) -> float:
    """What a weak incumbent expects with n challenges left and reputation p, if all play as the rules say."""
    if n == 0 or p <= 0.0:
        return 0.0  # known to be weak, it is entered against and yields every time
    enters = entry_probability(p, b, float(n), a)
    # On the edge the entrant's mixing is read off the rule; a belief that only rounding keeps off it belongs there.
    if math.isclose(p, b**n, rel_tol=1e-9):
        enters = 1.0 - 1.0 / a
    fights = fight_probability(p, b, float(n))
    if fights > 0.0:
        fight = -1.0 + play_on(belief_after_fight(p, b, float(n)), n - 1, a, b)
    else:
        fight = 0.0
    left_alone = a + play_on(p, n - 1, a, b)
    return enters * fights * fight + (1.0 - enters) * left_alone


@given(st.floats(1.2, 4.0), st.floats(0.25, 0.85), st.integers(1, 6), st.floats(0.01, 0.95))
@settings(max_examples=60)
def test_nobody_gains_by_leaving_the_reputation_equilibrium(a: float, b: float, n: int, p: float) -> None:
    assume(all(abs(p - b**k) > 1e-6 for k in range(n + 1)))
    y = fight_probability(p, b, float(n))
    after = belief_after_fight(p, b, float(n))
    fight = -1.0 + play_on(after, n - 1, a, b)
    if y >= 1.0:
        assert fight >= -1e-9
    elif y > 0.0:
        assert fight == pytest.approx(0.0, abs=1e-9)  # yielding brings 0, now and later
        assert after == pytest.approx(p / (p + (1.0 - p) * y), rel=1e-9)
    else:
        assert n == 1
    facing_fight = p + (1.0 - p) * y
    enter = facing_fight * (b - 1.0) + (1.0 - facing_fight) * b
    assert entrant_stays_out(p, b, float(n)) == (enter < 0.0)


def outcome(mine: str, theirs: str, temptation: float, s: float) -> float:
    """Payoff of one round of mutual trust at full stakes: reward 1, punishment 0, the exploited lose s."""
    return {("C", "C"): 1.0, ("D", "C"): temptation, ("C", "D"): -s, ("D", "D"): 0.0}[mine, theirs]


def best_deviation(first: str, alpha: float, t: float, temptation: float, s: float) -> float:
    """Most that a player can expect who plays `first` in round one against partners who separate by type.

    A trustworthy partner plays C, then C again if it saw C; an untrustworthy one plays D twice. Round two is played for
    the rest of the stake, knowing what the partner did.
    """
    total = 0.0
    for share, partner in ((t, "C"), (1.0 - t, "D")):
        now = alpha * outcome(first, partner, temptation, s)
        reply = "C" if partner == "C" and first == "C" else "D"
        total += share * (now + (1.0 - alpha) * max(outcome(move, reply, temptation, s) for move in "CD"))
    return total


def separates(alpha: float, t: float, t_s: float, t_u: float, s: float) -> bool:
    """Whether trustworthy players want to open with C and untrustworthy ones with D."""
    good = best_deviation("C", alpha, t, t_s, s) >= best_deviation("D", alpha, t, t_s, s) - 1e-12
    bad = best_deviation("D", alpha, t, t_u, s) >= best_deviation("C", alpha, t, t_u, s) - 1e-12
    return good and bad


temptations = st.tuples(st.floats(0.1, 0.9), st.floats(1.1, 2.5), st.floats(0.3, 2.0))


@given(st.floats(0.05, 0.95), temptations, st.floats(0.01, 0.99))
@settings(max_examples=200)
def test_a_stake_reassures_when_it_separates_the_types(
    t: float, game: tuple[float, float, float], alpha: float
) -> None:
    t_s, t_u, s = game
    low, high = reassurance_low(t, t_u, s), reassurance_high(t, t_s, s)
    assume(abs(alpha - low) > 1e-9 and abs(alpha - high) > 1e-9)
    assert reassures(alpha, t, t_s, t_u, s) == separates(alpha, t, t_s, t_u, s)


@pytest.mark.slow
@given(temptations)
@settings(max_examples=60)
def test_below_a_prior_trust_no_stake_reassures(game: tuple[float, float, float]) -> None:
    t_s, t_u, s = game
    assume((2.0 * t_u - 1.0) - t_u * t_s > 0.01)
    floor = reassurance_possible_from(t_s, t_u, s)
    assume(0.02 < floor < 0.97)
    stakes = np.linspace(0.0, 2.0, 1001)  # beyond 1 only to bracket the interval
    for t, possible in ((floor - 0.01, False), (floor + 0.01, True)):
        low, high = reassurance_low(t, t_u, s), reassurance_high(t, t_s, s)
        assert (low <= high) == possible
        scanned = [a for a in stakes if separates(a, t, t_s, t_u, s)]
        if high - low > 0.004:
            assert min(scanned) == pytest.approx(low, abs=0.004)
            assert max(scanned) == pytest.approx(min(high, 2.0), abs=0.004)


@given(st.floats(0.5, 2.0), st.floats(0.05, 0.95), st.floats(-2.0, -0.1), st.floats(0.0, 0.4))
def test_a_trustworthy_actor_cooperates_above_the_minimum_trust(
    r: float, part: float, s: float, p: float
) -> None:
    temptation = p + part * (r - p)
    least = minimum_trust(r, temptation, s, p)
    for trust in (least - 1e-6, least + 1e-6):
        cooperate = trust * r + (1.0 - trust) * s
        defect = trust * temptation + (1.0 - trust) * p
        assert (cooperate > defect) == (trust > least)


beliefs = st.floats(0.05, 0.95)


@given(beliefs, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_trust_after_an_act_is_bayes_rule(g: float, seeker: float, expander: float) -> None:
    worlds = g * seeker, (1.0 - g) * expander
    assert trust_bayes(g, seeker, expander, EPS) == pytest.approx(worlds[0] / sum(worlds), rel=1e-9)


@given(beliefs, st.floats(0, 1.5), st.floats(-1, 1), st.floats(0, 1))
def test_a_concession_multiplies_the_odds(r: float, strength: float, a: float, omega: float) -> None:
    """A unit of signal multiplies the odds of resolve by e^-rho, those of good faith by e^tau."""
    signal = strength * a * omega
    odds = r / (1.0 - r)
    fall, rise = odds / math.e**signal, odds * math.e**signal
    assert resolve_after(r, strength, a, omega, EPS) == pytest.approx(fall / (1.0 + fall), rel=1e-9)
    assert trust_after(r, strength, a, omega, EPS) == pytest.approx(rise / (1.0 + rise), rel=1e-9)


def read_by_matrices(scene: Scene, p: dict[str, float], notable: float) -> tuple[list[float], list[float]]:
    """Resolve and trust after a move, from the equations, for all onlookers at once."""
    (ideal, salience), (a, b) = scene.mover, scene.move
    theta, s, align = np.array(scene.others).T
    theta[s == 0.0] = 0.5

    def gained(theta, s):  # s (|a - theta|^c - |b - theta|^c)
        return s * (np.abs(a - theta) ** p["curvature"] - np.abs(b - theta) ** p["curvature"])

    cost, gains, f = -gained(ideal, salience), gained(theta, s), p["friend_from"]
    weight = np.clip(f - align, 0.0, None) / (1.0 + f)
    bound = np.where(align >= f, 1.0, np.clip(align, 0.0, None) / (f or 1.0))
    weighed = weight * gains
    to_others = (1.0 - np.eye(len(s))) @ weighed
    net = np.where(s > 0.0, weighed + bound * to_others, weighed.sum())
    relevance = np.where(s > 0.0, 1.0, p["omega_out"])
    odds = np.full(len(s), scene.belief / (1.0 - scene.belief))
    scale = p["signal_scale"]
    if abs(cost) / scale < notable:
        return [scene.belief] * len(s), [scene.belief] * len(s)
    yields = np.sign(net) * np.minimum(cost, np.abs(net)) / scale if cost > 0.0 else 0.0 * net
    resolve = odds * np.exp(-p["rho"] * relevance * np.clip(yields, -2.0, 2.0))
    gift = (gains > 0.0) & (cost > 0.0)
    harm = np.minimum(np.abs(cost), np.abs(gains)) / scale * (gains < 0.0)
    size = min(2.0, abs(cost) / scale)
    trust = odds * np.exp(p["tau"] * np.where(gift, size, -np.minimum(harm, 2.0)))
    return list(resolve / (1.0 + resolve)), list(trust / (1.0 + trust))


@given(
    mover=st.tuples(st.floats(0, 1), st.floats(0.01, 1)),
    move=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    crowd=st.lists(others(), min_size=1, max_size=5),
    belief=st.floats(0.2, 0.8),
    rho=st.floats(0, 1),
    friend_from=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    omega=st.floats(0, 1),
)
@settings(max_examples=50)
def test_onlookers_read_an_act_as_the_equations_say(
    mover: tuple[float, float],
    move: tuple[float, float],
    crowd: list[Other],
    belief: float,
    rho: float,
    friend_from: float,
    omega: float,
) -> None:
    own = {"rho": rho, "friend_from": friend_from, "omega_out": omega}
    scene = Scene(mover, move, tuple(crowd), belief, own)
    p = LOUD | own
    cost = mover[1] * abs(abs(move[0] - mover[0]) ** 1.5 - abs(move[1] - mover[0]) ** 1.5) / p["signal_scale"]
    assume(abs(cost - 0.02) > 1e-9 and (move[0] == move[1] or abs(move[0] - move[1]) > 1e-8))
    resolve, trust = read_by_matrices(scene, p, 0.02)
    seen = scene.read()
    assert seen.resolve == pytest.approx([min(0.99, max(0.01, x)) for x in resolve], abs=1e-9)
    assert seen.trust == pytest.approx([min(0.99, max(0.01, x)) for x in trust], abs=1e-9)


@given(beliefs, st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_what_is_seen_at_once_does_not_matter(r: float, acts: list[float], shuffle) -> None:
    def after(order: list[float]) -> float:
        belief = r
        for act in order:
            belief = resolve_after(belief, 1.0, act, 1.0, EPS)
        return belief

    mixed = acts.copy()
    shuffle.shuffle(mixed)
    assert after(acts) == pytest.approx(after(mixed), rel=1e-9)


@given(beliefs, beliefs, st.floats(0.01, 0.5))
def test_an_unfed_belief_returns_to_its_prior_geometrically(p: float, prior: float, mu: float) -> None:
    def log_odds(x: float) -> float:
        return math.log(x) - math.log1p(-x)

    belief = p
    for _ in range(5):
        belief = relax(belief, prior, mu, EPS)
    gap = (1.0 - mu) ** 5 * (log_odds(p) - log_odds(prior))
    assert log_odds(belief) - log_odds(prior) == pytest.approx(gap, abs=1e-7)


@pytest.mark.parametrize(("a", "v", "t"), [(0.5, 1.0, 1.0), (0.5, 1.0, 4.0), (1.2, 0.7, 3.0)])
def test_those_still_in_are_those_whom_the_hazard_has_spared(a: float, v: float, t: float) -> None:
    steps = 20_000
    times = (np.arange(steps) + 0.5) * t / steps
    spared = math.exp(-sum(quit_hazard(a, v, x) for x in times) * t / steps)
    assert still_in(a, v, t) == pytest.approx(spared, rel=1e-6)


@pytest.mark.parametrize(("a", "v", "t"), [(0.5, 1.0, 2.0), (1.2, 0.7, 0.5)])
def test_at_that_hazard_waiting_a_moment_longer_neither_pays_nor_costs(a: float, v: float, t: float) -> None:
    """One's own audience cost a t is paid on backing down; the prize v falls to who stays."""
    moment = 1e-6
    wins = quit_hazard(a, v, t) * moment
    now, later = -a * t, wins * v + (1.0 - wins) * (-a * (t + moment))
    assert later == pytest.approx(now, abs=1e-9)
