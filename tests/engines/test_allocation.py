"""Compiled turns take no memory of their own: all they need is laid out before the first one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from powersim import _jit
from powersim.scenario.build import build
from powersim.scenario.load import load
from powersim.sim.history import simulate

pytestmark = pytest.mark.skipif(not _jit.ENABLED, reason="interpreted turns make Python objects")


@pytest.fixture
def counted() -> Iterator[None]:
    """Numba counts what compiled code allocates."""
    from numba.core.runtime import _nrt_python

    before = _nrt_python.memsys_stats_enabled()
    _nrt_python.memsys_enable_stats()
    yield
    if not before:
        _nrt_python.memsys_disable_stats()


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("theory", ["spiral", "current-calculus"])
def test_a_longer_history_allocates_no_more(root: Path, theory: str) -> None:
    from numba.core.runtime import rtsys

    built = build(load(root / "scenarios" / "missile_defense_2009.yaml"))
    case = built.case("keep", theory, 2009, 0)

    def allocations(turns: int) -> int:
        before = rtsys.get_allocation_stats().alloc
        history = simulate(case._replace(turns=turns), 2009, 0)
        assert len(history.values) == turns
        return int(rtsys.get_allocation_stats().alloc - before)

    assert allocations(case.turns) == allocations(1) > 0
