"""What branches will be taken for: the words that an author reads, and that a history does learn what they say."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from powersim.compile.jit import interpreted
from powersim.rules import beliefs
from powersim.run.foreseen import NO_ACT, Change, foresee, in_words, read_back, sentence
from powersim.run.opened import LoadedScenario, open_scenario
from powersim.scenario.arrays.build import build
from powersim.scenario.load import from_data
from powersim.scenario.template import template
from powersim.sim.run import Engine

NAMES = {"USA": "United States", "RUS": "Russia", "POL": "Poland", "IRN": "Iran"}


def lines(opened: LoadedScenario) -> dict[str, list[str]]:
    """The texts of each branch."""
    out: dict[str, list[str]] = {}
    label = ""
    for found, text in read_back(opened, build(opened.scenario)):
        label = found or label
        out.setdefault(label, []).append(text)
    return out


def of(document: dict[str, Any]) -> LoadedScenario:
    """A scenario that no file holds."""
    return LoadedScenario("drawn", from_data(document), document, {})


@pytest.fixture(scope="module")
def flagship(root: Path) -> dict[str, list[str]]:
    return lines(open_scenario(root / "scenarios" / "missile_defense_2009.yaml"))


def clause(text: str, observed: str) -> str:
    """The clause about somebody's resolve."""
    return next(part for part in text.split("; ") if f"think {observed}" in part)


def test_the_treaty_of_the_template_deters_or_provokes(tmp_path: Path) -> None:
    """Read as giving way to everybody, as any loss once was, it took Russia's belief in America from .60 to .41."""
    path = tmp_path / "mine.yaml"
    path.write_text(template(), "utf-8")
    found = lines(open_scenario(path))
    assert found["free"] == [NO_ACT, "the same: keep; no_uprising"]
    deterrence, spiral = found["treaty"]
    assert clause(deterrence, "United States") == (
        "EU3 and Ukraine will think United States more resolved (.50 -> .68), Russia too (.60 -> .76)"
    )
    assert "less resolved" not in deterrence
    assert "Russia will trust United States less (.30 -> .08)" in spiral
    assert "Ukraine will trust it more (.70 -> .84)" in spiral


def test_the_shield_of_the_flagship_kept_is_a_stand_and_cancelled_a_concession(
    flagship: dict[str, list[str]],
) -> None:
    kept, cancelled = flagship["keep"], flagship["cancel"]
    assert kept[0].startswith("under deterrence ")
    assert "Georgia and Russia too (.60 -> .66)" in clause(kept[0], "United States more resolved")
    assert "Russia too (.60 -> .46)" in clause(cancelled[0], "United States less resolved")
    assert "Poland too (.70 -> .46)" in clause(cancelled[0], "United States less resolved")
    assert "Russia too (.30 -> .56)" in cancelled[1]
    assert "Poland will trust it less (.80 -> .57)" in cancelled[1]
    assert "under current-calculus and balance-of-threat nothing notable" in kept
    assert flagship["free"] == [NO_ACT]
    assert {"trade, if accepted"} <= set(flagship)
    assert "the same: trade, if refused" in kept


def test_a_treaty_for_an_ally_is_read_by_its_adversary_as_firm_and_withdrawn_as_weak(
    planted: ModuleType,
) -> None:
    document = planted.concession(rho=1.0, tau=0.0)
    site = document["issues"]["site"]
    site["interests"] = {"USA": [0.5, 0.5], "RUS": [0.0, 0.5], "POL": [1.0, 0.5]}
    site["start"] = 0.5
    document["alignment"] = {"USA-POL": 0.7, "USA-RUS": -0.3}
    document["branches"] = {
        name: {"do": [{"path": {"site": {"2001Q1": to}}, "read_as": "act"}]}
        for name, to in (("treaty", 1.0), ("away", 0.0))
    }
    found = lines(of(document))
    assert found["treaty"][0].startswith("POL and RUS will think USA ")
    assert "more resolved" in found["treaty"][0]
    assert found["away"][0].startswith("POL and RUS will think USA ")
    assert "less resolved" in found["away"][0]


def test_a_history_in_which_nothing_else_happens_learns_what_was_foreseen(planted: ModuleType) -> None:
    """By compiled rules, with every prior at its centre and nothing forgotten between moves."""
    document = planted.concession(rho=1.0, tau=1.0)
    document["parameters"]["mu"] = 0.0
    document["mechanisms"] |= {"current_calculus": False, "exchange": False}
    document["branches"] = {
        "slowly": {
            "do": [{"path": {"site": {"2001Q1": 0.9, "2002Q1": 0.1}}, "between": "linear", "read_as": "act"}]
        }
    }
    opened = of(document)
    built = build(opened.scenario)
    (found,) = foresee(built, ["slowly"], [""])
    centre = built.central()
    engine = Engine(built.case("slowly")._replace(setup=centre.setup, params=centre.params), 1, 0)
    engine.to(built.turns)
    codes = [actor.code for actor in opened.scenario.actors]
    assert len(found.changes) >= 2
    for change in found.changes:
        learnt = getattr(engine.world, change.belief)[
            codes.index(change.observer), codes.index(change.observed)
        ]
        assert learnt == pytest.approx(change.after, abs=1e-9)


def test_moves_before_the_intervention_and_moves_by_nature_are_not_read(planted: ModuleType) -> None:
    document = planted.concession(rho=1.0, tau=1.0)
    document["branches"] = {
        "early": {"do": [{"path": {"site": {"2001Q1": 0.0}}, "read_as": "act"}]},
        "nature": {"do": [{"path": {"site": {"2002Q1": 0.0}}, "read_as": "nature"}]},
    }
    document["intervention"] = "2001Q2"
    assert lines(of(document)) == {"early": [NO_ACT, "the same: nature"]}


def test_where_nobody_has_a_stake_nothing_notable_is_said_in_one_line(planted: ModuleType) -> None:
    document = planted.concession(rho=0.0, tau=0.0)
    document["theories"] = {"one": {"rho": 0.0}, "two": {"tau": 0.0}}
    found = lines(of(document))
    assert [texts[0] for texts in found.values()] == ["nothing notable under any theory"]


def test_a_scenario_without_branches_has_nothing_to_read_back(planted: ModuleType) -> None:
    document = planted.concession()
    document["branches"] = {}
    assert read_back(of(document), build(from_data(document))) == []


def test_those_with_the_same_reading_are_told_together_and_the_largest_change_first() -> None:
    changes = [
        Change("resolve", "RUS", "USA", 0.6, 0.66),
        Change("trust", "POL", "USA", 0.8, 0.85),
        Change("resolve", "IRN", "USA", 0.5, 0.54),
        Change("resolve", "POL", "USA", 0.5, 0.54),
        Change("trust", "USA", "RUS", 0.4, 0.3),
    ]
    assert sentence(changes, NAMES) == (
        "Russia will think United States more resolved (.60 -> .66), Iran and Poland too (.50 -> .54); "
        "Poland will trust it more (.80 -> .85); United States will trust Russia less (.40 -> .30)"
    )
    assert sentence([], NAMES) == "nothing notable"
    assert in_words([], NAMES) == []


def test_the_rules_are_read_as_plain_python_and_nothing_is_compiled() -> None:
    plain = interpreted(beliefs.resolve_after)
    assert not hasattr(plain, "py_func")
    assert not any(hasattr(found, "py_func") for found in plain.__globals__.values())
    assert plain(0.6, 1.0, 1.0, 1.0, 0.01) == beliefs.resolve_after(0.6, 1.0, 1.0, 1.0, 0.01)
    assert interpreted(plain) is plain
