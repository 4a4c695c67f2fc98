"""Small scenarios in which only one channel can carry the effect of a decision, and one in which none can."""

from __future__ import annotations

from typing import Any

# Nothing happens by luck or by itself, so that what is planted is all that there is.
STILL = {"noise_sd": 0.0, "power_sd": 0.0, "own_rate": 0.0}


def world(**parts: Any) -> dict[str, Any]:
    """A great power, its rival and a small ally; a decision of the great power in 2001: the lever `site`."""
    document: dict[str, Any] = {
        "powersim": 1,
        "name": "planted",
        "calendar": {"start": "2000Q1", "end": "2003Q4", "turn": "quarter"},
        "intervention": "2001Q1",
        "actors": {
            "USA": {"power": 0.3, "economy": 0.3},
            "RUS": {"power": 0.1, "economy": 0.1},
            "POL": {"power": 0.01, "economy": 0.01},
        },
        "issues": {"site": {"start": 0.5, "control": "USA", "interests": {}}},
        "alignment": {"POL-USA": 0.5, "RUS-USA": -0.2, "POL-RUS": -0.3},
        "reach": {"default": 0.5},
        "parameters": dict(STILL),
        "branches": {
            "keep": {"do": [laid(1.0)]},
            "cancel": {"do": [laid(0.0)]},
        },
    }
    return document | parts


def laid(to: float, read_as: str = "nature") -> dict[str, Any]:
    """The decision: the site is laid down and stays."""
    return {"path": {"site": {"2001Q1": to}}, "to": "2003Q4", "read_as": read_as}


def site(*effects: dict[str, Any], **interests: list[float]) -> dict[str, Any]:
    """The site with what it does and who cares."""
    return {"site": {"start": 0.5, "control": "USA", "effects": list(effects), "interests": interests}}


def frightened() -> dict[str, Any]:
    """The site frightens Russia, and budgets answer fear; nobody changes friends for it."""
    return world(
        mechanisms={"alignment": False},
        issues=site({"threat": ["USA", "RUS"], "size": 0.8}),
        parameters=STILL | {"budget_response": 0.05},
        outcomes={"arms": {"of": {"power": "RUS"}, "at": "2003Q4"}},
    )


def exchange() -> dict[str, Any]:
    """What Russia sells can be bought with the site, unless the site is not for sale."""
    issues = site(USA=[1.0, 0.3], RUS=[0.0, 0.6])
    issues["site"]["start"] = 1.0
    issues["sale"] = {"start": 1.0, "control": "RUS", "interests": {"RUS": [1.0, 0.3], "USA": [0.0, 0.6]}}
    return world(
        issues=issues,
        weights={"security": 0.0, "friends": 0.0},
        parameters=STILL | {"talk": 1.0, "sign_tau": 0.0},
        branches={
            "keep": {"do": [{"hold": "site", "from": "2001Q1", "to": "2003Q4"}]},
            "free": {},
        },
        outcomes={"sale": {"of": {"issue": "sale"}, "at": "2003Q4"}},
    )


def concession(**parameters: float) -> dict[str, Any]:
    """To give the site up, or to keep it, is read as an act: America loses by giving up, Russia gains."""
    return world(
        issues=site(USA=[1.0, 0.5], RUS=[0.0, 0.5]),
        weights={"security": 0.0},
        parameters=STILL | parameters,
        mechanisms={"alignment": False},
        branches={"keep": {"do": [laid(1.0, "act")]}, "cancel": {"do": [laid(0.0, "act")]}},
    )


def resolve() -> dict[str, Any]:
    """Who saw America yield expects less of it when Poland is pressed over a district."""
    document = concession(rho=1.0, tau=0.0, helper_weight=1.0)
    return pressed(document)


def friendship() -> dict[str, Any]:
    """A grateful ally counts on help, and so does who presses it for a district."""
    document = allies(site(POL=[1.0, 0.5]))
    document["weights"] = {"security": 0.0}
    document["parameters"] |= {
        "rho": 0.0,
        "tau": 0.0,
        "mu": 0.0,
        "helper_weight": 1.0,
        "budget_response": 0.0,
    }
    return pressed(document)


