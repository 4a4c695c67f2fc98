"""Origins of an event in worlds whose answers are known in closed form."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import powersim as ps
from powersim.errors import PowersimError
from powersim.given import conditioning
from powersim.given.origin import COLUMNS, Origin

RUNS, FAR = 250, 3.5  # worlds; standard errors
NEVER = math.nan


def event(name: str, year: int, chance: float, of: str = "1", **more: Any) -> dict[str, Any]:
    return {"id": name, "year": year, "chance": chance, "of": of, **more}


# the effect is always the event or lever `effect`; answers are PN, PS, PNS of the cause
PLANTED: dict[str, tuple[list[dict[str, Any]], tuple[float, float, float]]] = {
    "one cause": ([event("effect", 2003, 0.6, "l_cause")], (1.0, 0.6, 0.6)),
    "two sufficient causes": (
        [event("other", 2002, 0.5), event("effect", 2003, 1.0, "max(l_cause, l_other)")],
        (0.5, 1.0, 0.5),
    ),
    "pre-emption": (  # the other acts only where the cause has not
        [event("other", 2003, 0.8, "1 - l_cause"), event("effect", 2004, 1.0, "max(l_cause, l_other)")],
        (0.2, 1.0, 0.2),
    ),
    "a cause that only hastens": (
        [
            event("early", 2002, 1.0, "l_cause"),
            event("late", 2005, 1.0, "1 - l_early"),
            event("effect", 2006, 0.7, "max(l_early, l_late)"),
        ],
        (0.0, 0.0, 0.0),
    ),
    "a placebo": ([event("other", 2002, 0.5, "l_cause"), event("effect", 2003, 0.4)], (0.0, 0.0, 0.0)),
    "a prevented preventer": (
        [event("preventer", 2002, 0.7, "1 - l_cause"), event("effect", 2003, 1.0, "1 - l_preventer")],
        (0.7, 1.0, 0.7),
    ),
    "a chain": ([event("middle", 2002, 0.8, "l_cause"), event("effect", 2003, 0.5, "l_middle")], (1.0, 0.4, 0.4)),
    "luck alone": ([event("effect", 2003, 0.3)], (0.0, 0.0, 0.0)),
}  # fmt: skip


def asked(planted: ModuleType, events: list[dict[str, Any]], runs: int = RUNS, **more: Any) -> Origin:
    study = ps.Study(planted.by_chance(*events, **more), ["happened", "without"])
    return study.origin("effect", runs, workers=1).rows[-1]


@pytest.mark.parametrize("name", PLANTED)
def test_planted_causes_have_their_closed_forms(planted: ModuleType, name: str) -> None:
    events, expected = PLANTED[name]
    row = asked(planted, events)
    found = (
        (row.pn, row.pn_low, row.pn_high),
        (row.ps, row.ps_low, row.ps_high),
        (row.pns, row.pns_low, row.pns_high),
    )
    for (share, low, high), exact in zip(found, expected, strict=True):
        if exact in (0.0, 1.0):
            assert share == exact
        else:
            assert share == pytest.approx(exact, abs=FAR * (high - low) / (2 * 1.96))
        assert low <= share <= high


def test_luck_alone_is_necessary_if_branches_share_no_luck(planted: ModuleType) -> None:
    """An event of chance .3 on which the cause has no bearing: shares hang on the coupling alone, and bound nothing."""
    study = ps.Study(planted.by_chance(event("effect", 2003, 0.3)), ["happened", "without"])
    row = study.origin("effect", RUNS, coupling="fresh", workers=1).rows[-1]
    for (share, low, high), exact in (
        ((row.pn, row.pn_low, row.pn_high), 0.7),
        ((row.ps, row.ps_low, row.ps_high), 0.3),
        ((row.pns, row.pns_low, row.pns_high), 0.21),
    ):
        assert share == pytest.approx(exact, abs=FAR * (high - low) / (2 * 1.96))


def test_what_the_branches_do_alike_hangs_on_no_coupling(planted: ModuleType) -> None:
    """Luck before branches part is shared under every coupling: a chain that the cause alone begins."""
    events = [event("before", 2000, 0.5), event("effect", 2003, 1.0, "l_cause * l_before")]
    study = ps.Study(planted.by_chance(*events), ["happened", "without"])
    same, fresh = (study.origin("effect", 60, coupling=how, workers=1).rows[-1] for how in ("same", "fresh"))
    assert (same.pn, same.ps, same.pns) == (fresh.pn, fresh.ps, fresh.pns)
    assert 0.0 < same.pns < 1.0


def test_an_event_that_never_comes_has_no_origin(planted: ModuleType) -> None:
    row = asked(planted, [event("effect", 2003, 0.0)], runs=20)
    assert math.isnan(row.pn)
    assert (row.ps, row.pns) == (0.0, 0.0)


@pytest.mark.slow
def test_given_what_happened_the_rival_is_told_from_the_cause(
    planted: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two sufficient causes; that the other did not act is known: then the cause was necessary."""
    monkeypatch.setattr(conditioning, "MOVES", 4)  # moves: whatever they are, the evidence settles both
    events = [event("other", 2002, 0.5), event("effect", 2003, 1.0, "max(l_cause, l_other)")]
    known = [
        {"event": "other", "happened": False, "to": "2002", "source": "made up"},
        {"event": "effect", "at": "2003", "source": "made up"},
    ]
    stated = {"branch": "happened", "error": 0.1, "discrepancy": 0.1, "miss": 0.05, "events": known}
    study = ps.Study(planted.by_chance(*events, evidence=stated), ["happened", "without"]).given("2004")
    found = study.origin("effect", worlds=100, out=tmp_path, workers=1)
    (row,) = found.rows
    assert (row.pn, row.pns) == (1.0, 1.0)
    assert math.isnan(row.ps)  # it would be 1 of itself: none of the worlds lacks the event
    assert "Of 100 worlds that went like ours until 2004" in found.sentence
    assert "100 (96 to 100) would have gone without it under “without”" in found.sentence
    assert "goes back to what happened, so nothing can be said of what was sufficient" in found.sentence
    written = list(csv.DictReader((tmp_path / "origin" / "origin.csv").read_text("utf-8").splitlines()))
    assert list(written[0]) == COLUMNS
    assert {path.name for path in (tmp_path / "origin").iterdir()} == {
        "origin.csv", "witnesses.csv", "origin.png", "origin.svg", "provenance.json",
    }  # fmt: skip
    again = ps.Study(tmp_path / "origin" / "provenance.json")
    assert again.date == "2004"
    assert again.origin(out=tmp_path, resume=True, workers=1).effects.equals(found.effects)
    told = again.tell("without", world=7, folder=tmp_path / "origin").text
    assert "World 7 given what happened to 2004, one of 100" in told
    assert "% of their weight: what another decision would have made of a world" in " ".join(told.split())
    html = found._repr_html_()
    assert "necessary" in html
    assert "worlds count" in html
    assert found.provenance["outcomes"] == ["effect"]
    assert found.plot() is not None
    other = ps.Study(planted.by_chance(*events, evidence=stated), ["without", "happened"]).given("2004")
    with pytest.raises(PowersimError, match="branches: found without first; allowed: happened"):
        other.origin("effect", worlds=100)


