"""What is looked at for each mechanism: the outcome that was named for it before anything was measured.

`mechanisms.yaml` among the defaults names outcome, direction and reason. Here stand only the scenario, the branch and
the number by which that outcome is read. Where the flagship shows little, a small scenario of this folder is added.
"""

from __future__ import annotations

from typing import NamedTuple

from powersim.world import chronicle as ch

from . import looks as see
from .looks import Ask, Both, Look

FLAGSHIP = "missile_defense_2009"
PRESENT = 0.3  # American forces above this level count as staying in Iraq (0.15: bases in the Gulf alone)
EAST, COUNCIL = (("POL", "USA"), ("CZE", "USA")), "un_pressure_on_iran"
WEST = ("sanctions_on_iran", "sanctions_on_russia")


class Measure(NamedTuple):
    """An outcome of a mechanism: in which scenario, what of it, and its value in one history.

    against: if set, the outcome is the effect of this branch against `branch`, run by run.
    both: if set, the value needs both histories, with and without the mechanism, and is computed for both at once.
    """

    mechanism: str
    what: str
    look: Look
    ask: Ask = see.nothing
    scenario: str = FLAGSHIP
    branch: str = "replace"
    against: str = ""
    both: Both | None = None


def path_mean(
    mechanism: str, what: str, ask: Ask, scenario: str = FLAGSHIP, branch: str = "replace", against: str = ""
) -> Measure:
    """A measure that is the mean over time of the paths that it asks for."""
    return Measure(mechanism, what, see.mean_of(ask), ask, scenario, branch, against)


def over_both(
    mechanism: str, what: str, both: Both, ask: Ask = see.nothing, scenario: str = FLAGSHIP
) -> Measure:
    """A measure that needs both histories."""
    return Measure(mechanism, what, see.rows(), ask, scenario, both=both)


SHELLS = see.stock("RUS", "munitions")
STAY = see.issues("us_gulf_iraq_posture")
IRAQ = see.issues("presence")
SIEGE = see.stock("ATT", "shells")
ESTRANGED = "alignment of two sides four quarters after their war began"

MEASURES: tuple[Measure, ...] = (
    Measure("alignment", "distance of alignments from their start", see.away("alignment")),
    Measure("balance", "mean absolute alignment at the end", see.polarisation),
    Measure("balance", "mean absolute alignment at the end", see.polarisation, scenario="camps"),
    over_both("budgets", "log growth of base capability of those whose fear has risen", see.frightened),
    Measure("calendar", "standard deviation of an issue over time", see.spread_over_time, see.issues()),
    Measure("city_strikes", "Russia's greatest need of munitions", see.greatest_need(SHELLS), SHELLS),
    Measure("city_strikes", "the attacker's greatest need of shells", see.greatest_need(SIEGE), SIEGE, "siege"),
    path_mean("coalitions", "mean pressure of the Security Council on Iran", see.issues(COUNCIL)),
    Measure("commitment", "wars over Ukraine and Georgia", see.wars(("RUS", "UKR"), ("RUS", "GEO"))),
    Measure("commitment", "wars", see.wars(("OLD", "NEW")), scenario="rise"),
    Measure("compliance", "number of breaches", see.rows(ch.BREACH)),
    Measure("crisis", "number of crises", see.rows(ch.CRISIS)),
    Measure("current_calculus", "distance of beliefs about resolve from their start", see.away("resolve")),
    Measure("drift", "stocks of rival goods at the end, units", see.rival_stocks),
    Measure("exchange", "number of deals", see.rows(ch.SIGNED)),
    path_mean("guarantees", "effect of keeping, against cancelling, on Poland's and Czechia's alignment with America",
              see.alignments(*EAST), branch="cancel", against="keep"),
    over_both("harm", ESTRANGED, see.estrangement, see.foes),
    over_both("harm", ESTRANGED, see.estrangement, see.foes, "siege"),
    Measure("home", "distance of the engagers' shares from their leader's level", see.home_spread),
    Measure("own_policy", "share of issues that move in a quarter", see.moving, see.issues()),
    Measure("payments", "number of deals", see.rows(ch.SIGNED)),
    path_mean("pledges", "mean pledge between Russia and Iran", see.pledges(("RUS", "IRN"), ("IRN", "RUS"))),
    path_mean("pledges", "mean pledge of the patron", see.pledges(("PAT", "SML")), scenario="patron"),
    path_mean("isolation", "mean alignment of Russia and Iran", see.alignments(("RUS", "IRN"))),
    path_mean("joint_efforts", "mean alignment of Assad's patrons and of the rebels'",
              see.alignments(("RUS", "IRN"), ("SAU", "TUR"))),
    Measure("programme_strike", "probability of an Israeli strike on Iran", see.struck),
    Measure("programme_strike", "probability of a strike", see.struck, scenario="programme"),
    Measure("proxies", "quarters in which the United States stay in Iraq", see.time_above(STAY, PRESENT), STAY),
    Measure("proxies", "quarters in which the presence goes on", see.time_above(IRAQ, PRESENT), IRAQ, "presence"),
    Measure("resolve", "distance of beliefs about resolve from their start", see.away("resolve")),
    path_mean("sanctions", "mean sanctions on Iran and Russia", see.issues(*WEST)),
    Measure("technology", "Iran's enrichment at the end", see.last_issue("iran_enrichment")),
    Measure("technology", "the programme at the end", see.last_issue("programme"), scenario="programme"),
    path_mean("threat", "effect of keeping missile defence, against cancelling, on Russia's security",
              see.actors("security", "RUS"), branch="cancel", against="keep"),
    Measure("trust", "distance of trust from its priors", see.away("trust")),
    Measure("war", "munitions used", see.used("munitions")),
    Measure("war", "shells used", see.used("shells"), scenario="siege"),
)  # fmt: skip
