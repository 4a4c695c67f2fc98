"""The flagship, built once, and the helpers of `worlds`, which lies beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from powersim.scenario.arrays.build import Built, build  # noqa: E402
from powersim.scenario.load import load  # noqa: E402


@pytest.fixture(scope="session")
def flagship(root: Path) -> Built:
    """The flagship as arrays."""
    return build(load(root / "scenarios" / "missile_defense_2009.yaml"))
