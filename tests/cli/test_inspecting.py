"""check, schema, new, list and explain."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from powersim.world.params import MECHANISMS, SPEC
from powersim.world.phases import PHASES
from powersim.world.quantities import QUANTITIES


def test_check_says_ok_with_a_digest(powersim, scenario):
    result = powersim("check", scenario)
    assert result.code == 0
    assert f"{scenario}: ok" in result.out
    for part in (
        "2007Q1 to 2016Q4, 40 quarters",
        "4: EU3, RUS, UKR, USA",
        "free, keep, treaty",
        "2: deterrence, spiral",
    ):
        assert part in result.out
    assert result.err == f"next: powersim compare {scenario}\n"


def test_check_digests_the_flagship_on_one_screen_and_all_of_it_when_asked(powersim):
    flagship = Path(__file__).parents[2] / "scenarios/missile_defense_2009.yaml"
    short, whole = powersim("check", flagship).out, powersim("check", flagship, "--detail").out
    assert len(short.splitlines()) <= 36
    assert "yanukovych" not in short
    assert "yanukovych" in whole
    assert "Georgia will think United States less resolved (.60 -> .45) and 13 more changes" in short
    assert "more change" not in whole


def test_check_says_which_branches_lay_things_down_before_the_intervention(powersim):
    said = powersim("check", "missile_defense_2009", "--detail").out
    (note,) = (line for line in said.splitlines() if line.startswith("  note: "))
    assert note.startswith(
        "  note: from 2007Q1 on, before the intervention of 2009Q3, these already lay things down"
    )
    early = set(note.partition("effects: ")[2].split(", "))
    assert {"no_nato_shift", "no_s300"} <= early
    # what all share until then, and events that come later, are no difference
    assert not early & {"keep", "cancel", "free", "no_syrian_uprising", "no_2014_sanctions"}
    assert "note:" not in powersim("check", "india_pakistan_1998").out


def test_check_reads_branches_back_in_words_and_compiles_nothing_for_it(powersim, scenario, tmp_path):
    said = powersim("check", scenario).out.partition(
        "How what branches lay down from 2009Q1 on will be read\n"
    )[2]
    assert (
        "\n  treaty  under deterrence Russia and United States will think EU3 more resolved (.50 -> .80)"
        in said
    )
    assert "\n          under spiral Russia will trust Ukraine less" in said
    assert "  free    nothing that is read as an act\n          the same: keep; no_uprising\n" in said
    cold = os.environ | {"POWERSIM_CACHE_DIR": str(tmp_path / "cold")}
    command = [sys.executable, "-m", "powersim", "check", str(scenario)]
    assert said in subprocess.run(command, env=cold, capture_output=True, text=True, check=True).stdout
    assert not list((tmp_path / "cold").rglob("*.nbc"))


def test_quiet_check_says_nothing_when_all_is_well(powersim, scenario):
    result = powersim("check", scenario, "--quiet")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_check_reports_every_mistake_with_file_and_line(powersim, scenario):
    text = (
        scenario.read_text("utf-8")
        .replace("power: 0.29", "power: 7")
        .replace("RUS: [0, 0.6]", "RSU: [0, 0.6]")
    )
    scenario.write_text(text, "utf-8")
    result = powersim("check", scenario)
    assert result.code == 2
    assert "ok" not in result.out
    lines = result.err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{scenario}:") for line in lines)
    assert "power" in lines[0]
    assert "RSU" in lines[1]
    assert "Traceback" not in result.err


def test_check_goes_on_after_a_bad_file(powersim, scenario, tmp_path):
    result = powersim("check", tmp_path / "absent.yaml", scenario)
    assert result.code == 2
    assert "absent.yaml" in result.err
    assert f"{scenario}: ok" in result.out


def test_set_changes_what_is_checked(powersim, scenario):
    before, after = powersim("check", scenario).out, powersim("check", scenario, "--set", "rho=0.3").out
    assert "checksum" in before
    assert before != after
    assert powersim("check", scenario, "--set", "issues.gas_price.start=0.9").code == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("roh=0.5", "did you mean rho?"),
        ("rho=banana", "rho"),
        ("rho=99", "0 to 1.5"),
        ("rho", "NAME=VALUE, e.g. --set rho=0.5"),
        ("=1", "NAME=VALUE"),
        ("issues.gas_prize.start=0.9", "gas_price"),
    ],
)
def test_a_bad_override_is_refused_with_what_would_work(powersim, scenario, given, said):
    result = powersim("check", scenario, "--set", given)
    assert result.code == 2
    assert said in result.err
    assert "Traceback" not in result.err


def test_schema_is_json_schema_that_the_template_meets(powersim, scenario):
    result = powersim("schema")
    assert result.code == 0
    schema = json.loads(result.out)
    document = YAML(typ="safe", pure=True).load(scenario.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "issues" in schema["properties"]
    assert set(document) <= set(schema["properties"])


def test_new_writes_a_template_that_passes_check(powersim, tmp_path):
    path = tmp_path / "mine.yaml"
    assert powersim("new", path).code == 0
    assert "#" in path.read_text("utf-8")
    assert powersim("check", path).code == 0


def test_new_never_overwrites(powersim, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("precious", "utf-8")
    result = powersim("new", path)
    assert result.code == 2
    assert "not overwritten" in result.err
    assert path.read_text("utf-8") == "precious"


def test_new_in_a_folder_that_is_not_there_is_a_mistake_not_a_crash(powersim, tmp_path):
    result = powersim("new", tmp_path / "nowhere" / "mine.yaml")
    assert result.code == 2
    assert "mine.yaml" in result.err
    assert "Traceback" not in result.err


def test_parameters_and_mechanisms_are_listed_without_a_scenario(powersim):
    listed = powersim("list", "parameters").out
    assert all(f"\n  {name} " in listed for name in SPEC)
    listed = powersim("list", "mechanisms").out
    assert all(f"\n  {name} " in listed for name in MECHANISMS)


def test_values_of_a_scenario_are_listed(powersim, scenario):
    def shown(*extra: str) -> str:
        lines = powersim("list", "parameters", scenario, *extra).out.splitlines()
        return next(line.split()[1] for line in lines if line.split()[0] == "signal_scale")

    assert shown() == "0.1"
    assert shown("--set", "signal_scale=0.2") == "0.2"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("outcomes", "territory"), ("issues", "gas_price"), ("actors", "UKR"), ("branches", "treaty"),
        ("theories", "spiral"), ("events", "uprising"), ("mechanisms", "exchange"),
    ],
)  # fmt: skip
def test_names_of_a_scenario_are_listed(powersim, scenario, kind, name):
    result = powersim("list", kind, scenario)
    assert result.code == 0
    assert f"  {name} " in result.out


def test_an_unknown_kind_is_refused_with_a_suggestion(powersim, scenario):
    result = powersim("list", "outcome", scenario)
    assert result.code == 2
    assert "did you mean outcomes?" in result.err


def test_listing_outcomes_needs_a_scenario(powersim):
    result = powersim("list", "outcomes")
    assert result.code == 2
    assert "powersim list outcomes my.yaml" in result.err


@pytest.mark.parametrize("name", sorted(SPEC))
def test_every_parameter_is_explained_with_unit_range_and_source(powersim, name):
    result = powersim("explain", name)
    assert result.code == 0
    for part in ("meaning", "unit", "range", "source", f"{SPEC[name].value:g}"):
        assert part in result.out


@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_every_mechanism_is_explained_with_what_was_expected_of_it(powersim, name):
    result = powersim("explain", name)
    assert result.code == 0
    assert MECHANISMS[name].outcome in result.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("territory", "in 2016Q4"), ("friendship", "-1 to 1"), ("war", "share of runs"),
        ("guarantee_to_ukraine", "0.5 training and arms"), ("arms", "USA to UKR"), ("UKR", "share of world GDP"),
        ("uprising", "2013Q1 to 2016Q4"), ("treaty", "2009Q1 0.5, 2010Q1 1"), ("spiral", "tau = 1"),
        ("rho", "under deterrence"), ("exchange", "here"),
    ],
)  # fmt: skip
def test_names_of_a_scenario_are_explained(powersim, scenario, name, said):
    result = powersim("explain", name, scenario)
    assert result.code == 0
    assert said in result.out


def test_a_turn_is_explained_phase_by_phase_in_their_order(powersim):
    result = powersim("explain", "turn")
    assert result.code == 0
    places = [result.out.index(f"\n  {phase.name} ") for phase in PHASES]
    assert places == sorted(places)
    assert all(phase.what.split()[0] in result.out for phase in PHASES)


def test_an_unknown_name_is_explained_by_what_may_be_meant(powersim, scenario):
    assert "did you mean rho?" in powersim("explain", "rhoo").err
    result = powersim("explain", "teritory", scenario)
    assert result.code == 2
    assert "did you mean territory?" in result.err


def test_base_rates_stand_beside_the_record(powersim, scenario, root: Path):
    record = root / "scenarios" / "record" / "base_rates_1990_2013.yaml"
    result = powersim("check", scenario, "--base-rates", "--record", record, "--runs", 2)
    assert result.code == 0
    assert "wars per decade" in result.out
    assert "recorded values lie in the band" in result.out


def test_base_rates_without_a_record_say_how_to_name_one(powersim, scenario):
    result = powersim("check", scenario, "--base-rates")
    assert result.code == 2
    assert "--record" in result.err


def test_every_kind_of_outcome_has_a_unit() -> None:
    assert all(kind.unit for kind in QUANTITIES.values())


def test_examples_are_listed_and_one_of_them_may_be_started_from(powersim, tmp_path):
    listed = powersim("examples")
    assert listed.code == 0
    assert "july_1914" in listed.out
    assert "What would you like to ask of it?" in listed.out
    mine = tmp_path / "mine.yaml"
    assert powersim("new", mine, "--from", "classroom").code == 0
    assert mine.read_text("utf-8").startswith("# yaml-language-server: $schema=")
    assert powersim("check", mine, "--quiet").code == 0
    wrong = powersim("new", tmp_path / "other.yaml", "--from", "clasroom")
    assert wrong.code == 2
    assert "found clasroom, which is no example; did you mean classroom?" in wrong.err
    assert powersim("check", "clasroom").err.strip().endswith("did you mean the example classroom?")


def test_what_a_scenario_stands_on_is_written_into_a_file_that_did_not_exist(powersim, scenario, tmp_path):
    target = tmp_path / "my.bib"
    done = powersim("cite", scenario, "--out", target)
    assert done.code == 0
    assert "@article{fearon1995," in target.read_text("utf-8")
    assert powersim("cite", scenario).out.startswith(target.read_text("utf-8"))
    assert powersim("cite", scenario, "--out", target).code == 2
