"""The command as a process: quick to start, plain in a pipe, rich on a terminal, well behaved when interrupted."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from powersim import cli

COMMAND = [sys.executable, "-m", "powersim"]
HEAVY = ("numpy", "numba", "pydantic", "xarray", "zarr", "scipy", "matplotlib", "mesa", "rich")
ESCAPE = "\x1b"
BOX = re.compile("[─-╿]")


def environment(**more: str) -> dict[str, str]:
    kept = {
        key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")
    }
    return {**kept, "PYTHONUTF8": "1", **more}


def call(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(**more), timeout=300
    )


def loaded(*arguments: str) -> list[str]:
    """What of HEAVY a command has loaded when it ends."""
    script = "\n".join(
        [
            "import atexit, sys",
            f"atexit.register(lambda: print(*[name for name in {HEAVY!r} if name in sys.modules]))",
            "from powersim import cli",
            f"sys.argv = ['powersim', *{arguments!r}]",
            "cli.main()",
        ]
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment()
    )
    return said.stdout.splitlines()[-1].split()


def test_help_loads_nothing_heavy():
    assert loaded("--help") == []


def test_a_check_in_a_pipe_loads_what_reads_a_scenario_and_nothing_else():
    assert loaded("check", "missile_defense_2009") == ["numpy", "pydantic"]


def test_a_command_that_is_asked_for_is_made_alone_and_is_the_same():
    every, alone = cli._command(False), cli._command(False, "check")
    assert list(alone.commands) == ["check"]
    options = [[param.opts for param in group.commands["check"].params] for group in (every, alone)]
    assert options[0] == options[1]
    assert [cli._asked(words) for words in (["check", "x"], ["--help"], ["chck"], [])] == [
        "check",
        "",
        "",
        "",
    ]


def test_version_is_printed():
    said = call("--version")
    assert (said.returncode, said.stderr) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", said.stdout)


def test_without_a_command_help_is_shown():
    said = call()
    assert "Commands" in said.stdout + said.stderr


def assert_plain(out: str, err: str) -> None:
    assert out + err
    assert ESCAPE not in out + err
    assert "\r" not in out + err
    assert not BOX.search(out + err)
    assert not any(line != line.rstrip() for line in out.splitlines())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["compare", "--help"], ["compare", "FILE", "--branchs", "a"]], ids=" ".join
)
def test_output_in_a_pipe_is_plain(scenario, arguments):
    said = call(*[scenario if part == "FILE" else part for part in arguments])
    assert_plain(said.stdout, said.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "FILE"], ["list", "parameters"], ["explain", "rho"], ["run", "FILE", "--runs", "2"], ["tell", "FILE"],
        ["compare", "FILE", "--runs", "0"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_is_no_terminal_is_told_plainly(powersim, scenario, arguments):
    said = powersim(*[scenario if part == "FILE" else part for part in arguments])
    assert_plain(said.out, said.err)


def assert_results_and_remarks_apart(out, err):
    assert_plain(out, err)
    assert "written to" in err
    assert "written to" not in out
    assert "95 % interval" in out


def test_where_a_study_is_written_to_is_a_remark_and_no_result(powersim, scenario, tmp_path):
    """The same as below, in this process."""
    said = powersim("compare", scenario, "--runs", 3, "--figures", "none", "--out", tmp_path / "out")
    assert_results_and_remarks_apart(said.out, said.err)


@pytest.mark.slow
def test_piped_lines_are_not_cut_to_a_width(scenario):
    narrow, wide = call("list", "parameters", COLUMNS="40"), call("list", "parameters", COLUMNS="200")
    assert narrow.stdout == wide.stdout
    assert_plain(narrow.stdout, narrow.stderr)
    assert max(map(len, narrow.stdout.splitlines())) > 100


@pytest.mark.slow
def test_results_go_to_standard_output_and_remarks_to_standard_error(scenario, tmp_path):
    said = call("compare", scenario, "--runs", 3, "--figures", "none", "--out", tmp_path / "out")
    assert_results_and_remarks_apart(said.stdout, said.stderr)


@pytest.mark.slow
def test_a_narrow_encoding_does_not_stop_a_study(scenario):
    said = subprocess.run(
        [*COMMAND, "compare", str(scenario), "--runs", "2"],
        capture_output=True, check=False, env=environment(PYTHONUTF8="0", PYTHONIOENCODING="ascii", LC_ALL="C"),
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert b"interval" in said.stdout


def test_a_reader_that_leaves_early_is_no_error(scenario):
    with subprocess.Popen(
        [*COMMAND, "list", "parameters"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


def on_a_terminal(*arguments: object) -> tuple[int, str]:
    """Exit code and everything shown on a pseudo-terminal of 100 columns."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=theirs, stderr=theirs, stdin=theirs,
        env=environment(TERM="xterm-256color", COLUMNS="100"),
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    return process.returncode, shown.decode()


