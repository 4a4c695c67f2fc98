"""Every verb of the command line is a call from Python, and that returns what it says."""

from __future__ import annotations

import csv
import re
from operator import attrgetter
from pathlib import Path

import pytest

import powersim as ps
from powersim import cli

ROOT = Path(__file__).parents[2]
TWO = ROOT / "scenarios" / "two_powers.yaml"


@pytest.fixture
def study() -> ps.Study:
    return ps.Study(TWO, branches=["keep", "give_up"], theories=["spiral", "deterrence"], seed=7)


CALLS = {
    "app": ["Study.app"],
    "check": ["check", "Study.base_rates"],
    "cite": ["cite"],
    "compare": ["Study.compare"],
    "elasticities": ["Study.elasticities"],
    "examples": ["examples"],
    "explain": ["explain"],
    "figures": ["Comparison.figures"],
    "forecast": ["Study.forecast"],
    "list": ["names"],
    "new": ["template"],
    "origin": ["Study.origin"],
    "play": ["Study.play", "Study.tournament"],
    "report": ["Study.report", "Comparison.report"],
    "results": ["Comparison.open", "Comparison.about", "Comparison.export"],
    "run": ["Study.run"],
    "schema": ["json_schema"],
    "sensitivity": ["Study.sensitivity"],
    "tell": ["Study.tell", "Study.tell_many", "Study.tell_apart", "Study.tell_in_report"],
    "verdict": ["Study.verdict"],
    "weigh": ["Study.given", "Study.weigh"],
    "why": ["Study.why"],
}
"""The calls of every verb."""


def test_every_verb_of_the_command_line_is_a_call_that_the_documents_name():
    verbs = {command.name for command in cli._app().registered_commands}
    assert verbs == set(CALLS), (
        "a verb is one call of powersim or of a Study: name it here and in docs/notebook.md"
    )
    page = (ROOT / "docs" / "notebook.md").read_text("utf-8")
    for verb, calls in CALLS.items():
        assert re.search(rf"^\| .*`?\b{verb}\b", page, re.MULTILINE), f"docs/notebook.md: no row of {verb}"
        for call in calls:
            assert callable(attrgetter(call)(ps)) or call == "Comparison.about"
            assert re.search(rf"\.{call.split('.')[-1]}\b", page), f"docs/notebook.md: does not name {call}"


def test_what_happened_in_many_runs_is_a_table(study, tmp_path):
    many = study.tell_many(range(2), ["keep", "give_up"], kinds="deal")
    assert set(many.events["branch"]) == {"keep", "give_up"}
    assert set(many.events["run"]) == {0, 1}
    assert set(many.events["topic"]) == {"deal"}
    assert [path.name for path in many.write(tmp_path / "all.csv")] == ["all.csv", "all_legs.csv"]
    with (tmp_path / "all.csv").open() as stream:
        assert len(list(csv.DictReader(stream))) == len(many.events)
    with pytest.raises(ps.ArgumentError, match=r"^runs: found 100001 runs; allowed: at most 100000"):
        study.tell_many(range(100_001))
    with pytest.raises(ps.ArgumentError, match=r"^runs: run 1 is named twice; allowed: each once"):
        study.tell_many([1, 1])
    assert re.fullmatch(r"<Chronicles of .*: 2 runs of keep, give_up under \S+, seed 7; .*>", repr(many))
    with pytest.raises(ps.ArgumentError, match=r"^out: found .*all.xls; allowed suffixes"):
        many.write(tmp_path / "all.xls")


def test_the_part_of_a_report_on_one_run_is_written_from_python(study, tmp_path):
    path = study.tell_in_report(tmp_path / "out", runs=2, theory="spiral")
    text = path.read_text("utf-8")
    assert "the median of 2 runs" in text
    assert "--diff keep,give_up --theory spiral" in text


def test_a_scenario_is_checked_and_what_it_has_names_for_is_listed():
    found = ps.check(TWO)
    assert dict(found.lines)["actors"].startswith(f"{len(ps.load(TWO).actors)}: ")
    assert found.readings
    assert found.heading in repr(found)
    assert tuple(ps.names("branches", TWO).table["name"]) == tuple(ps.load(TWO).branches)
    assert "rho" in repr(ps.names("parameters"))
    with pytest.raises(ps.PowersimError, match=r"^kind actor is not known; did you mean actors"):
        ps.names("actor", TWO)
    with pytest.raises(ps.PowersimError, match=r"^list actors: needs a scenario"):
        ps.names("actors")


def test_base_rates_stand_beside_the_record_from_python():
    record = ROOT / "scenarios" / "record" / "base_rates_1990_2013.yaml"
    found = ps.Study(TWO, theories="spiral", seed=7).base_rates(record, runs=2)
    assert found.effects.equals(found.rates)
    assert (found.provenance["runs"], found.provenance["seed"]) == (2, 7)
    assert len(found.rates) == len(found.cells)
    assert found.findings[0] in repr(found)
    assert found.title.endswith("2 runs beside the record")
    with pytest.raises(ps.PowersimError, match=r"has no coded paths; e.g. record:"):
        found.plot()
