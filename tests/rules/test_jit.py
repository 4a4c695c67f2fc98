"""Compiled rules: an edit is never answered by old code, and the cache finds a place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

import powersim
from powersim.compile import jit
from powersim.compile.cached import CheckedFile, whole

PACKAGE = Path(powersim.__file__).parent
CALLEE = "def callee(x: float) -> float:\n    return x + {constant}\n"
CALLER = "from powersim.rules.callee import callee\n\n@rule\ndef caller(x: float) -> float:\n    return 2 * callee(x)\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the package's first file with two rules of its own, one calling the other."""
    package = tmp_path / "powersim"
    for folder in (package / "rules", package / "compile"):
        folder.mkdir(parents=True)
    for name in ("compile/jit.py", "compile/parts.py", "compile/cached.py"):
        shutil.copy(PACKAGE / name, package / name)
    for folder in (package, package / "rules", package / "compile"):
        (folder / "__init__.py").write_text("")
    write_callee(package, "1.0")
    (package / "rules" / "caller.py").write_text("from powersim.compile.jit import rule\n" + CALLER)
    return tmp_path


def write_callee(package: Path, constant: str) -> None:
    text = "from powersim.compile.jit import rule\n\n\n@rule\n" + CALLEE.format(constant=constant)
    (package / "rules" / "callee.py").write_text(text)


