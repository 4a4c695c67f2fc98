"""A fan fills as runs arrive, says what a study of as many runs says, and stops when nobody waits for it."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from threading import Event

import pytest

from powersim.app import filling
from powersim.app.figures import draw_spread, png


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_fan_grows_to_the_study_of_as_many_runs(shown, folder):
    found = list(filling.filling(shown.face, 12, Event()))
    assert [fan.runs for fan in found] == [8, 12]
    whole = shown.face.compare(12)
    assert found[-1].findings == whole.findings
    assert found[-1].data["value"].equals(whole.data["value"].load())
    assert not list(folder.glob("powersim-app-*"))
    for outcome in ("war", "rockets"):
        drawing = draw_spread(found[-1], outcome)
        assert drawing.finding == whole.findings[outcome]
        assert png(drawing)[:4] == b"\x89PNG"


def test_parts_end_with_as_many_runs_as_are_wanted():
    assert filling.parts(1) == [1]
    assert filling.parts(8) == [8]
    assert filling.parts(40) == [8, 16, 32, 40]


def test_whoever_stops_waiting_ends_the_work_at_the_next_history(shown, folder, monkeypatch):
    stop, computed = Event(), []

    class Counted(filling.Watcher):
        def progress(self, label, total):
            stop.set()
            computed.append(total)
            return super().progress(label, total)

    monkeypatch.setattr(filling, "Watcher", Counted)
    assert list(filling.filling(shown.face, 10_000, stop)) == []
    assert computed == [8]
    assert not list(folder.glob("powersim-app-*"))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("run")]
    assert list(filling.filling(shown.face, 10_000, stop)) == []
