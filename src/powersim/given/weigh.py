"""What the record says of theories and of uncertain numbers: evidence, Bayes factors, posteriors beside priors.

The evidence of a theory is the probability of the record under it, its uncertain numbers and its luck averaged out; the
ratio of two is the Bayes factor (Kass and Raftery 1995, JASA 90:773, whose words are used here).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from powersim.effects.results import Floats
from powersim.files.table import mark, write_table
from powersim.given.conditioning import Conditioned
from powersim.given.lots import Lot
from powersim.run.opened import own_name

FILE, LEARNT_FILE, FOLDER = "weights.csv", "posterior.csv", "weigh"
SURE = 2.0  # Monte Carlo standard errors
WORDS = (
    (1.0, "not worth more than a bare mention"),
    (3.0, "positive"),
    (5.0, "strong"),
    (math.inf, "very strong"),
)
"""Up to which difference of log evidence (2 ln of the factor: 2, 6, 10) it is called what."""


@dataclass(frozen=True)
class Weighed:
    """A theory by its evidence; a row of weights.csv.

    log_factor: log of the Bayes factor of the best theory against this one, and its Monte Carlo error. posterior:
    probability, all theories alike before.
    """

    theory: str
    given: str
    log_evidence: float
    error: float
    log_factor: float
    factor_error: float
    posterior: float
    word: str
    ess: float
    worlds: int


@dataclass(frozen=True)
class Learnt:
    """An uncertain number before and after; a row of posterior.csv. Shares: as quantiles of its prior.

    moved: distance of the posterior from the prior on that scale, 0..1 (Kolmogorov).
    """

    theory: str
    path: str
    prior_mean: float
    prior_low: float
    prior_high: float
    mean: float
    low: float
    high: float
    mean_share: float
    low_share: float
    high_share: float
    moved: float


WEIGHED_MARK = mark([field.name for field in fields(Weighed)])
LEARNT_MARK = mark([field.name for field in fields(Learnt)])
GRID = (np.arange(512) + 0.5) / 512
ENDS = (0.05, 0.95)


def weighed(found: Conditioned) -> list[Weighed]:
    """Theories, the best first."""
    best = max(found.lots.values(), key=lambda lot: lot.log_evidence)
    rows = [
        Weighed(
            theory, found.asked.label, lot.log_evidence, lot.error, best.log_evidence - lot.log_evidence,
            0.0 if lot is best else math.hypot(best.error, lot.error), found.posterior[theory],
            _word(best, lot), lot.ess, len(lot.worlds),
        )
        for theory, lot in found.lots.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.log_factor, row.theory))


def _word(best: Lot, lot: Lot) -> str:
    if lot is best:
        return "the best"
    apart, error = best.log_evidence - lot.log_evidence, math.hypot(best.error, lot.error)
    if not apart > SURE * error:
        return "the record cannot tell"
    return next(word for most, word in WORDS if apart < most)


def finding(rows: Sequence[Weighed]) -> str:
    """What it comes to, in a sentence."""
    if len(rows) < 2:
        return f"There is one theory: its log evidence is {rows[0].log_evidence:.1f} ± {rows[0].error:.1f}."
    unsure = (WORDS[0][1], "the record cannot tell")
    alike = [row.theory for row in rows if row.word in unsure]
    other = [row for row in rows[1:] if row.word not in unsure]
    if not other:
        return f"The record cannot tell them apart: {', '.join(row.theory for row in rows)}."
    against = "; ".join(
        f"{row.theory} by a factor of e to the {row.log_factor:.1f} ({row.word})" for row in other
    )
    beside = f", as well as {', '.join(alike)}, which it cannot tell from it" if alike else ""
    return f"The record speaks for {rows[0].theory}{beside}, against {against}."


def learnt(found: Conditioned) -> list[Learnt]:
    """Every uncertain number under every theory, in the order of their paths."""
    rows = []
    for theory, lot in found.lots.items():
        known = found.asked.plan.built.distributions(own_name(theory))
        columns = lot.worlds.place.T
        for (path, prior), u in zip(known.items(), columns, strict=True):
            rows.append(_learnt(theory, path, prior.quantile, u, lot.worlds.weight))
        num = found.asked.known.evidence.discrepancy
        if num.prior is not None:
            for issue, u in zip(found.asked.known.evidence.issues, lot.extra.T, strict=True):
                path = f"{num.path}: {issue}"
                rows.append(_learnt(theory, path, num.prior.quantile, u, lot.worlds.weight))
    return rows


def _learnt(theory: str, path: str, of: Callable[[Floats], Floats], u: Floats, weight: Floats) -> Learnt:
    before, after = (np.asarray(of(each), np.float64).reshape(-1) for each in (GRID, u))
    order = np.argsort(u, kind="stable")
    cumulated = np.cumsum(weight[order])
    places = np.minimum(np.searchsorted(cumulated, ENDS), len(u) - 1)
    low, high = u[order][places].tolist()
    moved = float(np.abs(cumulated - u[order]).max())
    ends = [float(np.asarray(of(np.array([end]))).reshape(-1)[0]) for end in (*ENDS, low, high)]
    return Learnt(
        theory, path, float(before.mean()), ends[0], ends[1], float(weight @ after), ends[2], ends[3],
        float(weight @ u), low, high, moved,
    )  # fmt: skip


def write(rows: Sequence[Weighed], numbers: Sequence[Learnt], folder: Path) -> None:
    """Write both tables."""
    write_table(folder / FILE, [field.name for field in fields(Weighed)], map(astuple, rows))
    write_table(folder / LEARNT_FILE, [field.name for field in fields(Learnt)], map(astuple, numbers))
