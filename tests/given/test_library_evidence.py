"""Examples of the library that say what happened: worlds are found that went so, and every question has an answer."""

from __future__ import annotations

import numpy as np
import pytest

import powersim as ps
from powersim.given import conditioning
from powersim.given.conditioning import Asked, condition
from powersim.given.knowledge import known

SAYING = {
    "georgia_2008": ("2008Q3", "2006Q4"),
    "india_pakistan_1998": ("1999Q2", "1998Q4"),
    "july_1914": ("1914Q2", "1912Q4"),
}  # the date that its evidence goes to, and one to which a handful of worlds is enough
WORLDS = 12


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few worlds, moved once, are enough for an answer: what is asked here is whether there is one."""
    monkeypatch.setattr(conditioning, "LEAST", 1.0)
    monkeypatch.setattr(conditioning, "MOVES", 1)


@pytest.mark.parametrize(("name", "dates"), SAYING.items(), ids=list(SAYING))
def test_an_example_says_what_happened_and_has_worlds_that_went_so(name: str, dates: tuple[str, str]) -> None:
    plan = ps.Study(name, theories=["spiral"]).under_fact()
    what = known(plan)
    assert plan.scenario.calendar.label(what.until) == dates[0]
    assert {check.fact.kind for check in what.checks} >= {"no_war"}
    assert all(fact.source for fact in what.evidence.facts)
    asked = Asked(plan, dates[1], WORLDS, 1, 1)
    assert asked.known.size > 0
    (lot,) = condition(asked, threads=1).lots.values()
    assert np.isfinite(lot.log_evidence)
    assert lot.worlds.distinct > WORLDS / 2


@pytest.mark.slow
def test_every_question_given_what_happened_is_answered_of_an_example() -> None:
    study = ps.Study("georgia_2008", ["promise", "closed"], ["spiral"]).given("2006Q4")
    weighed = study.weigh(worlds=WORLDS, workers=1)
    assert {row.theory for row in weighed.rows} == {"spiral"}
    rows = study.origin("war", worlds=WORLDS, workers=1).rows
    assert {row.cause for row in rows} == {"closed"}
    made = study.compare(4, worlds=WORLDS, workers=1)
    assert set(made.effects["given"]) == {"", "2006Q4"}
    told = study.forecast(to="2007Q2", worlds=WORLDS, workers=1)
    assert {score.of for score in told.scores} == {"worlds", "coded"}
