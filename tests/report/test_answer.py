"""The answer says what the numbers say: direction, size, theories, yardsticks, and nothing beyond chance."""

from __future__ import annotations

import pytest

from powersim.effects.findings import Scale
from powersim.effects.paired import Effect
from powersim.effects.results import BranchLabel, OutcomeLabel, Study, Summary
from powersim.report.prose import rounded, sentence


def study(headline=("ties",), theories=("deterrence", "spiral")) -> Study:
    outcomes = {
        "ties": OutcomeLabel("ties", "Ties", "", -1, 1, Summary("at", 3, 3, 0.5)),
        "war": OutcomeLabel("war", "War", "", 0, 1, Summary("ever", 0, 3, 0.5)),
    }
    branches = {
        n: BranchLabel(n, n, n.startswith("no_"), 1) for n in ("replace", "keep", "cancel", "no_shift")
    }
    dates = ("2008", "2009", "2010", "2011")
    return Study("T", "Q", "replace", 1, 40, (0, 1, 2, 3), dates, theories, branches, outcomes, headline)


def row(branch, effect, half, theory="all", outcome="ties") -> Effect:
    return Effect(
        outcome, theory, "replace", branch, 0.5, 0.5 + effect, effect, effect - half, effect + half, 0.6, 40
    )


def told(*rows: Effect, headline=("ties",)) -> str:
    found = study(headline)
    return sentence(found.outcome(headline[0]), rows, found)


def test_a_clear_effect_is_told_with_size_interval_and_theories():
    rows = [row("keep", 0.0413, 0.01), *(row("keep", 0.04, 0.02, t) for t in ("deterrence", "spiral"))]
    text = told(*rows)
    assert "“keep” raises it by 0.041" in text or "“keep” raises it by 0.04" in text
    assert "(95% interval 0.03 to 0.05)" in text
    assert "and so under every theory" in text


def test_no_clear_effect_is_no_difference_beyond_chance_with_its_bounds():
    text = told(row("keep", 0.001, 0.02), row("cancel", -0.002, 0.03))
    assert "No difference beyond chance (intervals within −0.03 to +0.03)" in text
    assert "raises" not in text
    assert "lowers" not in text


def test_theories_that_disagree_in_sign_are_named():
    rows = [row("keep", 0.0, 0.02), row("keep", 0.05, 0.02, "spiral"), row("keep", -0.05, 0.02, "deterrence")]
    text = told(*rows)
    assert "the theories disagree about the sign" in text
    assert "under spiral it raises it by 0.05" in text
    assert "under deterrence it lowers it by 0.05" in text
    clear = [
        row("keep", 0.05, 0.02),
        row("keep", 0.09, 0.02, "spiral"),
        row("keep", -0.03, 0.02, "deterrence"),
    ]
    assert "but under deterrence it lowers it by 0.03" in told(*clear)


def test_probabilities_are_points_and_levels_shares_of_runs():
    text = told(row("keep", 0.10, 0.04, outcome="war"), headline=("war",))
    assert "With “replace” it happens in 50% of runs" in text
    assert "makes it 10 points likelier (95% interval 6 to 14)" in text


def test_yardsticks_stand_beside_and_do_not_answer():
    text = told(row("keep", 0.0, 0.02), row("no_shift", -0.2, 0.05))
    assert "No difference beyond chance" in text
    assert "the yardstick “no shift” lowers it by 0.20" in text


def test_an_effect_of_exactly_zero_is_the_same_in_every_run():
    same = Effect("ties", "all", "replace", "keep", 0.5, 0.5, 0.0, 0.0, 0.0, 0.5, 40)
    assert "Exactly the same in every branch and every run" in told(same)


@pytest.mark.parametrize("half", [0.3, 0.03, 0.003])
def test_no_figure_is_shown_that_the_interval_makes_worthless(half):
    size, low, high = rounded(row("keep", 4.123456 * half, half), Scale(False, ""))
    places = len(size.partition(".")[2])
    assert 10.0**-places <= half < 10.0 ** (1 - places)
    assert {len(v.partition(".")[2]) for v in (low, high)} == {places}


def test_the_limit_of_a_clear_effect_never_reads_as_zero():
    _, low, _ = rounded(row("keep", 0.0121, 0.012), Scale(False, ""))
    assert float(low) > 0
