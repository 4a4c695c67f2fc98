"""Build the wheel, install it for every supported Python on the path, and try it outside the repository.

python scripts/wheels.py [--tests] [PYTHON ...]

Each Python gets an environment below out/wheels with the versions of constraints.txt. There every example of the
library is checked and run; with --tests the tests of scenarios and engines, goldens included, see what is installed.
Exit code 1 if anything failed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("python3.11", "python3.12", "python3.13")
TESTS = ("tests/scenarios", "tests/engines", "tests/crn")


def done(command: list[str | Path], where: Path) -> str:
    """What a command printed; its own words and an end of this program where it failed."""
    found = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        print(f"  failed: {' '.join(map(str, command))}\n{found.stdout[-2000:]}{found.stderr[-2000:]}")
        raise SystemExit(1)
    return found.stdout.strip()


def works(python: str) -> bool:
    """Whether it is there and runs: version managers leave stubs on the path."""
    found = shutil.which(python)
    return (
        found is not None
        and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
    )


def tried(python: str, wheel: Path, *, tests: bool) -> None:
    """Install the wheel for a Python, and use it in a folder that has nothing of the repository."""
    env = ROOT / "out" / "wheels" / python
    own = env / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not own.exists():
        done([python, "-m", "venv", env], ROOT)
    pip: list[str | Path] = [
        own,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-c",
        ROOT / "constraints.txt",
    ]
    what = f"{wheel}[dev]" if tests else str(wheel)
    done([*pip, what], ROOT)
    done([*pip, "--no-deps", "--force-reinstall", wheel], ROOT)
    with tempfile.TemporaryDirectory() as outside:
        where = Path(outside)
        command: list[str | Path] = [own, "-m", "powersim"]
        names = done(
            [own, "-c", "import powersim as ps; print(*(e.name for e in ps.examples()))"], where
        ).split()
        done([*command, "check", *names, "--quiet"], where)
        for name in names:
            done([*command, "run", name, "--runs", "2", "--quiet"], where)
        done([*command, "new", "my.yaml", "--quiet"], where)
        done([*command, "check", "my.yaml"], where)
        print(f"  {done([own, '-V'], where)}: {len(names)} examples run", flush=True)
    if tests:
        said = done(
            [own, "-m", "pytest", "-q", "-m", "not slow and not long", "-p", "no:cacheprovider", *TESTS], ROOT
        )
        print(f"  tests of {', '.join(TESTS)}: {said.splitlines()[-1]}", flush=True)


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tests", action="store_true", help="the tests of scenarios and engines, too")
    parser.add_argument(
        "pythons", nargs="*", metavar="PYTHON", help=f"default: of {', '.join(PYTHONS)} those that run"
    )
    asked = parser.parse_args()
    wheels = ROOT / "out" / "wheels"
    shutil.rmtree(wheels / "dist", ignore_errors=True)
    done([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels / "dist"], ROOT)
    (wheel,) = (wheels / "dist").glob("*.whl")
    for python in asked.pythons or filter(works, PYTHONS):
        start = time.monotonic()
        print(python, flush=True)
        tried(python, wheel, tests=asked.tests)
        print(f"  {time.monotonic() - start:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
