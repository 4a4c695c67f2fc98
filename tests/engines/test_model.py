"""The Mesa model: agents are views, Mesa's tools work on it, and Mesa's luck never reaches a rule."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from hypothesis import given, settings

import powersim
from powersim import Model, PowersimError, State
from powersim.scenario.arrays.build import Built
from powersim.scenario.load import from_data
from powersim.sim.history import simulate
from powersim.sim.model import PowersimModel
from powersim.testing import documents
from powersim.world import quantities as watched
from powersim.world.case import Watch


def run_out(model: PowersimModel) -> PowersimModel:
    while model.running:
        model.step()
    return model


def test_views_say_what_a_study_records(flagship: Built) -> None:
    """Every property of every agent, after every turn, against the outcomes that an ensemble would keep."""
    codes = tuple(flagship.index.actors)
    n = len(codes)
    ones = {
        watched.POWER: "power", watched.STRENGTH: "strength", watched.SECURITY: "security",
        watched.ECONOMY: "economy", watched.UTILITY: "utility", watched.ENGAGERS: "engagers", watched.DEALS: "deals",
    }  # fmt: skip
    twos = {
        watched.ALIGNMENT: "alignment_with", watched.RESOLVE: "belief_in_resolve_of", watched.TRUST: "trust_in",
    }  # fmt: skip
    asked = [(kind, i, -1) for kind in ones for i in range(n)] + [
        (k, i, j) for k in twos for i in (0, 5) for j in range(n)
    ]
    asked += [(watched.ISSUE, k, -1) for k in range(len(flagship.index.issues))]
    asked += [(watched.STOCK, i, g) for i in range(n) for g in range(len(flagship.index.goods))]
    watch = Watch(*(np.array(column, np.int64) for column in zip(*asked, strict=True)))
    case = flagship.case("replace", "deterrence", 1, 0)._replace(watch=watch)
    recorded = simulate(case, 1, 0).values
    model = Model(flagship, "replace", "deterrence", seed=1, run=0)
    issues, goods = model.labels.issues, model.labels.goods
    for t in range(case.turns):
        model.step()
        for (kind, a, b), value in zip(asked, recorded[t], strict=True):
            if kind in ones:
                assert getattr(model[codes[a]], ones[kind]) == value
            elif kind in twos:
                assert getattr(model[codes[a]], twos[kind])(codes[b]) == value
            elif kind == watched.ISSUE:
                assert model.position(issues[a]) == value
            else:
                assert model[codes[a]].arsenal[goods[b]] == value


def test_agents_hold_no_state_of_their_own(two_powers: Built) -> None:
    model = Model(two_powers, "free", "spiral")
    before = [dict(vars(agent)) for agent in model.agents]
    run_out(model)
    assert [dict(vars(agent)) for agent in model.agents] == before
    assert set(before[0]) == {"model", "unique_id", "pos", "index"}
    model.world.power[model.labels.actor("EAST")] = 0.125
    assert model["EAST"].power == 0.125


@pytest.mark.slow
@settings(max_examples=25)
@given(documents(turns=(2, 6)))
def test_every_view_stays_in_its_range(document: dict[str, Any]) -> None:
    model = run_out(Model(from_data(document), theory="one", run=3))
    for state in model.states:
        assert all(0.0 <= share <= 1.0 for share in (state.security, state.economy, state.engagers))
        assert min(state.power, state.output, *state.arsenal.values(), 0.0) >= 0.0
        for issue in model.labels.issues:
            assert 0.0 <= state.ideal(issue) <= 1.0
            assert state.salience(issue) >= 0.0
        for other in (code for code in model.labels.actors if code != state.code):
            assert -1.0 <= state.alignment_with(other) <= 1.0
            assert state.alignment_with(other) == model[other].alignment_with(state.code)
            shares = [
                state.belief_in_resolve_of(other), state.trust_in(other), state.help_expected_of(other),
                state.sanctions_on(other), state.pledge_to(other),
            ]  # fmt: skip
            assert all(0.0 <= share <= 1.0 for share in shares)
            assert state.fear_of(other) >= 0.0
            assert (other in state.at_war_with) == (state.code in model[other].at_war_with)


def test_mesas_shared_luck_changes_nothing(two_powers: Built) -> None:
    """Draws from model.random and model.rng, another generator: the history is the same to the last bit."""
    plain = run_out(Model(two_powers, "keep", "deterrence", seed=4, run=2)).history
    noisy = Model(two_powers, "keep", "deterrence", seed=4, run=2, rng=12345)
    while noisy.running:
        noisy.random.random()
        noisy.rng.random(7)
        noisy.agents.shuffle_do("draw")
        noisy.step()
    assert noisy.history.values.tobytes() == plain.values.tobytes()
    assert noisy.history.log.tobytes() == plain.log.tobytes()


def test_no_rule_touches_mesas_shared_luck(flagship: Built) -> None:
    model = Model(flagship, "free", "spiral")
    shared, generator = model.random.getstate(), model.rng.bit_generator.state
    for _ in range(12):
        model.step()
    assert model.random.getstate() == shared
    assert model.rng.bit_generator.state == generator


def test_the_data_collector_holds_the_history(two_powers: Built) -> None:
    model = run_out(
        Model(
            two_powers,
            "keep",
            "spiral",
            run=5,
            agent_reporters={"power": "power", "wars": lambda a: len(a.at_war_with)},
        )
    )
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table["date"]) == list(model.labels.dates)
    expected = simulate(two_powers.case("keep", "spiral", 1, 5), 1, 5).values
    outcomes = list(model.labels.outcomes)
    assert np.array_equal(table[outcomes].to_numpy(), expected[:, : len(outcomes)])
    agents = model.datacollector.get_agent_vars_dataframe().reset_index()
    assert len(agents) == model.turn * len(model.states)
    last = agents[agents["Step"] == model.turn - 1].set_index("code")["power"]
    assert {code: model[code].power for code in model.labels.actors} == last.to_dict()


def test_a_property_that_no_agent_has_cannot_be_collected(two_powers: Built) -> None:
    with pytest.raises(PowersimError, match="agent_reporters: might: 'might' is no property of an agent"):
        Model(two_powers, agent_reporters={"might": "might"})


def rows_of_batch(two_powers: Any, processes: int, **more: Any) -> list[dict[str, Any]]:
    parameters = {
        "scenario": two_powers,
        "branch": ["keep", "give_up"],
        "theory": "spiral",
        "seed": 9,
        **more,
    }
    found: list[dict[str, Any]] = mesa.batch_run(
        Model, parameters, number_processes=processes, display_progress=False, max_steps=10**6
    )
    return found


def test_batch_run_gives_the_runs_of_a_study(two_powers: Built) -> None:
    rows = rows_of_batch(two_powers, 1, run=range(3))
    assert len(rows) == 6
    for row in rows:
        history = simulate(two_powers.case(row["branch"], "spiral", 9, row["run"]), 9, row["run"])
        outcomes = list(two_powers.scenario.outcomes)
        assert [row[name] for name in outcomes] == history.values[-1, : len(outcomes)].tolist()
        assert row["date"] == "2007Q4"


def test_batch_run_pairs_outcomes_and_agents_of_the_same_turn(two_powers: Built) -> None:
    parameters = {
        "scenario": two_powers, "branch": "keep", "run": 1,
        "agent_reporters": [{"power": "power", "site": lambda agent: agent.model.position("rockets")}],
        "model_reporters": [{"at": lambda model: model.position("rockets")}],
    }  # fmt: skip
    rows = mesa.batch_run(Model, parameters, data_collection_period=4, display_progress=False)
    assert {row["Step"] for row in rows} == {0, 4, 8, 12, 16, 20, 24, 28, 31}
    assert {row["code"] for row in rows} == {"ALLY", "EAST", "WEST"}
    assert all(row["at"] == row["site"] for row in rows)


@pytest.mark.slow
def test_batch_run_spreads_over_processes(two_powers_file: Path) -> None:
    alone, spread = (rows_of_batch(str(two_powers_file), processes, run=range(2)) for processes in (1, 2))
    order = ("branch", "run")
    key = {
        name: [row[name] for row in sorted(spread, key=lambda r: [r[o] for o in order])] for name in alone[0]
    }
    same = {
        name: [row[name] for row in sorted(alone, key=lambda r: [r[o] for o in order])] for name in alone[0]
    }
    assert {**key, "RunId": 0} == {**same, "RunId": 0}


def test_repr_and_story_read_like_a_page(two_powers_file: Path) -> None:
    model = Model(two_powers_file, "keep", "deterrence", run=3)
    assert repr(model) == "<two-powers: keep, deterrence: seed 1, run 3; start, turn 0 of 32>"
    assert model.tell() == ""
    assert np.isnan(list(model.outcomes.values())).all()
    pages = []
    while model.running:
        model.step()
        assert len(model.rows()) == 0 or set(model.rows()[:, 0]) == {model.turn - 1.0}
        pages.append(model.tell())
    assert repr(model) == "<two-powers: keep, deterrence: seed 1, run 3; 2007Q4, turn 32 of 32>"
    assert repr(model["WEST"]).startswith("<WEST: strength 0.")
    assert any("Laid down by the branch: Missile site" in page for page in pages)
    assert any("Crisis over The border district" in page for page in pages)


def test_without_names_a_model_still_tells_what_happened(two_powers: Built) -> None:
    model = PowersimModel(two_powers.case("keep", "spiral", 1, 3), run=3)
    told = ""
    while model.running:
        model.step()
        told += model.tell()
    assert "own move: actor 2; object 0; value" in told or "laid down: ; object 2; value" in told
    assert repr(model).startswith("<a case: seed 1, run 3; turn 31, turn 32 of 32>")


def test_a_history_ends(two_powers: Built) -> None:
    model = run_out(Model(two_powers, "keep"))
    with pytest.raises(PowersimError, match="the history has ended: all 32 turns are done"):
        model.step()
    model = Model(two_powers, "keep")
    model.run_model()
    assert model.turn == 32


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"branch": "kep"}, "branch kep is not known"),
        ({"theory": "spirals"}, "theory"),
        ({"agents": {"EASTERN": State}}, "actor 'EASTERN' is not known; did you mean EAST?"),
        ({"overrides": {"rho": 0.5}}, "overrides: allowed with a file alone"),
    ],
)
def test_what_cannot_be_modelled_is_refused(two_powers: Built, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(PowersimError, match=message.replace("?", r"\?")):
        Model(two_powers, **wrong)


def test_overrides_act_as_on_the_command_line(two_powers_file: Path) -> None:
    changed = Model(two_powers_file, overrides={"rho": 0.125})
    assert changed.case.params.rho == 0.125
    assert powersim.load(two_powers_file, {"rho": 0.125}).parameters["rho"].value == 0.125


def test_unknown_names_are_answered_with_known_ones(two_powers: Built) -> None:
    model = Model(two_powers)
    with pytest.raises(PowersimError, match=r"actor 'USA' is not known \(allowed: ALLY, EAST, WEST\)"):
        model["WEST"].alignment_with("USA")
    with pytest.raises(PowersimError, match="issue 'sites' is not known; did you mean site"):
        model.position("sites")


@pytest.mark.slow
def test_mesa_does_not_keep_models_alive(two_powers: Built) -> None:
    model = Model(two_powers)
    gone = weakref.ref(model)
    model.step()
    del model
    gc.collect()
    assert gone() is None
