"""Beliefs move by signals, and relax to priors that follow power and stakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.compile.jit import interpreted
from powersim.world import chronicle
from powersim.world.derive import derive
from powersim.world.signals import current_calculus, forget
from powersim.world.state import Floats
from worlds import Play, built, lively_documents, of_kind

GRID = 2.0**-39


def calculus_of(play: Play) -> Floats:
    """What power and stakes say for resolve, a second time: by whole matrices."""
    s, w, p = play.case.setup, play.world, play.case.params
    party = s.salience_hard + s.salience_eng > 0.0
    for actor, issue, clause in zip(s.clause_actor, s.clause_issue, s.clause_salience, strict=True):
        party[actor, issue] |= clause >= 0
    apart = np.abs(w.theta[:, None, :] - w.theta[None, :, :]) * (party[:, None, :] & party[None, :, :])
    stake = (apart * w.salience[None, :, :]).sum(axis=2)  # [i, j]: of j, against i
    power = np.log(np.maximum(play.derived.M, 1e-6))
    answer: Floats = p.calculus_power * (power[None, :] - power[:, None]) + p.calculus_stakes * (
        stake - stake.T
    )
    return answer


def priors(play: Play) -> Floats:
    """The priors of resolve as they are now: beliefs of which everything is forgotten."""
    other = play.twin(mu=1.0)
    g, w, desk = other.packed
    interpreted(derive)(g, w, desk.derived)
    interpreted(forget)(g, w, desk)
    return other.world.resolve


def played(document: dict[str, Any], turns: int) -> Play:
    """A history after some turns."""
    play = Play(built(document).case("", "one", 1, 0))
    for _ in range(turns):
        play.step()
    return play


@settings(max_examples=12)
@given(document=lively_documents(), turns=st.integers(0, 4))
def test_the_prior_of_resolve_is_the_start_moved_by_what_power_and_stakes_have_changed(
    document: dict[str, Any], turns: int
) -> None:
    play = played(document, turns)
    s, floor = play.case.setup, play.case.params.belief_floor
    found = priors(play)
    now = np.zeros_like(found)
    interpreted(current_calculus)(*play.packed, now)
    assert now == pytest.approx(calculus_of(play), abs=1e-12)
    others = ~np.eye(len(found), dtype=bool)
    r = np.clip(s.resolve0, floor, 1.0 - floor)
    odds = np.log(r / (1.0 - r)) + now - play.world.calculus0
    expected = np.clip(1.0 / (1.0 + np.exp(-odds)), floor, 1.0 - floor)
    assert found[others] == pytest.approx(expected[others], abs=1e-12)


@settings(max_examples=12)
@given(document=lively_documents())
def test_beliefs_begin_at_rest_at_their_priors(document: dict[str, Any]) -> None:
    play = played(document, 0)
    others = ~np.eye(len(play.world.power), dtype=bool)
    assert (priors(play)[others] == play.case.setup.resolve0[others]).all()


@settings(max_examples=12)
@given(document=lively_documents(), turns=st.integers(0, 3), more=st.floats(0.001, 0.5), data=st.data())
def test_more_power_or_higher_stakes_never_lower_the_prior_of_ones_resolve(
    document: dict[str, Any], turns: int, more: float, data: st.DataObject
) -> None:
    play = played(document, turns)
    j = data.draw(st.integers(0, len(play.world.power) - 1))
    k = data.draw(st.integers(0, len(play.world.x) - 1))
    before = priors(play)
    stronger = play.twin()
    stronger.world.power[j] += more
    after = priors(stronger)
    assert (after[:, j] >= before[:, j]).all()
    assert (after[j] <= before[j]).all()
    keener = play.twin()
    keener.world.salience[j, k] += more
    after = priors(keener)
    assert (after[:, j] >= before[:, j]).all()
    assert (after[j] <= before[j]).all()


@settings(max_examples=15)
@given(document=lively_documents())
def test_without_reputation_and_reassurance_beliefs_stay_on_their_prior_path(
    document: dict[str, Any],
) -> None:
    """Resolve goes nowhere but towards the prior of the turn, trust rests; without the calculus both rest."""
    document["theories"]["neither"] = {"rho": 0, "tau": 0}
    made = built(document)
    play = Play(made.case("", "neither", 1, 0))
    s = play.case.setup
    before = s.resolve0.copy()
    for rows in play.steps():
        assert len(of_kind(rows, chronicle.BELIEF_RESOLVE, chronicle.BELIEF_TRUST)) == 0
        assert (np.abs(play.world.trust - s.trust0) < GRID).all()
        ahead = priors(play) - before  # power may have moved a little since, in battle: hence the tolerance
        gone = play.world.resolve - before
        assert (np.abs(gone) <= np.abs(ahead) * play.case.params.mu * 4.0 + 0.01).all()
        before = play.world.resolve.copy()
    still = Play(made.case("", "neither", 1, 0, off=["current_calculus"]))
    for _ in still.steps():
        assert (np.abs(still.world.resolve - s.resolve0) < GRID).all()


@settings(max_examples=15)
@given(document=lively_documents(turns=(8, 12)))
def test_reputation_moves_resolve_alone_and_reassurance_trust_alone(document: dict[str, Any]) -> None:
    made = built(document)
    for theory, rests, start in (("one", "trust", "trust0"), ("other", "resolve", "resolve0")):
        # one: rho = 1, tau = 0; other: rho = 0, tau = 1
        play = Play(made.case("", theory, 1, 0, off=["current_calculus"]))
        for _ in play.steps():
            moved = getattr(play.world, rests) - getattr(play.case.setup, start)
            assert (np.abs(moved) < GRID).all()


@settings(max_examples=12)
@given(document=lively_documents(turns=(8, 12)))
def test_beliefs_return_to_their_priors_when_nothing_is_signalled(document: dict[str, Any]) -> None:
    case = built(document).case("", "one", 1, 0, off=["current_calculus"])
    play = Play(case)
    for _ in range(4):
        play.step()
    quiet = play.twin(rho=0.0, tau=0.0)
    distance = np.abs(quiet.world.resolve - case.setup.resolve0)
    for _ in quiet.steps():
        after = np.abs(quiet.world.resolve - case.setup.resolve0)
        assert (after <= distance + GRID).all()
        distance = after
