"""A small package of two rules, and fresh interpreters that see no other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import powersim

PACKAGE = Path(powersim.__file__).parent
RUN = "cold = jit.is_cold(); print(caller(1.0), cold, sum(caller.stats.cache_hits.values()))"
CALLEE = "def callee(x: float) -> float:\n    return x + {constant}\n"
CALLER = "from powersim.rules.callee import callee\n\n@rule\ndef caller(x: float) -> float:\n    return 2 * callee(x)\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the package's first file with two rules of its own, one calling the other."""
    package = tmp_path / "powersim"
    for folder in (package, package / "rules", package / "compile"):
        folder.mkdir()
        (folder / "__init__.py").write_text("")
    for name in ("jit.py", "parts.py", "fields.py", "cached.py", "second.py", "another.py"):
        shutil.copy(PACKAGE / "compile" / name, package / "compile" / name)
    write_callee(package, "1.0")
    (package / "rules" / "caller.py").write_text("from powersim.compile.jit import rule\n" + CALLER)
    return tmp_path


def write_callee(package: Path, constant: str) -> None:
    text = "from powersim.compile.jit import rule\n\n\n@rule\n" + CALLEE.format(constant=constant)
    (package / "rules" / "callee.py").write_text(text)


NURSERY = """
import json, os, sys, numba
sys.dont_write_bytecode = True  # Python itself would answer an edit of the same size and time by old code
numba.njit(lambda x: x + 1.0)(1.0)  # loads what every compilation needs
for line in sys.stdin:
    folder, environment, code = json.loads(line)
    read, write = os.pipe()
    if not os.fork():
        os.dup2(write, 1), os.dup2(write, 2)
        os.close(read), os.close(write)
        os.environ.clear()
        os.environ.update(environment)
        sys.path.insert(0, folder)
        exec(code)
        sys.exit()
    os.close(write)
    with open(read) as said:
        text = said.read()
    print(json.dumps([os.wait()[1], text]), flush=True)
"""
"""An interpreter that has loaded numba, and of powersim nothing: its children are as fresh, and there at once."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA")}
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**environment, "PYTHONPATH": ""},
    ) as process:  # fmt: skip
        yield process


@pytest.fixture
def ask(small: Path, nursery: subprocess.Popen[str]) -> Callable[..., str]:
    """What a fresh interpreter prints that sees only the small package: of RUN, or of other code; after a patch."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("POWERSIM", "NUMBA"))}
    places = {**clean, "PYTHONPATH": str(small), "POWERSIM_CACHE_DIR": str(small / "cache")}
    before = "import powersim.compile.jit as jit; from powersim.rules.caller import caller; "

    def asked(code: str = RUN, *, patch: str = "", **environment: str) -> str:
        variables = {**places, **environment}
        if "NUMBA_DISABLE_JIT" in variables:  # numba reads it when it is loaded
            command = [sys.executable, "-c", before + patch + code]
            done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
            status, said = done.returncode, done.stdout + done.stderr
        else:
            assert nursery.stdin is not None
            assert nursery.stdout is not None
            print(json.dumps([str(small), variables, before + patch + code]), file=nursery.stdin, flush=True)
            status, said = json.loads(nursery.stdout.readline())
        assert status == 0, said
        return said.strip()

    return asked
