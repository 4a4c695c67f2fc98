"""An interval that does not exist is said not to exist: it neither includes zero nor excludes it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from powersim.cli.effects import tables
from powersim.effects import findings
from powersim.effects.findings import TOO_FEW, Scale
from powersim.effects.paired import Effect, effects, paired
from powersim.effects.results import ALL, Study
from powersim.effects.signs import word
from powersim.figures.gallery import Subject, draws
from powersim.figures.style import styled
from powersim.plausible.baserates import Row, cells, outside, plausible, verdict
from powersim.plausible.hindcast import REFERENCES, Hindcast, Score
from powersim.report.answer import alt_of_effects, answer, levels_and_effects, rounded
from powersim.sensitivity.study import Mean as OfTheory
from powersim.sensitivity.words import Words
from powersim.verdict.rule import Claim, Mean, contrast, judge
from powersim.verdict.words import Judgement, evidence, section, stated

NAN = float("nan")
CLAIMS = (
    "includes zero",
    "excludes zero",
    "exclude zero",
    "clearly",
    "no flow",
    "beyond chance",
    "exactly the same",
)


def few(make: Any, runs: int = 1) -> Any:
    return make(branches=8, theories=2, outcomes=6, runs=40).isel(run=slice(0, runs))


def lacking(effect: float = -0.03, theory: str = ALL, branch: str = "cancel") -> Effect:
    return Effect(
        "russia_iran_alignment", theory, "replace", branch, 0.3, 0.3 + effect, effect, NAN, NAN, 0.5, 1
    )


def test_one_run_has_no_interval_where_histories_differ_though_their_difference_is_zero() -> None:
    one, three = np.zeros((1, 1)), np.zeros((1, 3))
    found = paired(one, one, binary=False, diverged=np.array([True]))
    assert np.isnan([found.low, found.high]).all()
    for values, parted in ((three, True), (one, False)):
        settled = paired(values, values, binary=False, diverged=np.array([parted]))
        assert (settled.low[0], settled.high[0]) == (0.0, 0.0)


def test_runs_of_one_block_have_no_interval() -> None:
    a = np.zeros((1, 3))
    found = paired(a, a + np.array([0.1, 0.2, 0.3]), binary=False, diverged=np.array([True]), block=16)
    assert np.isnan([found.low, found.high]).all()
    same = paired(a, a, binary=False, diverged=np.array([True]), block=16)
    assert np.isnan([same.low, same.high]).all()


@pytest.mark.slow
@pytest.mark.parametrize("runs", [1, 2])
def test_every_title_of_a_figure_says_so_and_claims_nothing(make: Any, runs: int) -> None:
    results = make(branches=3, theories=2, outcomes=4, runs=40).isel(run=slice(0, runs))
    results = results.isel(event=slice(0, 3), actor=slice(0, 6), actor2=slice(0, 6), flow=slice(0, 5))
    if runs == 2:  # of one block of draws
        results.attrs["block"] = 16
    subject = Subject.read(results)
    with styled():
        drawn = [draw(subject) for draw in draws(subject, list(subject.study.outcomes))]
    said = {each.name: each.finding for each in drawn}
    wanted = {"overview", "effects", *(name for name in said if name.startswith("effects/"))}
    if runs == 1:
        wanted |= {"arms", *(name for name in said if name.startswith("alignment/"))}
    assert len(wanted) >= 6
    for name in wanted:
        assert "oo few runs for an interval" in said[name], (name, said[name])
        assert not [claim for claim in CLAIMS if claim in said[name]], (name, said[name])
    for name, text in said.items():
        assert runs > 1 or "of the runs" not in text
        if name.startswith("event"):
            assert "not clearly different" not in text, text


def test_tables_and_sentences_of_the_report_say_so(make: Any) -> None:
    results = few(make)
    study, rows = Study.read(results), effects(results)
    told = " ".join(answer(rows, study).sentences)
    assert told.count("Too few runs for an interval") == len(study.headline)
    assert not [claim for claim in CLAIMS if claim in told], told
    for table in levels_and_effects(rows, study, study.headline):
        assert any(TOO_FEW in str(cell) for line in table.rows for cell in line)
        assert not any(
            "– to –" in str(cell).replace("\N{NO-BREAK SPACE}", " ") for line in table.rows for cell in line
        )
    name = study.headline[0]
    assert TOO_FEW in alt_of_effects(study.outcomes[name], [r for r in rows if r.outcome == name], study)


def test_the_table_of_compare_says_so(make: Any) -> None:
    results = few(make)
    study, rows = Study.read(results), effects(results)
    assert word(lacking(), binary=False) == "too few runs"
    for table in tables(rows, study, study.headline):
        words = {getattr(line[-1], "text", line[-1]) for line in table.rows} - {""}
        assert words == {"too few runs"}
        assert {line[-2] for line in table.rows} == {"", "none"}


def test_one_effect_without_an_interval_among_others_is_named(results: Any) -> None:
    study = Study.read(results)
    known = Effect("russia_iran_alignment", ALL, "replace", "keep", 0.3, 0.31, 0.01, -0.01, 0.03, 0.5, 9)
    text = findings.of_effects(
        study.outcomes["russia_iran_alignment"], [known, lacking()], study, binary=False
    )
    assert "every interval" not in text
    assert f"{TOO_FEW} of “cancel”" in text
    clear = Effect("russia_iran_alignment", ALL, "replace", "keep", 0.3, 0.4, 0.1, 0.05, 0.15, 0.5, 9)
    rows = [clear, *(Effect(**{**clear.__dict__, "theory": t}) for t in ("deterrence",))]
    rows.append(Effect(**lacking(0.1, "spiral", "keep").__dict__))
    text = findings.of_effects(study.outcomes["russia_iran_alignment"], rows, study, binary=False)
    assert text.endswith(f"; {TOO_FEW} under spiral")


def test_an_event_without_an_interval_is_not_called_unclear(results: Any) -> None:
    study = Study.read(results)
    shares = {"replace": 0.0, "keep": 1.0, "cancel": 1.0}
    assert findings.of_event("war", shares, study, clear=None).endswith(f", {TOO_FEW}")


def test_words_for_intervals() -> None:
    assert Scale(False, "").interval(NAN, NAN) == TOO_FEW
    assert Scale(True, "").estimate(0.1, NAN, NAN, 1) == ("+10.0", TOO_FEW)
    assert Scale(False, "").estimate(NAN, NAN, NAN, 1) == ("–", "")
    assert rounded(NAN) == "–"


def of_one_place() -> Judgement:
    """A hypothesis tried at one place: no interval over places."""
    a = np.array([[[0.1, 0.2, 0.4]]])
    found = contrast(a, a + np.array([0.1, 0.0, 0.1]), binary=False, diverged=np.array([[True]]))
    finding = judge(Claim(1), found, found)
    return Judgement(
        "h1", "It rises", "", "", "Ties", "", "ties, a against b", "+", finding.verdict, finding, {"one": finding},
        found, ("a against b", finding.mean), yardsticks=(("flood", Mean(0.1, NAN, NAN)),),
    )  # fmt: skip


def test_verdicts_say_so_and_their_section_is_json(tmp_path: Any) -> None:
    one = of_one_place()
    assert one.verdict == "not decided"
    assert "too few draws for an interval" in evidence(one)
    assert "itself not shown" not in evidence(one)
    assert stated(Scale(True, ""), Mean(0.1, NAN, NAN)) == "+10.0 points (too few draws for an interval)"
    path = section([one], "", None, "").write(tmp_path)

    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is not JSON")

    json.loads(path.read_text("utf-8"), parse_constant=refuse)


def test_sensitivity_says_so_of_a_theory_with_one_run() -> None:
    outcome = SimpleNamespace(summary="at", unit="")
    found = SimpleNamespace(
        asked=SimpleNamespace(outcome=outcome),
        theories=[OfTheory("one", 0.1, 0.05, 0.15), OfTheory("two", 0.2, NAN, NAN)],
    )
    text = Words(SimpleNamespace(), found).theories()  # type: ignore[arg-type]
    assert text.endswith(f"{TOO_FEW} under two.")


def test_one_run_makes_no_band_of_base_rates_and_none_of_coded_paths() -> None:
    row = Row("wars", "per decade", 1.0, 0.5, 1.5, 1.0, 1.0, 1.0, 1.0, 1)
    assert cells([row])[0][5:7] == ("none", "too few runs")
    assert not row.inside
    assert outside([row]) == []
    assert not plausible([row])
    assert "1 with too few runs for a band" in verdict([row])
    score = Score("all", 10, 0.8, 0.1, dict.fromkeys(REFERENCES, 1.0))
    assert not Hindcast("2013Q4", score, (score,), 1).passes
    assert Hindcast("2013Q4", score, (score,), 1).verdict().startswith("Too few runs for a band")
    assert Hindcast("2013Q4", score, (score,), 2).passes
