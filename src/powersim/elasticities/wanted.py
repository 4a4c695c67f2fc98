"""What is asked: inputs, outcomes, signs and the branches that they need, from what a user says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from powersim._words import listed
from powersim.elasticities.inputs import PARAMETERS, Input, every, known, nudged, parameters
from powersim.elasticities.measure import COUNTS, Nudges
from powersim.elasticities.signs import Sign, beside, read_signs
from powersim.errors import PowersimError
from powersim.run.opened import ALL, Chosen, LoadedScenario, chosen
from powersim.run.opened import listed as names_of
from powersim.run.plan import headline, plan
from powersim.run.space import Space


def wanted(
    opened: LoadedScenario,
    source: Path | None,
    main: str,
    theories: Chosen,
    seed: int | None,
    inputs: Chosen,
    outcomes: Chosen,
    signs: Path | None,
    runs: int,
    share: float,
    *,
    effects: bool,
) -> tuple[Nudges, tuple[Sign, ...], tuple[str, ...]]:
    """What to measure, all signs that were written down, and the outcomes to draw.

    A comparison of two branches neither of which is a yardstick is left alone unless it is asked for: by `effects`, or
    by naming the branch among the inputs.
    """
    every_outcome = (*opened.outcomes, *(name for name in COUNTS if name not in opened.outcomes))
    looked = chosen(outcomes, every_outcome, "outcome")
    file = signs or (beside(source) if source is not None else None)
    written = () if file is None else tuple(read_signs(file, every_outcome, opened.branches))
    written = tuple(sign for sign in written if sign.outcome in looked)
    space = Space(plan(opened, [main], theories, seed, swept=""))
    asked_for = names_of(inputs, "inputs")
    if asked_for == ():
        raise PowersimError("no input is named; allowed: parameters, paths of priors, branches, or all")
    named = list(asked_for) if asked_for not in (None, (ALL,)) and asked_for is not None else None
    branches = list(_branches(opened, main, written, named, effects=effects))
    numbers = [name for name in named or _numbers(space, written, asked_for) if name not in opened.branches]
    nudges = dict.fromkeys(nudged(space, name, share) for name in numbers)
    found = [  # a parameter that has the name of a branch is told from it by its path
        replace(each, name=PARAMETERS + each.name) if each.name in opened.branches else each
        for each in nudges
    ] + branches
    pairs = [
        pair
        for sign in written
        if effects and (pair := sign.effect)
        for each in found
        if each.name == sign.input
    ]
    needed = [
        main,
        *(name for each in branches for name in (each.name, each.against)),
        *(n for p in pairs for n in p),
    ]
    whole = Space(plan(opened, list(dict.fromkeys(needed)), theories, seed, swept=""))
    missing = [sign.input for sign in written if not (sign.against or known(space, sign.input))]
    left = f"not nudged, since there is no prior: {listed(list(dict.fromkeys(missing)))}" if missing else ""
    drawn = looked if outcomes is not None else tuple(name for name in headline(opened) if name in looked)
    return Nudges(whole, main, tuple(found), looked, written, runs, share, left), written, drawn


def _numbers(space: Space, signs: Sequence[Sign], asked: tuple[str, ...] | None) -> list[str]:
    """Names of the numbers to nudge where none is named: parameters and what signs name, or everything."""
    if asked == (ALL,):
        return every(space)
    named = [sign.input for sign in signs if not sign.against and known(space, sign.input)]
    return list(dict.fromkeys([*named, *parameters(space)]))


def _branches(
    opened: LoadedScenario, main: str, signs: Sequence[Sign], named: list[str] | None, *, effects: bool
) -> Iterator[Input]:
    """Branches to compare: as signs say, or with the one in which levels are looked at."""
    known_branches = opened.scenario.branches

    def yardstick(name: str) -> bool:
        return name in known_branches and known_branches[name].yardstick

    for name in opened.branches:
        against = [sign.against for sign in signs if sign.input == name]
        for other in dict.fromkeys(against or ([main] if name != main else [])):
            wish = (effects and bool(against)) or yardstick(name) or yardstick(other)
            if name in named if named is not None else wish:
                title = known_branches[name].title if name in known_branches else name
                yield Input(name, title, against=other)
