"""Damaged stores: what is damaged, missing, moved or foreign is named, or computed again; never another number.

FUZZ=20 looks at twenty times as many.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from powersim import cli
from powersim.errors import PowersimError
from powersim.report import page
from powersim.report.folder import write_report
from powersim.run import work
from powersim.run.opened import open_scenario
from powersim.run.plan import Plan, plan
from powersim.scenario.template import template
from powersim.sim import arrays, held
from powersim.sim import layout as layouts
from powersim.sim.manifest import StoreError

TIMES = int(os.environ.get("FUZZ", "1"))
DAMAGES = 200 * TIMES
FIRST = 20 * TIMES  # the same that are the first of all
SEED = 20090917
RUNS = 10  # two chunks of four runs and a part of one
NOT_READ = ("provenance.json", "effects.csv", "estimators.csv")


@dataclass(frozen=True)
class Studies:
    """A scenario's study with seed 3, and one with seed 4 from which foreign files come."""

    planned: Plan
    scenario: Path
    whole: Path
    foreign: Path


def files(folder: Path) -> dict[str, bytes]:
    found = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name not in NOT_READ}


def powersim(*arguments: object) -> int:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["powersim", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            cli.main()
    return int(left.value.code or 0)


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studies]:
    folder = tmp_path_factory.mktemp("studies")
    scenario = folder / "border.yaml"
    scenario.write_text(template(), "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(layouts, "CHUNK_RUNS", 4)
        for seed in (3, 4):
            asked = [
                "compare",
                scenario,
                "--runs",
                RUNS,
                "--paths",
                6,
                "--seed",
                seed,
                "--figures",
                "none",
                "-q",
            ]
            assert powersim(*asked, "--out", folder / str(seed)) == 0
        yield Studies(plan(open_scenario(scenario), seed=3), scenario, folder / "3", folder / "4")


@pytest.fixture
def copied(studies: Studies, tmp_path: Path) -> Path:
    return Path(shutil.copytree(studies.whole, tmp_path / "out"))


# Each damages one file; `other` is the file of the same name in a study with another seed.


def flip(file: Path, other: Path, luck: random.Random, all_: list[Path]) -> None:
    content = bytearray(file.read_bytes())
    for _ in range(luck.randint(1, 4)):
        content[luck.randrange(len(content))] ^= luck.randint(1, 255)
    file.write_bytes(content)


def cut(file: Path, other: Path, luck: random.Random, all_: list[Path]) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: luck.randrange(len(content))])


def lengthen(file: Path, other: Path, luck: random.Random, all_: list[Path]) -> None:
    file.write_bytes(file.read_bytes() + luck.randbytes(luck.randint(1, 40)))


def blank(file: Path, other: Path, luck: random.Random, all_: list[Path]) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def delete(file: Path, other: Path, luck: random.Random, all_: list[Path]) -> None:
    file.unlink()


def delete_folder(file: Path, other: Path, luck: random.Random, all_: list[Path]) -> None:
    file.unlink()
    if file.parent.name != "out":
        shutil.rmtree(file.parent)


def swap(file: Path, other: Path, luck: random.Random, all_: list[Path]) -> None:
    with_ = luck.choice([f for f in all_ if f.exists()])
    mine, others = file.read_bytes(), with_.read_bytes()
    file.write_bytes(others)
    with_.write_bytes(mine)


def turn_into_a_folder(file: Path, other: Path, luck: random.Random, all_: list[Path]) -> None:
    file.unlink()
    file.mkdir()


def take_from_another_seed(file: Path, other: Path, luck: random.Random, all_: list[Path]) -> None:
    file.write_bytes(other.read_bytes()) if other.is_file() else file.unlink()


Damage = Callable[[Path, Path, random.Random, list[Path]], None]
KINDS: tuple[Damage, ...] = (
    flip, cut, lengthen, blank, delete, delete_folder, swap, turn_into_a_folder, take_from_another_seed,
)  # fmt: skip


