"""Histories in which every function of the world that does not act is watched: does it leave the world as it was?

Run as a program under POWERSIM_JIT=0 it prints as JSON which there are, which were never called, which changed what.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import powersim.world
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data
from powersim.sim.history import simulate
from powersim.sim.run import Engine
from powersim.world.channels import Held
from powersim.world.state import World
from worlds import LIVELY

ACTS = frozenset({
    "begin", "stretch", "_phase", "_events", "_branch", "_growth", "_own_policy", "_deals", "_delivery",
    "_compliance", "_foresee", "_strikes", "_crises", "_wars", "_signals", "_alignment", "_home", "_record",
    "_look_around", "_settle_grid", "refresh_readings", "refresh_interests", "follow_resolve", "follow_trust",
    "follow_alignment", "write", "unsigned", "fell_through", "calendar", "_act", "lay_down", "grow",
    "proxies", "own_policy", "put_on_the_table", "match_offers", "_judge_and_sign", "sign", "sign_held",
    "_execute", "deliver", "lapse", "comply", "_breach", "_wrong", "_credit", "cancel", "default", "strikes",
    "_decide", "crises", "_crisis", "start_war", "_choose_sides", "wars", "_battle", "_move_front", "_end",
    "_city_strikes", "read_moves", "_read_act", "learn_resolve", "_learn_resolve", "learn_trust",
    "breaches_known", "forget", "_relax_resolve", "_relax_trust", "align", "home", "remember_stakes", "settle",
})  # fmt: skip
"""What changes the world, by name. Whatever else is given one judges, and must not."""
INNER = frozenset({"imagine"})
"""Steps of a judgement that imagines another world in place of this one, which is put back at the end of it."""
EVERYTHING = Path(__file__).resolve().parents[1] / "scenarios" / "valid" / "everything.yaml"
RICH = {"payment_cap": 0.5, "payment_taken": 0.5}  # or nobody orders arms in so few quarters
SEED = 3  # arms are ordered in the first run already, which is held at its own deals
ROOM = frozenset({"stack", "log"})
"""Room to work out expressions; the chronicle, whose count of rows is compared."""


def functions() -> dict[str, tuple[Callable[..., Any], int]]:
    """Every rule of the world that is given the world: name -> it and the place of that argument."""
    found: dict[str, tuple[Callable[..., Any], int]] = {}
    for module in pkgutil.iter_modules(powersim.world.__path__):
        loaded = importlib.import_module(f"powersim.world.{module.name}")
        for name, function in vars(loaded).items():
            plain = getattr(function, "py_func", function)
            if inspect.isfunction(plain) and plain.__module__ == loaded.__name__:
                arguments = plain.__annotations__
                if arguments.get("w") == "World":
                    assert name not in found, f"two functions are called {name}"
                    found[name] = (function, list(arguments).index("w"))
    return found


class Watch:
    """Calls of judging functions, and what they changed."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.changed: dict[str, list[str]] = {}

    def over(self, name: str, function: Callable[..., Any], place: int) -> Callable[..., Any]:
        """The function, watched."""

        def watched(*given: Any) -> Any:
            filled = [
                id(array) for array in given
            ]  # what it is asked to fill, such as the drivers at the start
            before = bytes_of(given[place], filled)
            answer = function(*given)
            after = bytes_of(given[place], filled)
            self.calls[name] += 1
            if before != after:
                names = sorted(key for key in before if before[key] != after[key])
                self.changed.setdefault(name, names)
            return answer

        return watched

    def install(self) -> None:
        """Put watched functions in the place of all that judge, in every module of the world that knows them."""
        watched = {
            id(function): self.over(name, function, place)
            for name, (function, place) in functions().items()
            if name not in ACTS | INNER
        }
        for loaded in [module for name, module in sys.modules.items() if name.startswith("powersim.world.")]:
            for name, value in list(vars(loaded).items()):
                if id(value) in watched:
                    setattr(loaded, name, watched[id(value)])


def bytes_of(world: World, but: Collection[int]) -> dict[str, bytes]:
    """Every array of the world, without some."""
    return {
        name: array.tobytes()
        for name, array in world._asdict().items()
        if name not in ROOM and id(array) not in but
    }


def document() -> dict[str, Any]:
    """The scenario that has everything, made lively: talks, breaches, crises, wars and strikes are frequent."""
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(EVERYTHING.read_text(encoding="utf-8"))
    del found["mechanisms"]
    found["parameters"] = found["parameters"] | LIVELY | {"battle_cost": 0.02} | RICH
    found["goods"]["guns"] |= {
        "delivery": 2,
        "quantum": 0.1,  # added to a stock of 0.3 and taken away again it leaves another one
        "stock": {"COR": 5, "DAN": 0.3, "BEL": 3},
        "flows": {"COR": "DAN", "BEL": "DAN"},
    }
    found["issues"]["council"]["control"] = {"sum": ["NORTH", "COR"]}
    found["issues"]["council"]["interests"] = {"ARD": [0.9, 0.5], "COR": [0.1, 0.5]}
    found["disputes"][0] |= {"hazard": 0.9, "costs": {}}
    found["issues"]["front"]["interests"] = {"COR": [1, 1], "DAN": [0, 1], "BEL": [0, 0.5]}
    minds = {"ideal": 0.2, "salience": 0.0, "when": [{"if": "front >= 0.5", "ideal": 0.3}]}
    found["issues"]["pressure"]["interests"] = {"ARD": minds}
    found["trade"] |= {"COR>ARD": 0.01}
    return found


def play(built: Built, branch: str, runs: int) -> None:
    """Some histories, and the first once more held at its own deals, and as far as its first offers."""
    for run in range(runs):
        case = built.case(branch, "", SEED, run)
        kept = simulate(case, SEED, run, keep=True)
        if run == 0:
            assert kept.paths is not None
            simulate(case, SEED, run, held=Held(kept.paths, ["exchange"]))
            Engine(case, SEED, run).to(1, "offers")  # somebody looks on


if __name__ == "__main__":
    judging = sorted(set(functions()) - ACTS - INNER)
    watch = Watch()
    watch.install()
    everything = build(from_data(document()))
    for name in ("happened", "offered"):
        play(everything, name, 2)
    unseen = [name for name in judging if name not in watch.calls]
    print(json.dumps({"judging": judging, "unseen": unseen, "changed": watch.changed}))
