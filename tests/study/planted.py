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


def threat() -> dict[str, Any]:
    """The site frightens Russia, and budgets answer fear."""
    return world(
        issues=site({"threat": ["USA", "RUS"], "size": 0.8}),
        parameters=STILL | {"budget_response": 0.05},
        outcomes={"arms": {"of": {"power": "RUS"}, "at": "2003Q4"}},
    )
