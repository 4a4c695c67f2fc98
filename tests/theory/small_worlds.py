"""Worlds with nothing in them but what a proposition is about, in which all draws come out alike."""

from __future__ import annotations

from typing import Any

from powersim.world.params import MECHANISMS

CERTAIN = {
    "talk": 1.0, "conference": 1.0, "sign_tau": 0.0, "own_rate": 1.0, "noise_sd": 0.0, "power_sd": 0.0,
    "curvature": 1.0, "chi": 0.0, "w_security": 0.0, "cost_per_leg": 0.001,
}  # fmt: skip


def small(
    actors: tuple[str, ...],
    on: tuple[str, ...],
    turns: int = 16,
    parameters: dict[str, float] | None = None,
    **sections: Any,
) -> dict[str, Any]:
    """A scenario with nothing in it but what is said; all draws come out alike."""
    return {
        "powersim": 1,
        "name": "small",
        "calendar": {
            "start": "2000Q1",
            "end": f"{2000 + (turns - 1) // 4}Q{(turns - 1) % 4 + 1}",
            "turn": "quarter",
        },
        "actors": {code: {"power": 0.1, "economy": 0.1} for code in actors},
        "parameters": CERTAIN | (parameters or {}),
        "mechanisms": {name: name in on for name in MECHANISMS},
        **sections,
    }
