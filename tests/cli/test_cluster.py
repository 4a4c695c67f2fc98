"""A cluster computes the same bytes as threads, also when it loses workers; mistakes in asking for one are named."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from powersim.errors import PowersimError
from powersim.study.opened import open_scenario
from powersim.study.plan import plan
from powersim.study.remote import Remote

TWO = Path(__file__).resolve().parents[2] / "scenarios" / "two_powers.yaml"
RUNS = 500
PATIENCE = 90  # seconds; a busy machine is slow to start processes


def powersim(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "powersim", *map(str, arguments)]


def compare(out: Path, *more: object) -> list[str]:
    return powersim("compare", TWO, "--runs", RUNS, "--out", out, "--figures", "none", "-q", *more)


def wait_for(what, seconds: float = PATIENCE):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.02)
    pytest.fail("waited in vain")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / "results").rglob("*"))
        if path.is_file()
    } | {"effects": (folder / "effects.csv").read_bytes()}


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, processes of their own on the loopback interface."""
    about = tmp_path / "scheduler.json"
    common = ["--scheduler-file", str(about), "--no-dashboard"]
    loopback = ["--host", "127.0.0.1"]
    run = [sys.executable, "-m", "distributed.cli.dask_worker", *common, *loopback]
    processes = []

    def start(command: list[str]) -> subprocess.Popen:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        processes.append(subprocess.Popen(command, cwd=tmp_path, **quiet))
        return processes[-1]

    start([sys.executable, "-m", "distributed.cli.dask_scheduler", *common, *loopback, "--port", "0"])
    address = wait_for(lambda: about.exists() and about.stat().st_size and json.loads(about.read_text()))
    workers = [start([*run, "--no-nanny", "--nthreads", "1"]) for _ in range(2)]
    yield address["address"], workers
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_in_mid_run_gives_the_bytes_of_threads(cluster, tmp_path):
    address, (doomed, other) = cluster
    asked = compare(tmp_path / "cluster", "--engine", "dask", "--scheduler", address)
    study = subprocess.Popen(asked, stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL)
    wait_for(lambda: (tmp_path / "cluster" / "progress.npz").exists() or study.poll() is not None)
    os.kill(doomed.pid, signal.SIGKILL)
    assert study.poll() is None, "the study was over before the worker was killed"
    _, complaint = study.communicate(timeout=PATIENCE)
    assert study.returncode == 0, complaint
    assert other.poll() is None
    subprocess.run(compare(tmp_path / "threads"), check=True, stdout=subprocess.DEVNULL)
    assert contents(tmp_path / "cluster") == contents(tmp_path / "threads")


def test_a_scheduler_without_the_engine_is_a_mistake(tmp_path):
    asked = powersim("run", TWO, "--runs", "1", "--scheduler", "tcp://127.0.0.1:9")
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--engine dask" in done.stderr


def test_a_worker_of_another_version_refuses():
    remote = Remote.of(plan(open_scenario(TWO)))
    other = dataclasses.replace(
        remote, identity=json.dumps({**json.loads(remote.identity), "rules": "older"})
    )
    with pytest.raises(PowersimError, match="differs from the sender in rules"):
        other(0, 1)


def test_a_plan_that_is_sent_computes_the_chunk_of_the_plan_itself():
    planned = plan(open_scenario(TWO, {"rho": "0.3"}), "keep,give_up", seed=5)
    remote = Remote.of(planned)
    from powersim.study.work import ensemble

    here = next(ensemble(planned).chunks(10, 13, workers=2))
    there = remote(10, 13)
    assert here.start == there.start
    assert here.value.tobytes() == there.value.tobytes()
    assert here.alignment.mean.tobytes() == there.alignment.mean.tobytes()
