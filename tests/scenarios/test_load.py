"""What a file says and what it comes to: extends, groups, defaults, dates, overrides, digest, schema, template."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from powersim.errors import PowersimError, Problem, ScenarioError
from powersim.scenario.canonical import checksum, resolved_data, resolved_text
from powersim.scenario.digest import digest
from powersim.scenario.load import from_data, load, loads
from powersim.scenario.read.merge import read_chain
from powersim.scenario.template import json_schema, template
from powersim.world.params import MECHANISMS, SPEC

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "src" / "powersim"
VALID = sorted((HERE / "valid").glob("*.yaml"))
SHIPPED = sorted((HERE.parents[1] / "scenarios").glob("*.yaml"))
EVERYTHING = HERE / "valid" / "everything.yaml"
REGION = {
    "counter_bloc", "missile_defense_2009", "region_2007", "s300_2007_2016", "syria_2011_2017", "ukraine_2014_2022",
}  # fmt: skip
"""Scenarios of the region, which take half a second each to be read."""

each_file = pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in REGION else [])
        for path in (*VALID, *SHIPPED)
    ],
)


@each_file
def test_a_valid_scenario_loads_and_its_text_is_json(path: Path) -> None:
    scenario = load(path)
    assert json.loads(resolved_text(scenario)) == resolved_data(scenario)
    assert checksum(load(path)) == checksum(scenario)


def test_the_template_passes_as_it_is() -> None:
    summary = digest(loads(template(), "template"))
    assert summary.actors == ("EU3", "RUS", "UKR", "USA")
    assert set(summary.branches) == {"free", "keep", "no_uprising", "treaty"}
    assert template().count("#") > 20


def test_the_digest_counts_what_is_there() -> None:
    summary = digest(load(EVERYTHING))
    assert (summary.first, summary.last, summary.turns, summary.intervention) == (
        "2000Q1",
        "2004Q4",
        20,
        "2002Q1",
    )
    assert summary.levers == ("climate", "council", "programme", "shield")
    assert summary.readings == ("front", "guns_seen", "pressure", "raid", "science_seen")
    assert (summary.flows, summary.sanctions, summary.pledges, summary.disputes) == (2, 5, 2, 1)
    assert summary.events == ("findings", "leader", "thaw", "uprising")
    assert summary.mechanisms_off == ("balance",)
    assert summary.parameters_set == ("rho", "w_security")
    assert summary.checksum == checksum(load(EVERYTHING))
    assert summary.priors > 10


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema for editors, itself valid."""
    found = json_schema()
    jsonschema.Draft202012Validator.check_schema(found)
    return found


@each_file
def test_valid_scenarios_fit_the_json_schema(path: Path, schema: dict[str, Any]) -> None:
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(read_chain(path).data()))
    assert [error.message for error in errors] == []


def test_every_key_is_in_the_reference(schema: dict[str, Any]) -> None:
    reference = (HERE.parents[1] / "docs" / "scenario.md").read_text("utf-8")
    words = set(re.findall(r"[a-z_]+", reference))
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part.get("properties", {})}
    assert sorted(keys - words - {"expr", "parameter"}) == []


@pytest.mark.parametrize(
    "change", [{"nmae": "x"}, {"actors": 3}, {"calendar": {"start": "2000"}}, {"disputes": [{}]}]
)
def test_the_json_schema_refuses_what_is_wrong(change: dict[str, Any], schema: dict[str, Any]) -> None:
    data = read_chain(HERE / "valid" / "minimal.yaml").data()
    assert isinstance(data, dict)
    assert list(jsonschema.Draft202012Validator(schema).iter_errors({**data, **change}))


# --- extends


def test_a_file_is_laid_over_what_it_extends() -> None:
    child = load(HERE / "valid" / "child.yaml")
    assert child.name == "child"
    bel = next(actor for actor in child.actors if actor.code == "BEL")
    assert bel.economy.value == 0.12
    assert bel.economy.prior is not None, "a mapping is merged key by key"
    port = next(issue for issue in child.issues if issue.id == "port")
    assert port.lowerers is not None
    assert port.lowerers.members == ("ARD", "BEL"), "a control is replaced whole"
    assert port.start.value == 0.2
    assert {event.id: event.turn for event in child.events} == {"vote": 2, "storm": 3, "flood": 5}
    assert set(child.branches) == {"free", "open"}, "null removes what was there"


