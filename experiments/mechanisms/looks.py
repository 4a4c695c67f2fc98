"""Ways to look at a history: each gives one number, and says which paths it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from powersim.scenario.arrays.build import Built
from powersim.world import chronicle as ch
from powersim.world import columns as col
from powersim.world.state import RIVAL

from .histories import Path, Told

Ask = Callable[[Built], Sequence[Path]]
Look = Callable[[Told], float]
Pair = tuple[str, str]
Both = Callable[[Told, Told], tuple[float, float]]

MOVED = 0.005  # a smaller change of an issue in a quarter counts as rest
AFTER = 4  # turns after the beginning of a war


def nothing(built: Built) -> Sequence[Path]:
    """No path."""
    return ()


def issues(*names: str) -> Ask:
    """Paths of some issues, of all without a name."""
    return lambda built: [Path("issue", built.index.issues[name]) for name in names or built.index.issues]


def actors(kind: str, *codes: str) -> Ask:
    """Paths of something that actors have: security, engagers."""
    return lambda built: [Path(kind, built.index.actors[code]) for code in codes]


def pledges(*pairs: Pair) -> Ask:
    """Paths of some pledges."""
    return lambda built: [Path("control", built.index.pledges[pair]) for pair in pairs]


def alignments(*pairs: Pair) -> Ask:
    """Paths of some alignments."""
    return lambda built: [
        Path("alignment", *sorted(built.index.actors[code] for code in pair)) for pair in pairs
    ]


def stock(actor: str, good: str) -> Ask:
    """Path of a stock."""
    return lambda built: [Path("stock", built.index.actors[actor], built.index.goods[good])]


def foes(built: Built) -> Sequence[Path]:
    """Paths of the alignments of all pairs that may fight."""
    pairs = zip(built.setup.challenger, built.setup.target, strict=True)
    return [Path("alignment", *sorted((int(a), int(b)))) for a, b in pairs]


def mean_of(ask: Ask) -> Look:
    """Mean over time of some paths."""
    return lambda told: float(np.mean([told.path(path) for path in ask(told.built)]))


def time_above(ask: Ask, level: float) -> Look:
    """Turns in which a path is above a level."""
    return lambda told: float(np.sum([told.path(path) > level for path in ask(told.built)]))


def greatest_need(ask: Ask) -> Look:
    """How far a stock falls below one unit at its lowest."""
    return lambda told: float(max(0.0, 1.0 - min(told.path(path).min() for path in ask(told.built))))


def last_issue(name: str) -> Look:
    """Position of an issue at the end."""
    return lambda told: float(told.world.x[told.built.index.issues[name]])


def rows(*kinds: int) -> Look:
    """How often something happened."""
    return lambda told: float(len(told.rows(*kinds)))


def spread_over_time(told: Told) -> float:
    """Standard deviation of an issue over time, mean over issues."""
    return float(np.mean([told.path(path).std() for path in issues()(told.built)]))


def moving(told: Told) -> float:
    """Share of issues that move in a turn."""
    return float(np.mean([np.abs(np.diff(told.path(path))) > MOVED for path in issues()(told.built)]))


def rival_stocks(told: Told) -> float:
    """Stocks of rival goods at the end, all together."""
    return float(told.world.q[:, told.setup.good_kind == RIVAL].sum())


def others(told: Told) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which cells of a matrix of pairs are about two actors."""
    return ~np.eye(len(told.setup.power0), dtype=bool)


def away(name: str) -> Look:
    """Root mean square distance of alignment, resolve or trust from its start, at the end."""

    def look(told: Told) -> float:
        gap = (getattr(told.world, name) - getattr(told.setup, f"{name}0"))[others(told)]
        return float(np.sqrt((gap * gap).mean()))

    return look


def polarisation(told: Told) -> float:
    """Mean absolute alignment at the end."""
    return float(np.abs(told.world.alignment[others(told)]).mean())


def home_spread(told: Told) -> float:
    """Distance of the engagers' shares from their leader's level at the end, mean over actors."""
    return float(np.abs(told.world.engagers - told.world.engagers_home).mean())


def wars(*pairs: Pair) -> Look:
    """Wars between some pairs."""
    return lambda told: float(sum(told.world.wars[told.built.index.between(*pair)].sum() for pair in pairs))


def struck(told: Told) -> float:
    """Whether a programme was struck."""
    return float(told.world.strikes.sum() > 0)


def used(good: str) -> Look:
    """Units of a good that battles called for, on both sides."""

    def look(told: Told) -> float:
        per_battle = told.params.munition_use * told.setup.good_war_use[told.built.index.goods[good]]
        return float(2.0 * per_battle * len(told.rows(ch.BATTLE)))

    return look


def frightened(on: Told, off: Told) -> tuple[float, float]:
    """Log growth of the base capability of those whose fear has risen with the mechanism, with and without it."""
    rest = on.world.push0.diagonal() * on.params.m_ref + on.params.h0
    more = on.derived.h > rest + 1e-9
    if not more.any():
        return np.nan, np.nan
    growth = [float(np.log(told.world.power[more] / told.setup.power0[more]).mean()) for told in (on, off)]
    return growth[0], growth[1]


def estrangement(on: Told, off: Told) -> tuple[float, float]:
    """Alignment of two sides four turns after their first war began, over fronts fought for both times."""
    values: list[list[float]] = []
    for v, path in enumerate(foes(on.built)):
        begun = [told.rows(ch.WAR)[told.rows(ch.WAR)[:, col.THING] == v, col.TURN] for told in (on, off)]
        if all(len(turns) and turns[0] + AFTER < len(on.paths) for turns in begun):
            later = [int(turns[0]) + AFTER for turns in begun]
            values.append([float(told.path(path)[turn]) for told, turn in zip((on, off), later, strict=True)])
    if not values:
        return np.nan, np.nan
    means = np.mean(values, axis=0)
    return float(means[0]), float(means[1])