def damage(folder: Path, foreign: Path, luck: random.Random) -> list[str]:
    """Damage one to three files of a folder; what was done."""
    done = []
    for _ in range(luck.choice((1, 1, 2, 3))):
        there = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in NOT_READ)
        # Chunks and records more often than the many labels.
        weights = [1.0 if p.name.startswith("c.") or p.parent == folder else 0.25 for p in there]
        file = luck.choices(there, weights)[0]
        kind = luck.choice(KINDS)
        done.append(f"{kind.__name__} {file.relative_to(folder)}")
        kind(file, foreign / file.relative_to(folder), luck, there)
    return done


def remembered(studies: Studies) -> Callable[..., Any]:
    """Stands in for `work.ensemble`: histories are computed once."""
    whole = list(work.ensemble(studies.planned).chunks(0, RUNS, 2))

    def chunks(first: int, stop: int, *_: object) -> Iterator[Any]:
        yield from (chunk for chunk in whole if first <= chunk.start < stop)

    return lambda *_: SimpleNamespace(chunks=chunks)


def laid_out_once(kept: Path) -> Callable[..., Any]:
    """Stands in for `arrays._skeleton`: metadata and labels of a store are made once, and copied."""
    make, made = arrays._skeleton, dict[str, tuple[Path, list[str]]]()

    @contextmanager
    def skeleton(path: Path, *asked: Any) -> Iterator[tuple[Path, list[str]]]:
        if (key := repr(asked)) not in made:
            with make(path, *asked) as (folder, names):
                made[key] = Path(shutil.copytree(folder, kept / str(len(made)))), names
        folder, names = made[key]
        partial = path.with_name(f".{path.name}.copy.partial")
        yield Path(shutil.copytree(folder, partial)), names
        shutil.rmtree(partial, ignore_errors=True)

    return skeleton


def resumed(studies: Studies, folder: Path) -> None:
    """What `compare --resume` does before it reports."""
    store = work.open_store(studies.planned, folder, RUNS, resume=True)
    assert not work.fill(studies.planned, store, RUNS, threads=1).stopped


def attempt(what: Callable[[], Any]) -> tuple[Any, str]:
    """What comes of it, or what the error says."""
    try:
        return what(), ""
    except PowersimError as error:
        return None, str(error)


@pytest.mark.parametrize("damages", [FIRST, pytest.param(DAMAGES, marks=pytest.mark.slow)])
def test_a_damaged_store_is_refused_by_name_or_mended_to_the_same_bytes(
    studies: Studies,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    damages: int,
) -> None:
    monkeypatch.setattr(work, "ensemble", remembered(studies))
    monkeypatch.setattr(arrays, "_skeleton", laid_out_once(tmp_path))
    luck = random.Random(SEED)
    expected, right = files(studies.whole), work.dataset(studies.whole, RUNS).load()
    refused = mended = 0
    folder = tmp_path / "out"
    for _ in range(damages):
        if not folder.exists():
            shutil.copytree(studies.whole, folder)
        done = damage(folder, studies.foreign, luck)
        now = files(folder)
        changed = {name for name in expected if now.get(name) != expected[name]}
        capsys.readouterr()
        code = powersim("results", folder)
        told = capsys.readouterr().err
        data, error = attempt(lambda: work.dataset(folder, RUNS).load())
        if error:
            refused += 1
            assert (code, bool(changed)) == (2, True), done
            for said in (error, told):
                assert any(name in said for name in changed) or not (folder / "results").exists(), (
                    done,
                    said,
                )
        else:
            # What stands behind the last record of a chunk is nobody's.
            assert code == 0, done
            assert not changed or now["checksums"].startswith(expected["checksums"]), done
            assert data.identical(right), done
        _, error = attempt(lambda: resumed(studies, folder))
        if error:
            # Only where nothing says any more what study this was, or what says so is another's.
            assert "name another folder" in error, done
            assert "results/zarr.json" in changed, done
            shutil.rmtree(folder)
        else:
            mended += 1
            assert files(folder) == expected, done
    assert refused > 0.9 * damages
    assert mended > 0.9 * damages


