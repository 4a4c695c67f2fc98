"""What moves what: nudges are what they say, marks follow from intervals, the question itself is left alone."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

import powersim as ps
from powersim.elasticities.measure import RIGHT, UNSEEN, WRONG, marked
from powersim.errors import PowersimError, ScenarioError
from powersim.figures.section import read_section
from powersim.run.plan import plan
from powersim.run.space import Space

RUNS = 24
TWO = Path(__file__).resolve().parents[2] / "scenarios" / "two_powers.yaml"
SIGNS = """
signs:
  - {input: terms_share, outcome: district_lost, sign: "+", why: more is carried out, source: arithmetic}
  - {input: terms_share, outcome: war, sign: "0", why: terms are not war, source: arithmetic, doubt: "they reassure"}
  - {input: talk, outcome: deals, sign: "-", why: said the wrong way round on purpose, source: nobody}
  - {input: give_up, against: keep, outcome: ally_west, sign: "-", why: an ally is let down, source: Snyder 1984}
  - {input: w_guarantee, effect: [keep, give_up], outcome: ally_west, sign: "+", why: it binds, source: Snyder 1984}
  - {input: actors.nobody.power, outcome: war, sign: "+", why: no such number, source: nobody}
"""


@pytest.fixture(scope="module")
def signs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("signs") / "two.yaml"
    file.write_text(SIGNS, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def found(signs: Path) -> ps.study.answers.Elasticities:
    inputs = ["terms_share", "talk", "w_guarantee"]
    return ps.Study(str(TWO), seed=3).elasticities(inputs, runs=RUNS, signs=signs)


@cache
def by_hand(outcome: str, quantile: float) -> float:
    """Mean of an outcome with terms_share at a quantile of its prior, run by run."""
    opened = ps.Study(str(TWO), seed=3).opened
    space = Space(plan(opened, ["keep"], None, 3))
    u, runs = space.ordinary(0, RUNS)
    u[:, space.place["parameters.terms_share"]] = quantile
    place = list(opened.scenario.outcomes).index(outcome)
    last = opened.scenario.outcomes[outcome].last
    return float(
        np.mean(
            [
                ps.simulate(space.cases(p)[0], 3, int(r)).values[last, place]
                for p, r in zip(u, runs, strict=True)
            ]
        )
    )


def test_a_nudge_is_the_same_runs_with_one_input_at_either_place(
    found: ps.study.answers.Elasticities,
) -> None:
    rows = found.effects.query("input == 'terms_share' and outcome == 'rockets'")
    assert found.words.asked.branch == "keep"
    assert rows.change.item() == pytest.approx(by_hand("rockets", 0.75) - by_hand("rockets", 0.25), abs=1e-6)
    assert rows.at_low.item() < rows.at_high.item()


def test_signs_are_marked_by_intervals_and_what_cannot_be_nudged_is_said(
    found: ps.study.answers.Elasticities,
) -> None:
    marks = found.signs.set_index(["input", "outcome"]).mark
    assert marks["terms_share", "district_lost"] == RIGHT
    assert marks["talk", "deals"] == WRONG
    assert marks["actors.nobody.power", "war"] == "no prior"
    assert "2 wrong" in found.words.summary()
    assert "talk on deals (- expected)" in found.words.wrong()
    cases = [("+", 1, 2), ("+", -1, 1), ("-", 1, 2), ("0", -1, 1), ("0", 1, 2), ("", 1, 2)]
    assert [marked(*case) for case in cases] == [RIGHT, UNSEEN, WRONG, RIGHT, WRONG, ""]


def test_branches_that_answer_the_question_are_left_alone_unless_asked_for(
    found: ps.study.answers.Elasticities, signs: Path
) -> None:
    assert found.words.asked.space.plan.branches == ("keep",)
    marks = found.signs.set_index(["input", "outcome"]).mark
    assert marks["give_up", "ally_west"] == marks["w_guarantee", "ally_west"] == "left alone"
    study = ps.Study(str(TWO), seed=3)
    asked = study.elasticities(["w_guarantee"], ["ally_west"], 4, signs=signs, effects=True)
    assert asked.signs.set_index("input").mark["give_up"] == "left alone"
    (row,) = asked.effects.query("of == 'keep - give_up'").itertuples()
    assert row.expected == "+"
    named = study.elasticities(["give_up"], ["ally_west"], RUNS, signs=signs)
    compared = study.compare(runs=4).effects.query("outcome == 'ally_west' and branch_b == 'give_up'")
    assert named.effects.of.tolist() == ["against keep"]
    assert np.sign(named.effects.change.item()) == np.sign(compared.effect.iloc[-1])


def test_a_sign_whose_input_was_not_asked_for_is_left_alone(signs: Path) -> None:
    made = ps.Study(str(TWO), seed=3).elasticities(["talk"], ["district_lost", "deals"], 2, signs=signs)
    assert made.signs.mark.tolist()[0] == "left alone"


def test_tables_figures_and_a_section_of_the_report_are_left(signs: Path, tmp_path: Path) -> None:
    study = ps.Study(str(TWO), seed=3)
    made = study.elasticities(
        ["terms_share", "talk"], ["district_lost", "deals"], RUNS, signs=signs, out=tmp_path
    )
    folder = tmp_path / "elasticities"
    section = read_section(folder / "section.json")
    assert section.figures[0].file == "heat"
    assert all((folder / f"{figure.file}.png").is_file() for figure in section.figures)
    assert len(section.tables[0].rows) == len(made.signs)
    assert (
        (folder / "elasticities.csv")
        .read_text("utf-8")
        .startswith("input,outcome,of,at_low,at_high,change,low,high,")
    )
    with pytest.raises(PowersimError, match="kind heap is not known"):
        made.plot(kind="heap")


@pytest.mark.parametrize(
    ("was", "now", "match"),
    [
        ("outcome: war", "outcome: wax", r"two.yaml:4: signs\[1\].outcome: .*did you mean war"),
        ('sign: "-", why: said', "sign: down, why: said", r"two.yaml:5: signs\[2\].sign: found down; allowed: .*\+"),
        ("against: keep", "against: kep", r"two.yaml:6: signs\[3\].against: .*did you mean keep"),
        ("against: keep, ", "", r"two.yaml:6: signs\[3\].input: found give_up; allowed: a branch with `against`"),
        ("source: nobody}\n  - {input: give_up", "sauce: x}\n  - {input: give_up", r"two.yaml:5: signs\[2\]"),
    ],
)  # fmt: skip
def test_mistakes_in_a_file_of_signs_are_named_with_line_and_key(
    tmp_path: Path, was: str, now: str, match: str
) -> None:
    file = tmp_path / "two.yaml"
    assert was in SIGNS
    file.write_text(SIGNS.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(ScenarioError, match=match):
        ps.Study(str(TWO)).elasticities(["talk"], runs=2, signs=file)


def test_a_parameter_is_told_from_a_branch_of_its_name(tmp_path: Path) -> None:
    raw = YAML(typ="safe").load(TWO.read_text("utf-8"))
    raw["branches"]["talk"] = dict(raw["branches"]["give_up"])
    twin = tmp_path / "twin.yaml"
    twin.write_text(json.dumps(raw), "utf-8")
    made = ps.Study(str(twin), seed=3).elasticities(["talk", "parameters.talk"], ["ally_west"], 2)
    assert made.effects[["input", "of"]].to_numpy().tolist() == [
        ["parameters.talk", "level"],
        ["talk", "against keep"],
    ]
    (parameter,) = ps.Study(str(TWO), seed=3).elasticities(["talk"], ["ally_west"], 2).effects.change
    assert made.effects.change.iloc[0] == parameter


def test_what_is_no_input_is_refused_with_the_name_that_may_be_meant() -> None:
    study = ps.Study(str(TWO))
    with pytest.raises(PowersimError, match=r"inputs: found tak; allowed: .*talk"):
        study.elasticities(["tak"], runs=2)
    with pytest.raises(PowersimError, match=r"nudge: found 1\.5; allowed: a share"):
        study.elasticities(["talk"], runs=2, nudge=1.5)


def test_every_sign_of_the_flagship_names_what_is_there(root: Path) -> None:
    from powersim.elasticities.inputs import known
    from powersim.elasticities.measure import COUNTS
    from powersim.elasticities.signs import beside, read_signs

    file = root / "scenarios" / "missile_defense_2009.yaml"
    opened = ps.Study(str(file)).opened
    found = beside(file)
    assert found is not None
    signs = read_signs(found, (*opened.outcomes, *COUNTS), opened.branches)
    space = Space(plan(opened, None, None, 1))
    assert len(signs) >= 40
    lacking = {sign.input for sign in signs if not sign.against and not known(space, sign.input)}
    assert lacking == {"proxies.IRN-USA.hazard"}  # it has no prior
