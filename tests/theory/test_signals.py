"""Signals by onlooker: whom a costly act serves decides what it says of resolve, and to whom it says what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onlookers import (
    AGAINST,
    FOR,
    FRIEND,
    OPPONENT,
    STAKE,
    Other,
    Scene,
    costs,
    crowds,
    moves,
    others,
)

from powersim.rules.beliefs import logit
from powersim.testing import shares

few = settings(max_examples=25)


def turned(scene: Scene) -> Scene:
    """The same move withdrawn by a mover whom that costs."""
    (ideal, salience), (a, b) = scene.mover, scene.move
    return replace(scene, mover=(1.0 - ideal, salience), move=(b, a))


@few
@given(mover=costs, move=moves, opponent=others(FOR, STAKE, OPPONENT), crowd=crowds)
def test_yielding_to_an_opponent_lowers_its_belief_whoever_else_is_served_or_denied(
    mover: tuple[float, float], move: tuple[float, float], opponent: Other, crowd: list[Other]
) -> None:
    seen = Scene(mover, move, (opponent, *crowd)).read()
    assert seen.resolve[0] < seen.resolve0[0]
    assert seen.trust[0] > seen.trust0[0]


@few
@given(mover=costs, move=moves, opponent=others(AGAINST, STAKE, OPPONENT), crowd=crowds)
def test_paying_to_deny_an_opponent_raises_its_belief_whoever_else_is_served_or_denied(
    mover: tuple[float, float], move: tuple[float, float], opponent: Other, crowd: list[Other]
) -> None:
    seen = Scene(mover, move, (opponent, *crowd)).read()
    assert seen.resolve[0] > seen.resolve0[0]
    assert seen.trust[0] < seen.trust0[0]


@few
@given(
    mover=costs,
    move=moves,
    allies=st.lists(others(FOR, STAKE, FRIEND), min_size=1, max_size=3),
    rest=st.lists(others(AGAINST, st.one_of(st.just(0.0), STAKE)), min_size=1, max_size=3),
)
def test_a_treaty_for_allies_never_lowers_anybodys_belief_and_withdrawn_it_never_raises_it(
    mover: tuple[float, float], move: tuple[float, float], allies: list[Other], rest: list[Other]
) -> None:
    """Of the adversary, with a stake in it or without; and of the allies themselves."""
    treaty = Scene(mover, move, (*allies, *rest))
    seen = treaty.read()
    assert all(after >= before for after, before in zip(seen.resolve, seen.resolve0, strict=True))
    seen = turned(treaty).read()
    assert all(after <= before for after, before in zip(seen.resolve, seen.resolve0, strict=True))


@few
@given(
    mover=costs,
    move=moves,
    friends=st.lists(others(alignment=FRIEND), min_size=1, max_size=3),
    idle=st.lists(others(salience=st.just(0.0)), max_size=3),
)
def test_where_nobody_is_opposed_nothing_is_learnt_of_resolve(
    mover: tuple[float, float], move: tuple[float, float], friends: list[Other], idle: list[Other]
) -> None:
    """Whoever has a stake is a friend: an act among friends is neither weak nor firm, to them or to others."""
    for scene in (Scene(mover, move, (*friends, *idle)), turned(Scene(mover, move, (*friends, *idle)))):
        seen = scene.read()
        assert seen.resolve == seen.resolve0


@few
@given(
    mover=st.tuples(shares(), shares(0.2, 1.0)),
    move=moves,
    share=shares(0.05, 0.95),
    opponent=others(FOR, STAKE, OPPONENT),
    crowd=crowds,
)
def test_conceding_a_part_never_makes_one_look_weaker_to_an_opponent_whose_ideal_is_not_passed(
    mover: tuple[float, float], move: tuple[float, float], share: float, opponent: Other, crowd: list[Other]
) -> None:
    """Wherever the mover's ideal lies, and whatever the act does to others."""
    whole = Scene(mover, move, (opponent, *crowd))
    part = replace(whole, move=(move[0], move[0] + share * (move[1] - move[0])))
    assert part.read().resolve[0] >= whole.read().resolve[0] - 1e-12


@few
@given(
    mover=st.tuples(shares(), shares(0.2, 1.0)),
    move=moves,
    share=shares(0.05, 0.95),
    served=st.lists(others(FOR), min_size=1, max_size=3),
    linear=st.booleans(),
    denied=st.lists(others(AGAINST), max_size=2),
)
def test_nor_to_anybody_else_if_no_ideal_is_passed_and_nobody_is_denied_or_losses_are_linear(
    mover: tuple[float, float],
    move: tuple[float, float],
    share: float,
    served: list[Other],
    linear: bool,
    denied: list[Other],
) -> None:
    """With curved losses those denied may weigh more in the whole than in a part: then the part can look weaker."""
    others_ = (*served, *(denied if linear else ()))
    whole = Scene(mover, move, others_, parameters={"curvature": 1.0 if linear else 1.5})
    part = replace(whole, move=(move[0], move[0] + share * (move[1] - move[0])))
    for half, full, start in zip(
        part.read().resolve, (seen := whole.read()).resolve, seen.resolve0, strict=True
    ):
        if full <= start:  # it was a concession to this onlooker, not a stand
            assert half >= full - 1e-12