RIVAL = {"like": "happened", "do": [{"forbid": {"event": "other"}}]}
ROLES = ("alone", "together", "preempting", "preempted")

# shares of worlds with the event in which the cause, and then its rival, is what
STANDING_IN: dict[str, tuple[float, ...]] = {
    "two sufficient causes": (0.5, 0.5, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0),
    "pre-emption": (0.2, 0.0, 0.8, 0.0, 0.0, 0.0, 0.0, 0.8),
}


@pytest.mark.parametrize("name", STANDING_IN)
def test_causes_that_stand_in_for_each_other_are_told_apart(planted: ModuleType, name: str) -> None:
    """Overdetermined and pre-empted effects look alike when causes are taken away; what was idle tells them apart."""
    raw = planted.by_chance(*PLANTED[name][0])
    raw["branches"]["no_other"] = RIVAL
    found = ps.Study(raw, ["happened", "without", "no_other"]).origin("effect", RUNS, workers=1)
    rows = {(one.cause, one.beside): one for one in found.beside}
    some = [rows["without", "no_other"], rows["no_other", "without"]]
    shares = [getattr(one, role) for one in some for role in ROLES]
    for share, exact in zip(shares, STANDING_IN[name], strict=True):
        if exact in (0.0, 1.0):
            assert share == exact
        else:
            assert share == pytest.approx(exact, abs=FAR * math.sqrt(exact * (1 - exact) / RUNS))
    for one in some:
        whole = rows[one.cause, "any"]
        assert [getattr(whole, role) for role in ROLES] == [getattr(one, role) for role in ROLES]
        assert one.together_low <= one.together <= one.together_high
    if name == "pre-emption":
        assert "but only because what “no_other” takes away stood ready" in found.sentence
    else:
        assert "more it would have gone only under “no_other” and “without” together" in found.sentence
    assert list(found.witnesses.cause.unique()) == ["without", "no_other"]


@pytest.mark.parametrize("names", [("without", "no_other"), ("w" * 30, "o" * 30), ("both-1", "no-other")])
def test_what_branches_are_called_decides_nothing(planted: ModuleType, names: tuple[str, str]) -> None:
    """Not even where a branch has the name that one without both causes would have, or none that long may be."""
    raw = planted.by_chance(*PLANTED["two sufficient causes"][0])
    happened, without = (raw["branches"][name] for name in ("happened", "without"))
    decoy = names[0] + "-and-" + names[1] if len(names[0]) < 20 else "both-1"
    raw["branches"] = {"happened": happened, names[0]: without, names[1]: RIVAL, decoy: {"like": "happened"}}
    found = ps.Study(raw, ["happened", *names]).origin("effect", 30, workers=1)
    rows = {(one.cause, one.beside): one for one in found.beside}
    assert set(rows) == {(a, b) for a in names for b in (*names, "any") if a != b}
    assert rows[names].alone + rows[names].together == 1.0


