"""`powersim verdict`: planted worlds through the whole pipeline, the same bytes after an interruption, and mistakes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from powersim.figures.section import read_section
from powersim.run import work
from powersim.run.condense import with_odds
from powersim.run.opened import open_scenario
from powersim.verdict import judging, study
from powersim.verdict.rule import DEPENDENT, OPEN, REFUTED, SUPPORTED

HYPOTHESES = """hypotheses:
  - {id: h1, claim: Up, outcome: friendship, branches: [treaty, free], sign: "+", reference: [keep, free]}
  - {id: h2, claim: Down, outcome: friendship, branches: [treaty, free], sign: "-", reference: [keep, free]}
  - {id: h3, claim: It depends, outcome: territory, branches: [treaty, free], sign: "+", reference: [keep, free]}
  - {id: h4, claim: Noise, outcome: territory, branches: [no_uprising, free], sign: "+", reference: [keep, free]}
  - {id: h5, claim: War comes all the same, outcome: war, branches: [treaty, free], sign: "+", reference: [keep, free]}
  - {id: h6, claim: Friends lose land, outcome: territory, along: friendship, branch: free, sign: "-", size: 0.1}
  - {id: h6b, claim: Small beside it, outcome: friendship, branches: [no_uprising, free], sign: "+", size: 50.0}
  - {id: h7, claim: The first theory alone, outcome: territory, branches: [treaty, free], sign: "+", size: 1,
     theories: [deterrence]}
  - {id: h8, claim: Half of the yardstick, outcome: friendship, branches: [treaty, free], sign: "+",
     reference: [keep, free], at_least: 0.9}
  - {id: h9, claim: All of it, all_of: [h1, h3]}
  - {id: h10, claim: Up in war, outcome: friendship, branches: [treaty, free], given: war, sign: "+", size: 1}
"""
TRUTH = {
    "h1": SUPPORTED, "h2": REFUTED, "h3": DEPENDENT, "h4": OPEN, "h5": OPEN, "h6": SUPPORTED, "h6b": REFUTED,
    "h7": OPEN, "h8": REFUTED, "h9": DEPENDENT, "h10": SUPPORTED,
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A history of which only the outcomes are known."""

    values: Any


def same(a: Any, b: Any) -> bool:
    return all(
        np.array_equal(x, y, equal_nan=np.asarray(x).dtype.kind == "f") for x, y in zip(a, b, strict=True)
    )


class World:
    """Stands in for the simulation. In the world as it goes, land is lost to friends.

    A treaty makes friends (+1), and wins land where yielding emboldens, loses it elsewhere; `keep` is the yardstick
    (+2 of both); without an uprising nothing changes but noise. Raises KeyboardInterrupt at one call if asked.
    """

    def __init__(self, trial: study.Trial, interrupt_at: int = -1) -> None:
        self.laid_down = {name: trial.built.branch(name) for name in trial.scenario.branches}
        self.outcomes = list(trial.scenario.outcomes)
        self.rare = with_odds(trial.scenario.outcomes.values())
        self.calls, self.interrupt_at = 0, interrupt_at

    def __call__(self, cases: Sequence[Any], seed: int, run: int) -> list[Planted]:
        return [self.history(case, seed, run) for case in cases]

    def history(self, case: Any, seed: int, run: int) -> Planted:
        """One history."""
        self.calls += 1
        if self.calls == self.interrupt_at:
            raise KeyboardInterrupt
        branch = next(name for name, arrays in self.laid_down.items() if same(arrays, case.branch))
        own = np.random.default_rng([seed, run, len(branch)]).normal(size=2)
        friends, rest = np.random.default_rng([seed, run]).normal(size=2)
        land = rest - 3.0 * friends
        if branch == "treaty":
            friends, land = friends + 1.0, land + (1.0 if case.params.rho > case.params.tau else -1.0)
        elif branch == "keep":
            friends, land = friends + 2.0, land + 2.0
        if branch != "free":
            friends, land = friends + 0.2 * own[0], land + (9.0 if branch == "no_uprising" else 0.2) * own[1]
        values = np.zeros((case.turns, len(self.outcomes) + len(self.rare)))
        values[:, self.outcomes.index("friendship")] = friends
        values[:, self.outcomes.index("war")] = float(rest > -0.5)
        values[:, self.outcomes.index("territory")] = land
        values[:, len(self.outcomes) :] = values[:, self.rare]  # odds of what is certain
        return Planted(values)


