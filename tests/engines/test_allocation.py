"""Compiled turns take no memory of their own: all they need is laid out before the first one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
import pytest
from numpy.lib.array_utils import byte_bounds

from powersim.compile import jit
from powersim.scenario.arrays.build import build
from powersim.scenario.load import load
from powersim.sim.history import simulate
from powersim.sim.run import Engine

pytestmark = pytest.mark.skipif(not jit.ENABLED, reason="interpreted turns make Python objects")


@pytest.fixture
def counted() -> Iterator[None]:
    """Numba counts what compiled code allocates."""
    from numba.core.runtime import _nrt_python

    before = _nrt_python.memsys_stats_enabled()
    _nrt_python.memsys_enable_stats()
    yield
    if not before:
        _nrt_python.memsys_disable_stats()


@numba.njit
def makes_an_array() -> float:
    """Compiled code that does allocate."""
    return float(np.zeros(3).sum())


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("theory", ["spiral", "current-calculus"])
def test_a_history_allocates_nothing(root: Path, theory: str) -> None:
    from numba.core.runtime import rtsys

    built = build(load(root / "scenarios" / "missile_defense_2009.yaml"))
    case = built.case("keep", theory, 2009, 0)

    def allocations(compute: Callable[[], object]) -> int:
        before = rtsys.get_allocation_stats().alloc
        compute()
        return int(rtsys.get_allocation_stats().alloc - before)

    assert allocations(lambda: simulate(case, 2009, 0)) == 0
    assert allocations(makes_an_array) > 0  # so the counter counts


def arrays_of(bundle: object) -> Iterator[np.ndarray]:
    """Every array with something in it, however deep."""
    if isinstance(bundle, np.ndarray):
        yield from [bundle] if bundle.size else []
    elif isinstance(bundle, tuple):
        for each in bundle:
            yield from arrays_of(each)


def test_what_a_turn_writes_shares_no_memory_which_is_what_compiled_code_is_told(root: Path) -> None:
    case = build(load(root / "scenarios" / "missile_defense_2009.yaml")).case("keep", "spiral", 2009, 0)
    engine = Engine(case, 2009, 0, keep=True)
    written = [byte_bounds(each) for each in arrays_of((engine.world, engine.desk, engine.record))]
    given = {byte_bounds(each) for each in arrays_of(engine.given)}  # some share theirs, which nobody writes
    spans = sorted([*written, *given])
    assert len(spans) > 250
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