ARRAYS = (
    "results/summary/c.0.0.0.0", "results/value/c.0.0.1.0.0", "results/alignment/c.0.0.0.0.0", "results/branch/c/0",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(
            name,
            kind,
            id=f"{kind.__name__}-{name}",
            # In `make test`: a flipped bit in one array, foreign numbers in each.
            marks=[pytest.mark.slow] if kind is delete or (kind is flip and name != ARRAYS[0]) else [],
        )
        for kind in (flip, delete, take_from_another_seed)
        for name in ARRAYS
    ],
)
def test_every_reader_refuses_a_damaged_file_by_its_name(
    studies: Studies, copied: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: Damage
) -> None:
    monkeypatch.setattr(page, "_parts", lambda *_: [])
    assert write_report(copied).is_file()
    if name == "results/branch/c/0" and kind is take_from_another_seed:
        pytest.skip("labels are the same under every seed")
    kind(copied / name, studies.foreign / name, random.Random(1), [])
    readers: tuple[Callable[[], Any], ...] = (
        lambda: work.dataset(copied, RUNS),
        lambda: held.verify(copied, RUNS),
        lambda: write_report(copied),
    )
    for read in readers:
        with pytest.raises(StoreError, match=name):
            read()
    for table in ("effects", "summaries", "values", "events", "counts", "departures"):
        file = copied.parent / f"{table}.csv"
        assert powersim("results", copied, "--export", file) == 2
        assert not file.exists()
    assert powersim("report", copied) == 2


def test_compare_says_what_is_damaged_and_reports_the_same(
    studies: Studies, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        "compare",
        studies.scenario,
        "--runs",
        RUNS,
        "--seed",
        3,
        "--figures",
        "none",
        "--out",
        copied,
        "--resume",
    ]
    assert powersim(*asked) == 0
    before = capsys.readouterr().out
    (copied / "results/summary/c.0.0.0.0").unlink()
    (copied / "results/counts/c.0.0.2.0").write_bytes(b"half a chunk")
    assert powersim(*asked) == 0
    said = capsys.readouterr()
    assert said.out == before
    assert "results/summary/c.0.0.0.0: is missing" in said.err
    assert "results/counts/c.0.0.2.0: is damaged" in said.err
    assert "computed again" in said.err
    assert files(copied) == files(studies.whole)
    assert (copied / "effects.csv").read_bytes() == (studies.whole / "effects.csv").read_bytes()


def test_what_is_damaged_is_computed_again_though_fewer_runs_are_asked_for(
    studies: Studies, copied: Path
) -> None:
    for name in ("results/summary/c.0.0.1.0", "results/alignment_sd/c.0.0.0.0.0"):
        (copied / name).unlink()
    store = work.open_store(studies.planned, copied, 2, resume=True)
    assert store.missing(store.goal(2)) == [(4, 8), (8, 10)]
    work.fill(studies.planned, store, 2, threads=1)
    assert files(copied) == files(studies.whole)


def test_mending_that_is_stopped_goes_on_later(
    studies: Studies, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for chunk in (0, 1):
        (copied / f"results/summary/c.0.0.{chunk}.0").unlink()
    store = work.open_store(studies.planned, copied, RUNS, resume=True)
    write = type(store).write

    def stopped(self: Any, chunk: Any, condensed: Any) -> None:
        if chunk.start:
            raise KeyboardInterrupt
        write(self, chunk, condensed)

    with monkeypatch.context() as patched:
        patched.setattr(type(store), "write", stopped)
        done = work.fill(studies.planned, store, RUNS, threads=1)
    assert (done.stopped, done.done) == (True, 4)
    with pytest.raises(StoreError, match=r"summary/c\.0\.0\.1\.0: is missing"):
        work.dataset(copied, RUNS)
    resumed(studies, copied)
    assert files(copied) == files(studies.whole)


def test_a_record_of_provenance_of_other_results_is_refused(studies: Studies, copied: Path) -> None:
    shutil.copy(studies.foreign / "provenance.json", copied / "provenance.json")
    with pytest.raises(
        StoreError, match=r"provenance\.json: is not of the results beside it \(another seed\)"
    ):
        write_report(copied)


def test_more_runs_than_are_complete_are_not_read(studies: Studies) -> None:
    with pytest.raises(StoreError, match="holds 10 complete runs, not 11"):
        work.dataset(studies.whole, RUNS + 1)
