"""What a shell, a batch queue, a file system or a broken installation can do to a command ends in a message."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from llvmlite import binding
from numba.core.errors import TypingError

from powersim.cli import guard
from powersim.errors import PowersimError

COMMAND = [sys.executable, "-m", "powersim"]
TWO = Path(__file__).resolve().parents[2] / "scenarios" / "two_powers.yaml"


def shell(script: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A line of shell in which "$@" is powersim's command."""
    return subprocess.run(
        ["bash", "-c", script, "bash", *COMMAND], capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, **more},
    )  # fmt: skip


def complaints(said: subprocess.CompletedProcess[str]) -> list[str]:
    """Lines of standard error, but for the next step that a command names at its end."""
    return [line for line in said.stderr.splitlines() if not line.startswith("next: ")]


@pytest.mark.parametrize(
    ("script", "code", "complaint"),
    [
        (f'"$@" check {TWO} >&-', 0, ""),
        ('"$@" --version <&- >&- 2>&-', 0, ""),
        ('"$@" list parameters >&-', 0, ""),
        ('"$@" --help >&-', 0, ""),
        ('"$@" check nowhere.yaml >&-', 2, "nowhere.yaml: no such file"),
        ('"$@" check nowhere.yaml 2>&-', 2, ""),
        ('"$@" --version >/dev/full', 2, "No space left on device"),
        ('"$@" --version 1</dev/null', 2, "Bad file descriptor"),
        ("\"$@\" check $'\\xff.yaml'", 2, "\\udcff.yaml: no such file"),
    ],
)
def test_streams_that_are_closed_full_or_narrow_leave_no_traceback(script, code, complaint):
    said = shell(script)
    assert said.returncode == code, said.stderr
    assert complaint in said.stderr
    assert len(complaints(said)) == bool(complaint)


@pytest.mark.slow
def test_nothing_meant_for_a_closed_stream_goes_into_a_file_of_results(powersim, tmp_path):
    out = tmp_path / "out"
    said = shell(f'"$@" compare {TWO} --runs 2 --figures none --out {out} <&- >&- 2>&-')
    assert said.returncode == 0
    plain = powersim("compare", TWO, "--runs", 2, "--figures", "none", "--out", tmp_path / "plain")
    assert plain.code == 0
    assert (out / "effects.csv").read_bytes() == (tmp_path / "plain" / "effects.csv").read_bytes()


