"""Random scenarios of any size, valid by construction, whose texture does not change with their size.

Every fifth actor leads a region of five. An actor has a lever of its own that four others care about; a region has a
question on which all of its members have a veto, and a front over which war may come. The leaders sell arms and
know-how and may sanction. So issues, goods flows and disputes grow with the number of actors, and what an actor cares
about does not.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML

REGION = 5
FIRST_YEAR = 2000


def code(index: int) -> str:
    """A three-letter code: AAA, AAB, ..."""
    letters = [chr(ord("A") + index // 26**place % 26) for place in (2, 1, 0)]
    return "".join(letters)


def scenario(actors: int, years: int, seed: int, levers: int = 1) -> dict[str, Any]:
    """A scenario of format 1 with `actors` (a multiple of 5, at least 10) actors over `years` years of quarters.

    `levers`: how many each actor has.
    """
    draw = Random(seed)  # which scenario, not what happens in it
    names = [code(index) for index in range(actors)]
    leaders = names[::REGION]

    def interests(parties: list[str]) -> dict[str, list[float]]:
        return {name: [round(draw.random(), 2), round(draw.uniform(0.1, 0.8), 2)] for name in parties}

    def number(low: float, high: float) -> float:
        return round(draw.uniform(low, high), 3)

    issues: dict[str, Any] = {}
    for index, name in [(index, name) for index, name in enumerate(names) for _ in range(levers)]:
        others = draw.sample([other for other in names if other != name], 4)
        effects = [{"threat": [name, others[0]], "size": number(0.1, 0.4)}]
        issues[f"policy_{name.lower()}{len(issues) if levers > 1 else ''}"] = {
            "start": number(0.1, 0.9),
            "control": name,
            "interests": interests([name, *others]),
            "effects": effects if index % 3 == 0 else [],
        }
    disputes = []
    for start in range(0, actors, REGION):
        region = names[start : start + REGION]
        outsider = draw.choice([leader for leader in leaders if leader not in region])
        issues[f"treaty_{region[0].lower()}"] = {
            "start": number(0.2, 0.8),
            "control": {"all": region},
            "interests": interests([*region, outsider]),
        }
        front = f"front_{region[0].lower()}"
        issues[front] = {
            "binds": {"front": [region[0], region[1]]},
            "start": 0.1,
            "interests": {region[0]: [0.9, 0.6], region[1]: [0.0, 0.9], outsider: [0.0, 0.3]},
        }
        disputes.append({"issue": front, "challenger": region[0], "target": region[1], "hazard": 0.05})

    def flows() -> dict[str, list[str]]:
        return {leader: sorted(draw.sample([n for n in names if n != leader], 4)) for leader in leaders}

    return {
        "powersim": 1,
        "name": f"random-{actors}",
        "calendar": {"start": f"{FIRST_YEAR}Q1", "end": f"{FIRST_YEAR + years - 1}Q4", "turn": "quarter"},
        "actors": {
            name: {
                "power": number(0.01, 0.2) / actors * REGION,
                "economy": number(0.01, 0.2) / actors * REGION,
            }
            for name in names
        },
        "issues": issues,
        "goods": {
            "arms": {
                "kind": "rival",
                "power": 0.002,
                "war_use": 0.1,
                "war_power": 0.2,
                "delivery": 4,
                "quantum": 0.5,
                "stock": dict.fromkeys(leaders, 3),
                "production": dict.fromkeys(leaders, 0.1),
                "flows": flows(),
            },
            "missiles": {
                "kind": "know_how",
                "power": 0.002,
                "quantum": 0.2,
                "rent": 0.02,
                "stock": dict.fromkeys(leaders, 0.8),
                "flows": flows(),
            },
        },
        "sanctions": [
            {"by": leader, "on": draw.sample([n for n in names if n != leader], 2)} for leader in leaders
        ],
        "pledges": [[leader, draw.choice([n for n in names if n != leader])] for leader in leaders],
        "disputes": disputes,
        "outcomes": {
            "treaty": {"of": {"issue": f"treaty_{names[0].lower()}"}},
            "alignment": {"of": {"alignment": [names[0], names[1]]}},
        },
        "branches": {"free": {"title": "Everybody decides"}},
    }


def known(document: dict[str, Any]) -> dict[str, Any]:
    """Such a scenario with a record of its first treaty, and an uncertain number to learn of."""
    name = next(name for name in document["issues"] if name.startswith("treaty"))
    issue = document["issues"][name]
    unsure = {"value": issue["start"], "prior": {"uniform": [0.1, 0.9]}, "source": "assumed"}
    return document | {
        "issues": document["issues"] | {name: issue | {"start": unsure}},
        "record": {name: {"2000Q2": 0.5, "2001Q1": 0.6}},
        "evidence": {"branch": "free", "error": 0.1, "discrepancy": 0.1, "miss": 0.05, "paths": "changes"},
    }


def write(path: Path, actors: int, years: int, seed: int, levers: int = 1) -> None:
    """Write such a scenario as a file."""
    yaml = YAML(typ="safe")
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(scenario(actors, years, seed, levers), file)
