"""Bargaining over packages: the Nash product, equal gain, side payments, signature.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def _half_ratios(n1: float, d1: float, n2: float, d2: float, size: float, cap: float) -> float:
    """min(cap, size / 2 (n1 / d1 + n2 / d2)); the cap if somebody gives it for nothing (d = 0)."""
    if d1 <= 0.0 or d2 <= 0.0:
        return cap
    return min(cap, 0.5 * size * (n1 / d1 + n2 / d2))


@rule
def linkage_pays(s_ip: float, s_iq: float, s_jp: float, s_jq: float) -> bool:
    """Whether i and j gain from linking two issues: i wants p relatively more than j does.

    s_ip s_jq > s_iq s_jp.

    s_ip, s_iq, s_jp, s_jq: saliences, >= 0 (i gets on p and gives on q).
    Source: Tollison and Willett 1979, IO 33:425-49; Sebenius 1983, IO 37:281-316.
    """
    return s_ip * s_jq > s_iq * s_jp


@rule
def nash_two_issue(
    s_ip: float, s_iq: float, s_jp: float, s_jq: float, d_p: float, d_q: float
) -> tuple[float, float]:
    """Moves on two issues that maximise the product of gains: i gets on p and gives on q; linear, no payments.

    dp = D_p, dq = D_p / 2 (s_ip / s_iq + s_jp / s_jq); if that exceeds D_q then dq = D_q and
    dp = min(D_p, D_q / 2 (s_iq / s_ip + s_jq / s_jp)); (0, 0) if linking does not pay.

    s_ip, s_iq, s_jp, s_jq: saliences, >= 0. d_p, d_q: largest moves, 0..1.
    Source: Nash 1950, Econometrica 18:155-62, solved for the box.
    """
    if not linkage_pays(s_ip, s_iq, s_jp, s_jq):
        return 0.0, 0.0
    move_q = _half_ratios(s_ip, s_iq, s_jp, s_jq, d_p, d_q)
    if move_q < d_q:
        return d_p, move_q
    return _half_ratios(s_iq, s_ip, s_jq, s_jp, d_q, d_p), d_q


@rule
def equal_gain_two_issue(
    s_ip: float, s_iq: float, s_jp: float, s_jq: float, d_p: float, d_q: float
) -> tuple[float, float]:
    """Moves on two issues that give both the same gain: i gets on p and gives on q; linear, no payments.

    dq / dp = (s_ip + s_jp) / (s_iq + s_jq), as large as the box allows; (0, 0) if linking does not pay.

    s_ip, s_iq, s_jp, s_jq: saliences, >= 0. d_p, d_q: largest moves, 0..1.
    Source: Stokman and Van Oosten 1994, ch. 5 in European Community Decision Making.
    """
    if not linkage_pays(s_ip, s_iq, s_jp, s_jq):
        return 0.0, 0.0
    p = s_ip + s_jp
    q = s_iq + s_jq
    if d_p * p <= d_q * q:
        return d_p, d_p * p / q
    return d_q * q / p, d_q


@rule
def ntu_split(total: float, d1: float, d2: float, w1: float) -> tuple[float, float]:
    """Weighted Nash solution on the frontier u1 + u2 = total.

    u1 = d1 + w1 (total - d1 - d2).

    total: to be shared. d1, d2: disagreement utilities. w1: weight of side 1, 0..1.
    Source: Nash 1950, Econometrica 18:155-62; Kalai 1977, IJGT 6:129-33 (weights).
    """
    surplus = total - d1 - d2
    return d1 + w1 * surplus, d2 + (1.0 - w1) * surplus


@rule
def tu_split(total: float, d1: float, d2: float) -> tuple[float, float]:
    """Equal split of a surplus between two sides who can pay each other.

    u_i = d_i + (S - d1 - d2) / 2.

    total: S, to be shared. d1, d2: disagreement utilities. Source: Nash 1953, Econometrica 21:128-40.
    """
    return ntu_split(total, d1, d2, 0.5)
