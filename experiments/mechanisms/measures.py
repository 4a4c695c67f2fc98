"""What is looked at for each mechanism: one number per run, computed from a history with it and one without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from powersim.scenario.build import Built
from powersim.world import chronicle as ch
from powersim.world.state import RIVAL

from .histories import Told, Wanted

FLAGSHIP = "missile_defense_2009"
MOVED = 0.005  # a smaller change of an issue in a quarter counts as rest
PRESENT = 0.3  # American forces above this level count as staying in Iraq (0.15: bases in the Gulf alone)
AFTER = 4  # quarters after the beginning of a war

Ask = Callable[[Built], Sequence[Wanted]]
Look = Callable[[Told], float]


class Measure(NamedTuple):
    """An outcome of a mechanism: in which scenario, what of it, and its value in one history.

    `against`: the outcome is how this branch differs from `branch`, run by run.
    `paired`: the value needs both histories (on, off), e.g. "actors whose fear has risen"; it gives both values.
    """

    mechanism: str
    scenario: str
    what: str
    look: Look
    ask: Ask = lambda built: ()
    branch: str = "replace"
    against: str = ""
    paired: Callable[[Told, Told], tuple[float, float]] | None = None
    off: Sequence[str] = ()  # further mechanisms that are off on both sides


def issues(*names: str) -> Ask:
    """Paths of some issues, of all without a name."""
    return lambda built: [Wanted("issue", built.index.issues[name]) for name in names or built.index.issues]


def mean_issue(*names: str) -> Look:
    """Mean of some issues over time."""
    return lambda told: float(np.mean([told.path("issue", told.built.index.issues[name]) for name in names]))


def last_issue(name: str) -> Look:
    """Position of an issue at the end."""
    return lambda told: float(told.world.x[told.built.index.issues[name]])


def rows(*kinds: int) -> Look:
    """How often something happened."""
    return lambda told: float(len(told.rows(*kinds)))


def spread_over_time(told: Told) -> float:
    """Standard deviation of an issue over time, mean over issues."""
    return float(np.mean([told.path("issue", k).std() for k in told.built.index.issues.values()]))


def moving(told: Told) -> float:
    """Share of issues that move in a quarter."""
    return float(
        np.mean([np.abs(np.diff(told.path("issue", k))) > MOVED for k in told.built.index.issues.values()])
    )


def rival_stocks(told: Told) -> float:
    """Stocks of rival goods at the end, all together."""
    return float(told.world.q[:, told.setup.good_kind == RIVAL].sum())


def frightened(on: Told, off: Told) -> tuple[float, float]:
    """Log of the base capability at the end of those whose fear has risen with the mechanism, relative to the start."""
    rest = on.world.push0.diagonal() * on.params.m_ref + on.params.h0
    more = on.derived.h > rest + 1e-9
    if not more.any():
        return 0.0, 0.0
    start = np.log(on.setup.power0[more])
    return float((np.log(on.world.power[more]) - start).mean()), float(
        (np.log(off.world.power[more]) - start).mean()
    )


def away(name: str, start: str) -> Look:
    """Root mean square distance of a matrix of pairs from its start, at the end."""

    def look(told: Told) -> float:
        pairs = ~np.eye(len(told.setup.power0), dtype=bool)
        gap = (getattr(told.world, name) - getattr(told.setup, start))[pairs]
        return float(np.sqrt((gap * gap).mean()))

    return look


def pledges(*pairs: tuple[str, str]) -> tuple[Ask, Look]:
    """Mean over time of some pledges."""

    def ask(built: Built) -> Sequence[Wanted]:
        return [Wanted("control", built.index.pledges[pair]) for pair in pairs]

    return ask, lambda told: float(told.paths.mean())


def wars(*pairs: tuple[str, str]) -> Look:
    """Wars over some fronts."""

    def look(told: Told) -> float:
        places = [v for pair in pairs for v in told.built.index.between(*pair)]
        return float(told.world.wars[places].sum())

    return look


def munitions(told: Told) -> float:
    """Shells and missiles that battles called for, in units of one large war's need of a year."""
    use = told.setup.good_war_use[told.built.index.goods["munitions"]]
    return float(2.0 * told.params.munition_use * use * len(told.rows(ch.BATTLE)))


def need(actor: str, good: str) -> tuple[Ask, Look]:
    """Greatest need of a good that a war empties: how far the stock falls below one unit."""

    def ask(built: Built) -> Sequence[Wanted]:
        return [Wanted("stock", built.index.actors[actor], built.index.goods[good])]

    return ask, lambda told: float(max(0.0, 1.0 - told.paths.min()))


def strikes(told: Told) -> float:
    """Whether a programme was struck."""
    return float(told.world.strikes.sum() > 0)


def polarisation(told: Told) -> float:
    """Mean absolute alignment at the end."""
    pairs = ~np.eye(len(told.setup.power0), dtype=bool)
    return float(np.abs(told.world.alignment[pairs]).mean())


def last_alignment(*pairs: tuple[str, str]) -> Look:
    """Mean alignment of some pairs at the end."""
    return lambda told: float(np.mean([
        told.world.alignment[told.built.index.actors[a], told.built.index.actors[b]] for a, b in pairs
    ]))  # fmt: skip


