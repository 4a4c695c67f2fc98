"""One look at a scenario finds all of its mistakes: none waits until others are mended."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from powersim.errors import ScenarioError
from powersim.scenario.load import from_data, load, loads
from powersim.scenario.read.merge import read_chain

EVERYTHING = Path(__file__).parent / "valid" / "everything.yaml"
FLAGSHIP = Path(__file__).parents[2] / "scenarios" / "missile_defense_2009.yaml"


def wrong(*changes: tuple[str, str], source: Path = EVERYTHING) -> str:
    """The complaint about a file with texts replaced by others."""
    text = source.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, f"{old} stands {text.count(old)} times"
        text = text.replace(old, new)
    with pytest.raises(ScenarioError, match=r".") as caught:
        loads(text, source.name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("control: COR, interests", "control: CRO, interests", "CRO is not known; did you mean COR?"),
        ("{hold: [shield], from", "{hold: [shild], from", "shild is not known; did you mean shield?"),
        ("date: 2003Q3, use", "date: 2033Q3, use", "outside the calendar; found 2033Q3"),
        ("{refrain: programme}", "{refrain: front}", "front is a reading"),
        ("{forbid: {war: [COR, DAN]}}", "{forbid: {war: [ARD, DAN]}}", "no dispute between these"),
        ("to: 2003Q4, hazard: 0.05", "to: 2000Q4, hazard: 0.05", "ends before it begins"),
        ("beliefs.*.*, uniform", "belief.*.*, uniform", "no number matches"),
        ("{of: {issue: shield}", "{of: {issue: sheild}", "sheild is not known"),
        ("all_of: [h1, h2]", "all_of: [h1, h3]", "no such hypothesis with a quantity"),
    ],
)  # fmt: skip
def test_what_the_schema_refuses_hides_nothing_else(old: str, new: str, complaint: str) -> None:
    grammar = [("power: 0.30", "power: 30"), ("speed: 0.1", "sped: 0.1"), ("balance: off", "balnce: off")]
    found = wrong(*grammar, (old, new))
    for words in ("found 30;", "did you mean speed?", "balnce is not known", complaint):
        assert words in found, found
    assert len(found.splitlines()) == 4, found


def test_a_wrong_value_of_a_thing_does_not_hide_what_else_is_wrong_with_it() -> None:
    found = wrong(
        (
            "start: 0.2, control: COR, interests: {NORTH: [0, 0.5]",
            "strat: 2, control: CRO, interests: {NORHT: [0, 5]",
        ),
        ("{threat: [ARD, COR], size: eta_2}", "{threat: [ARD, CRO], size: eta_22, above: true}"),
    )
    for words in (
        "programme.strat: key strat is not known; did you mean start?", "programme.start: found 2;",
        "actor or group CRO", "NORHT is not known", "eta_22 is not known", "found true",
    ):  # fmt: skip
        assert words in found, found


def test_everything_that_a_check_of_the_schema_finds_is_reported_together() -> None:
    found = wrong(("scale: {0: none, 0.5: half, 1: whole}", "scale: {0: none, 7: half, x: whole, 0.0: no}"))
    assert [line.split("found ")[1].split(";")[0] for line in found.splitlines()] == ["7", "x", "0.0"]


def test_overrides_and_the_files_own_mistakes_are_reported_together() -> None:
    document: Any = copy.deepcopy(read_chain(EVERYTHING).data())
    document["actors"]["ARD"]["power"] = 30
    with pytest.raises(ScenarioError, match=r".") as caught:
        from_data(document, {"rhoo": "1", "issues.shield.start": "7", "issues.sheild.start": "0.1"})
    places = [(problem.file, problem.key_path) for problem in caught.value.problems]
    assert places == [
        ("--set", "issues.sheild.start"), ("--set", "issues.shield.start"), ("--set", "rhoo"),
        ("data", "actors.ARD.power"),
    ]  # fmt: skip


def test_what_the_reader_refuses_does_not_hide_what_the_schema_does() -> None:
    found = wrong(
        ("title: Every key\n", "title: Every key\ntitle: again\n"),
        ("0.005", ".inf"),
        ("power: 0.30", "power: 3"),
    )
    assert "duplicate key title" in found
    assert "not a finite number" in found
    assert "actors.ARD.power: found 3" in found
    assert len(found.splitlines()) == 3, found


def test_mistakes_of_a_file_and_of_what_it_extends_are_reported_together(tmp_path: Path) -> None:
    base = EVERYTHING.read_text("utf-8").replace("power: 0.30", "power: 30") + "title: again\n"
    (tmp_path / "base.yaml").write_text(base, "utf-8")
    (tmp_path / "child.yaml").write_text(
        "powersim: 1\nextends: base.yaml\nnmae: child\nabout: 3\nabout: 4\n", "utf-8"
    )
    with pytest.raises(ScenarioError, match=r".") as caught:
        load(tmp_path / "child.yaml")
    files = [Path(problem.file).name for problem in caught.value.problems]
    assert files.count("base.yaml") == 2
    assert files.count("child.yaml") == 3


# --- where a mistake is


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("\n  SAU: {name", "\n  SA: {name", "actors.SA: nothing refers to actor SA, while SAU"),
        (
            "\n  missile_defense_europe:\n",
            "\n  missile_defence_europe:\n",
            "issues.missile_defence_europe: nothing refers to",
        ),
        (
            "\n  munitions:",
            "\n  munition:",
            "goods.munition: nothing refers to good munition, while munitions",
        ),
    ],
)
def test_a_misspelt_definition_is_reported_where_it_stands(old: str, new: str, line: str) -> None:
    found = wrong((old, new), source=FLAGSHIP)
    assert line in found
    assert len(found.splitlines()) == 1, found


def test_a_definition_that_is_gone_is_one_problem_that_names_its_lines() -> None:
    text = FLAGSHIP.read_text("utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("  SAU: {name")]
    with pytest.raises(
        ScenarioError, match=r"SAU is not known; did you mean USA.; it is named \d+ times, on lines \d+, "
    ) as caught:
        loads("\n".join(kept), FLAGSHIP.name)
    assert len(caught.value.problems) == 1


def test_a_name_misspelt_where_it_is_used_is_reported_there() -> None:
    found = wrong(("freeze: [guns, COR, DAN]", "freeze: [guns, COR, DNA]"))
    assert "offer[3].freeze[2]: actor DNA is not known; did you mean DAN?" in found
    assert len(found.splitlines()) == 1


def test_a_key_in_the_wrong_place_is_told_where_it_belongs_and_read_there() -> None:
    up = wrong(
        (
            "{start: 0.2, control: COR, interests: {NORTH",
            "{start: 0.2, control: {weighted: {ARD: 1, ZZZ: 2}}, interests: {NORTH",
        )
    )
    assert "programme.control.weighted: weighted belongs a level up, beside control" in up
    assert "programme.weighted.ZZZ: actor ZZZ is not known" in up
    assert "missing key" not in up
    down = wrong(("{of: {power: ARD}}", "{power: ZZZ}"))
    assert "outcomes.power.power: power belongs a level down, below of" in down
    assert "actor ZZZ is not known" in down
    assert "missing key" not in down


def test_a_date_says_which_years_there_are() -> None:
    assert "found 1648; allowed: a date such as 2009, 2009Q3 or 2009-08, in the years 1800 to 2200" in wrong(
        ("{start: 2000Q1, end", "{start: 1648, end")
    )


# --- numbers and expressions that mean something else


@pytest.mark.parametrize("text", ["2009-13", "1+1", "2009-01-13", "-1*3"])
def test_a_sum_without_quotes_is_no_number(text: str) -> None:
    assert f"a sum without quotes, perhaps meant as something else; found {text}" in wrong(
        ("DAN: [0.2, 0.75]", f"DAN: [{text}, 0.75]")
    )


@pytest.mark.parametrize("text", ["1e308*10", "1e300", "front/1e-320", "1e10*front", "1e-300"])
def test_an_expression_holds_no_number_that_could_lead_to_an_infinity(text: str) -> None:
    assert "a number in an expression; found 1e" in wrong(
        ("DAN: [0.2, 0.75]", f'DAN: ["{text}", 0.75]')
    ).replace("found 9.99989e-321", "found 1e")
