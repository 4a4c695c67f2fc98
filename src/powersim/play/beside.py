"""A history that was played beside those that the model makes, and many games beside the model with the same luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from powersim.effects.estimates import Estimate, estimates
from powersim.effects.outcomes import is_binary, summarise
from powersim.play.decisions import Bot
from powersim.play.game import Game, watching
from powersim.play.table import Words
from powersim.run.condense import summary_of
from powersim.run.plan import Plan, headline
from powersim.sim.history import simulate
from powersim.sim.run import History
from powersim.world.state import Floats

TAILS = (0.05, 0.5, 0.95)
"""Shares of simulated histories below the three values that are shown."""


@dataclass(frozen=True)
class Beside:
    """Where an outcome of a played history lies among N simulated ones.

    played; model: what the model makes of the same luck and numbers without a player. simulated (N): other runs.
    """

    outcome: str
    title: str
    unit: str
    played: float
    model: float
    simulated: Floats

    @property
    def percentile(self) -> float:
        """Share of simulated histories below the one that was played, those that equal it counted half, in percent."""
        below, equal = self.simulated < self.played, self.simulated == self.played
        return float(100.0 * (below.mean() + 0.5 * equal.mean()))

    @property
    def mean(self) -> float:
        """Of the simulated histories."""
        return float(self.simulated.mean())

    @property
    def spread(self) -> tuple[float, float, float]:
        """Values of which 5, 50 and 95 percent of the simulated histories lie below."""
        low, middle, high = np.quantile(self.simulated, TAILS)
        return float(low), float(middle), float(high)


@dataclass(frozen=True)
class Match:
    """An outcome over many games: its mean as played, as the model plays by itself, and the paired difference."""

    outcome: str
    title: str
    unit: str
    played: float
    model: float
    difference: Estimate


@dataclass(frozen=True)
class Measured:
    """An outcome to be read off histories: its name, title, unit."""

    name: str
    title: str
    unit: str


def measured(plan: Plan, actors: Sequence[str], everything: bool = False) -> list[Measured]:
    """What is compared: mean utility of the players, then the scenario's headline outcomes, or all of them."""
    titles = {actor.code: actor.title for actor in plan.scenario.actors}
    own = [Measured(f"utility {code}", f"Utility of {titles[code]}, mean", "utility") for code in actors]
    names = list(plan.scenario.outcomes) if everything else headline(plan.opened)
    return own + [
        Measured(name, plan.scenario.outcomes[name].title, plan.scenario.outcomes[name].unit)
        for name in names
    ]


def numbers(plan: Plan, actors: Sequence[str], what: Sequence[Measured], history: History) -> Floats:
    """The outcomes of a history whose last columns are the utilities of the players."""
    values, outcomes = history.values, plan.scenario.outcomes
    places = {name: place for place, name in enumerate(outcomes)}
    turns = tuple(range(len(values)))
    found = [values[:, values.shape[1] - len(actors) + n].mean() for n in range(len(actors))]
    for each in what[len(actors) :]:
        found.append(summarise(values[:, places[each.name]], summary_of(outcomes[each.name]), turns))
    return np.array(found, np.float64)


def unplayed(game: Game, run: int) -> History:
    """What the model makes of a run by itself, with the utilities of the players watched."""
    case = game.plan.cases(game.plan.theories[0], run)[0]
    return simulate(watching(case, [game.labels.actor(code) for code in game.actors]), game.plan.seed, run)


def beside(
    game: Game, runs: int, workers: int, tick: Callable[[], None], everything: bool = False
) -> list[Beside]:
    """A game that is over beside runs 0 .. runs - 1 of its branch and theory."""
    what = measured(game.plan, game.actors, everything)
    read = partial(numbers, game.plan, game.actors, what)

    def one(run: int) -> Floats:
        found = read(unplayed(game, run))
        tick()
        return found

    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="run") as pool:
        simulated = np.stack(list(pool.map(one, range(runs))))
    played, model = read(game.history), read(unplayed(game, game.run))
    return [
        Beside(each.name, each.title, each.unit, float(played[n]), float(model[n]), simulated[:, n])
        for n, each in enumerate(what)
    ]


def tournament(
    plan: Plan, bots: Mapping[str, Bot], runs: int, words: Words, tick: Callable[[], None]
) -> list[Match]:
    """Bots play runs 0 .. runs - 1; each game is paired with what the model makes of the same luck and numbers."""
    actors = tuple(bots)
    what = measured(plan, actors)
    played, model = np.zeros((2, runs, len(what)))
    for run in range(runs):
        game = Game(plan, actors, run, words)
        game.play(bots)
        played[run] = numbers(plan, actors, what, game.history)
        model[run] = numbers(plan, actors, what, unplayed(game, run))
        tick()
    found = []
    for n, each in enumerate(what):
        pair = played[:, n], model[:, n]
        rare = is_binary(np.stack(pair))
        touched = (pair[0] != pair[1]).astype(np.float64)
        (gap,) = estimates((pair[0] - pair[1])[None], rare=rare, touched=touched[None] if rare else None)
        found.append(
            Match(each.name, each.title, each.unit, float(pair[0].mean()), float(pair[1].mean()), gap)
        )
    return found
