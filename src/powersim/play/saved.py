"""A game on disk: what it is a game of, and what was decided. The history is computed again from both."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from powersim import _seals as seals
from powersim.errors import PowersimError
from powersim.files.reading import Strict, read
from powersim.files.writing import Mark, write
from powersim.play.decisions import Decisions, Written, written
from powersim.play.game import Game
from powersim.run.plan import Plan
from powersim.scenario.canonical import checksum
from powersim.sim import provenance

KEY = "powersim_play"
MARK: Mark = re.compile(rb'\A\{\s*"' + KEY.encode() + rb'"')
FORMAT = 1
ENDING = ".play.json"


class Facts(Strict):
    """What a game is one of."""

    scenario: str = Field(examples=['"two-powers"'])
    checksum: str
    rules: str
    overrides: dict[str, str] = Field(default_factory=dict)
    branch: str
    theory: str
    seed: int = Field(ge=0)
    run: int = Field(ge=0)
    sampling: str
    actor: str = Field(examples=['"EAST"'])


class Saved(Strict):
    """A game that was saved."""

    powersim_play: int = Field(ge=FORMAT, le=FORMAT, examples=["1"])
    game: Facts
    decided: list[Written] = Field(default_factory=list)
    checksum: str

    @property
    def decisions(self) -> list[dict[str, Decisions]]:
        """What was decided, stop by stop."""
        return [{self.game.actor: each.read()} for each in self.decided]


def facts(plan: Plan, actor: str, run: int) -> dict[str, Any]:
    """What a game of one player is one of."""
    return {
        "scenario": plan.scenario.name,
        "checksum": checksum(plan.scenario),
        "rules": provenance.rules_checksum(),
        "overrides": dict(plan.opened.overrides),
        "branch": plan.branches[0],
        "theory": plan.theories[0],
        "seed": plan.seed,
        "run": run,
        "sampling": plan.sampling,
        "actor": actor,
    }


def save(game: Game, file: Path) -> Path:
    """Write a game of one player to a file, which only a saved game may be in the way of."""
    (actor,) = game.actors
    decided = [written(each[actor]) for each in game.decided]
    data = seals.marked({KEY: FORMAT, "game": facts(game.plan, actor, game.run), "decided": decided})
    return write(file, json.dumps({KEY: data.pop(KEY), **data}, indent=1) + "\n", MARK)


def load(file: Path) -> Saved:
    """A game that was saved. FileError with every problem, PowersimError for one that was changed or damaged."""
    found = read(file, Saved, "a saved game")
    if not seals.is_whole(json.loads(file.read_text("utf-8-sig"))):
        raise PowersimError(f"{file}: is damaged, or was changed by hand; allowed: a game as `play` saved it")
    return found


def agrees(file: Path, found: Facts, wanted: Mapping[str, Any]) -> None:
    """PowersimError if a saved game is not one of what is wanted, see `facts`."""
    had = found.model_dump()
    for name, value in wanted.items():
        if had[name] == value:
            continue
        if name == "rules":
            raise PowersimError(
                f"{file}: was played by other rules ({had[name]}, here {value}), by which it would go another way; "
                "allowed: the version of powersim that saved it"
            )
        if name == "checksum":
            raise PowersimError(f"{file}: is a game of another scenario, or of the same with other numbers")
        raise PowersimError(f"{file}: is a game with {name} {had[name]!r}; found {name} {value!r}")
