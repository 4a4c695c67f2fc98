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


def test_given_what_happened_the_rival_is_told_from_the_cause(planted: ModuleType, tmp_path: Path) -> None:
    """Two sufficient causes; that the other did not act is known: then the cause was necessary."""
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
    assert math.isnan(row.ps) is False
    assert "Of 100 worlds that went like ours until 2004" in found.sentence
    assert "100 under “without”" in found.sentence
    written = list(csv.DictReader((tmp_path / "origin" / "origin.csv").read_text("utf-8").splitlines()))
    assert list(written[0]) == COLUMNS
    assert {path.name for path in (tmp_path / "origin").iterdir()} == {
        "origin.csv",
        "origin.png",
        "origin.svg",
    }
    other = ps.Study(planted.by_chance(*events, evidence=stated), ["without", "happened"]).given("2004")
    with pytest.raises(PowersimError, match="branches: found without first; allowed: happened"):
        other.origin("effect", worlds=100)


def test_mistakes_say_what_is_allowed(planted: ModuleType) -> None:
    study = ps.Study(planted.by_chance(event("effect", 2003, 0.5)))
    with pytest.raises(PowersimError, match="of: found efect; allowed: an outcome with ever: effect"):
        study.origin("efect")
    with pytest.raises(PowersimError, match="needs what happened and at least one branch without a cause"):
        study.origin("effect", branches=["happened"])
    with pytest.raises(PowersimError, match="says nothing of what happened; it needs `evidence`"):
        study.given("2003")
    with pytest.raises(PowersimError, match="coupling other is not known"):
        study.origin("effect", coupling="other")
    with pytest.raises(PowersimError, match="scheduler: does nothing without a date"):
        study.origin("effect", scheduler="tcp://127.0.0.1:8786")
    with pytest.raises(PowersimError, match="worlds: does nothing without a date to condition on"):
        study.origin("effect", worlds=100)


def test_theories_that_the_record_cannot_tell_are_called_so(planted: ModuleType, tmp_path: Path) -> None:
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
    }
    two = ps.Study(planted.by_chance(*events, **parts), theories=["one", "other"]).given("2005")
    again = two.weigh(worlds=100, workers=1, out=tmp_path, resume=True)  # their worlds are there
    assert again.finding == "The record cannot tell them apart: one, other."
