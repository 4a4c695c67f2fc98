"""Names carry no weight: two actors who swap their codes with all their data leave the same distributions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from powersim.scenario.arrays.build import Built
from powersim.scenario.read.merge import read_chain
from powersim.sim.history import simulate
from powersim.testing import renamed
from powersim.world.state import Floats
from worlds import built, lively_documents

STRANGE = 4.5  # standard errors: about one in 150 000 per outcome


def means(made: Built, first: int, runs: int) -> tuple[Floats, Floats]:
    """Every outcome's mean over turns and runs, and the variance of that mean."""
    paths = np.array(
        [
            simulate(made.case("", "", 5, run), 5, run).values.mean(axis=0)
            for run in range(first, first + runs)
        ]
    )
    return paths.mean(axis=0), paths.var(axis=0, ddof=1) / runs


def strange(made: Built, found: tuple[Floats, Floats], other: Built, runs: int) -> list[str]:
    """Outcomes whose means differ by more than luck; the two take different runs, so their luck is their own."""
    (a, spread_a), (b, spread_b) = found, means(other, runs, runs)
    far = np.abs(a - b) > STRANGE * np.sqrt(spread_a + spread_b) + 1e-9
    return [name for name, odd in zip(made.scenario.outcomes, far, strict=False) if odd]


@settings(max_examples=4)
@given(document=lively_documents(actors=(3, 5), levers=(2, 4), turns=(6, 8)))
def test_swapping_the_names_of_two_actors_leaves_distributions_alike(document: dict[str, Any]) -> None:
    swapped, made = renamed(document, {"ARD": "BEL", "BEL": "ARD"}), built(document)
    assert strange(made, means(made, 0, 100), built(swapped), 100) == []


@pytest.fixture(scope="module")
def usual(flagship: Built) -> tuple[Floats, Floats]:
    """The flagship's means under its own names."""
    return means(flagship, 0, 80)


@pytest.mark.slow
@pytest.mark.parametrize(("a", "b"), [("POL", "CZE"), ("IRN", "USA"), ("CHN", "UKR")], ids=str)
def test_swapping_the_names_of_two_actors_of_the_flagship_leaves_distributions_alike(
    root: Path, flagship: Built, usual: tuple[Floats, Floats], a: str, b: str
) -> None:
    document: Any = read_chain(root / "scenarios" / "missile_defense_2009.yaml").data()
    swapped = built(renamed(document, {a: b, b: a}))
    assert strange(flagship, usual, swapped, 80) == []
