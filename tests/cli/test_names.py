"""Names mean nothing: words of the program are refused, and what a branch is for is said by a key."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from powersim.effects.findings import of_effects, of_event
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, BranchLabel, OutcomeLabel, Study, Summary
from powersim.errors import ScenarioError
from powersim.report.prose import sentence
from powersim.run.opened import open_scenario
from powersim.run.plan import plan
from powersim.scenario.canonical import checksum
from powersim.scenario.load import from_data
from powersim.scenario.names import MISREAD
from powersim.scenario.template import json_schema, template

MISSING_TO_PANDAS = ("NA", "NULL", "NaN", "None", "nan", "null")
"""Of what pandas' read_csv takes for missing, what could be a name but for its letters."""


def document(**names: str) -> dict[str, Any]:
    """A small scenario in which one name of each kind can be chosen."""
    name = {"actor": "USA", "group": "WEST", "issue": "radar", "good": "arms", "event": "vote", "branch": "keep",
            "theory": "spiral", "outcome": "height", "hypothesis": "h"} | names  # fmt: skip
    return {
        "powersim": 1,
        "name": "names",
        "calendar": {"start": "2000Q1", "end": "2002Q4"},
        "groups": {name["group"]: ["RUS"]},
        "actors": {name["actor"]: {"power": 0.4, "economy": 0.4}, "RUS": {"power": 0.3, "economy": 0.3}},
        "issues": {name["issue"]: {"start": 0.5, "control": "RUS", "interests": {"RUS": [1, 0.5]}}},
        "goods": {name["good"]: {"kind": "rival"}},
        "events": [{"id": name["event"], "date": "2001Q1", "engagers": {"RUS": 0.5}}],
        "branches": {"free": {}, name["branch"]: {"do": [{"hold": name["issue"], "from": "2001Q1"}]}},
        "theories": {name["theory"]: {"rho": 1}},
        "outcomes": {name["outcome"]: {"of": {"issue": name["issue"]}, "at": "2002Q4"}},
        "hypotheses": [
            {
                "id": name["hypothesis"],
                "claim": "It rises",
                "outcome": name["outcome"],
                "branches": [name["branch"], "free"],
                "sign": "+",
            }
        ],
    }


LOWER = ("issue", "good", "event", "branch", "theory", "outcome", "hypothesis")
REFUSED = [
    *((kind, word) for kind in LOWER for word in (*MISREAD, "all")),
    *((kind, word.upper()) for kind in ("actor", "group") for word in MISREAD),
    *((kind, word) for kind in ("branch", "theory") for word in ("base", "any")),
]


def test_ordinary_names_pass() -> None:
    from_data(document())
    from_data(document(actor="ALL", group="BASE", issue="base", outcome="any", branch="none-of-it"))


@pytest.mark.parametrize(("kind", "word"), REFUSED)
def test_a_reserved_word_is_refused_with_the_reason(kind: str, word: str) -> None:
    with pytest.raises(
        ScenarioError, match=f"{word} is a reserved word: .*(stands for|programs that read tables)"
    ):
        from_data(document(**{kind: word}))


def test_every_word_that_tables_would_misread_is_reserved_and_no_other() -> None:
    known = {word.casefold() for word in MISSING_TO_PANDAS}
    assert known < set(MISREAD)
    for word in MISREAD:
        forms = (word, word.upper(), word.capitalize())
        read = [pd.read_csv(io.StringIO(f"name\n{form}\n"))["name"].dtype for form in forms]
        # `na` is what R and others call missing, in whatever letters
        assert word == "na" or any(dtype.kind in "fb" for dtype in read), word


def test_check_refuses_them_with_file_line_and_key(powersim: Callable[..., Any], scenario: Path) -> None:
    text = template().replace("  treaty:", "  all:").replace("[treaty, keep]", "[all, keep]")
    scenario.write_text(text.replace("  spiral:", "  nan:"), "utf-8")
    said = powersim("check", scenario)
    assert said.code == 2
    assert "branches.all: all is a reserved word: all stands for all of them" in said.err
    assert (
        "theories.nan: nan is a reserved word: programs that read tables take it for a missing value"
        in said.err
    )


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [("branches", "keep-it", "keep_it"), ("theories", "a-b", "a_b"), ("outcomes", "a__b", "a_b")],
)
def test_names_that_read_alike_are_refused(kind: str, one: str, other: str) -> None:
    data = document()
    thing = next(iter(data[kind].values()))
    data[kind] |= {one: thing, other: thing}
    with pytest.raises(ScenarioError, match=f"{other}: reads like {one}"):
        from_data(data)


