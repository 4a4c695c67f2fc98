"""Worlds that a study kept: damaged, lost or foreign ones are named or computed again; no file of others is lost."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import powersim as ps
from powersim.errors import PowersimError, Stopped
from powersim.given import conditioning, islands
from powersim.given.conditioning import Asked, condition
from powersim.run.possible import MARK
from powersim.sim.lock import alone

SPARK = {"id": "effect", "year": 2004, "chance": 0.5, "of": "l_cause"}
SURE = {
    "error": 0.2, "discrepancy": 0.1, "miss": 0.05, "until": "2003",
    "events": [{"source": "made up", "event": "effect", "happened": False, "to": "2007"}],
}  # fmt: skip
MOVES = 1  # what was kept is the same to the byte or it is not, however well its worlds are chosen


@pytest.fixture(scope="module")
def study(planted: ModuleType) -> ps.Study:
    return ps.Study(planted.by_chance(SPARK, evidence=SURE))


@pytest.fixture
def asked(study: ps.Study) -> Asked:
    return Asked(study.under_fact(), None, 100, MOVES)


@pytest.fixture(scope="module")
def once(study: ps.Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once")
    condition(Asked(study.under_fact(), None, 100, MOVES), folder, threads=1)
    return folder / "given"


@pytest.fixture
def kept(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "kept" / "given"))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def flipped(content: bytes) -> bytes:
    return content[:500] + bytes([content[500] ^ 1]) + content[501:]


def test_what_is_damaged_is_named_and_computed_again_to_the_same_bytes(asked: Asked, kept: Path) -> None:
    whole = files(kept)
    first, second, *_ = sorted(kept.glob("*.npz"))
    for content in (flipped(whole[first.name]), whole[first.name][:-40], whole[second.name], b""):
        first.write_bytes(content)
        with pytest.raises(
            PowersimError, match=rf"{first.name}: is damaged; add resume=True to compute it again"
        ):
            condition(asked, kept.parent, threads=1)
        said: list[str] = []
        condition(
            asked, kept.parent, threads=1, resume=True, say=lambda text, _, said=said: said.append(text)
        )
        assert said == [f"{first}: is damaged; computed again"]
        assert files(kept) == whole


def test_no_world_is_told_of_a_study_of_which_some_are_missing_or_of_another(
    study: ps.Study, kept: Path
) -> None:
    asked = study.given().under_fact()
    last = max(kept.glob("*.npz"))
    assert len(conditioning.kept_worlds(asked, asked.theories[0], kept.parent)) == 100
    content = last.read_bytes()
    last.unlink()
    with pytest.raises(PowersimError, match=rf"{last.name}: no such file"):
        conditioning.kept_worlds(asked, asked.theories[0], kept.parent)
    last.write_bytes(content)
    other = ps.Study(study.scenario, seed=2).under_fact()
    with pytest.raises(PowersimError, match=r"holds worlds of another study \(another seed\)"):
        conditioning.kept_worlds(other, other.theories[0], kept.parent)


def test_worlds_of_another_study_are_never_replaced(study: ps.Study, kept: Path) -> None:
    whole = files(kept)
    other = Asked(ps.Study(study.scenario, seed=2).under_fact(), None, 100, MOVES)
    for resume in (False, True):
        with pytest.raises(
            PowersimError, match=r"another study \(another seed\), which are never overwritten"
        ):
            condition(other, kept.parent, threads=1, resume=resume)
    assert files(kept) == whole


@pytest.mark.parametrize("verb", ["weigh", "origin", "forecast", "compare"])
def test_files_of_others_and_links_are_left_alone(study: ps.Study, tmp_path: Path, verb: str) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = out / ("forecast/2003" if verb == "forecast" else "given")
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    of: dict[str, Callable[[], Any]] = {
        "weigh": lambda: study.weigh(worlds=100, out=out),
        "origin": lambda: study.given().origin("effect", worlds=100, out=out),
        "forecast": lambda: study.forecast(["2003"], worlds=100, out=out),
        "compare": lambda: study.given().compare(2, worlds=100, out=out),
    }
    with pytest.raises(PowersimError, match=r": a symbolic link, which is never written through"):
        of[verb]()
    assert not list(elsewhere.iterdir())
    link.unlink()
    thesis = (link / "given" if verb == "forecast" else link) / "happened.0.npz"
    thesis.parent.mkdir(parents=True)
    thesis.write_text("my thesis")
    with pytest.raises(PowersimError, match=r"was not written by powersim and is not overwritten"):
        of[verb]()
    assert thesis.read_text() == "my thesis"


def test_what_was_kept_is_known_by_its_mark(kept: Path) -> None:
    for path in kept.glob("*.npz"):
        assert MARK.search(path.read_bytes())
    assert not MARK.search(b"PK\x03\x04" + b"\0" * 26 + b"thesis.npy")


def test_whoever_stops_is_told_what_is_kept_and_goes_on_with_it(
    asked: Asked, kept: Path, tmp_path: Path
) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(Stopped, match=r"stopped after 1 of 4 islands, kept in .*; resume=True goes on"):
        condition(asked, tmp_path, threads=1, tick=stop)
    again = condition(asked, tmp_path, threads=1, resume=True)
    assert files(tmp_path / "given") == files(kept)
    assert again.diagnostics()[0].worlds == 100
    with pytest.raises(Stopped, match=r"stopped after 1 of 4 islands, not kept"):
        condition(asked, threads=1, tick=stop)


def test_nobody_waits_for_an_island_that_is_under_way(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[type[BaseException]] = []

    def endless(task: Any, number: int, stopped: threading.Event) -> Any:
        if number % 1000 == 0:
            return real(task, number, stopped)
        assert stopped.wait(60)
        try:
            return real(task, number, stopped)
        except CancelledError:
            ended.append(CancelledError)
            raise

    def stop() -> None:
        raise KeyboardInterrupt

    real = islands.island
    monkeypatch.setattr(islands, "island", endless)
    with pytest.raises(Stopped, match="after 1 of 4 islands"):
        condition(asked, threads=4, tick=stop)
    assert ended == [CancelledError] * 3


def test_two_commands_do_not_compute_into_one_folder(study: ps.Study, tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(PowersimError, match="another"):
        study.weigh(worlds=100, out=tmp_path)
