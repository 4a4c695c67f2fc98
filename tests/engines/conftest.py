"""Scenarios that all engines run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import load
from powersim.scenario.read.merge import read_chain


@pytest.fixture(scope="session")
def two_powers_file(root: Path) -> Path:
    """The small scenario's file."""
    return root / "scenarios" / "two_powers.yaml"


@pytest.fixture(scope="session")
def two_powers(two_powers_file: Path) -> Built:
    """The small scenario."""
    return build(load(two_powers_file))


@pytest.fixture
def two_powers_data(two_powers_file: Path) -> dict[str, Any]:
    """The small scenario as plain data, to be changed at will."""
    document = read_chain(two_powers_file, "two_powers.yaml").data()
    assert isinstance(document, dict)
    return document


@pytest.fixture(scope="session")
def flagship(root: Path) -> Built:
    """The large scenario."""
    return build(load(root / "scenarios" / "missile_defense_2009.yaml"))
