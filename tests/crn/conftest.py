"""Scenarios whose histories are compared bit by bit."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data
from powersim.scenario.read.merge import read_chain


def _document(path: Path) -> dict[str, Any]:
    document = read_chain(path, path.name).data()
    assert isinstance(document, dict)
    return document


@pytest.fixture
def two_powers(root: Path) -> dict[str, Any]:
    """The small scenario as plain data, to be changed at will."""
    return _document(root / "scenarios" / "two_powers.yaml")


@pytest.fixture(scope="session")
def flagship_data(root: Path) -> dict[str, Any]:
    """The large scenario as plain data."""
    return _document(root / "scenarios" / "missile_defense_2009.yaml")


@pytest.fixture(scope="session")
def flagship(flagship_data: dict[str, Any]) -> Built:
    """The large scenario, with a branch that changes nothing."""
    document = copy.deepcopy(flagship_data)
    document["branches"]["again"] = {"title": "As it happened, once more", "like": "replace", "do": []}
    return build(from_data(document))
