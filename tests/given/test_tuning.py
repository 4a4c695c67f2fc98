"""What moves draw anew: by risk, as it was refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from powersim.given.tuning import AIM, BLOCK, NUDGE, PARTS, RECENT, TURN, Tuning, groups_of

RISKS, EACH, MOVES, PASSES = (0.0005, 0.02, 0.1, 0.6), 50, 300, 25
FAR = 4.0  # standard errors
GROUPS = [np.arange(EACH) + EACH * n for n in range(len(RISKS))]
Learnt = tuple[Tuning, list[tuple[dict[int, int], bool]]]


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    """A tuning that has seen moves refused by the risks of what they drew; what the last ones drew, and their fate."""
    rng, tuning = np.random.default_rng(3), Tuning.of(2, GROUPS)
    for _ in range(PASSES):
        made = []
        for _ in range(MOVES):
            chosen = tuning.numbers(rng, BLOCK)
            sizes = {group: len(places) for group, places in chosen.items()}
            well = all((rng.random(size) >= RISKS[group]).all() for group, size in sizes.items())
            made.append((sizes, well))
            tuning.count(BLOCK, chosen, well)
        tuning.follow()
    return tuning, made


def test_risks_are_learnt_from_refusals_of_many_at_a_time(learnt: Learnt) -> None:
    hardly, *others = learnt[0].dials[BLOCK].risk
    assert others == pytest.approx(RISKS[1:], rel=0.4)
    assert hardly < 0.4 * others[0]  # it is drawn with others, and takes long to be told from them


def test_as_many_moves_are_accepted_as_is_aimed_at(learnt: Learnt) -> None:
    """But for those that draw one by itself that is refused more often."""
    some = [well for sizes, well in learnt[1] if 3 not in sizes]
    assert np.mean(some) == pytest.approx(AIM, abs=FAR * math.sqrt(AIM * (1 - AIM) / len(some)))


def test_what_hardly_matters_is_drawn_as_a_whole_and_what_matters_by_itself(learnt: Learnt) -> None:
    sizes = [
        np.mean([made[group] for made, _ in learnt[1] if next(iter(made)) == group]) for group in range(4)
    ]
    assert sizes[0] == EACH >= sizes[1] > sizes[2] > sizes[3] >= 1


def test_the_more_is_at_risk_the_more_often_moves_come_to_it(learnt: Learnt) -> None:
    rng, dial = np.random.default_rng(5), learnt[0].dials[BLOCK]
    times = np.bincount([dial.order(rng, slice(None), 1)[0] for _ in range(4000)])
    assert times[1] == pytest.approx(times[0], rel=0.4)  # either takes one move
    assert times[2] / times[3] == pytest.approx(RISKS[2] / RISKS[3], rel=0.5)


def test_a_move_draws_of_what_it_may_draw() -> None:
    tuning, rng = Tuning.of(4, GROUPS), np.random.default_rng(0)
    tuning.dials[NUDGE].risk[:] = 1.0
    for _ in range(50):
        chosen = tuning.numbers(rng, NUDGE)
        assert 1 <= sum(map(len, chosen.values())) <= 3
        assert all(set(places) <= set(GROUPS[group]) for group, places in chosen.items())
        for kind in (RECENT, TURN):
            turn, own = tuning.luck(rng, kind, 1, 3)
            assert 1 <= turn <= 3
            assert 1 <= len(own) <= PARTS
            assert set(own) <= set(range(PARTS))


def test_numbers_that_stay_are_not_stirred_and_independent_ones_are() -> None:
    rng, tuning = np.random.default_rng(5), Tuning.of(1, [np.arange(4), np.arange(4, 8)])
    before, after = rng.random((2, 4000, 8))
    assert tuning.stirred(before - before) == 0.0
    assert tuning.stirred(before - after) == pytest.approx(1.0, abs=0.05)
    assert Tuning.of(1, []).stirred(np.zeros((4000, 0))) == 1.0


def test_numbers_of_one_issue_are_of_one_group() -> None:
    paths = ["issues.a.start", "issues.a.salience.X", "issues.b.start", "beliefs.trust.X", "alignment.X"]
    assert [group.tolist() for group in groups_of([*paths, "alignment.Y"])] == [[0, 1], [2], [3], [4, 5]]
