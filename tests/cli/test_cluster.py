"""A cluster computes the same bytes as threads, also when it loses workers; mistakes in asking for one are named."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from distributed import CancelledError, Client, KilledWorker, Security
from distributed.comm import CommClosedError

import powersim as ps
from powersim.errors import PowersimError
from powersim.run.opened import open_scenario
from powersim.run.plan import plan
from powersim.run.remote import Remote
from powersim.sim import cluster

TWO = Path(__file__).resolve().parents[2] / "scenarios" / "two_powers.yaml"
RUNS = 500
PATIENCE = 90  # seconds; a busy machine is slow to start processes


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "powersim", *map(str, arguments)]


def compare(out: Path, *more: object) -> list[str]:
    return command("compare", TWO, "--runs", RUNS, "--out", out, "--figures", "none", "-q", *more)


@pytest.fixture(scope="module")
def threads(tmp_path_factory):
    """What threads leave of the study."""
    out = tmp_path_factory.mktemp("threads") / "out"
    ps.Study(TWO).compare(runs=RUNS, out=out)
    return contents(out)


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


class Processes:
    """A scheduler and its workers, processes of their own on the loopback interface."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.about = folder / "scheduler.json"
        self.started: list[subprocess.Popen[bytes]] = []
        self.scheduler = self.start("scheduler", "--port", "0")
        wait_for(lambda: self.about.exists() and self.about.stat().st_size)
        self.address = json.loads(self.about.read_text())["address"]

    def start(self, what: str, *more: str) -> subprocess.Popen[bytes]:
        asked = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", str(self.about)]
        self.started.append(
            subprocess.Popen(
                [*asked, "--no-dashboard", "--host", "127.0.0.1", *more], cwd=self.folder,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip
        return self.started[-1]

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start("worker", "--no-nanny", "--nthreads", "1")


@pytest.fixture
def processes(tmp_path):
    """A scheduler without workers."""
    made = Processes(tmp_path)
    yield made
    for process in made.started:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_in_mid_run_gives_the_bytes_of_threads(processes, threads, tmp_path):
    doomed, other = processes.worker(), processes.worker()
    asked = compare(tmp_path / "cluster", "--engine", "dask", "--scheduler", processes.address)
    study = subprocess.Popen(asked, stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL)
    wait_for(lambda: (tmp_path / "cluster" / "progress.npz").exists() or study.poll() is not None)
    os.kill(doomed.pid, signal.SIGKILL)
    assert study.poll() is None, "the study was over before the worker was killed"
    _, complaint = study.communicate(timeout=PATIENCE)
    assert study.returncode == 0, complaint
    assert other.poll() is None
    assert contents(tmp_path / "cluster") == threads


@pytest.mark.slow
def test_without_workers_the_silence_is_broken_and_a_scheduler_that_is_killed_is_an_error_to_go_on_from(
    processes, threads, powersim, tmp_path
):
    out = tmp_path / "cluster"
    asked = compare(out, "--engine", "dask", "--scheduler", processes.address)
    with subprocess.Popen(asked, stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL) as study:
        began = time.monotonic()
        line = study.stderr.readline()
        assert re.fullmatch(rf"no worker at {processes.address}: waiting for one, \d+ s so far\n", line)
        assert time.monotonic() - began < cluster.SILENCE + PATIENCE
        worker = processes.worker()
        wait_for(lambda: (out / "progress.npz").exists() or study.poll() is not None)
        assert study.poll() is None, "the study was over before the scheduler was killed"
        os.kill(processes.scheduler.pid, signal.SIGKILL)
        _, complaint = study.communicate(timeout=PATIENCE)
    worker.kill()
    assert study.returncode == 2
    first, second = complaint.splitlines()
    assert first == f"{processes.address}: the scheduler is gone"
    assert re.fullmatch(rf"\d+ of {RUNS} runs are kept in {out}; add --resume to go on", second)
    assert powersim("compare", TWO, "--runs", RUNS, "--out", out, "--figures", "none", "--resume").code == 0
    assert contents(out) == threads


def test_nobody_at_an_address_is_an_error(tmp_path, powersim, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    asked = ["run", TWO, "--runs", 1, "--engine", "dask", "--scheduler"]
    for address in ("tcp://127.0.0.1:9", "nobody at home", "tcp://", ""):
        said = powersim(*asked, address)
        assert said.code == 2
        assert said.err.startswith("--scheduler: ")
        assert len(said.err.splitlines()) == 1


@pytest.mark.slow
def test_a_cluster_on_this_machine_lets_nobody_in_and_listens_where_it_must_alone(tmp_path, monkeypatch):
    """A stranger without the key of the study, or with another, gets no answer; and there are no pages to look at."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with cluster.connected(None, 1) as own:
        assert own.client.submit(sum, (1, 2)).result() == 3
        address = own.client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        here = psutil.Process()
        everybody = [here, *here.children(recursive=True)]
        listening = [
            place
            for one in everybody
            for place in one.net_connections()
            if place.status == psutil.CONN_LISTEN
        ]
        assert {place.laddr.ip for place in listening} == {"127.0.0.1"}
        # A scheduler, a worker, and the nanny that starts it again: nobody serves pages.
        assert len(listening) == 3
        for place in listening:
            for scheme, more in (("tcp", {}), ("tls", {"security": Security.temporary()})):
                with pytest.raises((OSError, TimeoutError), match=r"TLS certificate|imed out|onnect"):
                    Client(f"{scheme}://127.0.0.1:{place.laddr.port}", timeout=1, **more)
        assert [path.name.startswith("powersim-") for path in tmp_path.iterdir()] == [True]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_workers_that_do_not_start_are_an_error(tmp_path):
    asked = compare(tmp_path / "out", "--engine", "dask", "--workers", 1)
    done = subprocess.run(
        asked, capture_output=True, text=True, check=False, timeout=PATIENCE,
        env={**os.environ, "DASK_DISTRIBUTED__WORKER__PRELOAD": "no_such_module"},
    )  # fmt: skip
    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert first.startswith("--engine dask: no cluster could be started on this machine (No module named")
    assert "add --resume to go on" in second


@pytest.mark.slow
def test_a_batch_queue_that_ends_all_processes_of_a_study_gets_one_message(tmp_path):
    out = tmp_path / "out"
    asked = [*compare(out, "--engine", "dask", "--workers", 1), "--runs", 200000]
    with subprocess.Popen(
        [*map(str, asked)], stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as study:  # fmt: skip
        wait_for(lambda: (out / "progress.npz").exists() or study.poll() is not None)
        os.killpg(study.pid, signal.SIGTERM)
        _, complaint = study.communicate(timeout=PATIENCE)
    assert study.returncode == 128 + signal.SIGTERM
    assert re.fullmatch(r"stopped after \d+ of 200000 runs, kept in .*; add --resume to go on\n", complaint)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


class Gone:
    """Stands in for a client whose future ends in an error, or is not answered, with so many workers."""

    def __init__(self, error: BaseException, workers: int = 1, status: str = "running") -> None:
        self.error, self.left, self.status, self.scheduler, self.cancelled = error, workers, status, self, 0

    def ncores(self) -> None:
        """Asked through `sync`."""

    def sync(self, _: object, callback_timeout: float) -> dict[int, int]:
        return dict.fromkeys(range(self.left), 1)

    def submit(self, *_: object, **__: object) -> Gone:
        return self

    def result(self, timeout: float) -> None:
        raise self.error

    def cancel(self, _: object) -> None:
        self.cancelled += 1


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (Gone(CancelledError(), status="connecting"), "here: the scheduler is gone"),
        (Gone(CommClosedError("closed")), "here: the scheduler is gone"),
        (Gone(RuntimeError("loop is closed"), status="closed"), "here: the scheduler is gone"),
        (Gone(OSError(28, "No space left on device")), "a worker failed .*No space left on device"),
        (Gone(ModuleNotFoundError("No module named 'powersim'")), "cannot load powersim .*install the same powersim"),
        (Gone(KilledWorker("key", None, 3)), "10 workers died one after the other .* memory"),
        (Gone(TimeoutError(), workers=0), "every worker on here has died, and none starts again"),
    ],
)  # fmt: skip
def test_every_way_to_lose_a_cluster_is_said_in_a_line(monkeypatch, gone, said):
    monkeypatch.setattr(cluster, "PATIENCE", 0)
    monkeypatch.setattr(cluster, "SILENCE", 0)
    heard = []
    found = cluster.chunks(
        cluster.Cluster(gone, "here", own=True),
        print,
        1,
        0,
        1,
        say=lambda text, wrong: heard.append((text, wrong)),
    )
    with pytest.raises(cluster.ClusterError, match=said):
        next(found)
    assert gone.cancelled == (gone.status == "running")
    assert heard == ([("no worker at here: waiting for one, 0 s so far", True)] if gone.left == 0 else [])


def test_a_fault_of_the_computation_is_no_loss_of_the_cluster():
    found = cluster.chunks(cluster.Cluster(Gone(RuntimeError("a fault")), "here", own=True), print, 1, 0, 1)
    with pytest.raises(RuntimeError, match=r"^a fault$"):
        next(found)


def test_without_the_library_that_makes_keys_the_extra_is_named(powersim, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    said = powersim("run", TWO, "--runs", 1, "--engine", "dask")
    assert said.code == 2
    assert "pip install 'powersim[cluster]'" in said.err


def test_a_scheduler_without_the_engine_is_a_mistake(powersim):
    done = powersim("run", TWO, "--runs", 1, "--scheduler", "tcp://127.0.0.1:9")
    assert done.code == 2
    assert "--engine dask" in done.err


def test_a_worker_of_another_version_refuses():
    remote = Remote.of(plan(open_scenario(TWO)))
    other = dataclasses.replace(
        remote, identity=json.dumps({**json.loads(remote.identity), "rules": "older"})
    )
    with pytest.raises(PowersimError, match="differs from the sender in rules"):
        other(0, 1)


def test_a_plan_that_is_sent_computes_the_chunk_of_the_plan_itself():
    planned = plan(open_scenario(TWO, {"rho": "0.3"}), ["keep", "give_up"], seed=5)
    remote = Remote.of(planned)
    from powersim.run.work import ensemble

    here = next(ensemble(planned).chunks(10, 13, workers=2))
    there = remote(10, 13)
    assert here.start == there.start
    assert here.value.tobytes() == there.value.tobytes()
    for name, moments in here.means.items():
        assert moments.mean.tobytes() == there.means[name].mean.tobytes()
