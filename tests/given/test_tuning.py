"""What moves draw anew: by risk, as it was refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from powersim.given.tuning import AIM, BLOCK, GUESS, NUDGE, PARTS, RECENT, TAKEN, TURN, Tuning
from powersim.world.state import Ints

COUNT, HARDLY = 400, 0.0005
RISKY = {0: 0.8, 1: 0.8, 2: 0.5, 3: 0.5, 4: 0.3, 5: 0.3, 6: 0.15, 7: 0.15}
RISK = np.array([RISKY.get(place, HARDLY) for place in range(COUNT)])
MOVES, PASSES, LAST = 300, 40, 10
FAR = 4.0  # standard errors
Learnt = tuple[Tuning, list[tuple[Ints, bool]]]


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    """A tuning that has seen moves refused by the risks of what they drew; what the last ones drew, and their fate."""
    rng, tuning, made = np.random.default_rng(3), Tuning.of(2, COUNT), []
    for done in range(PASSES):
        for _ in range(MOVES):
            chosen = tuning.numbers(rng, BLOCK)
            well = bool((rng.random(len(chosen)) >= RISK[chosen]).all())
            made += [(chosen, well)] if done >= PASSES - LAST else []
            tuning.count(BLOCK, chosen, well)
        tuning.follow()
    return tuning, made


def test_the_few_that_matter_are_found_among_hundreds_that_are_drawn_with_them(learnt: Learnt) -> None:
    found = learnt[0].risk
    assert found[:6] == pytest.approx(RISK[:6], rel=0.4)
    assert (found[6:8] > 10 * found[len(RISKY) :].mean()).all()  # they take longer to be told from the others
    assert found[len(RISKY) :].mean() < 0.02 * RISK[7]
    assert found.sum() == pytest.approx(RISK.sum(), rel=0.15)


def test_as_many_moves_are_accepted_as_is_aimed_at(learnt: Learnt) -> None:
    well = [well for _, well in learnt[1]]
    assert np.mean(well) == pytest.approx(AIM, abs=FAR * math.sqrt(AIM * (1 - AIM) / len(well)))


def test_what_hardly_matters_is_drawn_by_the_hundred_and_what_matters_with_little_of_it(
    learnt: Learnt,
) -> None:
    tuning = learnt[0]
    assert np.median([len(chosen) for chosen, _ in learnt[1]]) > 50
    assert all(tuning.risk[chosen[:-1]].sum() <= 1.2 * TAKEN for chosen, _ in learnt[1])


def test_all_numbers_are_drawn_about_as_often_whatever_hangs_on_them(learnt: Learnt) -> None:
    times = np.bincount(np.concatenate([chosen for chosen, _ in learnt[1]]), minlength=COUNT) / len(learnt[1])
    hardly = times[len(RISKY) :].mean()
    assert times[4:8] == pytest.approx(hardly, rel=0.4)
    assert (times[:4] > 0.3 * hardly).all()  # they end a move before their turn, unless they come first


def test_a_risk_of_which_nothing_is_known_is_the_guess_and_one_never_refused_falls() -> None:
    tuning = Tuning.of(1, 4)
    tuning.follow()
    assert tuning.risk == pytest.approx(GUESS)
    for _ in range(100):
        tuning.count(BLOCK, np.array([0, 1]), True)
        tuning.count(BLOCK, np.array([1, 2]), False)
    tuning.follow()
    assert tuning.risk[0] < 0.1 * GUESS
    assert tuning.risk[1] < 0.2 < 0.5 < tuning.risk[2]  # what is accepted elsewhere is not to blame
    assert tuning.risk[3] == pytest.approx(GUESS)


def test_a_move_draws_of_what_it_may_draw() -> None:
    tuning, rng = Tuning.of(4, 9), np.random.default_rng(0)
    tuning.dials[NUDGE].risk[:] = 1.0 - AIM
    for _ in range(50):
        chosen = tuning.numbers(rng, NUDGE)
        assert len(chosen) == 1
        assert set(chosen) <= set(range(9))
        for kind in (RECENT, TURN):
            own = tuning.luck(rng, kind, 1, 3)
            assert 1 <= len(own) == len(set(own)) <= PARTS
            assert len(set(own // PARTS)) == 1
            assert 1 <= own[0] // PARTS <= 3


def test_moves_come_to_a_turn_as_often_as_it_takes_to_draw_all_its_luck() -> None:
    tuning, rng = Tuning.of(3, 0), np.random.default_rng(5)
    tuning.dials[TURN].risk[:] = np.repeat([0.001, TAKEN / PARTS, 3 * TAKEN / PARTS], PARTS)
    times = np.bincount([tuning.luck(rng, TURN, 0, 2)[0] // PARTS for _ in range(5000)]) / 5000
    assert times == pytest.approx([0.2, 0.2, 0.6], abs=0.03)


def test_numbers_that_stay_are_not_stirred_and_independent_ones_are() -> None:
    rng, tuning = np.random.default_rng(5), Tuning.of(1, 8)
    before, after = rng.random((2, 4000, 8))
    assert tuning.stirred(before - before) == 0.0
    assert tuning.stirred(before - after) == pytest.approx(1.0, abs=0.05)
    assert Tuning.of(1, 0).stirred(np.zeros((4000, 0))) == 1.0


def test_what_matters_counts_for_more_in_how_far_numbers_are_stirred() -> None:
    rng, tuning = np.random.default_rng(5), Tuning.of(1, 2)
    tuning.dials[BLOCK].risk[:] = 0.9, 0.1
    before, after = rng.random((2, 4000, 2))
    after[:, 0] = before[:, 0]
    assert tuning.stirred(before - after) == pytest.approx(0.1, abs=0.01)
