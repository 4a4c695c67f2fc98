"""The record: every statistic of `powersim.plausible.counts` and the background figures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from powersim.plausible import panels
from powersim.plausible.counts import (
    CORNER,
    DEAD_BAND,
    FREEZE_CAP_QUARTERS,
    GAP_YEARS,
    MOSTLY,
    RESOLUTION,
    SPAN_YEARS,
    freeze_exposure,
    power_change,
)
from powersim.plausible.intervals import share_interval
from powersim.plausible.paths import cornered, expand, issue_moves

from . import alignment, conflict, exchange
from .data import ACTORS, BORN, FIRST, LAST, ROOT, counted, distinct, years_of
from .estimate import LEVEL, Entry, across, by_cluster, entry, freeze_lengths, rate, rounded, share

Floats = NDArray[np.float64]

FLAGSHIP = ROOT / "scenarios" / "missile_defense_2009.yaml"
CODED = Path(__file__).with_name("coded.yaml")
YEARS = LAST - FIRST + 1
DECADES = YEARS / 10
CODED_FROM = 2007
"""First year of the coded issue paths and deals."""
QUARTERS = [f"{year}Q{quarter}" for year in range(CODED_FROM, LAST + 1) for quarter in range(1, 5)]
DYADS = len(ACTORS) * (len(ACTORS) - 1) // 2

MID = "Correlates of War MID 5.0, dyad-years"
UCDP = "UCDP/PRIO Armed Conflict Dataset 25.1"
ICB = "International Crisis Behavior, dyads, version 15"
SIPRI = "SIPRI Arms Transfers Database, TIV tables generated 28 July 2022"
GSDB = "Global Sanctions Data Base 4"
EUSANCT = "EUSANCT 1989-2015"
PROXIES = "UN ideal points July 2025; ICEWS 2002-2013; Diehl-Goertz-Balas peace data 3.0"
NMC = "Correlates of War National Material Capabilities 7.0"
ISSUES = (
    "coded issue paths of scenarios/missile_defense_2009.yaml (record:), judgement from public chronologies"
)
COMMITMENTS = "coded from the public record, experiments/base_rates/coded.yaml, each with its source"


def statistics(place: Path, paths: Mapping[str, Mapping[str, float]]) -> dict[str, Entry]:
    """Every recorded statistic, from the data folder and the coded issue paths."""
    return {**_conflict(place), **_exchange(place), **_issues(paths), **_alignment(place)}


def coded_paths(scenario: Path = FLAGSHIP) -> dict[str, dict[str, float]]:
    """The `record:` block of a scenario: issue -> date -> value."""
    return dict(YAML(typ="safe", pure=True).load(scenario.read_text(encoding="utf-8"))["record"])


def _conflict(place: Path) -> dict[str, Entry]:
    wars, crises = conflict.ucdp_wars(place), conflict.mid_disputes(place, conflict.FORCE)
    return {
        "wars_per_decade": rate(
            "wars_per_decade",
            distinct(wars),
            DECADES,
            UCDP,
            "two of the actors on opposite sides of one state-based conflict with 25 or more battle deaths a year: "
            "the Gulf 1990-91, Iraq 2003, Georgia 2008; a war counts once, its dyads in `counts`",
            scope="disputes",
            per=10,
            counts=counted(wars),
        ),
        "crises_per_decade": rate(
            "crises_per_decade",
            distinct(crises),
            DECADES,
            MID,
            "militarised disputes between two of the actors that reach the use of force (hostility 4 or 5)",
            scope="disputes",
            per=10,
            counts=counted(crises),
        ),
        "war_share_of_crises": share(
            "war_share_of_crises",
            distinct(wars),
            distinct(crises),
            f"{UCDP}; {MID}",
            "the wars over the crises above",
            scope="disputes",
        ),
    }


def _exchange(place: Path) -> dict[str, Entry]:
    starts = exchange.flow_starts(exchange.deliveries(place), GAP_YEARS)
    moves = {pair: exchange.sanction_moves(levels) for pair, levels in exchange.gsdb_levels(place).items()}
    pair_years = sum(years_of(pair) - 1 for pair in moves)
    coded = YAML(typ="safe", pure=True).load(CODED.read_text(encoding="utf-8"))
    frozen, ended = freeze_exposure(freeze_lengths(coded["freezes"], LAST), FREEZE_CAP_QUARTERS)
    hazard = rate("freeze_quarters", ended, frozen, "", "")
    found = {
        "arms_starts_per_dyad_year": rate(
            "arms_starts_per_dyad_year",
            sum(starts.values()),
            exchange.flow_years(GAP_YEARS),
            SIPRI,
            "a delivery of major arms after two years or more without one, over all ordered dyads",
            scope="flows",
            each=True,
            lead=GAP_YEARS,
            counts=starts,
        ),
        "deals_per_dyad_year": rate(
            "deals_per_dyad_year",
            len(coded["deals"]),
            DYADS * (LAST - CODED_FROM + 1),
            COMMITMENTS,
            f"packages signed by two or more of the actors from {CODED_FROM} on, over all unordered dyads; a floor",
        ),
        "breaches_per_decade": rate(
            "breaches_per_decade",
            len(coded["breaches"]),
            DECADES,
            COMMITMENTS,
            "one of the actors openly departs from what it owes another; a floor",
        ),
        "freeze_quarters": entry(
            "freeze_quarters",
            frozen / ended,
            (1 / hazard["high"], 1 / hazard["low"]),
            COMMITMENTS,
            f"quarters frozen over freezes ended, each followed up for at most {FREEZE_CAP_QUARTERS} quarters; "
            f"{len(coded['freezes'])} freezes, {ended} ended",
        ),
    }
    for name, kind in (("sanctions_tightened", "tightened"), ("sanctions_eased", "eased")):
        counts = {pair: tally[kind] for pair, tally in moves.items() if tally[kind]}
        found[name] = rate(
            name,
            sum(counts.values()),
            pair_years,
            GSDB,
            f"sender-target years in which cases of sanctions, or at equal cases their kinds, are {kind}, imposing and "
            "lifting included; over the pairs that were ever used",
            scope="sanctions",
            each=True,
            lead=1,
            counts=counts,
        )
    return found


def _issues(paths: Mapping[str, Mapping[str, float]]) -> dict[str, Entry]:
    table = np.array([expand(paths[issue], QUARTERS) for issue in sorted(paths)])
    table = table[np.isfinite(table).all(axis=1)]

    def moves(name: str) -> Entry:
        about = {
            "share_moving": "coded issues that move in a quarter by 0.05 or more",
            "size": "mean size of such a move",
            "reversals": "such moves against the issue's move before",
            "yearly_change": "mean absolute change of a coded issue over four quarters",
            "net_change": f"mean absolute difference between {QUARTERS[0]} and {QUARTERS[-1]}",
        }
        return by_cluster(
            statistic[name],
            table,
            lambda drawn: float(getattr(issue_moves(drawn, 4, RESOLUTION), name)),
            ISSUES,
            f"{about[name]}; {len(table)} issues, {QUARTERS[0]}-{QUARTERS[-1]}",
        )

    statistic = {
        "share_moving": "issues_moving",
        "size": "move_size",
        "reversals": "move_reversals",
        "yearly_change": "issue_yearly_change",
        "net_change": "issue_net_change",
    }
    sitting = cornered(table, CORNER) > MOSTLY
    return {statistic[name]: moves(name) for name in statistic} | {
        "issues_cornered": share(
            "issues_cornered",
            int(sitting.sum()),
            len(table),
            ISSUES,
            "issues within 0.01 of 0 or 1 in more than half of the quarters",
        )
    }


def _alignment(place: Path) -> dict[str, Entry]:
    proxies = {
        "votes": alignment.votes(place),
        "events": alignment.events(place),
        "peace": alignment.peace(place),
    }
    power = alignment.capability(place)
    over_all = (
        "median of three proxies of alignment, see background.proxies; the interval spans all of theirs"
    )
    return {
        "alignment_spread_ratio": across(
            "alignment_spread_ratio",
            proxies,
            lambda panel: float(np.nanmean(panels.spread_ratios(panel, SPAN_YEARS))),
            PROXIES,
            f"standard deviation over dyads after {SPAN_YEARS} years over that before, mean of all windows; {over_all}",
        ),
        "alignment_yearly_change": across(
            "alignment_yearly_change",
            proxies,
            lambda panel: panels.relative_change(panel, 1),
            PROXIES,
            f"mean absolute yearly change over the standard deviation over dyads; {over_all}",
        ),
        "alignment_persistence": across(
            "alignment_persistence",
            proxies,
            lambda panel: panels.persistence(panel, SPAN_YEARS),
            PROXIES,
            f"correlation over dyads with the values {SPAN_YEARS} years later; {over_all}",
        ),
        "alignment_sign_changes": _sign_changes(proxies["peace"]),
        "power_change": by_cluster(
            "power_change",
            power,
            lambda drawn: power_change(drawn, SPAN_YEARS),
            NMC,
            f"mean absolute change over {SPAN_YEARS} years of the log share of capability (CINC) among the actors",
        ),
    }


def _sign_changes(peace: Floats) -> Entry:
    """The share over dyads and windows; the interval counts each dyad once, as its windows overlap."""
    by_dyad = np.array([panels.sign_changes(row[None, :], SPAN_YEARS, DEAD_BAND) for row in peace])
    known = by_dyad[np.isfinite(by_dyad)]
    interval = share_interval(int(np.sum(known > 0)), len(known), LEVEL)
    return entry(
        "alignment_sign_changes",
        panels.sign_changes(peace, SPAN_YEARS, DEAD_BAND),
        (0.0, interval[1]),
        "Diehl-Goertz-Balas peace data 3.0",
        f"rivals that are at warm peace {SPAN_YEARS} years later, or the reverse, over windows of the {len(known)} "
        "dyads that are either; upper end: share of dyads with a change at any time",
    )


def background(place: Path, paths: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Figures that no run is held to: other definitions, hazards, growth by actor, corners by issue."""
    disputes, force, icb = (
        conflict.mid_disputes(place, 0),
        conflict.mid_disputes(place, conflict.FORCE),
        conflict.icb_crises(place),
    )
    flows = exchange.deliveries(place)
    moves = [exchange.sanction_moves(levels) for levels in exchange.gsdb_levels(place).values()]
    other = {pair: exchange.sanction_moves(levels) for pair, levels in exchange.eusanct_levels(place).items()}
    years = sum(years_of(pair) - 1 for pair in exchange.gsdb_levels(place))
    power = alignment.capability(place)
    shares = power / np.nansum(power, axis=0)
    return {
        "wars_cow": rate(
            "",
            distinct(conflict.mid_disputes(place, 5)),
            DECADES,
            MID,
            "disputes of hostility 5; Georgia 2008 is 4",
            unit="wars a decade",
        ),
        "disputes": rate(
            "",
            distinct(disputes),
            DECADES,
            MID,
            "all militarised disputes",
            unit="a decade",
            counts=counted(disputes),
        ),
        "crises_icb": rate(
            "", distinct(icb), DECADES, ICB, "international crises", unit="a decade", counts=counted(icb)
        ),
        "war_share_icb": share(
            "", 3, distinct(icb), ICB, "Gulf 1990-91, Iraq 2003, Georgia 2008", unit="share"
        ),
        "hazards": {
            "unit": "crises a quarter, (n + 0.5) / quarters: use of force (MID), international crisis (ICB)",
            "by": {
                dyad: [
                    rounded((len(force.get(dyad, ())) + 0.5) / (4 * years_of(dyad))),
                    rounded((len(icb.get(dyad, ())) + 0.5) / (4 * years_of(dyad))),
                ]
                for dyad in sorted(set(disputes) | set(icb))
            },
        },
        "arms_starts_by_gap": {
            f"{gap} years": rounded(sum(exchange.flow_starts(flows, gap).values()) / exchange.flow_years(gap))
            for gap in (1, 2, 3)
        },
        "arms_years_with_delivery": rounded(sum(map(len, flows.values())) / exchange.flow_years(0)),
        "sanctions_imposed": rate(
            "", sum(m["imposed"] for m in moves), years, GSDB, "from none", unit="a year and pair ever used"
        ),
        "sanctions_lifted": rate(
            "", sum(m["lifted"] for m in moves), years, GSDB, "to none", unit="a year and pair ever used"
        ),
        "sanctions_imposed_or_lifted_eusanct": {
            pair: [tally["imposed"], tally["lifted"]]
            for pair, tally in other.items()
            if tally["imposed"] or tally["lifted"]
        },
        "proxies": alignment.PROXIES,
        "growth": {
            "unit": f"log change of the share of capability among the actors a quarter, {NMC}: 2000-2007, 1995-2013",
            "by": {
                code: [rounded(_growth(shares[k], 2000, 2007)), rounded(_growth(shares[k], 1995, 2013))]
                for k, code in enumerate(ACTORS)
            },
        },
        "corners": {
            issue: rounded(float(cornered(expand(path, QUARTERS), CORNER)))
            for issue, path in sorted(paths.items())
            if float(cornered(expand(path, QUARTERS), CORNER)) > 0
        },
    }


def _growth(share_of: Floats, first: int, last: int) -> float:
    return float(np.log(share_of[last - FIRST] / share_of[first - FIRST]) / (last - first) / 4)


def document(place: Path, paths: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The whole record file."""
    return {
        "base_rates": 1,
        "actors": list(ACTORS),
        "years": [FIRST, LAST],
        "level": LEVEL,
        "born": BORN,
        "statistics": statistics(place, paths),
        "background": background(place, paths),
    }
