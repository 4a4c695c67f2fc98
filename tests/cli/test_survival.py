"""Studies that are killed, or run out of disk, as processes: what they leave goes on to the same bytes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import powersim as ps
from powersim.sim import arrays
from powersim.sim import layout as layouts
from powersim.sim.lock import alone

COMMAND = [sys.executable, "-m", "powersim", "compare"]
RUNS = 260  # five full chunks and a part of one


def options(out: Path, runs: int = RUNS) -> list[str]:
    return ["--runs", str(runs), "--seed", "3", "--workers", "2", "--figures", "none", "--out", str(out)]


def files(folder: Path) -> dict[str, bytes]:
    found = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "provenance.json"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A scenario and what an undisturbed study of it leaves."""
    from powersim.scenario.template import template

    folder = tmp_path_factory.mktemp("whole")
    scenario = folder / "border.yaml"
    scenario.write_text(template(), "utf-8")
    ps.Study(scenario, seed=3).compare(runs=RUNS, out=folder / "out", workers=2)
    return scenario, files(folder / "out")


@pytest.mark.slow
def test_a_study_killed_at_any_moment_goes_on_to_the_same_bytes(powersim, whole, tmp_path):
    scenario, expected = whole
    out = tmp_path / "out"
    kills = 0
    for name in ("progress.npz", "results/value/c.0.0.2.0.0"):
        with subprocess.Popen(
            [*COMMAND, str(scenario), *options(out), *(["--resume"] if kills else [])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            limit = time.monotonic() + 120
            while not (out / name).exists() and process.poll() is None and time.monotonic() < limit:
                time.sleep(0.002)
            kills += process.poll() is None
            process.send_signal(signal.SIGKILL)
    assert kills >= 1, "the study was over before it could be killed"
    (out / "results" / "value" / "c.0.0.4.0.0.0123.partial").write_bytes(b"half a chunk")
    said = powersim("compare", scenario, *options(out), "--resume")
    assert said.code == 0, said.err
    assert files(out) == expected


def small_disk(folder: Path, kilobytes: int) -> list[str]:
    """What runs a shell script with a small file system of its own mounted at `folder`."""
    return [
        "unshare",
        "-rm",
        "sh",
        "-c",
        f'mount -t tmpfs -o size={kilobytes}k none "{folder}" && eval "$1"',
        "sh",
    ]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_a_study_that_fills_the_disk_says_so_and_goes_on_elsewhere(powersim, whole, tmp_path):
    scenario, expected = whole
    disk, rescued = tmp_path / "disk", tmp_path / "rescued"
    disk.mkdir()
    room = sum(map(len, expected.values())) // 1024 // 2 + 200
    if subprocess.run([*small_disk(disk, room), "true"], check=False, capture_output=True).returncode:
        pytest.skip("no file systems may be mounted here")
    study = " ".join([*COMMAND, str(scenario), *options(disk / "out")])
    script = f'{study}; code=$?; cp -a "{disk}/out" "{rescued}"; exit $code'
    said = subprocess.run(
        [*small_disk(disk, room), script], capture_output=True, text=True, check=False, timeout=300
    )
    assert said.returncode == 2, said.stderr
    assert "No space left on device" in said.stderr
    assert "Traceback" not in said.stderr
    assert not (rescued / "effects.csv").exists()
    said = powersim("compare", scenario, *options(rescued), "--resume")
    assert said.code == 0, said.err
    assert files(rescued) == expected


@pytest.mark.slow
def test_making_room_that_was_cut_off_is_completed(powersim, scenario, tmp_path, monkeypatch):
    monkeypatch.setattr(layouts, "CHUNK_RUNS", 4)
    asked = ["compare", scenario, "--seed", 3, "--figures", "none", "--out"]
    powersim(*asked, tmp_path / "whole", "--runs", 9)
    powersim(*asked, tmp_path / "cut", "--runs", 4)

    def never(path):
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(arrays, "sync", never)
        assert powersim(*asked, tmp_path / "cut", "--runs", 9, "--resume").code == 2
    assert powersim(*asked, tmp_path / "cut", "--runs", 9, "--resume").code == 0
    assert files(tmp_path / "cut") == files(tmp_path / "whole")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs the names of open files")
def test_everything_is_on_disk_before_progress_says_so(powersim, scenario, tmp_path, monkeypatch):
    """What a power cut may lose is what was not synced: no file of results is younger than its last sync."""
    monkeypatch.setattr(layouts, "CHUNK_RUNS", 4)
    synced: set[str] = set()
    fsync = os.fsync

    def noted(handle: int) -> None:
        name = os.readlink(f"/proc/self/fd/{handle}")
        if "progress.npz" in name:
            made = {str(p) for p in (tmp_path / "out" / "results").rglob("*")}
            assert made <= {known.replace(partial, "results") for known in synced for partial in known_as}
        else:
            known_as.update(part for part in Path(name).parts if part.startswith(".results."))
            synced.add(name)
        fsync(handle)

    known_as = {"results"}
    monkeypatch.setattr(os, "fsync", noted)
    assert (
        powersim("compare", scenario, "--runs", 9, "--figures", "none", "--out", tmp_path / "out").code == 0
    )
    assert any("c.0.0.1" in name for name in synced)


@pytest.mark.slow
def test_of_two_studies_in_one_new_folder_one_is_told_of_the_other(whole, tmp_path):
    scenario, expected = whole
    command = [*COMMAND, str(scenario), *options(tmp_path / "out")]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = {process.communicate(timeout=300)[1] for process in both}
    assert sorted(process.returncode for process in both) == [0, 2], said
    (complaint,) = (text for text in said if "written to" not in text)
    assert arrays.BUSY in complaint or "add --resume to go on" in complaint  # the other may be done already
    assert files(tmp_path / "out") == expected


@pytest.mark.skipif(os.name == "nt", reason="folders have no locks there")
@pytest.mark.parametrize("more", [[], pytest.param(["--resume"], marks=pytest.mark.slow)])
def test_a_folder_that_another_process_computes_into_is_left_alone(powersim, scenario, tmp_path, more):
    out = tmp_path / "out"
    asked = ["compare", scenario, "--figures", "none", "--out", out]
    powersim(*asked, "--runs", 2)
    before = files(out)
    with alone(out):
        said = powersim(*asked, "--runs", 3, *more)
    assert said.code == 2
    assert f"{out}: {arrays.BUSY}" in said.err
    assert files(out) == before
    assert powersim(*asked, "--runs", 3, "--resume").code == 0


def test_who_loses_a_race_without_locks_is_told_of_the_other(powersim, scenario, tmp_path, monkeypatch):
    out, mark = tmp_path / "out", arrays._mark

    def meanwhile(*arguments):
        mark(*arguments)
        (out / "results" / "value").mkdir(parents=True)

    monkeypatch.setattr(arrays, "_mark", meanwhile)
    said = powersim("compare", scenario, "--runs", 2, "--figures", "none", "--out", out)
    assert said.code == 2
    assert f"{out}: {arrays.BUSY}" in said.err
    assert sorted(path.name for path in out.iterdir()) == ["results"]


def test_a_folder_in_which_nothing_could_be_done_is_not_left(powersim, scenario, tmp_path, monkeypatch):
    monkeypatch.setattr(
        arrays, "lay_out", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    said = powersim("compare", scenario, "--runs", 2, "--figures", "none", "--out", tmp_path / "out")
    assert said.code == 2
    assert not (tmp_path / "out").exists()
