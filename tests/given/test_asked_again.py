"""A record leads back to the question that was asked, and what is known says nothing of what goes back to it."""

from __future__ import annotations

import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import powersim as ps
from powersim.errors import PowersimError
from powersim.given import conditioning
from powersim.given.twins import Twins, counting


@pytest.fixture(autouse=True)
def _few_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        conditioning, "MOVES", 1
    )  # whatever they are: what is asked is the question, not the worlds


def study(planted: ModuleType, known: dict[str, Any], *, chance: float = 0.6, **parts: Any) -> ps.Study:
    """An effect of 2003 that comes with a chance if the cause is there, and its echo two years later."""
    events = [
        {"id": "effect", "year": 2003, "chance": chance, "of": "l_cause"},
        {"id": "echo", "year": 2005, "chance": 1.0, "of": "l_effect"},
    ]
    stated = {"branch": "happened", "error": 0.1, "discrepancy": 0.1, "miss": 0.05, "events": [known]}
    return ps.Study(planted.by_chance(*events, evidence=stated, **parts), ["happened", "without"])


OVER_YEARS = {"event": "effect", "from": "2002", "to": "2005", "source": "made up"}
LATER = {
    name: {"do": [{"path": {"l_cause": path}, "to": "2007"}]}
    for name, path in (
        ("happened", {"2001": 1.0}), ("without", {"2001": 0.0}), ("later", {"2001": 1.0, "2004": 0.0})
    )
}  # fmt: skip
ECHO = {"event": "echo", "at": "2005", "source": "made up"}


def test_an_origin_is_found_again_with_its_coupling(planted: ModuleType, tmp_path: Path) -> None:
    for date in (None, "2000"):
        out = tmp_path / str(date)
        one = study(planted, ECHO, chance=0.5)
        one = one.given(date) if date else one
        count = {"worlds": 100} if date else {"runs": 100}
        found = one.origin("effect", coupling="fresh", out=out, workers=1, **count)
        assert found.beside == []
        assert "then each has its own" in found.sentence
        record = ps.Study(out / "origin" / "provenance.json")
        again = record.origin(out=out, resume=date is not None, workers=1)
        assert again.effects.equals(found.effects)
        assert again.provenance["coupling"] == "fresh"


def test_what_was_asked_of_a_comparison_stays_asked_however_often(
    planted: ModuleType, tmp_path: Path
) -> None:
    theories: dict[str, Any] = {"one": {}, "still": {"mechanisms": {"calendar": False}}}
    asked = {"given": "2005", "worlds": 100, "by_evidence": True, "coupling": "fresh"}
    first = study(planted, OVER_YEARS, theories=theories).given("2005")
    rows = first.compare(
        10, worlds=100, by_evidence=True, coupling="fresh", out=tmp_path, workers=1
    ).conditional
    for _ in range(2):
        record = ps.Study(tmp_path / "provenance.json")
        again = record.compare(out=tmp_path, resume=True, workers=1)
        assert asked.items() <= again.provenance.items()
        assert rows is not None
        assert again.conditional is not None
        assert [row.effect for row in again.conditional.rows] == [row.effect for row in rows.rows]


def test_what_was_refused_is_refused_again_and_not_answered_without_the_date(
    planted: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditioning, "LEAST", 1000.0)
    monkeypatch.setattr(conditioning.Asked, "__post_init__", lambda _: None)
    with pytest.raises(PowersimError, match="nothing is answered"):
        study(planted, ECHO).given("2005").compare(10, worlds=100, out=tmp_path, workers=1)
    with pytest.raises(PowersimError, match="nothing is answered"):
        ps.Study(tmp_path / "provenance.json").compare(out=tmp_path, resume=True, workers=1)


@pytest.mark.parametrize("known", [OVER_YEARS, ECHO])
def test_what_goes_back_to_the_cause_says_nothing_of_what_was_sufficient(
    planted: ModuleType, known: dict[str, Any]
) -> None:
    """Of worlds that have the event, or its echo, in the record, nearly all have it: whatever the cause would do."""
    (row,) = study(planted, known).given("2005").origin("effect", worlds=100, workers=1).rows
    assert row.pn == 1.0
    assert math.isnan(row.ps)


def test_before_branches_part_what_is_sufficient_is_told_as_untold(planted: ModuleType) -> None:
    """Also where the event comes in all worlds with the cause."""
    (row,) = study(planted, ECHO, chance=1.0).given("2000").origin("effect", worlds=100, workers=1).rows
    assert row.ps == 1.0


def test_an_effect_given_a_date_is_called_what_it_is_by_when_branches_part(planted: ModuleType) -> None:
    late = study(planted, ECHO, intervention="2004").given("2003").compare(2, worlds=100, workers=1)
    assert late.conditional is not None
    assert "beyond the decision" in late.conditional.meaning
    early = study(planted, ECHO).given("2000").compare(2, worlds=100, workers=1)
    assert early.conditional is not None
    assert "as open as it was then" in early.conditional.meaning
    both = study(planted, ECHO, branches=LATER).given("2003")
    both.branches = ["happened", "without", "later"]
    mixed = both.compare(2, worlds=100, workers=1)
    assert mixed.conditional is not None
    assert (
        "as open as it was then. By then without had parted from what happened: of these, what"
        in mixed.conditional.meaning
    )


def test_a_theory_that_weighs_nothing_adds_no_worlds_that_count() -> None:
    some = Twins({}, {}, np.ones(1), np.zeros(1))
    assert counting([some, some], [100.0, 50.0], np.array([0.5, 0.5])) == pytest.approx(
        1 / (0.25 / 100 + 0.25 / 50)
    )
    assert counting([some, some], [12.0, 90.0], np.array([1.0, 1e-9])) == pytest.approx(12.0)


def test_where_nobody_was_moved_no_share_of_moves_is_told(planted: ModuleType) -> None:
    for date, moved in (("2000", False), ("2005", True)):
        found = study(planted, ECHO).given(date).compare(worlds=100, workers=1).conditional
        assert found is not None
        (row,), (said,) = found.diagnostics, found.trust
        assert math.isnan(row.recent) is not moved
        assert ("; no moves;" in said) is not moved
        assert ("nothing is known by then" in said) is not moved
        assert (f"moves accepted: recent {row.recent:.2f}, " in said) is moved


def test_worlds_that_are_told_where_things_stand_are_not_said_to_have_gone_like_ours(
    planted: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditioning, "LEAST", 1.0)
    record = {"l_effect": {"2002": 0.0, "2004": 1.0}}
    events = [{"id": "effect", "year": 2003, "chance": 0.5, "of": "l_cause"}]
    stated = {"branch": "happened", "error": 0.1, "discrepancy": 0.1, "miss": 0.05}
    for at, said in (("years", "went like ours until 2005"), ("end", "came by 2005 to where ours stood")):
        document = planted.by_chance(*events, evidence=stated | {"paths": at}, record=record)
        one = ps.Study(document, ["happened", "without"]).given("2005")
        found = one.origin("effect", worlds=20, workers=1)
        assert f"that {said}" in found.sentence
        assert found.given == f"in worlds that {said}"
        told = one.forecast(worlds=20, workers=1).dates[0].sentence
        assert told.startswith(
            "Told where things stood in 2005, the model" if at == "end" else "Told what happened until"
        )