def held(folder: Path) -> list[str]:
    """What lies in a folder for temporary files that is not gone at once."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["SIGTERM", pytest.param("SIGHUP", marks=pytest.mark.slow)])
def test_a_signal_that_ends_a_study_is_an_interruption(powersim, tmp_path, name):
    """With the exit code that a shell expects, temporary folders gone, and what was computed to go on with."""
    number, out, temporary = signal.Signals[name], tmp_path / "out", tmp_path / "tmp"
    temporary.mkdir()
    part = ["--branches", "keep,give_up", "--theories", "spiral"]
    asked = ["compare", str(TWO), *part, "--figures", "none", "--out", str(out)]
    with subprocess.Popen(
        [*COMMAND, *asked, "--runs", "200000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    ) as process:  # fmt: skip
        waited = time.monotonic() + 240
        while not (out / "progress.npz").exists() and time.monotonic() < waited:
            time.sleep(0.05)
        process.send_signal(number)
        process.send_signal(number)  # a shell and its terminal both send it
        said, complained = process.communicate(timeout=60)
    assert process.returncode == 128 + number, complained
    assert said == ""
    assert re.fullmatch(r"stopped after \d+ of 200000 runs, kept in .*; add --resume to go on\n", complained)
    assert held(temporary) == []
    assert not [path for path in out.rglob("*") if "partial" in path.name]
    again = powersim(*asked, "--runs", 51, "--resume")
    assert again.code == 0, again.err


def ended(arguments: list[str], temporary: Path, number: signal.Signals) -> tuple[int, str]:
    """Exit code and complaint of a command that is sent a signal when it has made a temporary folder."""
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    ) as process:  # fmt: skip
        waited = time.monotonic() + 120
        while not held(temporary) and process.poll() is None and time.monotonic() < waited:
            time.sleep(0.01)
        process.send_signal(number)
        _, complained = process.communicate(timeout=60)
    return process.returncode, complained


@pytest.mark.slow
def test_a_signal_leaves_no_temporary_folder_of_a_study_that_keeps_nothing(tmp_path):
    code, complained = ended(["compare", str(TWO), "--runs", "200000"], tmp_path, signal.SIGTERM)
    assert code == 128 + signal.SIGTERM
    assert re.fullmatch("interrupted\n|stopped .*not kept: --out DIR would keep them\n", complained)
    assert held(tmp_path) == []


@pytest.mark.slow
def test_a_signal_that_the_shell_ignores_for_us_is_ignored(tmp_path):
    study = f'"$@" compare {TWO} --runs 150 --figures none --out {tmp_path / "out"}'
    assert shell(f'trap "" HUP; {study} & sleep 3; kill -HUP $!; wait $!').returncode == 0


@pytest.mark.slow
def test_a_hung_up_terminal_that_cannot_be_written_to_is_no_obstacle(tmp_path):
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*COMMAND, "compare", str(TWO), "--runs", "200000", "--out", str(tmp_path / "out")],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        waited = time.monotonic() + 120
        while not (tmp_path / "out" / "progress.npz").exists() and time.monotonic() < waited:
            time.sleep(0.05)
        os.close(ours)
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 128 + signal.SIGHUP


@pytest.mark.slow
def test_with_numbas_own_switch_the_command_says_the_same(powersim):
    """Interpreted, with the same numbers."""
    interpreted = shell(f'"$@" run {TWO} --runs 1', NUMBA_DISABLE_JIT="1")
    assert (interpreted.returncode, complaints(interpreted)) == (0, [])
    assert interpreted.stdout == powersim("run", TWO, "--runs", 1).out


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PowersimError("--runs: found 0"), "--runs: found 0"),
        (OSError(errno.ENOSPC, "No space left on device", "out/x"), "out/x: No space left on device"),
        (MemoryError(), "not enough memory"),
        (ModuleNotFoundError("No module named 'scipy'", name="scipy"), "a library cannot be loaded"),
        (TypingError("cannot unify"), "the rules cannot be compiled: TypingError: cannot unify"),
    ],
)
def test_the_expected_is_explained(error, said):
    assert said in guard.explained(error)


def test_an_error_inside_of_the_compiler_names_the_versions_that_would_do():
    with pytest.raises(Exception, match="parsing error") as caught:
        binding.parse_assembly("nonsense")
    said = guard.explained(caught.value)
    assert re.search(r"Found numba \d.*; allowed: numba.*>=.*POWERSIM_JIT=0", said, re.DOTALL)


def test_a_fault_of_powersim_shows_its_traceback(monkeypatch):
    assert guard.explained(ValueError("a fault")) is None
    assert guard.explained(ModuleNotFoundError("No module named 'powersim.x'", name="powersim.x")) is None


def test_a_run_beyond_what_a_key_can_hold_is_refused(powersim):
    for options in (["--run", 2**32], ["--runs", f"0..{2**32}"], ["--runs", "²"], ["--runs", "9" * 5000]):
        said = powersim("tell", TWO, *options)
        assert said.code == 2
        assert re.search(r"--runs?: found .*; allowed: .*4294967295", said.err)


def test_a_file_cannot_extend_what_is_no_file(powersim, tmp_path):
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    scenario = tmp_path / "my.yaml"
    for base, found in (
        (r"a\0.yaml", r"a\x00.yaml"),
        ("loop.yaml", "loop.yaml"),
        ("a" * 999 + ".yaml", "a" * 999),
    ):
        scenario.write_text(f'powersim: 1\nextends: "{base}"\n')
        said = powersim("check", scenario)
        assert said.code == 2
        assert said.err.startswith(f"{scenario}:2: extends: ")
        assert found in said.err
    assert "no such file" in powersim("check", tmp_path / "loop.yaml").err
