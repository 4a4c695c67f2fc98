"""Planted effects: where one channel alone can carry the effect, it is named, with all of it and no residue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from powersim.effects.paired import effects
from powersim.errors import PowersimError
from powersim.run import work
from powersim.run.opened import LoadedScenario
from powersim.run.plan import plan
from powersim.scenario.load import from_data
from powersim.why import worlds
from powersim.why.explanation import finding, in_short
from powersim.why.groups import FULL, coalitions, groups
from powersim.why.keeping import FILE
from powersim.why.knockouts import DIRECT, TOTAL
from powersim.why.mediation import DIRECT as NATURAL_DIRECT
from powersim.why.mediation import INDIRECT, INTERACTION, OTHERS, TOGETHER
from powersim.why.worlds import answer, open_kept, question

Why = Callable[..., Any]
RUNS = 2
BLOCK = 1  # runs
CARRIERS = [
    "exchange", "resolve", "threat", "friendship", "own answer",
    *(pytest.param(name, marks=pytest.mark.slow) for name in ("guarantee", "gratitude")),
]  # fmt: skip


@pytest.mark.parametrize("name", CARRIERS)
def test_the_one_channel_that_can_carry_the_effect_has_all_of_it(
    name: str, planted: ModuleType, why: Why
) -> None:
    part, document = planted.ONE[name]
    e = why(document())
    total = e.share(TOTAL).share
    assert total != 0.0
    for row in e.shares:
        if row.part in (part, TOTAL):
            assert row.share == pytest.approx(total, rel=1e-12)
        else:
            assert (row.part, row.share, row.ci_low, row.ci_high) == (row.part, 0.0, 0.0, 0.0)


def test_two_channels_that_need_each_other_share_alike(planted: ModuleType, why: Why) -> None:
    e = why(planted.trust_and_threat())
    total = e.share(TOTAL).share
    assert total < 0.0
    assert e.share("trust").share == pytest.approx(total / 2, rel=1e-12)
    assert e.share("threat").share == pytest.approx(total / 2, rel=1e-12)
    assert e.share(DIRECT).share == e.share("exchange").share == e.share("abandonment").share == 0.0


@pytest.mark.parametrize(
    ("outcome", "mechanism", "left"),
    [
        ({"trust": ["RUS", "USA"]}, "trust", {"exchange", "resolve", "threat", "abandonment"}),
        (
            {"alignment": ["POL", "USA"]},
            "alignment",
            {"exchange", "resolve", "trust", "threat", "abandonment"},
        ),
        ({"deals": "USA"}, "exchange", {"resolve", "trust", "threat", "abandonment"}),
    ],
)
def test_an_outcome_never_explains_itself(
    outcome: dict[str, Any], mechanism: str, left: set[str], planted: ModuleType, why: Why
) -> None:
    document = planted.gratitude() if mechanism == "alignment" else planted.trust()
    document["outcomes"] = {"itself": {"of": outcome, "at": "2003Q4"}}
    e = why(document)
    assert {row.part for row in e.shares} == {*left, DIRECT, TOTAL}
    assert mechanism not in {row.mechanism for row in e.knockouts}
    combined = {"alignment": {OTHERS}}.get(mechanism, set())
    assert set(e.held()) == {"resolve", "trust", "threat", "exchange", "alignment", *combined} - {mechanism}
    parts = [row.share for row in e.shares if row.part != TOTAL]
    assert sum(parts) == pytest.approx(e.share(TOTAL).share, abs=1e-12)
    assert finding(e)[-1].startswith(f"Left out, as the outcome itself: {mechanism}")
    if mechanism == "trust":  # what moves trust is the deed, through no other channel
        assert e.share(DIRECT).share == e.share(TOTAL).share != 0.0


def test_with_one_run_there_is_no_interval_and_nothing_is_claimed(planted: ModuleType, why: Why) -> None:
    document = planted.frightened()
    document["parameters"]["noise_sd"] = 0.05
    e = why(document, 1)
    assert e.share(TOTAL).share != 0.0
    told = " ".join(finding(e))
    assert "too few runs for an interval of the difference" in told
    assert "do not differ clearly" not in told
    assert "too few runs for an interval" in in_short(e)


def test_a_decision_that_nobody_minds_leaves_nothing_to_explain(planted: ModuleType, why: Why) -> None:
    e = why(planted.nothing())
    assert {(row.share, row.ci_low, row.ci_high) for row in e.shares} == {(0.0, 0.0, 0.0)}
    assert all(row.percent is None for row in e.shares)
    assert {row.difference for row in e.knockouts} == {0.0}
    assert finding(e)[0].endswith("so there is nothing to explain.")


def test_a_mechanism_that_nothing_depends_on_changes_exactly_nothing(planted: ModuleType, why: Why) -> None:
    e = why(planted.frightened())
    rows = {row.mechanism: row for row in e.knockouts}
    for name in ("proxies", "programme_strike", "technology", "city_strikes", "commitment"):
        row = rows[name]
        assert (row.difference, row.ci_low, row.ci_high, row.changed) == (0.0, 0.0, 0.0, 0.0)


def test_what_the_effect_hangs_on_is_ranked_first_and_takes_it_away(planted: ModuleType, why: Why) -> None:
    e = why(planted.frightened())
    full = e.knockouts[0].effect
    needed = {row.mechanism for row in e.knockouts if row.effect_without == 0.0}
    assert needed == {"budgets", "drift", "threat"}
    assert {row.mechanism for row in e.knockouts[:3]} == needed
    assert {row.difference for row in e.knockouts[:3]} == {-full}
    for row in e.knockouts[3:]:
        assert row.difference == pytest.approx(0.0, abs=abs(full) / 2)


def test_the_whole_is_what_compare_reports(planted: ModuleType, why: Why, tmp_path: Path) -> None:
    document = two_theories(planted.resolve())
    opened = LoadedScenario("planted.yaml", from_data(document), document, {})
    asked = plan(opened, ["keep", "cancel"], None, 1)
    work.fill(asked, work.open_store(asked, tmp_path, RUNS, resume=False), RUNS, threads=2)
    reported = {row.theory: row for row in effects(work.dataset(tmp_path, RUNS)) if row.outcome == "district"}
    found = [row for row in why(document, RUNS).shares if row.part == TOTAL]
    assert [row.theory for row in found] == ["bold", "meek", "all"]
    for row in found:
        other = reported[row.theory]
        told = (row.share, row.ci_low, row.ci_high, row.runs)
        assert told == (other.effect, other.ci_low, other.ci_high, other.runs)


def test_shares_add_up_in_a_scenario_with_everything_in_it(scenario_two: dict[str, Any], why: Why) -> None:
    e = why(scenario_two, 2)
    for theory in ("deterrence", "spiral", "all"):
        parts = [row.share for row in e.shares if row.theory == theory and row.part != TOTAL]
        assert sum(parts) == pytest.approx(e.share(TOTAL, theory).share, abs=1e-12)


def test_an_interrupted_study_goes_on_to_the_same_bytes(
    planted: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "BLOCK", BLOCK)
    document = planted.frightened()
    opened = LoadedScenario("planted.yaml", from_data(document), document, {})
    asked = question(opened, None, ["keep", "cancel"], None, 1)
    once, twice = tmp_path / "once", tmp_path / "twice"
    answer(asked, open_kept(asked, once, resume=False), 2 * BLOCK + 1, threads=2)

    def stop() -> None:
        raise KeyboardInterrupt

    begun = open_kept(asked, twice, resume=False)
    answer(asked, begun, BLOCK, threads=1)
    assert answer(asked, open_kept(asked, twice, resume=True), 2 * BLOCK, threads=1, tick=stop).stopped
    kept = open_kept(asked, twice, resume=True)
    assert kept.runs == BLOCK
    answer(asked, kept, 2 * BLOCK + 1, threads=2)
    assert (once / "why" / FILE).read_bytes() == (twice / "why" / FILE).read_bytes()


def test_results_of_another_study_are_never_overwritten(planted: ModuleType, tmp_path: Path) -> None:
    first, second = planted.frightened(), planted.nothing()
    for document in (first, second):
        opened = LoadedScenario("planted.yaml", from_data(document), document, {})
        asked = question(opened, None, ["keep", "cancel"], None, 1)
        if document is first:
            answer(asked, open_kept(asked, tmp_path, resume=False), 1, threads=1)
            with pytest.raises(PowersimError, match="add resume=True to go on"):
                open_kept(asked, tmp_path, resume=False)
        else:
            with pytest.raises(PowersimError, match=r"another study \(another scenario"):
                open_kept(asked, tmp_path, resume=True)


@pytest.mark.parametrize(
    ("outcomes", "branches", "says"),
    [
        ("armz", None, "outcome armz is not known; did you mean arms"),
        (None, "keep", "^branches: found keep; allowed: two"),
        (None, ["keep", "cancl"], "branch cancl is not known; did you mean cancel"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    outcomes: str | None, branches: str | list[str] | None, says: str, planted: ModuleType
) -> None:
    document = planted.frightened()
    opened = LoadedScenario("planted.yaml", from_data(document), document, {})
    with pytest.raises(PowersimError, match=says):
        question(opened, outcomes, branches, None, 1)


def test_every_channel_is_made_of_what_exists_and_the_sets_are_all_there() -> None:
    of = groups()
    assert [group.name for group in of] == ["exchange", "resolve", "trust", "threat", "abandonment"]
    sets = coalitions(of)
    assert len(set(sets)) == 32
    assert sets[-1] == FULL
    assert sets[0].off == {name for group in of for name in group.off}


def two_theories(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"theories": {"bold": {"rho": 1.0}, "meek": {"rho": 0.3}}}


@pytest.mark.parametrize(
    ("name", "part"),
    [("exchange", "exchange"), ("resolve", "resolve"), ("threat", "threat"), ("friendship", "alignment")],
)
def test_the_one_channel_that_carries_the_effect_carries_it_when_held(
    name: str, part: str, planted: ModuleType, why: Why
) -> None:
    e = why(planted.ONE[name][1]())
    total = e.share(TOTAL).share
    assert total != 0.0
    for channel in ("resolve", "trust", "threat", "exchange", "alignment"):
        row = e.mediated(channel)
        carried = total if channel == part else 0.0
        assert row[INDIRECT].value == carried, channel
        assert row[NATURAL_DIRECT].value == total - carried, channel
        assert row[INTERACTION].value == 0.0
    assert e.mediated(TOGETHER)[NATURAL_DIRECT].value == 0.0


@pytest.mark.parametrize(
    "name",
    ["own answer", *(pytest.param(name, marks=pytest.mark.slow) for name in ("guarantee", "gratitude"))],
)
def test_what_goes_through_none_of_the_held_channels_is_direct(
    name: str, planted: ModuleType, why: Why
) -> None:
    e = why(planted.ONE[name][1]())
    row = e.mediated(OTHERS)
    assert row[NATURAL_DIRECT].value == e.share(TOTAL).share != 0.0
    assert row[INDIRECT].value == row[INTERACTION].value == 0.0


def test_trust_moves_nothing_where_fear_is_held(planted: ModuleType, why: Why) -> None:
    """Trust works through fear: either of them alone carries all of it, and without either nothing is left."""
    e = why(planted.trust_and_threat())
    total = e.share(TOTAL).share
    for channel in ("trust", "threat"):
        row = e.mediated(channel)
        assert row[INDIRECT].value == total
        assert row[NATURAL_DIRECT].value == row[INTERACTION].value == 0.0


def test_replays_of_a_scenario_with_everything_in_it_add_up(scenario_two: dict[str, Any], why: Why) -> None:
    e = why(scenario_two, 2)
    for channel in e.held():
        for theory in ("deterrence", "spiral", "all"):
            row = e.mediated(channel, theory)
            parts = row[NATURAL_DIRECT].value + row[INDIRECT].value + row[INTERACTION].value
            assert parts == pytest.approx(row["total"].value, abs=1e-12)
            assert row["total"].value == pytest.approx(e.share(TOTAL, theory).share, abs=1e-12)


def test_the_sentences_name_the_channel_and_what_carries_nothing(planted: ModuleType, why: Why) -> None:
    told = finding(why(planted.frightened()))
    assert told[1].startswith("Of this 100% goes through threat; nothing is direct; ")
    assert "abandonment of allies" in told[1]
    assert told[1].endswith("carry exactly nothing.")
    assert told[2].startswith("If threat alone went as after “cancel”, the difference would be −")
    assert "nothing is left (interaction 0.0)" in told[2]
    direct = finding(why(planted.own_answer()))
    assert "100% is direct, left with every channel closed" in direct[1]
    assert "no single channel makes a clear difference" in direct[2]