def ask(folder: Path, code: str, **environment: str) -> str:
    """What a fresh interpreter prints that sees only the small package."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("POWERSIM", "NUMBA"))}
    variables = {
        **clean,
        "PYTHONPATH": str(folder),
        "POWERSIM_CACHE_DIR": str(folder / "cache"),
        **environment,
    }
    script = f"import powersim.compile.jit as jit; from powersim.rules.caller import caller; {code}"
    done = subprocess.run(
        [sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


RUN = "cold = jit.is_cold(); print(caller(1.0), cold, sum(caller.stats.cache_hits.values()))"


def test_an_edit_of_a_callee_in_another_file_is_never_answered_by_old_code(small: Path) -> None:
    assert ask(small, RUN) == "4.0 True 0"
    assert ask(small, RUN) == "4.0 False 1"
    stamp = (small / "powersim" / "rules" / "callee.py").stat()
    write_callee(small / "powersim", "5.0")
    os.utime(small / "powersim" / "rules" / "callee.py", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert ask(small, RUN) == "12.0 True 0"


def test_code_compiled_for_other_parameters_is_never_used_but_other_values_are_no_reason_to_compile(
    small: Path,
) -> None:
    defaults = small / "powersim" / "defaults"
    defaults.mkdir()
    folders = []
    for text in ("rho:\n  value: 1.0\n", "rho:\n  value: 2.0\n", "tau:\n  value: 2.0\n"):
        (defaults / "beliefs.yaml").write_text(text)
        folders.append(ask(small, "print(jit.CACHE.name)"))
    assert folders[0] == folders[1] != folders[2]


@pytest.mark.parametrize(
    "source",
    [
        "rules/callee.py",
        "rules/new.py",
        "world/turn.py",
        "sim/kernel.py",
        "compile/bundle.py",
        "compile/jit.py",
        "compile/parts.py",
        "compile/cached.py",
    ],
)
def test_an_edit_of_any_source_of_compiled_code_opens_another_cache(small: Path, source: str) -> None:
    path = small / "powersim" / source
    path.parent.mkdir(exist_ok=True)
    kernel = (
        "from powersim.compile.jit import rule\n\n\n@rule\ndef kernel(x: float) -> float:\n    return x\n"
    )
    if source != "rules/new.py" and not path.exists():
        path.write_text(kernel)
    before = ask(small, "print(jit.CACHE.name)")
    with path.open("a") as file:
        file.write("\n# another line\n")
    assert ask(small, "print(jit.CACHE.name)") != before


def test_an_edit_of_what_is_never_compiled_is_no_reason_to_compile(small: Path) -> None:
    (small / "powersim" / "sim").mkdir()
    before = ask(small, "print(jit.CACHE.name)")
    (small / "powersim" / "sim" / "store.py").write_text("# writes files; no @rule here\n")
    assert ask(small, "print(jit.CACHE.name)") == before


def test_an_edit_of_an_oracle_is_no_reason_to_compile_the_engine_and_compiles_the_oracles_anew(
    small: Path,
) -> None:
    oracles = small / "powersim" / "oracles"
    oracles.mkdir()
    (oracles / "__init__.py").write_text("")
    (oracles / "doubled.py").write_text(
        "from powersim.compile.jit import rule\n\n\n@rule\ndef doubled(x: float) -> float:\n    return 2.0 * x\n"
    )
    code = "from powersim.oracles.doubled import doubled; print(doubled(1.0), jit.CACHE.name)"
    value, before = ask(small, code).split()
    text = (oracles / "doubled.py").read_text()
    (oracles / "doubled.py").write_text(text.replace("2.0 * x", "3.0 * x"))
    assert (value, ask(small, code).split()) == ("2.0", ["3.0", before])


def test_every_rule_of_the_package_lies_where_the_cache_looks() -> None:
    marked = [path for path in PACKAGE.rglob("*.py") if "@rule" in path.read_text().splitlines()]
    assert len(marked) > 30
    assert set(marked) <= {*jit._sources(), *jit._oracles()}
    assert not {*jit._sources()} & {*jit._oracles()}


def test_a_constant_argument_does_not_compile_the_callee_once_more(small: Path) -> None:
    text = (
        CALLER
        + "\n\n@rule\ndef twice(x: float) -> float:\n    return callee(1) + callee(2) + callee(int(x))\n"
    )
    (small / "powersim" / "rules" / "caller.py").write_text("from powersim.compile.jit import rule\n" + text)
    code = "from powersim.rules.caller import twice, callee; print(twice(3.0), len(callee.part.signatures))"
    assert ask(small, code) == "9.0 1"


def test_a_rule_becomes_machine_code_only_where_python_calls_it(small: Path) -> None:
    code = (
        "from powersim.rules.callee import callee;"
        "made = lambda: sorted({p.name[:6] for p in jit.CACHE.rglob('*.nbc')});"
        "print(caller(1.0), made(), callee(1.0), made(), caller(1), callee(1))"
    )
    assert ask(small, code) == "4.0 ['caller'] 2.0 ['callee', 'caller'] 4.0 2.0"
    assert ask(small, code) == "4.0 ['callee', 'caller'] 2.0 ['callee', 'caller'] 4.0 2.0"


def test_without_compilation_a_rule_is_the_plain_function(small: Path) -> None:
    code = "print(type(caller).__name__, caller(1.0), jit.CACHE, jit.is_cold())"
    assert ask(small, code, POWERSIM_JIT="0") == "function 4.0 None False"
    assert not (small / "cache").exists()


def test_numbas_own_switch_is_ours(small: Path) -> None:
    code = "print(type(caller).__name__, caller(1.0), jit.CACHE, jit.ENABLED)"
    assert ask(small, code, NUMBA_DISABLE_JIT="1") == "function 4.0 None False"


@pytest.mark.parametrize(("kind", "cold"), [("nbi", "False"), ("nbc", "True")])
def test_a_cut_file_of_compiled_code_is_compiled_again_and_whole_the_next_time(
    small: Path, kind: str, cold: str
) -> None:
    assert ask(small, RUN) == "4.0 True 0"
    (file,) = (small / "cache").rglob(f"*.{kind}")
    file.write_bytes(file.read_bytes()[:-1])
    assert ask(small, RUN) == f"4.0 {cold} 0"
    assert ask(small, RUN) == "4.0 False 1"


def test_no_damage_to_a_file_of_compiled_code_goes_unnoticed(tmp_path: Path) -> None:
    """Nor does anything of it reach the program."""
    kept = CheckedFile(str(tmp_path), "rule", "stamp")
    kept.save("key", ("code", 2009))
    files = sorted(tmp_path.iterdir())
    assert kept.load("key") == ("code", 2009)
    assert [path.suffix for path in files] == [".nbc", ".nbi"]
    for path in files:
        raw = path.read_bytes()
        damaged = [raw[:end] for end in range(len(raw))]
        damaged += [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(len(raw))]
        for bad in (*damaged, raw + b"\0", b"not code"):
            path.write_bytes(bad)
            assert kept.load("key") is None
            assert not whole(path)
        path.unlink()
        path.mkdir()
        assert kept.load("key") is None
        path.rmdir()
        path.write_bytes(raw)
    assert kept.load("key") == ("code", 2009)
    assert CheckedFile(str(tmp_path), "rule", "another stamp").load("key") is None


def test_code_that_cannot_be_kept_is_run_all_the_same(small: Path) -> None:
    code = (
        "import os; from powersim.compile import cached; cached._write = lambda *_: os.stat('nowhere'); "
        + RUN
    )
    assert ask(small, code) == "4.0 True 0"
    assert not list((small / "cache").rglob("*.nbc"))


MOVED = {
    "a module that is gone": (
        "compile/parts.py",
        "from numba import _dynfunc, types",
        "from numba import gone",
    ),
    "a name that is gone": (
        "compile/parts.py",
        "class PartLibrary(JITCodeLibrary)",
        "class PartLibrary(numba.Gone)",
    ),
    "a function that changed": (
        "compile/parts.py",
        "_dynfunc.make_function(module, ",
        "_dynfunc.make_function(",
    ),
    "a pass that is gone": ("compile/parts.py", "(OpenPart, AnnotateTypes)", "(OpenPart, PartLibrary)"),
    "a cache that moved": (
        "compile/cached.py",
        "from numba.core.caching import",
        "from numba.core.stores import",
    ),
    "a cache with other names": ("compile/cached.py", "compiled._cache.", "compiled._store."),
}


@pytest.mark.parametrize("how", MOVED)
def test_where_insides_of_numba_have_moved_rules_are_compiled_in_its_plain_way(small: Path, how: str) -> None:
    name, here, elsewhere = MOVED[how]
    path = small / "powersim" / name
    assert here in path.read_text()
    path.write_text(path.read_text().replace(here, elsewhere))
    code = "print(caller(1.0), jit.IN_PARTS, sum(caller.stats.cache_hits.values()))"
    parts = name != "compile/parts.py"
    assert ask(small, code) == f"4.0 {parts} 0"
    assert ask(small, code) == f"4.0 {parts} 1"


def test_a_temporary_folder_of_compiled_code_goes_with_the_process(small: Path) -> None:
    (small / "tmp").mkdir()
    (small / "tmp" / f"powersim-{os.getuid()}").write_text("in the way")
    (small / "file").write_text("in the way")
    places = {"POWERSIM_CACHE_DIR": str(small / "file"), "TMPDIR": str(small / "tmp")}
    assert ask(small, RUN, **places) == "4.0 True 0"
    assert [path.name for path in (small / "tmp").iterdir()] == [f"powersim-{os.getuid()}"]


def test_an_unwritable_home_is_no_obstacle(small: Path) -> None:
    (small / "file").write_text("in the way")
    (small / "tmp").mkdir()
    places = {"POWERSIM_CACHE_DIR": str(small / "file"), "TMPDIR": str(small / "tmp")}
    assert ask(small, RUN, **places) == "4.0 True 0"
    assert ask(small, RUN, **places) == "4.0 False 1"
    assert [path.name.startswith("powersim-") for path in (small / "tmp").iterdir()] == [True]


def test_only_a_few_caches_of_other_versions_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age in range(12):
        old = tmp_path / f"{age:016x}"
        old.mkdir()
        seconds = 10_000_000 + age * 100_000
        os.utime(old, (seconds, seconds))
    recent, foreign = tmp_path / ("f" * 16), tmp_path / "notes"
    recent.mkdir()
    foreign.mkdir()
    monkeypatch.setenv("POWERSIM_CACHE_DIR", str(tmp_path))
    current = jit._open_cache()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {current.name, recent.name, foreign.name, *(f"{age:016x}" for age in range(5, 12))}


def test_other_users_of_numba_keep_their_cache_folder() -> None:
    before = numba.config.CACHE_DIR
    jit.rule(write_callee)
    assert before == numba.config.CACHE_DIR
