"""The sliders of the page: neutral they say what the page says, and the script computes what Python computes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from powersim.effects.paired import effects, paired, pooled
from powersim.effects.results import Study
from powersim.effects.weighted import reweighted, tilt
from powersim.report import weights

NODE = shutil.which("node")
SCRIPT = Path(weights.__file__).with_suffix(".js")
THEORIES, RUNS, NUMBERS = 3, 120, 2
FIELDS = ("effect", "low", "high")


def drawn(binary: bool):
    """Two branches of runs that share their luck, (theory, run), and the uniforms (run, number) that move them."""
    rng = np.random.default_rng(5)
    u, luck = rng.random((RUNS, NUMBERS)), rng.normal(0, 0.4, RUNS)
    first = luck + rng.normal(0, 0.3, (THEORIES, RUNS))
    second = (
        first + 0.2 * (1 + np.arange(THEORIES))[:, None] * (u[:, 0] - 0.3) + rng.normal(0, 0.1, first.shape)
    )
    return ((first > 0.3) * 1.0, (second > 0.3) * 1.0, u) if binary else (first, second, u)


@pytest.mark.parametrize("binary", [False, True])
def test_with_neutral_weights_the_numbers_are_those_of_the_page(binary):
    a, b, _ = drawn(binary)
    apart = np.ones(THEORIES, bool)
    found, worth = reweighted(a, b, np.ones_like(a), np.ones(THEORIES), binary=binary, diverged=apart)
    page = pooled(a, b, paired(a, b, binary=binary, diverged=apart))
    assert worth == pytest.approx(RUNS)
    for name in (*FIELDS, "mean_a", "mean_b", "p_superior"):
        assert float(getattr(found, name)) == pytest.approx(float(getattr(page, name)), abs=1e-12), name


def test_a_prior_tilted_upwards_prefers_what_high_draws_do_and_is_worth_fewer_runs():
    a, b, u = drawn(False)
    by_strength = []
    for strength in (-2.0, 0.0, 2.0):
        weight = np.tile(tilt(u, np.array([strength, 0.0])), (THEORIES, 1))
        found, worth = reweighted(
            a, b, weight, np.ones(THEORIES), binary=False, diverged=np.ones(THEORIES, bool)
        )
        by_strength.append((float(found.effect), worth))
    low, neutral, high = by_strength
    assert low[0] < neutral[0] < high[0]
    assert max(low[1], high[1]) < 0.7 * neutral[1]


def test_a_theory_without_weight_says_nothing():
    a, b, _ = drawn(False)
    b = b + np.array([0.0, 0.0, 100.0])[:, None]
    found, _ = reweighted(
        a, b, np.ones_like(a), np.array([1.0, 1.0, 0.0]), binary=False, diverged=np.ones(THEORIES, bool)
    )
    assert float(found.high) < 1


@pytest.mark.skipif(NODE is None, reason="needs node to run the script of the page")
def test_the_script_computes_what_python_computes():
    cases, wanted = [], []
    for binary in (False, True):
        a, b, u = drawn(binary)
        for strengths, shares in (([0, 0], [1, 1, 1]), ([0.9, -0.6], [5, 1, 0]), ([-1.5, 0.3], [0, 0, 3])):
            under = [[True] * THEORIES, [True, False, True]]
            weight = np.stack([
                tilt(u, np.array(strengths) * [drawn_in[t] for drawn_in in under]) for t in range(THEORIES)
            ])  # fmt: skip
            found, worth = reweighted(
                a, b, weight, np.array(shares, float), binary=binary, diverged=np.ones(THEORIES, bool)
            )
            wanted.append([*(float(getattr(found, name)) for name in FIELDS), worth])
            cases.append({
                "u": u.T.tolist(), "strengths": strengths, "under": under, "shares": shares, "binary": binary,
                "a": a.tolist(), "b": b.tolist(),
            })  # fmt: skip
    program = (
        f"const rule = require({json.dumps(str(SCRIPT))});"
        "const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        "console.log(JSON.stringify(cases.map((c) => {"
        "const weight = rule.tilted(c.u, c.strengths, c.under, c.a.length, c.a[0].length);"
        "const found = rule.reweighted(c.a, c.b, weight, c.shares, c.binary, c.a.map(() => true));"
        "return [found.effect, found.low, found.high, found.worth]; })))"
    )
    done = subprocess.run(
        [str(NODE), "-e", program],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    np.testing.assert_allclose(np.array(json.loads(done.stdout)), np.array(wanted), rtol=2e-6, atol=1e-9)


@pytest.mark.skipif(NODE is None, reason="needs node to run the script of the page")
def test_what_is_packed_comes_back_as_it_was():
    values = np.array([[-0.7, 0.0, 0.31, 0.9]])
    program = (
        f"const rule = require({json.dumps(str(SCRIPT))});"
        f"console.log(JSON.stringify(rule.unpacked({json.dumps(weights.packed(values, -0.7, 0.9))}, -0.7, 0.9)))"
    )
    done = subprocess.run([str(NODE), "-e", program], capture_output=True, text=True, check=True, timeout=60)
    np.testing.assert_allclose(json.loads(done.stdout), values[0], atol=1.6 / 65535 / 2)
    assert weights.packed(np.array([0.0, 1.0]), 0.0, 1.0) == "AAD//w=="


def test_a_study_of_few_runs_has_no_sliders_and_one_of_enough_has_a_row_for_each_outcome_and_branch(
    make, tmp_path
):
    few = make(branches=3, runs=weights.LEAST - 1)
    assert weights.weights(few, Study.read(few), effects(few), tmp_path) is None
    enough = make(branches=3, runs=weights.LEAST)
    study = Study.read(enough)
    found = weights.weights(enough, study, effects(enough), tmp_path)
    assert found is not None
    assert found.numbers == []  # no record from which to draw them again
    assert len(found.rows) == len(study.headline) * 2
    assert json.loads(found.data)["runs"] == weights.LEAST


def test_the_numbers_are_those_that_sensitivity_names_else_those_that_go_with_the_effect(tmp_path):
    assert weights._screened(tmp_path) == []
    (tmp_path / "sensitivity").mkdir()
    (tmp_path / weights.SCREENED).write_text("assumption,path\nTau,parameters.tau\n", "utf-8")
    assert weights._screened(tmp_path) == ["parameters.tau"]
    u = np.random.default_rng(1).random((200, 9))
    best, told = weights._alike(u, range(2, 9), 3 * u[:, 4] - u[:, 7] + 5 * u[:, 0])
    assert best[0] == 4
    assert 0 not in best
    assert len(best) == weights.NUMBERS
    assert "By chance alone the largest of so many would be about 0.1" in told