def test_a_role_is_said_by_a_key_and_never_by_a_name(tmp_path: Path) -> None:
    path = tmp_path / "roles.yaml"
    text = template().replace("role: yardstick, like: free", "like: free")
    path.write_text(text.replace("  treaty: {", "  treaty: {role: yardstick, "), "utf-8")
    opened = open_scenario(path)
    roles = {name: branch.yardstick for name, branch in opened.scenario.branches.items()}
    assert roles == {"free": False, "keep": False, "treaty": True, "no_uprising": False}
    swept = plan(opened, swept="2009Q1..2009Q2")
    assert not any(label.startswith("treaty@") for label in swept.labels)
    assert plan(opened, ["free", "treaty"]).attributes()["branches"].count('"yardstick": true') == 1


def test_a_role_changes_no_result_and_does_not_come_with_like() -> None:
    data = document()
    data["branches"]["twin"] = {"like": "keep"}
    plain = from_data(data)
    data["branches"]["keep"]["role"] = "yardstick"
    marked = from_data(data)
    assert checksum(plain) == checksum(marked)
    assert marked.branches["keep"].yardstick
    assert not marked.branches["twin"].yardstick


def test_an_unknown_role_is_refused_and_the_schema_knows_the_two() -> None:
    data = document()
    data["branches"]["keep"]["role"] = "measure"
    with pytest.raises(
        ScenarioError, match=r"branches\.keep\.role: found measure; allowed: answer or yardstick"
    ):
        from_data(data)
    assert json_schema()["$defs"]["BranchEntry"]["properties"]["role"]["enum"] == ["answer", "yardstick"]


def test_the_flagship_says_which_branches_are_yardsticks(root: Path) -> None:
    branches = open_scenario(root / "scenarios" / "missile_defense_2009.yaml").scenario.branches
    assert {name for name, branch in branches.items() if branch.yardstick} == {
        "no_nato_shift", "no_2014_sanctions", "no_syrian_uprising", "no_israeli_concessions", "no_s300", "no_libya",
        "no_ukraine_war", "no_foreign_missile_help",
    }  # fmt: skip


def study(theories: tuple[str, ...] = ("one", "two")) -> Study:
    """Labels of a study with two branches that answer and one yardstick, called as it likes."""
    branches = {n: BranchLabel(n, n, n == "flood", 1) for n in ("free", "no_x", "keep", "flood")}
    outcomes = {"ties": OutcomeLabel("ties", "Ties", "", -1, 1, Summary("at", 3, 3, 0.5))}
    dates = ("2008", "2009", "2010", "2011")
    return Study("T", "Q", "free", 1, 40, (0, 1, 2, 3), dates, theories, branches, outcomes, ("ties",))


def row(branch: str, effect: float, half: float, theory: str = ALL) -> Effect:
    return Effect(
        "ties", theory, "free", branch, 0.5, 0.5 + effect, effect, effect - half, effect + half, 0.6, 40
    )


def told(*rows: Effect) -> str:
    return of_effects(study().outcomes["ties"], rows, study(), binary=False)


def test_a_branch_without_a_role_answers_whatever_it_is_called() -> None:
    assert told(row("no_x", 0.2, 0.1)).startswith("Ties: “no x” raises it by 0.20")


def test_a_sentence_about_every_interval_counts_yardsticks() -> None:
    text = told(row("keep", 0.01, 0.02), row("no_x", 0.0, 0.02), row("flood", -0.3, 0.1))
    assert "every interval" not in text
    assert text == (
        "Ties: no branch but yardstick “flood” (−0.30) differs clearly from “free” in 2011 "
        "(largest of the others: “keep” +0.010)"
    )
    assert "every interval includes zero" in told(row("keep", 0.01, 0.02), row("flood", -0.3, 0.4))


def test_a_sentence_about_every_interval_counts_yardsticks_under_each_theory() -> None:
    text = told(row("keep", 0.01, 0.02), row("flood", -0.1, 0.2), row("flood", -0.3, 0.1, "two"))
    assert "every interval" not in text
    assert text.endswith("over all theories, but yardstick “flood” lowers it by 0.30 under two")


def test_a_sentence_about_every_branch_counts_yardsticks() -> None:
    same = [row("keep", 0.0, 0.0), row("no_x", 0.0, 0.0)]
    assert "exactly the same in every branch" in told(*same, row("flood", 0.0, 0.0))
    assert "exactly the same in every branch" not in told(*same, row("flood", -0.3, 0.1))
    ties, known = study().outcomes["ties"], study()
    assert "Exactly the same in every branch" in sentence(ties, [*same, row("flood", 0.0, 0.0)], known)
    text = sentence(ties, [*same, row("flood", -0.3, 0.1)], known)
    assert "in every branch" not in text
    assert "the yardstick “flood” lowers it by 0.3" in text


def test_an_event_that_only_a_yardstick_sees_is_not_said_to_happen_never() -> None:
    shares = {"free": 0.0, "no_x": 0.0, "keep": 0.0, "flood": 0.12}
    assert of_event("war", shares, study()) == "War: never by 2011, with yardstick “flood” in 12%"
