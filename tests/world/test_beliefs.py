"""Beliefs move by signals alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings

from powersim.world import chronicle
from worlds import Play, built, lively_documents, of_kind

GRID = 2.0**-39


@settings(max_examples=25)
@given(document=lively_documents())
def test_without_reputation_and_reassurance_beliefs_stay_on_their_prior_path(
    document: dict[str, Any],
) -> None:
    document["theories"]["neither"] = {"rho": 0, "tau": 0}
    play = Play(built(document).case("", "neither", 1, 0))
    s = play.case.setup
    for rows in play.steps():
        assert len(of_kind(rows, chronicle.BELIEF_RESOLVE, chronicle.BELIEF_TRUST)) == 0
        assert (np.abs(play.world.resolve - s.resolve0) < GRID).all()
        assert (np.abs(play.world.trust - s.trust0) < GRID).all()


@settings(max_examples=25)
@given(document=lively_documents(turns=(8, 12)))
def test_reputation_moves_resolve_alone_and_reassurance_trust_alone(document: dict[str, Any]) -> None:
    made = built(document)
    for theory, rests, start in (("one", "trust", "trust0"), ("other", "resolve", "resolve0")):
        play = Play(made.case("", theory, 1, 0))  # one: rho = 1, tau = 0; other: rho = 0, tau = 1
        for _ in play.steps():
            moved = getattr(play.world, rests) - getattr(play.case.setup, start)
            assert (np.abs(moved) < GRID).all()


@settings(max_examples=20)
@given(document=lively_documents(turns=(8, 12)))
def test_beliefs_return_to_their_priors_when_nothing_is_signalled(document: dict[str, Any]) -> None:
    case = built(document).case("", "one", 1, 0)
    play = Play(case)
    for _ in range(4):
        play.step()
    quiet = play.twin(rho=0.0, tau=0.0)
    distance = np.abs(quiet.world.resolve - case.setup.resolve0)
    for _ in quiet.steps():
        after = np.abs(quiet.world.resolve - case.setup.resolve0)
        assert (after <= distance + GRID).all()
        distance = after
