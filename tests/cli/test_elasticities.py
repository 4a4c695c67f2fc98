"""`powersim elasticities`: what it prints and leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Powersim = Callable[..., Any]


def test_signs_are_found_beside_the_scenario_and_shown_with_their_marks(
    powersim: Powersim, scenario: Path
) -> None:
    folder, out = scenario.parent / "signs", scenario.parent / "out"
    folder.mkdir()
    sign = '{input: belief_strength, outcome: deals, sign: "0", why: wars apart, source: logic}'
    (folder / scenario.name).write_text(f"signs:\n  - {sign}\n", encoding="utf-8")
    said = powersim("elasticities", scenario, "--inputs", "belief_strength,talk", "--runs", 4, "--out", out)
    assert said.code == 0, said.err
    assert "Of 1 expected sign: 1 right." in said.out
    assert (
        (out / "elasticities" / "signs.csv")
        .read_text("utf-8")
        .splitlines()[1]
        .startswith("belief_strength,deals,")
    )


def test_a_mistake_in_the_file_of_signs_is_a_line_and_not_a_traceback(
    powersim: Powersim, scenario: Path
) -> None:
    file = scenario.parent / "expected.yaml"
    file.write_text(
        "signs:\n  - {input: talk, outcome: deals, sign: up, why: x, source: y}\n", encoding="utf-8"
    )
    said = powersim("elasticities", scenario, "--signs", file)
    assert said.code == 2
    assert "expected.yaml:2: signs[0].sign: found up; allowed: " in said.err
    assert "Traceback" not in said.err
