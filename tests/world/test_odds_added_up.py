"""The rule's own odds, added up to the first time: on average as many as heads, with less noise if rare."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from test_stakes import NEUTRAL, quarrel

from powersim.scenario.arrays.build import Built
from powersim.sim.run import Bench, Engine
from powersim.world import quantities as watched
from worlds import MINIATURE, Play, built

RUNS = 600


def told(made: Built, branch: str) -> Iterator[Engine]:
    """Each run at its end; the next one takes its room."""
    bench = Bench(made.setup)
    for run in range(RUNS):
        engine = Engine(made.case(branch, "", 7, run), 7, run, bench=bench)
        engine.to(engine.case.turns)
        yield engine


def ends(made: Built, branch: str, odds: str, heads: str) -> tuple[np.ndarray, np.ndarray]:
    """(RUNS, places): the odds added up, and whether it has happened, of two fields of the world."""
    pairs = []
    for engine in told(made, branch):
        pairs.append((getattr(engine.world, odds).flatten(), getattr(engine.world, heads).flatten() > 0))
    return np.array([a for a, _ in pairs]), np.array([b for _, b in pairs], float)


def agrees(odds: np.ndarray, heads: np.ndarray) -> float:
    """Whether one place's odds have the mean of its heads; gives how many times less they vary."""
    difference = odds - heads
    ratio = heads.var() / odds.var()
    print(f"share {heads.mean():.3f}, odds added up {odds.mean():.3f}, variance ratio {ratio:.1f}")
    assert 0.02 < heads.mean() < 0.98
    assert abs(difference.mean()) < 3.0 * difference.std(ddof=1) / np.sqrt(len(heads))
    return float(ratio)


@pytest.mark.parametrize(
    ("shift", "hazard"),
    [
        pytest.param(0.1, 0.15, id="bargaining"),
        pytest.param(0.9, 0.03, id="preventive too", marks=pytest.mark.slow),
    ],
)
def test_the_mean_of_the_odds_added_up_is_the_share_of_runs_with_a_war(shift: float, hazard: float) -> None:
    document = quarrel(
        {"hazard": hazard, "over": ["door"]}, turns=16, c_a=0.0, c_a_spread=0.25, war_waste=0.05
    )
    document["parameters"]["decliner_share"] = {"value": 0.5, "prior": {"uniform": [0, 1]}}
    document["issues"]["door"]["effects"][0]["size"] = shift
    odds, wars = ends(built(document), "free", "onset", "wars")
    assert agrees(odds[:, 0], wars[:, 0]) > 1.0


@pytest.mark.parametrize(
    "war",
    [
        pytest.param(True, id="fought over"),
        pytest.param(False, id="no war possible", marks=pytest.mark.slow),
    ],
)
def test_the_mean_of_the_odds_of_demands_met_is_the_share_of_runs_with_one(war: bool) -> None:
    document = quarrel({"hazard": 0.15, "over": ["door"]}, turns=12, c_a=0.0, c_a_spread=0.25, war_waste=0.05)
    document["mechanisms"]["war"] = war
    odds, met = ends(built(document), "free", "conceded", "terms")
    assert agrees(odds[:, 0], met[:, 0]) > 1.0


def test_the_mean_of_the_odds_of_breaches_is_the_share_of_runs_with_one() -> None:
    """A bargain is broken by choice, with odds; an order is frozen as things stand, and then it is sure."""
    values = {"tau_c": 0.2, "renege_rate": 1.0, "counter_loss": 0.0}
    odds, broken = ends(
        built(MINIATURE | {"parameters": MINIATURE["parameters"] | values}), "", "reneged", "breaches"
    )
    buyer, rival, seller = range(3)
    for one, other in ((seller, rival), (rival, seller)):
        assert agrees(odds[:, 3 * one + other], broken[:, 3 * one + other]) > 1.0
    frozen = broken[:, 3 * seller + buyer] > 0.0
    assert frozen.any()
    assert (odds[frozen, 3 * seller + buyer] >= 1.0).all()
    assert not odds[:, [3 * i + i for i in range(3)]].any()


def test_nothing_is_added_after_the_first_war_or_where_war_is_ruled_out() -> None:
    document = quarrel({"hazard": 1.0}, turns=30, c_a=0.0, c_a_spread=0.0, truce=1.0)
    document["branches"]["peace"] = {"do": [{"forbid": {"war": ["AAA", "BBB"]}}]}
    made = built(document)
    seen = 0
    for run in range(10):
        play = Play(made.case("free", "", 7, run), 7, run)
        before = 0.0
        for _ in play.steps():
            if play.world.wars[0] > 0:
                seen += 1
                before = play.world.onset[0] if before == 0.0 else before
                assert play.world.onset[0] == before > 0.0
        peace = Play(made.case("peace", "", 7, run), 7, run)
        peace.engine.to(peace.case.turns)
        assert peace.world.onset[0] == 0.0
    assert seen > 0


def test_the_odds_are_watched_as_an_outcome_and_change_nothing() -> None:
    document = quarrel({"hazard": 0.5}, **NEUTRAL | {"c_a": 0.0, "c_a_spread": 0.1})
    plain = built(document)
    document["outcomes"] = {"onset": {"of": {"onset": ["AAA", "BBB"]}}}
    made = built(document)
    case = made.case("free", "", 7, 0)
    assert case.watch.kind.tolist() == [watched.ONSET]
    one, other = Play(case, 7, 0), Play(plain.case("free", "", 7, 0), 7, 0)
    rows = [np.concatenate(list(play.steps())) for play in (one, other)]
    assert np.array_equal(rows[0], rows[1])
    assert one.engine.history().values[-1, 0] == one.world.onset[0] > 0.0


def test_the_mean_of_the_odds_of_strikes_is_the_share_of_runs_with_a_strike() -> None:
    document = quarrel()
    document["issues"]["programme"] = {
        "start": 0.2, "control": "AAA", "speed": 0.05, "interests": {"AAA": [1.0, 0.8], "BBB": [0.0, 0.5]}}  # fmt: skip
    document["strikes"] = [
        {"by": "BBB", "on": "AAA", "programme": "programme", "milestones": [0.35, 0.5, 0.7]}
    ]
    document["mechanisms"] |= {"programme_strike": True, "crisis": False}
    document["parameters"] |= {"strike_noise": 0.3, "own_rate": 0.5}
    document["outcomes"] = {"struck": {"of": {"struck": ["BBB", "AAA"]}}}
    made = built(document)
    odds, hits = [], []
    for engine in told(made, "free"):
        odds.append(engine.history().values[-1, 0])
        hits.append(float(engine.world.strikes[0] > 0))
    difference = np.array(odds) - np.array(hits)
    assert 0.05 < np.mean(hits) < 0.95
    assert abs(difference.mean()) < 3.0 * difference.std(ddof=1) / np.sqrt(RUNS)
    assert np.var(hits) > np.var(odds)
