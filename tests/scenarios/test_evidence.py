"""What happened, as a scenario says it: read, and impossible things named at their place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from powersim.errors import ScenarioError
from powersim.given.misses import Misses
from powersim.scenario.check.evidence import EXACT
from powersim.scenario.evidence import Evidence
from powersim.scenario.load import from_data
from powersim.scenario.resolved import Scenario

BARE: dict[str, Any] = {"error": 0.1, "discrepancy": 0.1, "miss": 0.02}


def with_(raw: dict[str, Any], *facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = [{"source": "made up", **fact} for fact in facts]
    return {**raw, "evidence": {**BARE, **more, **({"events": said} if said else {})}}


def read(raw: dict[str, Any]) -> Evidence:
    found: Scenario = from_data(raw)
    assert found.evidence is not None
    return found.evidence


def test_a_scenario_without_evidence_has_none(scenario_two: dict[str, Any]) -> None:
    assert from_data(scenario_two).evidence is None


def test_dates_become_turns_and_the_order_of_the_file_does_not_matter(scenario_two: dict[str, Any]) -> None:
    facts = (
        {"war": ["EAST", "ALLY"], "begins": "2003Q1"},
        {"no_war": ["EAST", "ALLY"], "to": "2002Q4"},
        {"event": "election", "happened": True, "at": "2001Q1"},
        {"sanctions": ["WEST", "EAST"], "above": 0.2, "from": "2003Q2", "to": "2003Q4"},
    )
    one, other = (read(with_(scenario_two, *order)) for order in (facts, facts[::-1]))
    assert one == other
    assert [(fact.kind, fact.first, fact.last) for fact in one.facts] == [
        ("event", 4, 4), ("no_war", 0, 11), ("war", 12, 12), ("sanctions", 13, 15),
    ]  # fmt: skip
    assert one.branch == "keep"


def test_what_came_later_stands_apart(scenario_two: dict[str, Any]) -> None:
    later = {
        "after": "2005Q4",
        "events": [{"war": ["EAST", "ALLY"], "begins": "2006Q2", "source": "made up"}],
    }
    found = read(with_(scenario_two, withheld=later))
    assert (found.facts, len(found.withheld), found.after) == ((), 1, 23)


def test_how_long_a_discrepancy_lasts_is_said_in_years_and_read_in_turns(
    scenario_two: dict[str, Any],
) -> None:
    lasting = {"value": 0.1, "lasts": 4, "source": "assumed"}
    assert read(with_(scenario_two, discrepancy=lasting)).lasts == 16  # quarters
    assert read(with_(scenario_two)).lasts == 0


@pytest.mark.parametrize(
    ("lasts", "message"),
    [
        (-1, "found -1; allowed: a number from 0"),
        ({"value": 4, "prior": {"uniform": [1, 8]}}, "this cannot have a prior"),
        ("long", "allowed: a number"),
    ],
)
def test_how_long_a_discrepancy_cannot_last_is_named(
    scenario_two: dict[str, Any], lasts: object, message: str
) -> None:
    stated = with_(scenario_two, discrepancy={"value": 0.1, "lasts": lasts, "source": "assumed"})
    with pytest.raises(ScenarioError, match=rf"evidence\.discrepancy\.lasts[\s\S]*{message}"):
        from_data(stated)


@pytest.mark.parametrize(
    ("fact", "where", "message"),
    [
        ({"war": ["WEST", "EAST"], "begins": "2003Q1"}, "war", "no dispute between these"),
        ({"event": "election", "at": "2003Q1"}, "event", "impossible: its date is 2001Q1"),
        ({"event": "elction", "at": "2001Q1"}, "event", "did you mean election"),
        ({"sanctions": ["EAST", "WEST"], "above": 0.2, "at": "2003Q1"}, "sanctions", "no such sanctions"),
        ({"sanctions": ["WEST", "EAST"], "at": "2003Q1"}, "", "sanctions above what"),
        ({"war": ["EAST", "ALLY"], "deal": ["EAST", "ALLY"], "at": "2003Q1"}, "", "one thing that happened"),
        ({"no_war": ["EAST", "ALLY"], "from": "2004Q1", "to": "2003Q1"}, "to", "ends before it begins"),
        ({"no_war": ["EAST", "ALLY"], "begins": "2004Q1"}, "begins", "no_war has no begins"),
        ({"war": ["EAST", "ALLY"], "begins": "2024Q1"}, "begins", "2024Q1"),
        ({"deal": ["EAST", "ALLY"]}, "", "deal when"),
        ({"breach": ["EAST", "EAST"], "at": "2003Q1"}, "breach", "EAST"),
        (
            {"sanctions": ["WEST", "EAST"], "above": 1.2, "at": "2003Q1"},
            "above",
            "found 1.2; allowed: .* at most 1",
        ),
        ({"sanctions": ["WEST", "EAST"], "above": 0, "at": "2003Q1"}, "above", "off the scale"),
    ],
)
def test_a_mistake_is_named_with_its_key(
    scenario_two: dict[str, Any], fact: dict[str, Any], where: str, message: str
) -> None:
    with pytest.raises(ScenarioError, match=rf"evidence\.events\[0\]\S*{where}[\s\S]*{message}"):
        from_data(with_(scenario_two, fact))


def test_a_certain_event_cannot_have_failed_to_come(scenario_two: dict[str, Any]) -> None:
    sure = {**scenario_two, "events": [{"id": "election", "date": "2001Q1", "engagers": {"WEST": 0.8}}]}
    with pytest.raises(ScenarioError, match="impossible: the event is certain to come"):
        from_data(with_(sure, {"event": "election", "happened": False, "to": "2002Q1"}))


AT_WAR = {"war": ["EAST", "ALLY"], "begins": "2003Q1"}


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ((AT_WAR, AT_WAR), r"events\[0\] says the same; found EAST, ALLY; allowed: each fact once"),
        ((AT_WAR, {"no_war": ["ALLY", "EAST"], "to": "2004Q1"}), "the opposite of the same dates"),
        (({"no_war": ["ALLY", "EAST"], "to": "2004Q1"}, AT_WAR), "the opposite of the same dates"),
        (
            (
                {"deal": ["WEST", "EAST"], "at": "2003Q2"},
                {"deal": ["WEST", "EAST"], "happened": False, "from": "2003Q1", "to": "2003Q4"},
            ),
            "the opposite of the same dates",
        ),
        (
            (
                {"sanctions": ["WEST", "EAST"], "above": 0.5, "from": "2003Q1", "to": "2004Q4"},
                {"sanctions": ["WEST", "EAST"], "above": 0.4, "happened": False, "at": "2003Q2"},
            ),
            "the opposite of the same dates",
        ),
    ],
)
def test_facts_that_cannot_all_be_are_named(
    scenario_two: dict[str, Any], facts: tuple[dict[str, Any], ...], message: str
) -> None:
    with pytest.raises(ScenarioError, match=rf"evidence\.events\[1\][\s\S]*{message}"):
        from_data(with_(scenario_two, *facts))


def test_facts_that_can_all_be_are_left_alone(scenario_two: dict[str, Any]) -> None:
    found = read(
        with_(
            scenario_two,
            AT_WAR,
            {"no_war": ["ALLY", "EAST"], "to": "2002Q4"},
            {"no_war": ["ALLY", "EAST"], "from": "2003Q2"},
            {"sanctions": ["WEST", "EAST"], "above": 0.5, "from": "2003Q1", "to": "2003Q4"},
            {"sanctions": ["WEST", "EAST"], "above": 0.6, "happened": False, "at": "2003Q2"},
        )
    )
    assert len(found.facts) == 5


@pytest.mark.parametrize(
    ("barred", "fact"),
    [
        ({"event": "election"}, {"event": "election", "at": "2001Q1"}),
        ({"war": ["ALLY", "EAST"]}, AT_WAR),
    ],
)
def test_what_the_branch_that_happened_forbids_is_no_evidence(
    scenario_two: dict[str, Any], barred: dict[str, Any], fact: dict[str, Any]
) -> None:
    branches = {"kept": {"do": [{"forbid": barred}]}, "keep": {"like": "kept"}, "free": {}}
    raw = {**scenario_two, "branches": branches, "hypotheses": []}
    with pytest.raises(ScenarioError, match="impossible: keep, the branch that happened, forbids it"):
        from_data(with_(raw, fact, branch="keep"))
    assert len(read(with_(raw, fact, branch="free")).facts) == 1
    assert len(read(with_(raw, {**fact, "happened": False}, branch="keep")).facts) == 1


def test_what_no_mechanism_can_do_is_no_evidence(scenario_two: dict[str, Any]) -> None:
    raw = {**scenario_two, "mechanisms": {"war": False}}
    with pytest.raises(ScenarioError, match="impossible: the mechanism war is off"):
        from_data(with_(raw, AT_WAR))
    raw["theories"] = {"fights": {"mechanisms": {"war": True}}}
    assert len(read(with_(raw, AT_WAR)).facts) == 1


def test_paths_cannot_be_hit_exactly(scenario_two: dict[str, Any]) -> None:
    known = {**scenario_two, "record": {"rockets": {"2000Q1": 0.2, "2004Q1": 0.5}}}
    exact = {"paths": "changes", "discrepancy": 0}
    for error, where in (({"error": 0}, "error"), ({"errors": {"rockets": 0}}, r"errors\.rockets")):
        with pytest.raises(
            ScenarioError, match=rf"evidence\.{where}: paths with neither error nor discrepancy"
        ):
            from_data(with_(known, **exact, **error))
    assert read(with_(known, paths="changes", error=0)).error == 0.0


@pytest.mark.parametrize(
    "prior",
    [{"choice": [0.1, 0]}, {"uniform": [0, 0.2]}, {"spread": 0.1}, {"normal": [0.1, 0.05]}, {"beta": [2, 5]}],
)
@pytest.mark.parametrize("lasts", [0, 4])
def test_a_prior_of_the_discrepancy_that_reaches_0_needs_an_error(
    scenario_two: dict[str, Any], prior: dict[str, Any], lasts: float
) -> None:
    known = {**scenario_two, "record": {"rockets": {"2000Q1": 0.2, "2004Q1": 0.5}}}
    discrepancy = {"value": 0.1, "prior": prior, "lasts": lasts, "source": "assumed"}
    for error in (0, 1e-200):
        with pytest.raises(
            ScenarioError, match=r"evidence\.error: paths with no error and a discrepancy that may be 0"
        ):
            from_data(with_(known, paths="changes", discrepancy=discrepancy, error=error))
    assert read(with_(known, paths="changes", discrepancy=discrepancy)).error == 0.1
    assert read(with_(known, discrepancy=discrepancy, error=0)).error == 0.0
    above = discrepancy | {"prior": {"uniform": [0.05, 0.2]}}
    assert read(with_(known, paths="changes", discrepancy=above, error=0)).error == 0.0


@pytest.mark.parametrize(("error", "sd"), [(0.0, EXACT), (0.0, 1.0), (EXACT, 0.0), (EXACT, 1.0)])
@pytest.mark.parametrize("lasts", [0.0, 12e6])
def test_what_is_let_through_has_a_likelihood(error: float, sd: float, lasts: float) -> None:
    found = Misses.of(np.arange(200), np.zeros(200, int), np.full(200, error), np.array([sd]), lasts)
    assert all(np.isfinite(numbers).all() for numbers in (found.constant, found.weight, found.weight**2))


def test_paths_need_a_record(scenario_two: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="there are no coded paths"):
        from_data(with_(scenario_two, paths="changes"))
    known = {**scenario_two, "record": {"rockets": {"2000Q1": 0.2, "2004Q1": 0.5}}}
    assert read(with_(known, paths="changes")).issues == ("rockets",)
    assert read(with_(known, paths={"without": ["rockets"]})).issues == ()