def alignments(*pairs: tuple[str, str]) -> Ask:
    """Paths of some alignments."""
    return lambda built: [Wanted("alignment", built.index.actors[a], built.index.actors[b]) for a, b in pairs]


def mean_path(told: Told) -> float:
    """Mean over time of all that was asked for."""
    return float(told.paths.mean())


def after_wars(on: Told, off: Told) -> tuple[float, float]:
    """Alignment of the sides four quarters after their first war began, where it is fought with and without."""
    values: tuple[list[float], list[float]] = [], []
    for v, (a, b) in enumerate(zip(on.setup.challenger, on.setup.target, strict=True)):
        found = []
        for told in (on, off):
            begun = told.rows(ch.WAR)
            begun = begun[begun[:, 4] == v]
            if len(begun) and begun[0, 0] + AFTER < len(told.paths):
                found.append(float(told.path("alignment", min(a, b), max(a, b))[int(begun[0, 0]) + AFTER]))
        if len(found) == len(values):
            values[0].append(found[0])
            values[1].append(found[1])
    if not values[0]:
        return np.nan, np.nan
    return float(np.mean(values[0])), float(np.mean(values[1]))


def all_wars(built: Built) -> Sequence[Wanted]:
    """Paths of the alignments of all pairs that may fight."""
    pairs = zip(built.setup.challenger, built.setup.target, strict=True)
    return [Wanted("alignment", *sorted((int(a), int(b)))) for a, b in pairs]


def home_spread(told: Told) -> float:
    """Distance of the engagers' shares from their leader's level at the end, mean over actors."""
    return float(np.abs(told.world.engagers - told.world.engagers_home).mean())


def staying(told: Told) -> float:
    """Quarters in which American forces are more than bases in the Gulf."""
    return float((told.paths > PRESENT).sum())


RUS_IRN = pledges(("RUS", "IRN"), ("IRN", "RUS"))
SHELLS = need("RUS", "munitions")

ON_THE_FLAGSHIP: tuple[Measure, ...] = (
    Measure("calendar", FLAGSHIP, "standard deviation of an issue over time", spread_over_time, issues()),
    Measure("drift", FLAGSHIP, "stocks of rival goods at the end, units", rival_stocks),
    Measure("budgets", FLAGSHIP, "log growth of base capability of those whose fear has risen", rival_stocks,
            paired=frightened),
    Measure("technology", FLAGSHIP, "Iran's enrichment at the end", last_issue("iran_enrichment")),
    Measure("own_policy", FLAGSHIP, "share of issues that move in a quarter", moving, issues()),
    Measure("exchange", FLAGSHIP, "number of deals", rows(ch.SIGNED)),
    Measure("payments", FLAGSHIP, "number of deals", rows(ch.SIGNED)),
    Measure("pledges", FLAGSHIP, "mean pledge between Russia and Iran", RUS_IRN[1], RUS_IRN[0]),
    Measure("coalitions", FLAGSHIP, "mean pressure of the Security Council on Iran",
            mean_issue("un_pressure_on_iran"), issues("un_pressure_on_iran")),
    Measure("compliance", FLAGSHIP, "number of breaches", rows(ch.BREACH)),
    Measure("resolve", FLAGSHIP, "distance of beliefs about resolve from their priors", away("resolve", "resolve0")),
    Measure("trust", FLAGSHIP, "distance of trust from its priors", away("trust", "trust0")),
    Measure("programme_strike", FLAGSHIP, "probability of an Israeli strike on Iran", strikes),
    Measure("crisis", FLAGSHIP, "number of crises", rows(ch.CRISIS)),
    Measure("commitment", FLAGSHIP, "number of wars over Ukraine and Georgia", wars(("RUS", "UKR"), ("RUS", "GEO"))),
    Measure("war", FLAGSHIP, "munitions used", munitions),
    Measure("city_strikes", FLAGSHIP, "Russia's greatest need of munitions", SHELLS[1], SHELLS[0]),
    Measure("sanctions", FLAGSHIP, "mean sanctions on Iran and Russia",
            mean_issue("sanctions_on_iran", "sanctions_on_russia"), issues("sanctions_on_iran", "sanctions_on_russia")),
    Measure("alignment", FLAGSHIP, "distance of alignments from their start", away("alignment", "alignment0")),
    Measure("balance", FLAGSHIP, "mean absolute alignment at the end", polarisation),
    Measure("threat", FLAGSHIP, "effect of keeping the shield, against cancelling, on Russia's security", mean_path,
            lambda built: [Wanted("security", built.index.actors["RUS"])], branch="cancel", against="keep"),
    Measure("guarantees", FLAGSHIP, "effect of keeping, against cancelling, on the hosts' alignment with America",
            mean_path, alignments(("POL", "USA"), ("CZE", "USA")), branch="cancel", against="keep"),
    Measure("harm", FLAGSHIP, "alignment of two sides four quarters after their war began", rival_stocks, all_wars,
            paired=after_wars),
    Measure("home", FLAGSHIP, "distance of the engagers' shares from their leader's level", home_spread),
    Measure("proxies", FLAGSHIP, "quarters in which the United States stay in Iraq", staying,
            issues("us_gulf_iraq_posture")),
)  # fmt: skip
