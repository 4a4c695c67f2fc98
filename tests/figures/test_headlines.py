"""Headlines tell effects that exist, in the scenario's order, and figures mark the dates that were asked for."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from powersim.cli.effects import tables
from powersim.effects import findings
from powersim.effects.findings import Scale, telling
from powersim.effects.paired import Effect, effects
from powersim.effects.results import ALL, Study
from powersim.figures.arms import _clarity
from powersim.figures.events import draw_event
from powersim.figures.fans import draw_paths
from powersim.figures.overview import draw_overview
from powersim.figures.style import SOFT, styled
from powersim.report.prose import sentence

FIRST, SECOND, THIRD = "russia_iran_alignment", "iran_missiles", "war_ukraine"


def row(outcome: str, effect: float, half: float, branch: str = "cancel", theory: str = ALL) -> Effect:
    return Effect(
        outcome, theory, "replace", branch, 0.3, 0.3 + effect, effect, effect - half, effect + half, 0.5, 40
    )


@pytest.fixture(scope="module")
def study(results: Any) -> Study:
    return Study.read(results)


def headline(results: Any, study: Study, *rows: Effect) -> str:
    """The title of the overview with these effects on the first outcomes and nothing on the others."""
    told = {r.outcome for r in rows}
    rest = [row(name, 0.0, 0.0) for name in study.headline if name not in told]
    with styled():
        return draw_overview(results, [*rows, *rest], study).finding


def test_the_first_outcome_that_a_branch_changes_leads_not_the_one_with_the_narrowest_interval(
    results: Any, study: Study
) -> None:
    title = headline(results, study, row(FIRST, 0.05, 0.04), row(SECOND, 0.3, 0.001))
    assert title.startswith("Russia-Iran alignment: “cancel” raises it by 0.05")
    title = headline(results, study, row(FIRST, 0.05, 0.06), row(SECOND, 0.3, 0.001))
    assert title.startswith("Iranian missile programme: “cancel” raises it by 0.30")


def test_an_effect_of_nothing_never_leads(results: Any, study: Study) -> None:
    tiny = row(FIRST, -2e-6, 1e-6, "keep", "spiral")
    title = headline(results, study, row(FIRST, -1e-6, 2e-6, "keep"), tiny, row(SECOND, 0.3, 0.1))
    assert title.startswith("Iranian missile programme")
    title = headline(results, study, row(FIRST, 0.0, 0.0), row(SECOND, 0.3, 0.0))
    assert title.startswith("Iranian missile programme"), "an effect without any spread exists too"
    title = headline(results, study, row(FIRST, -2e-6, 1e-6, "keep"))
    assert "by 0.0" not in title
    assert "too small to be seen" in title


def test_an_effect_over_all_theories_leads_before_one_under_a_single_theory(
    results: Any, study: Study
) -> None:
    alone = [row(FIRST, 0.0, 0.1), row(FIRST, 0.3, 0.1, theory="spiral")]
    assert headline(results, study, *alone, row(SECOND, 0.3, 0.1)).startswith("Iranian missile programme")
    assert headline(results, study, *alone).endswith("raises it by 0.30 under spiral")


def test_among_clear_effects_of_an_outcome_one_that_can_be_seen_is_told(study: Study) -> None:
    rows = [
        row(FIRST, 0.0, 0.1),
        row(FIRST, -4e-6, 1e-6, theory="spiral"),
        row(FIRST, -0.02, 0.01, "keep", "deterrence"),
    ]
    text = findings.of_effects(study.outcomes[FIRST], rows, study, binary=False)
    assert text.endswith("but “keep” lowers it by 0.020 under deterrence")


@pytest.mark.parametrize(
    ("value", "text"),
    [(-2.1e-5, "−0.00002"), (4e-9, "+4e−09"), (0.0123, "+0.0123"), (0.0, "0.0000"), (float("nan"), "–")],
)
def test_what_is_not_zero_never_reads_as_zero(value: float, text: str) -> None:
    assert telling(value, 4, sign=True) == text


def test_no_table_shows_a_clear_effect_as_zero(study: Study) -> None:
    rows = [row(FIRST, -2e-5, 1e-5, "keep"), row(FIRST, 0.03, 0.02)]
    shown = [
        " ".join(str(getattr(cell, "text", cell)) for cell in line)
        for line in tables(rows, study, [FIRST])[0].rows
        if "keep" in line
    ]
    assert shown == [" keep 0.300 −0.00002 −0.00003 to −0.00001 lower"]
    text = sentence(study.outcomes[FIRST], rows, study)
    assert "lowers it by 0.00002 (95% interval 0.00001 to 0.00003)" in text
    scale = Scale(False, "")
    assert scale.interval(-3e-5, -1e-5) == "95% interval −0.00003 to −0.00001"
    assert scale.does(0.0) == "leaves it as it is"


def test_an_effect_has_as_many_decimals_as_its_interval() -> None:
    def places(text: str) -> set[int]:
        return {len(part) for part in re.findall(r"\d+\.?(\d*)", text.replace("95%", ""))}

    for value, low, high in [
        (-0.0099, -0.014, -0.006),
        (0.3, 0.00001, 0.6),
        (0.02, -0.001, 0.04),
        (2.0, 0.04, 4.0),
    ]:
        for scale in (Scale(False, ""), Scale(True, "")):
            shown = scale.places(value, low, high)
            assert len(places(f"{scale.does(value, shown)} {scale.interval(low, high, shown)}")) == 1
            for given in (0, 1, 3):
                assert len(places(" ".join(scale.estimate(value, low, high, given)))) == 1


def test_a_difference_in_every_run_alike_is_as_clear_as_can_be() -> None:
    import numpy as np

    mean, half = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 1.5]]), np.array([[0.0, 0.0, 0.1], [0.0, 0.0, np.nan]])
    assert _clarity(mean, half)[1].tolist() == [0.0, float("inf"), 0.0]


def swept(results: Any) -> Any:
    """The same results as those of a sweep: two branches from other dates than the scenario's."""
    described = {"keep": {"intervention": "2010Q1"}, "cancel": {"intervention": "2011Q2"}}
    return results.assign_attrs(branches=json.dumps(described))


def marked(drawing: Any, panel: int) -> set[float]:
    """Where dotted uprights stand in a panel."""
    lines = drawing.figure.axes[panel].lines
    return {float(line.get_xdata()[0]) for line in lines
            if line.get_color() == SOFT and len(set(map(float, line.get_xdata()))) == 1}  # fmt: skip


def test_figures_of_a_sweep_mark_the_dates_that_are_swept(results: Any) -> None:
    moved = swept(results)
    study = Study.read(moved)
    assert study.interventions == [12, 17]
    assert Study.read(results).interventions == [10]
    with styled():
        overview = draw_overview(moved, effects(moved), study)
        paths = draw_paths(moved, FIRST, study)
        event = draw_event(moved, "war RUS-UKR", study)
        plain = draw_paths(results, FIRST)
    assert marked(overview, 0) == {12.0, 17.0}
    assert marked(paths, 0) == {12.0, 17.0}
    rows = [marked(paths, len(study.theories) * place) for place in range(len(study.main))]
    wanted = [{12.0, 17.0}, *({float(b.since or 0)} for b in study.others())]
    assert rows == wanted
    assert marked(paths, -1) == {12.0, 17.0}
    assert marked(event, 0) == {12.0, 17.0}
    assert "Dotted upright: the interventions." in paths.caption
    assert marked(plain, 0) == {10.0}
    assert "Dotted upright: the intervention." in plain.caption
    alone = replace(study, branches={study.reference: study.branches[study.reference]})
    assert alone.interventions == [10]
