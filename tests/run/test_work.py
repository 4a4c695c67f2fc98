"""Carrying out a plan when something gives way."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from powersim.errors import Stopped
from powersim.run import work
from powersim.run.listener import Listener
from powersim.run.opened import LoadedScenario
from powersim.run.plan import Plan, plan
from powersim.run.stages import Job
from powersim.scenario.load import from_data
from powersim.sim.manifest import RESULTS
from powersim.sim.store import Store


@pytest.fixture
def asked(scenario_two: dict[str, Any]) -> Plan:
    return plan(LoadedScenario("two.yaml", from_data(scenario_two), scenario_two, {}), None, None, 1)


def test_histories_are_computed_while_a_new_store_is_laid_out(asked: Plan, tmp_path: Path) -> None:
    store = work.open_store(asked, tmp_path, 2, resume=False, later=True)
    assert not list(tmp_path.iterdir())
    there: list[bool] = []
    work.fill(asked, store, 2, threads=2, begun=lambda: there.append((tmp_path / RESULTS).exists()))
    assert there == [True]
    work.open_store(asked, tmp_path / "at_once", 2, resume=False)
    assert (tmp_path / "at_once" / RESULTS).exists()


def test_who_stops_before_the_first_history_can_go_on_to_as_many(
    asked: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(work, "warm", interrupt)
        with pytest.raises(Stopped, match="0 of 3"):
            Job(asked, Listener(), 3, out=tmp_path).carry_out(tmp_path, "run")
    assert Job(asked, Listener(), out=tmp_path, resume=True).carry_out(tmp_path, "run").runs == 3


def test_when_a_chunk_cannot_be_written_no_history_goes_on(
    asked: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