@pytest.fixture
def stated(scenario: Path) -> Path:
    """A small scenario with hypotheses whose truth is planted in `World`."""
    text = scenario.read_text("utf-8")
    scenario.write_text(text[: text.index("hypotheses:")] + HYPOTHESES, "utf-8")
    return scenario


@pytest.fixture
def small(stated: Path) -> study.Trial:
    return study.trial(open_scenario(stated), draws=10, lucks=8)


def computed(trial: study.Trial, where: Path | None = None, **more: Any) -> study.Runs:
    return study.compute(trial, World(trial), where, 2, **more)[0]


def verdicts(runs: study.Runs) -> dict[str, str]:
    return {one.id: one.verdict for one in judging.judged(runs)}


def test_each_verdict_comes_out_where_it_is_planted(small: study.Trial) -> None:
    assert verdicts(computed(small)) == TRUTH


def test_a_condition_keeps_the_runs_in_which_it_came_about(small: study.Trial) -> None:
    runs = computed(small)
    given = next(one for one in judging.judged(runs) if one.id == "h10")
    assert given.effects is not None
    np.testing.assert_array_equal(given.effects.lucks, runs.of("free", "war").sum(axis=-1))
    assert 0 < given.effects.lucks.mean() < small.lucks


def test_under_a_theory_the_verdict_is_that_of_its_own_draws(stated: Path) -> None:
    trial = study.trial(open_scenario(stated), "h3", draws=24, lucks=8)
    (found,) = judging.judged(computed(trial))
    assert found.verdict == DEPENDENT
    assert {theory: one.verdict for theory, one in found.by_theory.items()} == {
        "deterrence": SUPPORTED, "spiral": REFUTED,
    }  # fmt: skip


def test_words_change_no_verdict_and_no_run(stated: Path, small: study.Trial, tmp_path: Path) -> None:
    before = verdicts(computed(small, tmp_path / "out"))
    text = stated.read_text("utf-8")
    for old, new in (
        ("claim: Up", "claim: Down, contrary: Up, recorded: Never"),
        ("claim: Noise", "claim: Proven"),
    ):
        assert old in text
        text = text.replace(old, new)
    stated.write_text(text, "utf-8")
    renamed = study.trial(open_scenario(stated), draws=10, lucks=8)
    assert study.missing(renamed, tmp_path / "out") == 0
    assert verdicts(computed(renamed, tmp_path / "out", resume=True)) == before


def test_each_history_is_computed_once_for_all_hypotheses(small: study.Trial) -> None:
    world = World(small)
    study.compute(small, world, None, 1)
    assert world.calls == small.histories == 10 * 8 * 2 * 4


def test_what_was_interrupted_goes_on_and_ends_with_the_same_bytes(
    small: study.Trial, tmp_path: Path
) -> None:
    whole = computed(small, tmp_path / "whole")
    part, done = study.compute(small, World(small, interrupt_at=300), tmp_path / "part", 1)
    assert done.stopped
    assert 0 < part.values.shape[3] == done.done < small.draws
    todo = study.missing(small, tmp_path / "part")
    ticks: list[int] = []
    again = computed(small, tmp_path / "part", resume=True, tick=lambda: ticks.append(1))
    assert len(ticks) == todo < small.draws * 2
    np.testing.assert_array_equal(again.values, whole.values)
    assert files(tmp_path / "part") == files(tmp_path / "whole")


def test_more_lucks_keep_the_lucks_there_were_and_more_places_the_places(
    stated: Path, small: study.Trial
) -> None:
    few = computed(small).values
    more = study.trial(open_scenario(stated), draws=12, lucks=9)
    np.testing.assert_array_equal(computed(more).values[..., :10, :8], few)