def test_half_of_what_would_go_past_the_opponents_wish_does_look_weaker() -> None:
    """Why the condition is needed: half is all that it wants, the whole as bad as nothing."""
    whole = Scene((0.0, 0.5), (0.0, 1.0), (Other(0.5, 0.5, -0.5),))
    half = replace(whole, move=(0.0, 0.5))
    assert half.read().resolve[0] < half.read().resolve0[0] == whole.read().resolve[0]


@few
@given(
    mover=costs,
    move=moves,
    crowd=st.lists(others(salience=STAKE), min_size=1, max_size=3),
    omega=shares(),
    stranger=others(salience=st.just(0.0)),
)
def test_onlookers_without_a_stake_read_the_sum_by_omega_out_whoever_they_are(
    mover: tuple[float, float], move: tuple[float, float], crowd: list[Other], omega: float, stranger: Other
) -> None:
    """They read what a whole friend with a stake of next to nothing reads, weakened by omega_out."""
    friend = Other(stranger.ideal, 1e-9, 1.0)
    scene = Scene(mover, move, (stranger, friend, *crowd), 0.5, {"omega_out": omega, "rho": 0.5})
    seen = scene.read()
    assert logit(seen.resolve[0]) == pytest.approx(omega * logit(seen.resolve[1]), abs=1e-7)
    if omega == 0.0:
        assert seen.resolve[0] == seen.resolve0[0]


@few
@given(mover=st.tuples(shares(), shares()), move=moves, crowd=st.lists(others(), min_size=1, max_size=4))
def test_switched_off_nothing_is_learnt(
    mover: tuple[float, float], move: tuple[float, float], crowd: list[Other]
) -> None:
    scene = Scene(mover, move, tuple(crowd))
    for quiet in (replace(scene, parameters={"rho": 0.0}), replace(scene, on=("trust",))):
        seen = quiet.read()
        assert seen.resolve == seen.resolve0
    for quiet in (replace(scene, parameters={"tau": 0.0}), replace(scene, on=("resolve",))):
        seen = quiet.read()
        assert seen.trust == seen.trust0


@few
@given(
    mover=costs,
    move=moves,
    opponent=others(FOR, STAKE, OPPONENT),
    ally=others(salience=STAKE, alignment=FRIEND),
)
def test_allies_judge_resolve_by_what_the_opponent_gets_and_not_by_what_they_get_themselves(
    mover: tuple[float, float], move: tuple[float, float], opponent: Other, ally: Other
) -> None:
    yielding = Scene(mover, move, (ally, opponent)).read()
    assert yielding.resolve[0] < yielding.resolve0[0]
    firm = Scene(mover, move, (ally, opponent._replace(ideal=0.0))).read()
    assert firm.resolve[0] > firm.resolve0[0]


@few
@given(salience=STAKE, move=moves, harmed=others(AGAINST, STAKE), ideal=st.sampled_from([0.0, 1.0]))
def test_who_is_harmed_trusts_less_whether_the_mover_gains_or_pays_for_it(
    salience: float, move: tuple[float, float], harmed: Other, ideal: float
) -> None:
    seen = Scene((ideal, salience), move, (harmed,)).read()
    assert seen.trust[0] < seen.trust0[0]


@few
@given(salience=STAKE, move=moves, crowd=st.lists(others(), min_size=1, max_size=4))
def test_a_move_that_pays_its_mover_says_nothing_of_its_resolve(
    salience: float, move: tuple[float, float], crowd: list[Other]
) -> None:
    seen = Scene((1.0, salience), move, tuple(crowd)).read()
    assert seen.resolve == seen.resolve0


def test_many_friends_who_gain_do_not_outweigh_the_one_opponent_who_is_denied() -> None:
    """By the bare conflict expectation (friend_from = 1) a shield for ten allies would look like weakness."""
    scene = Scene(
        (0.0, 0.5), (0.2, 0.8), (Other(0.5, 0.0, 0.0), Other(0.0, 0.3, -0.25), *[Other(1.0, 0.4, 0.7)] * 10)
    )
    seen = scene.read()
    assert all(after > before for after, before in zip(seen.resolve, seen.resolve0, strict=True))
    bare = replace(scene, parameters={"friend_from": 1.0}).read()
    assert bare.resolve[0] < bare.resolve0[0]
