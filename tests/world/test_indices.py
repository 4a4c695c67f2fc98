"""No kernel counts from the end of an array: compiled code takes every index as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from powersim.compile.jit import interpreted
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import load
from powersim.sim.run import Engine
from powersim.world.case import Case
from powersim.world.turn import STEPS, begin, stretch
from worlds import built, lively_documents


class Guarded(np.ndarray[Any, Any]):
    """An array that has no index below zero."""

    def _look(self, at: Any) -> None:
        for one in at if isinstance(at, tuple) else (at,):
            if isinstance(one, (int, np.integer)) and one < 0:
                raise IndexError(f"index {at} is below zero")

    def __getitem__(self, at: Any) -> Any:
        self._look(at)
        return super().__getitem__(at)

    def __setitem__(self, at: Any, value: Any) -> None:
        self._look(at)
        super().__setitem__(at, value)


def guarded(bundle: Any) -> Any:
    """A bundle with all its arrays guarded."""
    kinds = {name: getattr(bundle, name) for name in bundle._fields}
    for name, value in kinds.items():
        if isinstance(value, np.ndarray):
            kinds[name] = value.view(Guarded)
        elif hasattr(value, "_fields"):
            kinds[name] = guarded(value)
    return type(bundle)(**kinds)


def go_guarded(case: Case, seed: int, run: int, turns: int) -> None:
    """A history by interpreted rules; IndexError where one of them counts from the end."""
    engine = Engine(case, seed, run)
    g, w, desk, out = (guarded(each) for each in (engine.given, engine.world, engine.desk, engine.record))
    interpreted(begin)(g, w, desk)
    interpreted(stretch)(g, w, desk, out, 0, min(turns, case.turns) * STEPS)


def test_a_guarded_array_refuses_what_counts_from_the_end() -> None:
    array = np.zeros((2, 2)).view(Guarded)
    with pytest.raises(IndexError, match="is below zero"):
        array[1, np.int64(-1)]
    with pytest.raises(IndexError, match="is below zero"):
        array[-1] = 0.0


@pytest.mark.slow
def test_no_index_of_the_flagship_is_below_zero(flagship: Built) -> None:
    go_guarded(flagship.case("replace", "spiral", 2009, 1), 2009, 1, 3)


def test_no_index_of_a_scenario_with_everything_is_below_zero(root: Path) -> None:
    everything = build(load(root / "tests" / "scenarios" / "valid" / "everything.yaml"))
    go_guarded(everything.case("armed", "spiral", 7, 0), 7, 0, 12)


@settings(max_examples=5)
@given(document=lively_documents(turns=(5, 8)))
def test_no_index_of_a_drawn_scenario_is_below_zero(document: dict[str, Any]) -> None:
    go_guarded(built(document).case("", "one", 1, 0), 1, 0, 6)