@pytest.mark.slow
def test_a_terminal_gets_colours_and_progress(scenario):
    code, shown = on_a_terminal("compare", scenario, "--runs", 20)
    assert code == 0
    assert ESCAPE in shown
    assert "computing" in shown
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    lines = text.replace("\r", "\n").split("\n")
    assert all(len(line.rstrip()) <= 100 for line in lines if not line.startswith("next: "))


@pytest.mark.slow
def test_quiet_shows_no_progress_on_a_terminal(scenario):
    code, shown = on_a_terminal("compare", scenario, "--runs", 20, "--quiet")
    assert code == 0
    assert "computing" not in shown


@pytest.mark.slow
def test_an_interrupted_study_leaves_what_was_computed(powersim, scenario, tmp_path):
    out = tmp_path / "out"
    asked = ["compare", scenario, "--branches", "free,keep", "--figures", "none", "--out", out]
    with subprocess.Popen(
        [*COMMAND, *map(str, asked), "--runs", "20000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        waited = time.monotonic() + 240
        while not (out / "progress.npz").exists() and time.monotonic() < waited:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=60)
    assert process.returncode == 130, complained
    assert said == ""
    assert re.search(r"stopped after \d+ of 20000 runs, kept in .*--resume", complained)
    with np.load(out / "progress.npz") as progress, xr.open_zarr(out / "results") as data:
        done = int(progress["done"])
        assert done > 0
        assert np.isfinite(data["value"].values[:, :, :done]).all()
        assert np.isfinite(data["alignment"].values).all()
    again = powersim(*asked, "--runs", done + 1, "--resume")
    assert again.code == 0, again.err
    assert f"{done + 1} runs of each branch" in again.out


@pytest.mark.slow
def test_a_killed_study_can_be_resumed(powersim, scenario, tmp_path):
    out = tmp_path / "out"
    asked = ["compare", scenario, "--figures", "none", "--seed", "5", "--theories", "spiral"]
    with subprocess.Popen(
        [*COMMAND, *map(str, asked), "--runs", "20000", "--out", str(out)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(),
    ) as process:  # fmt: skip
        waited = time.monotonic() + 240
        while not (out / "progress.npz").exists() and time.monotonic() < waited:
            time.sleep(0.05)
        process.kill()
    with np.load(out / "progress.npz") as progress:
        runs = int(progress["done"]) + 10
    resumed = powersim(*asked, "--runs", runs, "--out", out, "--resume")
    assert resumed.code == 0, resumed.err
    assert powersim(*asked, "--runs", runs, "--out", tmp_path / "whole").code == 0
    with xr.open_zarr(out / "results") as cut, xr.open_zarr(tmp_path / "whole" / "results") as whole:
        assert np.array_equal(cut["value"].values[:, :, :runs], whole["value"].values)
        assert np.array_equal(cut["alignment"].values, whole["alignment"].values)
    effects = [Path(folder, "effects.csv").read_bytes() for folder in (out, tmp_path / "whole")]
    assert effects[0] == effects[1]