def test_results_of_another_design_are_not_mixed(stated: Path, small: study.Trial, tmp_path: Path) -> None:
    computed(small, tmp_path)
    with pytest.raises(study.PowersimError, match=r"holds places of this study; add resume=True"):
        computed(small, tmp_path)
    another = study.trial(open_scenario(stated), draws=10, lucks=9)
    assert study.damaged(another, tmp_path) == study.damaged(small, tmp_path) == []
    with pytest.raises(study.PowersimError, match=r"another study \(lucks differ\); name another folder"):
        computed(another, tmp_path, resume=True)


def test_a_hypothesis_brings_its_parts(stated: Path) -> None:
    opened = open_scenario(stated)
    assert [h.id for h in study.trial(opened, "H6").hypotheses] == ["h6", "h6b"]
    assert [h.id for h in study.trial(opened, "h9").hypotheses] == ["h1", "h3", "h9"]
    assert study.trial(opened, "H1").branches == ("free", "keep", "treaty")


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "provenance.json"
    }


def test_the_command_prints_and_writes_what_it_found(
    powersim: Callable[..., Any], stated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(study.trial(open_scenario(stated)))
    monkeypatch.setattr(work, "together", lambda *_: world)
    monkeypatch.setattr(work, "is_cold", lambda: False)
    options = ("--draws", 10, "--lucks", 8, "--workers", 1)
    out = tmp_path / "out"
    result = powersim("verdict", stated, *options, "--out", out)
    assert result.code == 0, result.err
    lines = [line.split() for line in result.out.splitlines()]
    for name, verdict in TRUTH.items():
        assert any(line[: len(verdict.split()) + 1] == [name, *verdict.split()] for line in lines)
    assert (
        "11 hypotheses: 3 supported, 2 theory-dependent, 3 refuted in the model, 3 not decided" in result.out
    )
    with (out / "verdict" / "verdicts.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["theory"] == "all"]
    assert {row["hypothesis"]: row["verdict"] for row in rows} == TRUTH
    with (out / "verdict" / "evidence.csv").open() as file:
        draws = [row for row in csv.DictReader(file) if row["hypothesis"] == "h1"]
    assert len(draws) == 20
    shown = float(next(row["claimed"] for row in rows if row["hypothesis"] == "h1"))
    assert np.mean([float(row["ci_low"]) > 0 for row in draws]) == pytest.approx(shown)
    found = read_section(out / "verdict" / "section.json")
    assert (found.order, found.tables[0].rows[0][0]) == (60, "h1")
    assert all((out / "verdict" / f"verdicts.{kind}").stat().st_size > 5000 for kind in ("png", "svg"))
    record = study.trial(open_scenario(out / "verdict" / "provenance.json"))
    assert (record.draws, record.lucks, len(record.hypotheses)) == (10, 8, 11)
    before = files(out)
    again = powersim("verdict", stated, *options, "--out", out, "--resume", "--quiet")
    assert (again.code, again.err) == (0, "")
    assert files(out) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--hypotheses", "H77"), "hypothesis h77 is not known"),
        (("--draws", "1"), "--draws: found 1; allowed: a whole number from 2"),
        (("--lucks", "5000"), "--lucks: found 5000; allowed: a whole number from 2 to 4096"),
        (("--resume",), "--resume: needs the folder to go on with"),
        (("--workers", "0"), "--workers: found 0"),
        (("--set", "rho=99"), "rho"),
    ],
)
def test_a_mistake_in_what_was_asked_is_said(
    powersim: Callable[..., Any], stated: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = powersim("verdict", stated, *arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_a_scenario_without_hypotheses_is_told_how_to_state_one(
    powersim: Callable[..., Any], stated: Path
) -> None:
    text = stated.read_text("utf-8")
    stated.write_text(text[: text.index("hypotheses:")], "utf-8")
    result = powersim("verdict", stated)
    assert result.code == 2
    assert "states no hypotheses; e.g. hypotheses: [{id: h1" in result.err