def pressed(document: dict[str, Any]) -> dict[str, Any]:
    """Russia presses Poland for a district; it comes to terms, never to war."""
    document["mechanisms"]["war"] = False
    document["issues"]["district"] = {
        "start": 0.1,
        "binds": {"front": ["RUS", "POL"]},
        "interests": {"RUS": [1.0, 0.8], "POL": [0.0, 0.8]},
    }
    document["disputes"] = [{"issue": "district", "challenger": "RUS", "target": "POL", "hazard": 0.3}]
    document["outcomes"] = {"district": {"of": {"issue": "district"}, "at": "2003Q4"}}
    return document


def trust() -> dict[str, Any]:
    """Who was given something believes better of the giver."""
    document = concession(rho=0.0, tau=1.0)
    document["outcomes"] = {"trust": {"of": {"trust": ["RUS", "USA"]}, "at": "2003Q4"}}
    return document


def trust_and_threat() -> dict[str, Any]:
    """Trust takes fear away, and budgets answer fear: neither channel carries anything without the other."""
    document = concession(rho=0.0, tau=1.0, budget_response=0.05)
    document["outcomes"] = {"arms": {"of": {"power": "RUS"}, "at": "2003Q4"}}
    return document


def guarantee() -> dict[str, Any]:
    """The site is a guarantee, and guarantees bind allies."""
    return allies(site({"guarantee": ["USA", "POL"], "size": 0.5}))


def gratitude() -> dict[str, Any]:
    """The ally likes the site for its own sake."""
    return allies(site(POL=[1.0, 0.5]))


def allies(issues: dict[str, Any]) -> dict[str, Any]:
    """What an ally makes of the site, where nothing comes back by third parties."""
    return world(
        issues=issues,
        parameters=STILL | {"w_threat": 0.0},
        mechanisms={"balance": False},
        outcomes={"allied": {"of": {"alignment": ["POL", "USA"]}, "at": "2003Q4"}},
    )


def own_answer() -> dict[str, Any]:
    """Russia's own policy follows the site: no channel is needed."""
    issues = site()
    issues["rockets"] = {"start": 0.2, "control": "RUS", "interests": {"RUS": ["0.1 + 0.6*site", 0.5]}}
    return world(
        issues=issues,
        parameters={"noise_sd": 0.0, "power_sd": 0.0, "own_rate": 1.0},
        weights={"security": 0.0, "friends": 0.0},
        outcomes={"rockets": {"of": {"issue": "rockets"}, "at": "2003Q4"}},
    )


def nothing() -> dict[str, Any]:
    """Nobody cares about the site and it does nothing."""
    return world(outcomes={"arms": {"of": {"power": "RUS"}, "at": "2003Q4"}})


ONE = {
    "exchange": ("exchange", exchange),
    "resolve": ("resolve", resolve),
    "threat": ("threat", frightened),
    "guarantee": ("abandonment", guarantee),
    "gratitude": ("abandonment", gratitude),
    "friendship": ("abandonment", friendship),
    "own answer": ("direct", own_answer),
}
"""Which part carries all of the effect."""


def by_chance(*events: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Structural equations: an event a year, each with a chance that levers decide, each setting a lever of its name.

    An event is {id, year, chance, of}: it comes with the chance times what `of` is then. The lever `cause` is laid
    down as 1 by the branch `happened` and as 0 by `without`.
    """
    from powersim.world.params import MECHANISMS

    levers = ["cause", *(event["id"] for event in events)]
    document: dict[str, Any] = {
        "powersim": 1,
        "name": "by-chance",
        "calendar": {"start": "2000", "end": "2007", "turn": "year"},
        "intervention": "2001",
        "actors": {"A": {"power": 0.3, "economy": 0.3}, "B": {"power": 0.1, "economy": 0.1}},
        "issues": {f"l_{name}": {"start": 0.0, "control": "A", "interests": {}} for name in levers},
        "events": [
            {
                "id": event["id"], "from": str(event["year"]), "to": str(event["year"]),
                "hazard": event["chance"], "hazard_from": event.get("of", "1"),
                "set": {f"l_{event['id']}": event.get("sets", 1.0)},
            }
            for event in events
        ],
        "branches": {
            name: {"do": [{"path": {"l_cause": {"2001": to}}, "to": "2007"}]}
            for name, to in (("happened", 1.0), ("without", 0.0))
        },
        "mechanisms": dict.fromkeys(MECHANISMS, False) | {"calendar": True},
        "outcomes": {"effect": {"of": {"issue": "l_effect"}, "ever": "2007", "above": 0.5}},
    }  # fmt: skip
    return document | parts
