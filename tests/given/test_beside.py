"""Effects given what happened stand beside the others in files, figures and report."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import powersim as ps
from powersim.effects.paired import read_given

KNOWN = {"event": "other", "happened": False, "to": "2002", "source": "made up"}


def event(name: str, year: int, chance: float, of: str = "1") -> dict[str, Any]:
    return {"id": name, "year": year, "chance": chance, "of": of}


@pytest.mark.slow
def test_both_effects_stand_side_by_side_in_files_figures_and_report(
    planted: ModuleType, tmp_path: Path
) -> None:
    events = [event("other", 2002, 0.5), event("effect", 2003, 0.9, "max(l_cause, l_other)")]
    stated = {"branch": "happened", "error": 0.1, "discrepancy": 0.1, "miss": 0.05, "events": [KNOWN]}
    theories: dict[str, Any] = {"one": {}, "still": {"mechanisms": {"calendar": False}}}
    raw = planted.by_chance(*events, evidence=stated, theories=theories)
    study = ps.Study(raw).given("2002")
    found = study.compare(40, worlds=100, by_evidence=True, out=tmp_path, workers=1)
    assert found.conditional is not None
    kept, made = read_given(tmp_path), found.conditional.rows
    assert [(one.theory, one.given) for one in kept] == [(one.theory, "2002") for one in made]
    assert [one.ci_low for one in kept] == pytest.approx([one.ci_low for one in made])
    assert found.provenance["by_evidence"] is True
    assert ps.Study(tmp_path / "provenance.json").date == "2002"

    section = json.loads((tmp_path / "given" / "section.json").read_text("utf-8"))
    said = " ".join(section["findings"])
    assert "In rows over all theories each counts by what the record says of it: “one”" in said
    assert section["tables"][0]["columns"][2::3] == ["as the model goes", "given 2002"]
    assert len(section["tables"][0]["rows"]) == 3  # two theories, and both

    page = found.report().read_text("utf-8")
    assert "Given what happened" in page
    assert "in worlds that fit the record until 2002" in page
    again = ps.Comparison.open(tmp_path)
    for kind in ("overview", "given"):
        drawn = again.plot(kind=kind)
        texts = [text.get_text() for text in drawn.findobj(lambda each: hasattr(each, "get_text"))]
        assert any("given 2002" in text for text in texts)
        drawn.savefig(tmp_path / f"{kind}.png")
