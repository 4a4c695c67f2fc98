"""A played history among simulated ones, and bots over many runs beside the model with the same luck."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import powersim as ps

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FRONT = "EAST>ALLY: district"


@pytest.fixture(scope="module")
def study() -> ps.Study:
    return ps.Study(SCENARIOS / "two_powers.yaml", branches=["keep"], theories=["spiral"], seed=7)


def dove(briefing):
    return ps.Decisions(fronts={FRONT: "stand down"})


def idle(briefing):
    return None


@pytest.mark.slow
def test_who_decides_nothing_lies_where_its_run_lies(study, tmp_path):
    found = study.play("EAST", idle, run=3).beside(40, out=tmp_path / "out")
    own = study.run("keep", "spiral", runs=40)
    for row in found.rows:
        assert row.played == row.model == row.simulated[3]
        ranks = np.argsort(np.argsort(row.simulated, kind="stable"))
        if len(set(row.simulated)) == 40:
            assert row.percentile == pytest.approx(100 * (ranks[3] + 0.5) / 40)
        if row is not found.rows[0]:
            values = own.data["summary"].sel(outcome=row.outcome).values.ravel()
            assert np.allclose(values, row.simulated, atol=1e-6)
    assert "came off as the model would have with the same luck" in found.finding
    with (tmp_path / "out" / "play.csv").open() as stream:
        assert [line["outcome"] for line in csv.DictReader(stream)] == list(found.table["outcome"])
    assert (tmp_path / "out" / "figures" / "played.png").stat().st_size > 10_000
    assert len(found.plot().axes) == len(found.rows) == 5


def test_bots_that_decide_nothing_differ_in_nothing(study):
    found = study.tournament({"EAST": idle, "WEST": idle}, runs=3)
    assert [row.outcome for row in found.rows][:2] == ["utility EAST", "utility WEST"]
    assert all(row.difference.nothing for row in found.rows)


def test_two_bots_play_each_other_and_a_proposal_to_a_player_is_put_to_it(study):
    asked = []

    def seller(briefing):
        return ps.Decisions(propose=[package.number for package in briefing.possible])

    def buyer(refuse):
        def answer(briefing):
            asked.append(briefing.answering)
            if briefing.answering:
                assert len(briefing.offers) == 1
                assert "EAST" in briefing.offers[0].parties
            return ps.Decisions(decline=[1] if briefing.answering and refuse else [])

        return answer

    agreed = study.tournament({"EAST": seller, "WEST": buyer(refuse=False)}, runs=10)
    assert any(asked)
    refused = study.tournament({"EAST": seller, "WEST": buyer(refuse=True)}, runs=10)
    assert [row.played for row in agreed.rows] != [row.played for row in refused.rows]


def test_a_dove_has_no_war_and_is_paired_with_the_luck_of_the_model(study):
    found = study.tournament({"EAST": dove, "WEST": idle}, runs=8)
    war = next(row for row in found.rows if row.outcome == "war")
    kept = study.run("keep", "spiral", runs=8)
    own = kept.data["summary"].sel(outcome="war").values.mean()
    assert war.played == 0.0
    assert war.model == pytest.approx(own)
    assert war.difference.value == pytest.approx(-own)
    assert "EAST, WEST over 8 runs, against the model's own play" in repr(found)
    with pytest.raises(ps.ArgumentError, match=r"^bots: found none; allowed: "):
        study.tournament({})
    with pytest.raises(ps.ArgumentError, match=r"^runs: found 0; allowed: "):
        study.tournament({"EAST": dove}, runs=0)


def test_what_the_document_shows_runs_as_it_stands(root, monkeypatch, capsys):
    import re

    text = (root / "docs" / "play.md").read_text("utf-8")
    monkeypatch.chdir(root)
    names: dict[str, object] = {"__name__": "play"}
    snippets = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(snippets) == 3
    bot = snippets[0].split("def ")[1]
    assert len([line for line in bot.split("\n\n\n")[0].splitlines() if line.strip()]) <= 10
    for code in snippets:
        exec(compile(code, "play.md", "exec"), names)  # noqa: S102
    assert "against the model's own play" in capsys.readouterr().out
