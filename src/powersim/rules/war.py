"""War as bargaining that goes on while fighting: a random walk over forts, learning from battles, settlement."""

from __future__ import annotations

from powersim.compile.elementary import power
from powersim.compile.jit import rule

FAIR = 1e-6  # nearer to even odds than this, the general formula loses more digits than the even one errs by


@rule
def _climb(i: float, n: float, pi: float) -> float:
    """Probability that the weaker side (pi < 1/2), holding i of n forts, takes all.

    P = s^(n-i) (1 - s^i) / (1 - s^n), s = pi / (1 - pi). Source: gambler's ruin (Feller).
    """
    s = pi / (1.0 - pi)
    return power(s, n - i) * (1.0 - power(s, i)) / (1.0 - power(s, n))


@rule
def win_probability(i: float, n: float, pi: float) -> float:
    """Probability that a side holding i of n forts takes them all before it loses all.

    P = (1 - r^i) / (1 - r^n), r = (1 - pi) / pi; i / n at even odds.

    i: forts held, 0..n. n: forts, > 0. pi: odds of winning a battle, 0..1.
    Source: Smith and Stam 2004, JCR 48:783-813; Smith 1998, JCR 42:301-20.
    """
    if i <= 0.0:
        return 0.0
    if i >= n:
        return 1.0
    if abs(pi - 0.5) < FAIR:
        return 1.0 * i / n
    if pi < 0.5:
        return _climb(1.0 * i, 1.0 * n, pi)
    return 1.0 - _climb(1.0 * n - i, 1.0 * n, 1.0 - pi)


@rule
def expected_battles(i: float, n: float, pi: float) -> float:
    """Expected number of battles until one side holds all forts.

    E[T] = (i - n P) / (1 - 2 pi); i (n - i) at even odds.

    i: forts held, 0..n. n: forts, > 0. pi: odds of winning a battle, 0..1.
    Source: Smith and Stam 2004, JCR 48:783-813.
    """
    if i <= 0.0 or i >= n:
        return 0.0
    if abs(pi - 0.5) < FAIR:
        return 1.0 * i * (n - i)
    return (i - n * win_probability(i, n, pi)) / (1.0 - 2.0 * pi)


@rule
def battle_won(u: float, pi: float) -> bool:
    """Whether a battle is won.

    u: uniform draw, 0 <= u < 1. pi: odds, 0..1. Source: inverse of the distribution function.
    """
    return u < pi


@rule
def beta_mean(a: float, b: float) -> float:
    """Mean of a Beta(a, b) belief about the odds of a battle; a battle won adds 1 to a, one lost 1 to b.

    a, b: > 0 (counts, prior included); 1/2 if both are 0.
    Source: Smith and Stam 2004, JCR 48:783-813.
    """
    if a + b <= 0.0:
        return 0.5
    return a / (a + b)


@rule
def settlement(p_a: float, p_b: float, cost: float, battles_left: float) -> bool:
    """Whether fighting stops: what the sides disagree about is worth less than the battles to come.

    p_a - p_b < cost battles_left.

    p_a, p_b: the attacker's and the defender's belief that the attacker wins, 0..1. cost: of one battle to both,
    >= 0 (share of the pie). battles_left: expected, >= 0.
    Source: Wagner 2000, AJPS 44:469-84; Slantchev 2003, APSR 97:621-32.
    """
    return p_a - p_b < cost * battles_left


@rule
def settlement_terms(p_a: float, p_b: float) -> float:
    """Attacker's share when fighting stops: the midpoint of what the two sides expect.

    p_a, p_b: beliefs that the attacker wins, 0..1. Source: split of the range in Wagner 2000, AJPS 44:469-84.
    """
    return 0.5 * (p_a + p_b)
