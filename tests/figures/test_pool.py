"""Work shared by processes is the work of one, in order, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from powersim.figures import pool
from powersim.figures.gallery import write_figures
from powersim.figures.pool import each

ITEMS = list(range(12))


def add(subject: int, item: int) -> int:
    return subject + item


def die_elsewhere(subject: int, item: int) -> int:
    """Ends its process at the fifth item, unless that is the process that asks."""
    if item == 5 and os.getpid() != subject:
        os._exit(1)
    return item


def refuse(subject: int, item: int) -> int:
    raise ValueError(f"no {item}")


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_items_come_in_order(processes):
    assert list(each(100, add, ITEMS, processes)) == [100 + item for item in ITEMS]


def test_what_dead_processes_leave_undone_is_done_here():
    assert list(each(os.getpid(), die_elsewhere, ITEMS, 2)) == ITEMS


def test_where_no_process_can_be_started_one_does_all(monkeypatch):
    def refused(*_):
        raise OSError("no more processes")

    monkeypatch.setattr(pool, "ProcessPoolExecutor", refused)
    assert list(each(100, add, ITEMS, 2)) == [100 + item for item in ITEMS]


def test_few_items_start_no_process(monkeypatch):
    monkeypatch.setattr(pool, "ProcessPoolExecutor", None)
    assert list(each(100, add, ITEMS[:7], 4)) == [100 + item for item in ITEMS[:7]]


def test_mistakes_in_other_processes_are_raised_here():
    with pytest.raises(ValueError, match="no 0"):
        list(each(0, refuse, ITEMS, 2))


@pytest.mark.slow
def test_figures_of_several_processes_are_byte_for_byte_those_of_one(make, tmp_path):
    results = make(branches=2, theories=1, outcomes=1, runs=10)
    results = results.isel(event=slice(0, 2), actor=slice(0, 6), actor2=slice(0, 6), flow=slice(0, 5))
    told: list[str] = []
    one = write_figures(results, tmp_path / "one")
    two = write_figures(results, tmp_path / "two", progress=told.append, processes=2)
    assert len(told) >= 2 * pool.LEAST
    assert [p.relative_to(tmp_path / "two") for p in two] == [p.relative_to(tmp_path / "one") for p in one]
    assert [p.read_bytes() for p in two] == [p.read_bytes() for p in one]


@pytest.mark.slow
def test_a_script_without_a_guarded_main_part_runs_once(tmp_path):
    script = tmp_path / "study.py"
    script.write_text(
        textwrap.dedent("""
        import operator
        from powersim.figures.pool import each

        print("begun", flush=True)
        print(sum(each(100, operator.add, list(range(12)), 2)), __file__.endswith("study.py"))
        """)
    )
    asked = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (asked.stderr, asked.stdout.split()) == ("", ["begun", "1266", "True"])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no groups of processes to interrupt")
def test_an_interruption_is_heard_once_and_leaves_no_process(tmp_path):
    (tmp_path / "naps.py").write_text(
        textwrap.dedent("""
        import os, time

        def nap(subject, item):
            os.write(1, b"begun\\n")  # in one piece: several processes write at once
            time.sleep(0.5)
        """)
    )
    script = tmp_path / "study.py"
    script.write_text(
        textwrap.dedent("""
        from naps import nap
        from powersim.figures.pool import each

        try:
            list(each(None, nap, list(range(40)), 2))
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        """)
    )
    asked = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert asked.stdout is not None
    assert asked.stdout.readline() == "begun\n"
    time.sleep(0.1)
    os.killpg(asked.pid, signal.SIGINT)
    said, _ = asked.communicate(timeout=60)  # ends when nobody holds the other end any more
    assert set(said.split()) <= {"begun", "interrupted"}
    assert said.split().count("interrupted") == 1
