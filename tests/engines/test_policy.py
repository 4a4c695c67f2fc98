"""A policy of one's own: it replaces one vote, it shows from its first choice on, and it outvotes nobody."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from powersim import Model, PowersimError, State
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data
from powersim.sim.history import simulate
from powersim.sim.model import PowersimModel
from powersim.testing import documents
from powersim.world import chronicle
from powersim.world import columns as col
from powersim.world.state import Floats

RUNS = range(6)
SITE = "site"


def wants(target: float, control: str = SITE, since: int = 0) -> type[State]:
    """An actor with a target for one control from a turn on."""

    class Decided(State):
        def decide(self) -> dict[str, float]:
            return {control: target} if self.model.turn >= since else {}

    return Decided


def played(built: Built, run: int = 0, branch: str = "free", **agents: type[State]) -> Model:
    model = Model(built, branch, "spiral", run=run, agents=agents)
    while model.running:
        model.step()
    return model


def path(built: Built, issue: str, run: int = 0, **agents: type[State]) -> list[float]:
    """Where an issue stands after every turn."""
    model = Model(built, "free", "spiral", run=run, agents=agents)
    found = []
    while model.running:
        model.step()
        found.append(model.position(issue))
    return found


def changed(data: dict[str, Any], control: Any, **more: Any) -> Built:
    """The small scenario with another control of the site."""
    data["issues"][SITE] |= {"control": control, **more}
    return build(from_data(data))


def rows(model: PowersimModel, kind: int) -> Floats:
    log = model.history.log
    return log[log[:, col.KIND] == kind]


# what it may change, and when


def test_whoever_leaves_all_to_the_rule_changes_nothing(two_powers: Built) -> None:
    class Idle(State):
        def decide(self) -> dict[str, float]:
            return {}

    for run in RUNS:
        plain = simulate(two_powers.case("free", "spiral", 1, run), 1, run)
        model = played(two_powers, run, WEST=Idle, EAST=Idle)
        assert model.history.log.tobytes() == plain.log.tobytes()
        assert model.history.values.tobytes() == plain.values.tobytes()


@pytest.mark.parametrize("since", [0, 5, 17])
def test_history_is_the_same_until_the_first_choice(two_powers: Built, since: int) -> None:
    differs = 0
    for run in RUNS:
        plain = Model(two_powers, "free", "spiral", run=run)
        own = Model(two_powers, "free", "spiral", run=run, agents={"WEST": wants(0.0, since=since)})
        for _ in range(since):
            plain.step()
            own.step()
        one, other = plain.world._asdict(), own.world._asdict()
        assert all(one[name].tobytes() == other[name].tobytes() for name in one)
        while plain.running:
            plain.step()
            own.step()
        differs += plain.history.log.tobytes() != own.history.log.tobytes()
    assert differs > len(RUNS) / 2


def test_a_choice_changes_history_only_through_the_control(two_powers: Built) -> None:
    """A control that cannot move, because the branch lays it down, hands nothing on to the rest of the world."""
    for run in RUNS:
        plain = simulate(two_powers.case("keep", "spiral", 1, run), 1, run)
        early = int(
            np.flatnonzero(~np.isnan(two_powers.branch("keep").path[:, two_powers.index.levers[SITE]]))[0]
        )
        own = played(two_powers, run, branch="keep", WEST=wants(0.0, since=early))
        assert own.history.log.tobytes() == plain.log.tobytes()


def test_wanting_what_it_has_no_power_over_is_an_error(two_powers: Built) -> None:
    for agent, message in (
        (wants(1.0, "loans"), r"EAST has no say in loans; it has one in: rockets"),
        (wants(1.0, "rocket"), r"control 'rocket' is not known; did you mean rockets\?"),
        (wants(1.5, "rockets"), r"EAST wants rockets at 1\.5; allowed: 0 to 1"),
        (wants(math.nan, "rockets"), r"EAST wants rockets at nan; allowed: 0 to 1"),
    ):
        model = Model(two_powers, agents={"EAST": agent})
        with pytest.raises(PowersimError, match=message):
            model.step()


def test_forgetting_to_return_is_an_error(two_powers: Built) -> None:
    class Absent(State):
        def decide(self) -> Any:
            self.model.position(SITE)

    with pytest.raises(PowersimError, match=r"WEST decided None; allowed: \{control: target\}"):
        Model(two_powers, agents={"WEST": Absent}).step()


# how it moves what it controls


@pytest.mark.parametrize("target", [0.0, 0.125, 0.7, 1.0])
def test_a_sole_controller_gets_to_its_target_and_stays(
    two_powers_data: dict[str, Any], target: float
) -> None:
    built = changed(two_powers_data, "WEST")
    for run in RUNS:
        found = path(built, SITE, run, WEST=wants(target))
        assert found[-1] == pytest.approx(target, abs=1e-9)
        ways = np.abs(np.array([0.5, *found]) - target)
        assert (np.diff(ways) <= 1e-9).all()  # nearer and nearer, never past it


def test_the_pace_is_the_rules(two_powers_data: dict[str, Any]) -> None:
    """Policy moves in lumps of speed / own_rate, in the turns in which the luck of the rule has it move."""
    built = changed(two_powers_data, "WEST", start=0.0, speed=0.01)
    surprise = []
    for run in range(20):
        rate = built.inputs(1, run).params.own_rate
        found = np.array([0.0, *path(built, SITE, run, WEST=wants(1.0))])
        steps = np.diff(found)[np.diff(found) > 1e-9]
        assert steps == pytest.approx(0.01 / rate)
        surprise.append(len(steps) / built.turns - rate)
    assert abs(np.mean(surprise)) < 0.07


def test_a_target_where_it_stands_is_a_hold(two_powers_data: dict[str, Any]) -> None:
    class Holds(State):
        def decide(self) -> dict[str, float]:
            return {SITE: self.model.position(SITE)}

    built = changed(two_powers_data, "WEST")
    free = [path(built, SITE, run) for run in RUNS]
    assert any(len(set(found)) > 1 for found in free)
    assert all(set(path(built, SITE, run, WEST=Holds)) == {0.5} for run in RUNS)


def test_sanctions_and_pledges_can_be_decided(two_powers_data: dict[str, Any]) -> None:
    two_powers_data["pledges"] = [["WEST", "ALLY"]]
    built = build(from_data(two_powers_data))

    class Ally(State):
        def decide(self) -> dict[str, float]:
            return {"sanctions WEST>EAST": 1.0, "pledge WEST>ALLY": 0.5}

    model = played(built, 1, WEST=Ally)
    assert set(model["WEST"].controls) >= {"sanctions WEST>EAST", "pledge WEST>ALLY", SITE}
    assert model["WEST"].sanctions_on("EAST") > 0.5
    assert model["WEST"].pledge_to("ALLY") == pytest.approx(0.5)


def test_a_decision_may_read_the_world_and_draw_its_own_luck(two_powers: Built) -> None:
    class Moody(State):
        def decide(self) -> dict[str, float]:
            seen.append((self.draw("mood"), self.draw("weather")))
            return {SITE: 1.0 if self.alignment_with("EAST") < -0.3 or seen[-1][0] < 0.5 else 0.0}

    seen: list[tuple[float, float]] = []
    one = played(two_powers, 2, WEST=Moody).history
    first, seen = seen, []
    other = played(two_powers, 2, WEST=Moody).history
    assert one.log.tobytes() == other.log.tobytes()
    assert first == seen
    assert len({number for pair in first for number in pair}) == 2 * two_powers.turns


# what others may stop


@pytest.mark.parametrize("way", ["raise", "lower"])
def test_a_control_of_several_is_not_moved_by_one_alone(two_powers_data: dict[str, Any], way: str) -> None:
    """A veto: WEST wants it, ALLY, which must agree, does not."""
    control = {"raise": {"all": ["WEST", "ALLY"]}, "lower": {"all": ["WEST", "ALLY"]}}
    built = changed(two_powers_data, control)
    mine, theirs = (1.0, 0.0) if way == "raise" else (0.0, 1.0)
    for run in RUNS:
        stuck = path(built, SITE, run, WEST=wants(mine), ALLY=wants(theirs))
        assert set(stuck) == {0.5}
        agreed = path(built, SITE, run, WEST=wants(mine), ALLY=wants(mine))
        assert agreed[-1] == pytest.approx(mine)


def test_the_veto_of_an_actor_without_a_policy_holds(two_powers_data: dict[str, Any]) -> None:
    """ALLY, left to the rule, wants the site: WEST alone cannot give it up."""
    two_powers_data["mechanisms"] = {"exchange": False}
    two_powers_data["issues"][SITE]["interests"]["ALLY"] = [1.0, 5.0]
    built = changed(two_powers_data, {"raise": "WEST", "lower": {"all": ["WEST", "ALLY"]}})
    for run in RUNS:
        assert min(path(built, SITE, run, WEST=wants(0.0))) == 0.5
    built = changed(two_powers_data, {"raise": "WEST", "lower": {"any": ["WEST", "ALLY"]}})
    for run in RUNS:
        assert path(built, SITE, run, WEST=wants(0.0))[-1] == pytest.approx(0.0)


def test_who_agrees_goes_no_further_than_it_wants(two_powers_data: dict[str, Any]) -> None:
    control = {"raise": {"all": ["WEST", "ALLY"]}, "lower": {"all": ["WEST", "ALLY"]}}
    built = changed(two_powers_data, control)
    for run in RUNS:
        assert path(built, SITE, run, WEST=wants(1.0), ALLY=wants(0.75))[-1] == pytest.approx(0.75)


def test_where_contributions_add_an_actor_puts_in_its_own_and_no_more(
    two_powers_data: dict[str, Any],
) -> None:
    """The ally's policy pulls with the ally's weight: alone it gets its way, against the West it hardly shows."""
    two_powers_data["mechanisms"] = {"exchange": False}
    two_powers_data["issues"][SITE]["interests"]["ALLY"] = [0.9, 0.4]
    both = {"sum": ["WEST", "ALLY"]}
    built = changed(two_powers_data, {"raise": both, "lower": both})
    alone = changed(two_powers_data, {"raise": {"sum": ["ALLY"]}, "lower": {"sum": ["ALLY"]}})
    for run in RUNS:
        left, against = path(built, SITE, run), path(built, SITE, run, ALLY=wants(0.0))
        assert against[-1] > 0.5 * left[-1]
        assert path(alone, SITE, run, ALLY=wants(0.0))[-1] < 0.01
        assert path(built, SITE, run, ALLY=wants(0.0), WEST=wants(0.0))[-1] < 0.01


def test_a_veto_is_not_for_sale(two_powers_data: dict[str, Any]) -> None:
    """Whoever has a target for a control signs no deal that moves it away, whatever is offered."""
    two_powers_data["parameters"] = {"sign_tau": 0.0}
    two_powers_data["actors"]["ALLY"]["bandwidth"] = two_powers_data["actors"]["WEST"]["bandwidth"] = 4
    two_powers_data["issues"][SITE]["interests"] |= {
        "EAST": [0.0, 6.0],
        "WEST": [0.6, 0.1],
        "ALLY": [0.6, 0.1],
    }
    two_powers_data["issues"]["loans"]["interests"]["ALLY"] = [0.0, 0.2]
    built = changed(two_powers_data, {"raise": {"all": ["WEST", "ALLY"]}, "lower": {"all": ["WEST", "ALLY"]}})
    control = built.index.levers[SITE]
    sold = 0
    for run in range(12):
        legs = rows(played(built, run), chronicle.LEG)
        sold += int((legs[:, col.THING] == 3 * control).any())
        own = played(built, run, ALLY=wants(0.6))
        assert not (rows(own, chronicle.LEG)[:, col.THING] == 3 * control).any()
        assert own.position(SITE) >= 0.5 - 1e-9
    assert sold > 0


class Holds(State):
    """An actor that wants every control that it has a say in where it is when it is asked."""

    def decide(self) -> dict[str, float]:
        index = self.model.labels.control
        return {name: float(self.model.world.pos[index(name)]) for name in self.controls}


def test_whoever_holds_a_control_puts_back_what_an_event_has_moved(two_powers_data: dict[str, Any]) -> None:
    """It was asked before the event: that is an own move of whoever does nothing but hold."""
    two_powers_data["events"] = [{"id": "storm", "date": "2001Q1", "set": {SITE: 0.9}}]
    two_powers_data["hypotheses"] = []
    two_powers_data["parameters"] = {**two_powers_data.get("parameters", {}), "own_rate": 1.0}
    document = {key: value for key, value in two_powers_data.items() if key not in ("outcomes", "priors")}
    model = played(changed(document, "WEST"), WEST=Holds)
    own = rows(model, chronicle.OWN_MOVE)
    control = model.labels.control(SITE)
    moves = own[own[:, col.THING] == control]
    assert len(moves) == 1
    assert moves[0, col.GAIN] < 0.0
    assert not (rows(model, chronicle.LEG)[:, col.THING] // 3 == control).any()


@pytest.mark.slow
@settings(max_examples=40)
@given(documents(branches=False, turns=(4, 8), actors=(2, 4)))
def test_whoever_holds_all_its_own_controls_moves_none_and_sells_none(document: dict[str, Any]) -> None:
    """But for those that an event has moved since it was asked: these it puts back, and sells them neither."""
    built = build(from_data(document))
    code = min(built.index.actors)
    row = built.index.actors[code]
    setup = built.setup
    alone = np.flatnonzero(
        (setup.raisers[:, row] > 0) & (setup.lowerers[:, row] > 0)
        & (setup.raisers.sum(1) == 1) & (setup.lowerers.sum(1) == 1)
    )  # fmt: skip
    model = Model(built, theory="one", agents={code: Holds})
    while model.running:
        held, turn = model.world.pos.copy(), model.turn
        for phase in model.phases():
            if phase.name == "events":
                displaced = np.flatnonzero(model.world.pos != held)
        own = rows(model, chronicle.OWN_MOVE)
        own = own[(own[:, col.TURN] == turn) & np.isin(own[:, col.THING], alone)]
        assert np.isin(own[:, col.THING], displaced).all()
    legs = rows(model, chronicle.LEG)[:, col.THING]
    assert not np.isin(legs[legs < 3 * len(setup.control_kind)] // 3, alone).any()