def test_extending_nothing_new_is_the_same_scenario(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(EVERYTHING.read_text("utf-8"))
    (tmp_path / "same.yaml").write_text("powersim: 1\nextends: base.yaml\n")
    assert checksum(load(tmp_path / "same.yaml")) == checksum(load(EVERYTHING))


# --- what is left unsaid


def test_what_is_left_unsaid_is_filled_in() -> None:
    plain = load(HERE / "valid" / "minimal.yaml")
    (actor,), (issue,) = plain.actors, plain.issues
    assert actor.security.parameter == "w_security"
    assert actor.patience.parameter == "discount"
    assert issue.speed is not None
    assert issue.speed.parameter == "lever_speed"
    assert set(plain.parameters) == set(SPEC)
    assert plain.mechanisms == dict.fromkeys(MECHANISMS, True)


def test_a_group_stands_for_its_members_and_its_members_come_first() -> None:
    one = load(EVERYTHING)
    assert one.alignment["BEL", "COR"].value == -0.2
    assert one.alignment["ARD", "BEL"].value == 0.6
    assert one.alignment["COR", "DAN"].value == 0.0
    programme = next(issue for issue in one.issues if issue.id == "programme")
    assert {interest.actor: interest.ideal.value for interest in programme.interests} == {
        "ARD": 0,
        "BEL": 0,
        "COR": 1,
    }
    assert sorted((item.sender, item.target) for item in one.instruments) == [
        ("ARD", "COR"), ("ARD", "DAN"), ("BEL", "COR"), ("BEL", "DAN"), ("COR", "ARD"),
    ]  # fmt: skip


def test_what_an_actor_says_itself_wins_over_its_group() -> None:
    data = read_chain(EVERYTHING).data()
    assert isinstance(data, dict)
    data = data | {"alignment": {"NORTH-COR": -0.2, "COR-BEL": 0.5}}
    one = from_data(data)
    assert (one.alignment["ARD", "COR"].value, one.alignment["BEL", "COR"].value) == (-0.2, 0.5)


@pytest.mark.parametrize(
    ("file", "turns", "labels"),
    [
        ("monthly", 22, ["2007-03", "2008-12"]),
        ("yearly", 24, ["1990", "2013"]),
        ("minimal", 8, ["2000Q1", "2001Q4"]),
    ],
)
def test_a_calendar_counts_its_turns(file: str, turns: int, labels: list[str]) -> None:
    calendar = load(HERE / "valid" / f"{file}.yaml").calendar
    assert calendar.turns == turns
    assert [calendar.labels()[0], calendar.labels()[-1]] == labels


def test_a_coarser_date_falls_into_the_turn_in_which_it_begins() -> None:
    assert next(event.turn for event in load(HERE / "valid" / "monthly.yaml").events) == 7


# --- --set


def named(things: Any, name: str) -> Any:
    return next(thing for thing in things if thing.id == name)


def test_a_parameter_that_is_set_is_set_for_every_theory() -> None:
    one = load(EVERYTHING, {"rho": "0.25"})
    assert one.parameters["rho"].value == 0.25
    assert one.parameters["rho"].prior is None
    assert all("rho" not in theory.parameters for theory in one.theories.values())
    assert load(EVERYTHING, {"rho": 0.25}) == one


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("issues.shield.start", "0.2", lambda s: named(s.issues, "shield").start.value == 0.2),
        (
            "issues.shield.interests.DAN.ideal",
            "0.3",
            lambda s: named(s.issues, "shield").interests[3].ideal.value == 0.3,
        ),
        (
            "issues.shield.interests.DAN[1]",
            "0.3",
            lambda s: named(s.issues, "shield").interests[3].salience.value == 0.3,
        ),
        ("events.leader.date", "2001Q4", lambda s: named(s.events, "leader").turn == 7),
        ("events[0].probability", "0.1", lambda s: named(s.events, "leader").probability.value == 0.1),
        ("events.0.probability", "0.1", lambda s: named(s.events, "leader").probability.value == 0.1),
        ("mechanisms.exchange", "off", lambda s: not s.mechanisms["exchange"]),
        ("intervention", "2002Q3", lambda s: s.intervention == 10),
        ("calendar.end", "2005Q4", lambda s: s.calendar.turns == 24),
        ("actors.ARD.weights.security", "0.9", lambda s: s.actors[0].security.value == 0.9),
        ("parameters.mu", "0.03", lambda s: s.parameters["mu"].value == 0.03),
        ("theories.spiral.mu", "0.03", lambda s: "mu" in s.theories["spiral"].parameters),
    ],
)
def test_any_key_can_be_set(key: str, value: str, found: Any) -> None:
    assert found(load(EVERYTHING, {key: value}))
    assert not found(load(EVERYTHING))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("rhoo", "1", "parameter rhoo is not known; did you mean rho?"),
        ("rho", "-1", "parameters.rho: found -1; allowed: a number from 0"),
        ("rho", "much", "parameters.rho: found much; allowed: a number"),
        ("issues.sheild.start", "0.2", "no such key; did you mean shield?"),
        ("issues.shield.start", "1.2", "issues.shield.start: found 1.2; allowed: a number from 0 to 1"),
        ("issues.shield.strat", "0.2", "did you mean start?"),
        ("issues.shield.start.value.x", "1", "there is nothing below this key"),
        ("events.nobody.date", "2001Q1", "no such item"),
        ("events[17].date", "2001Q1", "no such item"),
        ("events.17.date", "2001Q1", "no such item; found 17; allowed: an id, or a number from 0 to"),
        ("shield.start", "0.2", "no such key; did you mean issues.shield.start?"),
        ("ARD.weights.security", "0.9", "no such key; did you mean actors.ARD.weights.security?"),
        ("leader.probability", "0.1", "no such key; did you mean events.leader.probability?"),
        ("branches.keep", "[", "not YAML"),
        ("title", "!!str x", "tags are not allowed"),
        ("rho", ".nan", "not a finite number"),
        ("rho", "", "found nothing"),
        ("nonsense.key", "1", "no such key"),
    ],
)
def test_an_override_that_makes_no_sense_is_refused_in_the_name_of_set(
    key: str, value: str, words: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(EVERYTHING, {key: value})
    assert words in str(caught.value)
    assert all(problem.file == "--set" for problem in caught.value.problems)


# --- errors


def test_a_problem_reads_like_a_good_compilers() -> None:
    problem = Problem("file.yaml", 42, 5, "issues.x.start", "1.7", "a number from 0 to 1", "start: 0.5")
    assert (
        str(problem)
        == "file.yaml:42: issues.x.start: found 1.7; allowed: a number from 0 to 1; e.g. start: 0.5"
    )


def test_problems_come_in_the_order_of_lines_each_once() -> None:
    later, sooner = Problem("a", 9, 1, "k"), Problem("a", 2, 1, "k")
    error = ScenarioError([later, sooner, later])
    assert error.problems == [sooner, later]
    assert isinstance(error, PowersimError)
    assert error.exit_code == 2


def test_a_text_cannot_extend_a_file() -> None:
    with pytest.raises(ScenarioError, match="a text cannot extend a file"):
        loads("powersim: 1\nextends: base.yaml\n")


def test_plain_data_is_the_same_scenario_as_its_file() -> None:
    data = read_chain(EVERYTHING).data()
    assert isinstance(data, dict)
    assert checksum(from_data(data)) == checksum(loads(json.dumps(data))) == checksum(load(EVERYTHING))


def test_the_json_schema_says_what_every_key_means_and_nothing_of_keys_that_are_not() -> None:
    schema = json_schema()
    entries = {"Scenario": schema, **schema["$defs"]}
    mute = [(name, key) for name, body in entries.items() for key, found in body["properties"].items()
            if not found.get("description")]  # fmt: skip
    assert mute == []
    told = YAML(typ="safe").load((PACKAGE / "scenario/schema/keys.yaml").read_text("utf-8"))
    anywhere = {key for body in entries.values() for key in body["properties"]}
    known = {name: set(body["properties"]) for name, body in entries.items()} | {"any": anywhere}
    assert {name: set(keys) - known[name] for name, keys in told.items() if set(keys) - known[name]} == {}
