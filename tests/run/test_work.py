"""Carrying out a plan when something gives way."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from powersim.run import work
from powersim.run.opened import LoadedScenario
from powersim.run.plan import plan
from powersim.scenario.load import from_data
from powersim.sim.store import Store


def test_when_a_chunk_cannot_be_written_no_history_goes_on(
    scenario_two: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = plan(LoadedScenario("two.yaml", from_data(scenario_two), scenario_two, {}), None, None, 1)
    store = work.open_store(asked, tmp_path, 2, resume=False)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "write", full)
    with pytest.raises(OSError, match="No space") as raised:
        work.fill(asked, store, 2, threads=2)
    assert raised.tb is not None  # it holds on to every frame, and so to whatever was not closed
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("run")] == []


def test_what_a_process_has_found_compiled_is_not_looked_through_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([True, False])
    monkeypatch.setattr(work, "_warm", False)
    monkeypatch.setattr(work.jit, "is_cold", lambda: next(answers))
    assert [work.is_cold() for _ in range(4)] == [True, False, False, False]
