"""Uncertain numbers follow their distributions, and one draw never touches another."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from powersim.errors import PowersimError, ScenarioError
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data, load
from powersim.scenario.priors import Distribution, Draws, name_key, uniforms
from powersim.scenario.read.merge import read_chain
from powersim.sim.history import simulate
from powersim.world import draws
from powersim.world.params import SPEC

EVERYTHING = Path(__file__).parent / "valid" / "everything.yaml"
INF = float("inf")


@pytest.fixture(scope="module", name="built")
def built_once() -> Built:
    return everything()


@cache
def everything() -> Built:
    return build(load(EVERYTHING))


def document() -> dict[str, Any]:
    data = read_chain(EVERYTHING).data()
    assert isinstance(data, dict)
    return copy.deepcopy(data)


def same(a: Any, b: Any, but: tuple[str, ...] = ()) -> bool:
    return all(
        np.array_equal(x, y, equal_nan=True)
        for name, x, y in zip(a._fields, a, b, strict=True)
        if name not in but
    )


@pytest.mark.parametrize(
    ("distribution", "law"),
    [
        (Distribution("uniform", (0.2, 0.4), 0, 1), stats.uniform(0.2, 0.2)),
        (Distribution("normal", (0.3, 0.1), -INF, INF), stats.norm(0.3, 0.1)),
        (Distribution("normal", (0.1, 0.2), 0, 1), stats.truncnorm(-0.5, 4.5, 0.1, 0.2)),
        (Distribution("triangular", (0.1, 0.3, 0.9), 0, 1), stats.triang(0.25, 0.1, 0.8)),
        (Distribution("triangular", (0.1, 0.1, 0.9), 0, 1), stats.triang(0, 0.1, 0.8)),
        (Distribution("beta", (2.0, 5.0), 0, 1), stats.beta(2, 5)),
    ],
)
def test_quantiles_are_those_of_the_distribution(distribution: Distribution, law: Any) -> None:
    u = np.linspace(0.0, 1.0 - 2.0**-53, 1001)
    assert np.allclose(distribution.quantile(u)[1:-1], law.ppf(u)[1:-1], atol=1e-9)


def test_a_choice_takes_each_value_equally_often() -> None:
    values = Distribution("choice", (0.1, 0.2, 0.7), 0, 1).quantile(np.arange(300) / 300)
    assert [int((values == v).sum()) for v in (0.1, 0.2, 0.7)] == [100, 100, 100]


@given(
    st.sampled_from(
        [
            Distribution("uniform", (-1.0, 2.0), 0, 1),
            Distribution("normal", (0.5, 3.0), 0, 1),
            Distribution("normal", (9.0, 0.1), 0, 1),
            Distribution("triangular", (0.5, 0.5, 0.5), 0, 1),
            Distribution("beta", (0.1, 0.1), 0, 1),
        ]
    ),
    st.floats(0, 1, exclude_max=True),
)
def test_a_drawn_number_stays_within_its_range(distribution: Distribution, u: float) -> None:
    assert 0.0 <= distribution.quantile(np.array([u]))[0] <= 1.0


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.lists(st.text(min_size=1), min_size=1, max_size=4),
)
def test_the_uniform_of_a_path_is_the_worlds_keyed_draw(seed: int, run: int, paths: list[str]) -> None:
    table = Draws(paths, [Distribution("uniform", (0.0, 1.0), 0, 1)] * len(paths))
    luck, zero = draws.luck(seed, run), np.uint64(0)
    expected = [
        draws.uniform(luck, 0, draws.PRIOR, first, zero, second)
        for first, second in zip(*table.keys, strict=True)
    ]
    found = uniforms(table.keys, seed, run)
    assert found.tolist() == expected
    assert table.values(found).tolist() == expected


def test_keys_of_names_are_32_bits_and_never_nobody() -> None:
    keys = [name_key(str(n)) for n in range(1000)]
    assert all(0 < key < 2**32 for key in keys)
    assert len(set(keys)) == 1000


def test_the_same_seed_and_run_draw_the_same_and_others_do_not(built: Built) -> None:
    first, again, other = built.inputs(5, 7), built.inputs(5, 7), built.inputs(5, 8)
    assert same(first.setup, again.setup)
    assert first.params == again.params
    assert not same(first.setup, other.setup)
    assert first.params != other.params
    assert not same(first.setup, built.inputs(6, 7).setup)


def test_theories_change_only_what_they_name(built: Built) -> None:
    base, deterrence, spiral = (built.inputs(5, 7, theory) for theory in ("", "deterrence", "spiral"))
    assert same(base.setup, deterrence.setup)
    assert same(base.setup, spiral.setup)
    changed = {name for name in SPEC if getattr(base.params, name) != getattr(spiral.params, name)}
    assert changed == {"rho", "tau"}
    assert (spiral.params.rho, spiral.params.tau) == (0.0, 1.0)
    assert 0.0 <= deterrence.params.tau <= 0.1


def test_a_prior_more_shifts_no_other_draw(built: Built) -> None:
    more = document()
    more["actors"]["BEL"]["power"] = {"value": 0.1, "prior": {"uniform": [0.05, 0.15]}}
    del more["actors"]["ARD"]["engagers"]["prior"]
    other = build(from_data(more)).inputs(5, 7)
    mine = built.inputs(5, 7)
    assert same(mine.setup, other.setup, but=("power0", "engagers0"))
    assert mine.params == other.params
    index = built.index.actors
    assert (mine.setup.power0 != other.setup.power0).tolist() == [code == "BEL" for code in index]


def test_without_priors_nothing_is_drawn() -> None:
    plain = load(Path(__file__).parent / "valid" / "minimal.yaml")
    one = build(plain)
    assert same(one.inputs(1, 1).setup, one.inputs(1, 2).setup, but=tuple(one.setup._fields[5:11]))
    fixed = build(load(EVERYTHING, {"rho": 0.25}))
    assert {fixed.inputs(1, run, theory).params.rho for run in range(5) for theory in ("", "deterrence")} == {
        0.25
    }


def test_with_priors_off_every_number_is_at_its_central_value_in_every_run() -> None:
    written = document() | {"priors": "off"}
    for one in (build(load(EVERYTHING, {"priors": "off"})), build(from_data(written))):
        assert one.priors == 0
        for theory in ("", "deterrence", "spiral"):
            assert one.distributions(theory) == {}
            first, second = one.inputs(1, 0, theory), one.inputs(9, 41, theory)
            central = everything().central(theory)
            for drawn in (first, second):
                assert drawn.params == central.params
                # an expression that a prior could move ends with "+ 0"
                assert same(drawn.setup, central.setup, but=("expr_op", "expr_a", "expr_b"))
            case = one.case("keep", theory, 1, 0)
            by_hand = case._replace(setup=central.setup, params=central.params)
            assert np.array_equal(simulate(case, 1, 0).values, simulate(by_hand, 1, 0).values)


@pytest.mark.parametrize("wrong", ["on", "some", True, 0, None])
def test_priors_are_a_list_or_off(wrong: object) -> None:
    with pytest.raises(
        ScenarioError, match=r"priors: found .*; allowed: (a list of priors, or off|a list|a value)"
    ):
        from_data(document() | {"priors": wrong})


def test_a_file_may_switch_the_priors_of_what_it_extends_off_and_on_again(tmp_path: Path) -> None:
    base = EVERYTHING.read_text("utf-8")
    (tmp_path / "base.yaml").write_text(base, "utf-8")
    (tmp_path / "off.yaml").write_text("extends: base.yaml\npriors: off\n", "utf-8")
    (tmp_path / "on.yaml").write_text("extends: off.yaml\npriors: []\n", "utf-8")
    assert build(load(tmp_path / "off.yaml")).priors == 0
    assert build(load(tmp_path / "on.yaml")).priors > 0


def test_what_is_set_is_exact_and_no_wildcard_moves_it() -> None:
    one = build(load(EVERYTHING, {"issues.shield.interests.DAN.ideal": "0.4", "actors.ARD.economy": "0.21"}))
    k, i, ard = one.index.issues["shield"], one.index.actors["DAN"], one.index.actors["ARD"]
    drawn = [one.inputs(1, run).setup for run in range(5)]
    assert {float(setup.ideal_hard[i, k]) for setup in drawn} == {0.4}
    assert {float(setup.economy0[ard]) for setup in drawn} == {0.21}


def test_a_wildcard_moves_an_expression_by_an_offset(built: Built) -> None:
    drawn = [built.inputs(1, run).setup.expr_a for run in range(200)]
    cells = np.argwhere(np.ptp(np.array(drawn), axis=0) > 0)
    offsets = np.array([[table[x, step] for table in drawn] for x, step in cells])
    assert len(cells) >= 1
    assert np.abs(offsets).max() <= 0.15 + 1e-12
    assert np.abs(offsets.mean(axis=1)).max() < 0.03


def test_pairs_stay_symmetric_and_numbers_stand_where_they_belong(built: Built) -> None:
    data = document()
    data["priors"] = [{"over": "alignment.*", "spread": 0.3}]
    drawn = build(from_data(data)).inputs(3, 4).setup
    assert np.array_equal(drawn.alignment0, drawn.alignment0.T)
    assert np.abs(drawn.alignment0).max() <= 1.0
    assert len(np.unique(drawn.alignment0)) > 4


def test_one_number_for_a_group_is_one_draw() -> None:
    data = document()
    data["alignment"] = {"NORTH-COR": {"value": 0.0, "prior": {"uniform": [-0.5, 0.5]}}}
    one = build(from_data(data))
    i, j, k = (one.index.actors[code] for code in ("ARD", "BEL", "COR"))
    drawn = one.inputs(3, 4).setup.alignment0
    assert drawn[i, k] == drawn[j, k] != 0.0


@settings(max_examples=20)
@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_every_input_of_every_run_is_within_its_range(seed: int, run: int) -> None:
    setup, params = everything().inputs(seed, run, "deterrence")
    for name in ("ideal_hard", "ideal_eng", "trust0", "resolve0", "engagers0", "x0", "reach"):
        values = getattr(setup, name)
        assert 0.0 <= values.min() <= values.max() <= 1.0, name
    assert setup.power0.min() > 0.0
    assert all(spec.low <= getattr(params, name) <= spec.high for name, spec in SPEC.items())


def test_an_unknown_theory_or_branch_is_named(built: Built) -> None:
    with pytest.raises(PowersimError, match="theory spirals is not known; did you mean spiral"):
        built.inputs(1, 1, "spirals")
    with pytest.raises(PowersimError, match="branch kept is not known; did you mean keep"):
        built.branch("kept")


def test_what_is_drawn_is_listed_by_path_and_stands_in_the_arrays(built: Built) -> None:
    drawn, setup = built.drawn(5, 7, "deterrence"), built.inputs(5, 7, "deterrence").setup
    assert set(drawn) == set(built.distributions("deterrence"))
    assert drawn["actors.ARD.economy"] == setup.economy0[built.index.actors["ARD"]]
    assert drawn["parameters.tau"] == built.inputs(5, 7, "deterrence").params.tau
    assert "parameters.rho" not in drawn, "the theory fixes it"
    assert "parameters.rho" in built.drawn(5, 7)


def test_parameters_count_in_turns_of_the_calendar() -> None:
    files = Path(__file__).parent / "valid"
    month, quarter = (build(load(files / f"{name}.yaml")).central() for name in ("monthly", "minimal"))
    assert quarter.setup.patience[0] == SPEC["discount"].value
    assert month.setup.patience[0] == pytest.approx(SPEC["discount"].value ** (1 / 3))
    assert month.params.mu < quarter.params.mu == SPEC["mu"].value