def test_causes_that_cannot_be_away_together_have_no_witness(planted: ModuleType) -> None:
    """One lays the cause down where the other takes it away."""
    raw = planted.by_chance(*PLANTED["pre-emption"][0])
    raw["branches"]["half"] = {"do": [{"path": {"l_cause": {"2001": 0.5}}, "to": "2007"}]}
    found = ps.Study(raw, ["happened", "without", "half"]).origin("effect", 20, workers=1)
    assert {one.beside for one in found.beside} == {"any"}
    assert len(found.rows) == 2


def test_few_worlds_with_the_event_are_said(planted: ModuleType) -> None:
    found = ps.Study(planted.by_chance(event("effect", 2003, 0.5)), ["happened", "without"])
    assert "worlds count), so the intervals are wide" in found.origin("effect", 40, workers=1).sentence
    assert "intervals are wide" not in found.origin("effect", 240, workers=1).sentence


def test_too_few_worlds_are_refused_before_anything_is_computed(planted: ModuleType, tmp_path: Path) -> None:
    stated = {"error": 0.1, "discrepancy": 0.1, "miss": 0.05}
    raw = planted.by_chance(event("effect", 2003, 0.5), evidence=stated)
    with pytest.raises(PowersimError, match="worlds: found 99; allowed: a whole number from 100"):
        ps.Study(raw).given("2004").compare(20, worlds=99, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_mistakes_say_what_is_allowed(planted: ModuleType) -> None:
    study = ps.Study(planted.by_chance(event("effect", 2003, 0.5)))
    with pytest.raises(PowersimError, match="of: found efect; allowed: an outcome with ever: effect"):
        study.origin("efect")
    with pytest.raises(PowersimError, match="needs what happened and at least one branch without a cause"):
        study.origin("effect", branches=["happened"])
    with pytest.raises(PowersimError, match="of: which outcome"):
        study.origin()
    with pytest.raises(PowersimError, match="says nothing of what happened; it needs `evidence`"):
        study.given("2003")
    with pytest.raises(PowersimError, match="coupling other is not known"):
        study.origin("effect", coupling="other")
    with pytest.raises(PowersimError, match="scheduler: does nothing without a date"):
        study.origin("effect", scheduler="tcp://127.0.0.1:8786")
    with pytest.raises(PowersimError, match="worlds: does nothing without a date to condition on"):
        study.origin("effect", worlds=100)
    known = {"error": 0.1, "discrepancy": 0.1, "miss": 0.1}
    told = ps.Study({**planted.by_chance(event("effect", 2003, 0.5)), "evidence": known})
    with pytest.raises(
        PowersimError, match="runs: does nothing beside a date to condition on; say how many by worlds"
    ):
        told.given("2003").origin("effect", runs=5)


@pytest.mark.slow
def test_theories_that_the_record_cannot_tell_are_called_so(
    planted: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditioning, "MOVES", 3)
    events = [event("effect", 2003, 0.5)]
    stated = {"branch": "happened", "error": 0.2, "discrepancy": 0.0, "miss": 0.05, "paths": "changes"}
    parts: dict[str, Any] = {
        "evidence": stated,
        "record": {"l_effect": {"2004": 1.0}},
        "theories": {"one": {}, "other": {}, "still": {"mechanisms": {"calendar": False}}},
    }
    whole = ps.Study(planted.by_chance(*events, **parts)).given("2005")
    found = whole.weigh(worlds=100, workers=1, out=tmp_path)
    words = {row.theory: row.word for row in found.rows}
    assert (
        words["still"] == "very strong"
    )  # a path at 0 where the record has 1, twice: 2 * 12.5 against log 2
    assert found.rows[-1].log_factor == pytest.approx(25 - math.log(2), abs=0.5)
    assert {path.name for path in (tmp_path / "weigh").iterdir()} >= {
        "weights.csv",
        "posterior.csv",
        "posterior.png",
        "provenance.json",
    }
    two = ps.Study(planted.by_chance(*events, **parts), theories=["one", "other"]).given("2005")
    fewer = two.weigh(worlds=100, workers=1, out=tmp_path / "two")
    assert sorted(fewer.finding.rstrip(".").partition(": ")[2].split(", ")) == ["one", "other"]
    assert fewer.finding.startswith("The record cannot tell them apart: ")
    again = ps.Study(tmp_path / "weigh" / "provenance.json").weigh(out=tmp_path, resume=True, workers=1)
    assert again.effects.equals(found.effects)
    assert list(found.posterior.columns)[:2] == ["theory", "path"]
    assert found.plot() is not None
    assert "behind the best" in found._repr_html_()
    assert found.provenance["worlds"] == 100
