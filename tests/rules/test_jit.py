"""Compiled rules: an edit is never answered by old code, and the cache finds a place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numba
import pytest

import powersim
from powersim.compile import jit
from powersim.compile.cached import CheckedFile, whole
from powersim.compile.parts import PartLibrary, called

PACKAGE = Path(powersim.__file__).parent


@pytest.fixture
def named(small: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """The name of the cache that the small package, as it is now, would use: asked here, without an interpreter."""
    monkeypatch.setattr(jit, "_PACKAGE", small / "powersim")
    monkeypatch.setenv("POWERSIM_CACHE_DIR", str(small / "cache"))
    return lambda: jit._open_cache().name


def test_the_name_of_the_cache_is_what_a_fresh_interpreter_uses(
    small: Path, ask: Callable[..., str], named: Callable[[], str]
) -> None:
    assert ask("print(jit.folder().name)") == named()


def test_an_edit_of_a_callee_in_another_file_is_never_answered_by_old_code(
    small: Path, ask: Callable[..., str]
) -> None:
    assert ask() == "4.0 True 0"
    assert ask() == "4.0 False 1"
    path = small / "powersim" / "rules" / "callee.py"
    stamp = path.stat()
    path.write_text(path.read_text().replace("1.0", "5.0"))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert ask() == "12.0 True 0"


def test_code_compiled_for_other_parameters_is_never_used_but_other_values_are_no_reason_to_compile(
    small: Path, named: Callable[[], str]
) -> None:
    defaults = small / "powersim" / "defaults"
    defaults.mkdir()
    folders = []
    for text in ("rho:\n  value: 1.0\n", "rho:\n  value: 2.0\n", "tau:\n  value: 2.0\n"):
        (defaults / "beliefs.yaml").write_text(text)
        folders.append(named())
    assert folders[0] == folders[1] != folders[2]


@pytest.mark.parametrize(
    "source",
    [
        "rules/callee.py",
        "rules/new.py",
        "world/turn.py",
        "sim/kernel.py",
        "compile/bundle.py",
        "compile/elementary.py",
        "compile/jit.py",
        "compile/leaf.py",
        "compile/lowering.py",
        "compile/parts.py",
        "compile/second.py",
        "compile/cached.py",
    ],
)
def test_an_edit_of_any_source_of_compiled_code_opens_another_cache(
    small: Path, named: Callable[[], str], source: str
) -> None:
    path = small / "powersim" / source
    path.parent.mkdir(exist_ok=True)
    kernel = (
        "from powersim.compile.jit import rule\n\n\n@rule\ndef kernel(x: float) -> float:\n    return x\n"
    )
    if source != "rules/new.py" and not path.exists():
        path.write_text(kernel)
    before = named()
    with path.open("a") as file:
        file.write("\n# another line\n")
    assert named() != before


def test_an_edit_of_what_is_never_compiled_is_no_reason_to_compile(
    small: Path, named: Callable[[], str]
) -> None:
    (small / "powersim" / "sim").mkdir()
    before = named()
    (small / "powersim" / "sim" / "store.py").write_text("# writes files; no @rule here\n")
    assert named() == before


@pytest.mark.slow
def test_an_edit_of_an_oracle_is_no_reason_to_compile_the_engine_and_compiles_the_oracles_anew(
    small: Path,
    ask: Callable[..., str],
) -> None:
    oracles = small / "powersim" / "oracles"
    oracles.mkdir()
    (oracles / "__init__.py").write_text("")
    (oracles / "doubled.py").write_text(
        "from powersim.compile.jit import rule\n\n\n@rule\ndef doubled(x: float) -> float:\n    return 2.0 * x\n"
    )
    code = "from powersim.oracles.doubled import doubled; print(doubled(1.0), jit.folder().name)"
    value, before = ask(code).split()
    text = (oracles / "doubled.py").read_text()
    (oracles / "doubled.py").write_text(text.replace("2.0 * x", "3.0 * x"))
    assert (value, ask(code).split()) == ("2.0", ["3.0", before])


def test_every_rule_of_the_package_lies_where_the_cache_looks() -> None:
    marked = [path for path in PACKAGE.rglob("*.py") if "@rule" in path.read_text().splitlines()]
    assert len(marked) > 30
    assert set(marked) <= {*jit._sources(), *jit._oracles()}
    assert not {*jit._sources()} & {*jit._oracles()}


@pytest.mark.slow
def test_a_constant_argument_does_not_compile_the_callee_once_more(
    small: Path, ask: Callable[..., str]
) -> None:
    path = small / "powersim" / "rules" / "caller.py"
    twice = "\n\n@rule\ndef twice(x: float) -> float:\n    return callee(1) + callee(2) + callee(int(x))\n"
    path.write_text(path.read_text() + twice)
    code = "from powersim.rules.caller import twice, callee; print(twice(3.0), len(callee.part.signatures))"
    assert ask(code) == "9.0 1"


@pytest.mark.slow
def test_a_rule_becomes_machine_code_only_where_python_calls_it(small: Path, ask: Callable[..., str]) -> None:
    code = (
        "from powersim.rules.callee import callee;"
        "made = lambda: sorted({p.name[:6] for p in jit.folder().rglob('*.nbc')});"
        "print(caller(1.0), made(), callee(1.0), made(), caller(1), callee(1))"
    )
    assert ask(code) == "4.0 ['caller'] 2.0 ['callee', 'caller'] 4.0 2.0"
    assert ask(code) == "4.0 ['callee', 'caller'] 2.0 ['callee', 'caller'] 4.0 2.0"


def test_a_part_is_linked_after_all_that_call_it() -> None:
    names = {"top": ["low", "middle"], "middle": ["lower"], "lower": ["low"], "low": [], "aside": ["low"]}
    made = {name: object.__new__(PartLibrary) for name in names}
    for name, below in names.items():
        made[name]._linking_libraries = [made[each] for each in below]
    order = called([made["top"], made["aside"]])
    assert len(order) == len(names)
    places = {name: order.index(library) for name, library in made.items()}
    assert all(places[name] < places[each] for name, below in names.items() for each in below)


def test_without_compilation_a_rule_is_the_plain_function(small: Path, ask: Callable[..., str]) -> None:
    code = "print(type(caller).__name__, caller(1.0), jit.folder(), jit.is_cold())"
    assert ask(code, POWERSIM_JIT="0") == "function 4.0 None False"
    assert not (small / "cache").exists()


def test_numbas_own_switch_is_ours(small: Path, ask: Callable[..., str]) -> None:
    code = "print(type(caller).__name__, caller(1.0), jit.folder(), jit.ENABLED)"
    assert ask(code, NUMBA_DISABLE_JIT="1") == "function 4.0 None False"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "cold"), [("nbi", "False"), ("nbc", "True")])
def test_a_cut_file_of_compiled_code_is_compiled_again_and_whole_the_next_time(
    small: Path, ask: Callable[..., str], kind: str, cold: str
) -> None:
    assert ask() == "4.0 True 0"
    (file,) = (small / "cache").rglob(f"*.{kind}")
    file.write_bytes(file.read_bytes()[:-1])
    assert ask() == f"4.0 {cold} 0"
    assert ask() == "4.0 False 1"


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


@pytest.mark.slow
def test_code_that_cannot_be_kept_is_run_all_the_same(small: Path, ask: Callable[..., str]) -> None:
    patch = "import os; from powersim.compile import cached; cached._write = lambda *_: os.stat('nowhere'); "
    assert ask(patch=patch) == "4.0 True 0"
    assert not list((small / "cache").rglob("*.nbc"))


MOVED = {
    "a module that is gone": (
        "compile/parts.py",
        "from numba import _dynfunc, types",
        "from numba import gone",
    ),
    "a name that is gone": ("compile/parts.py", "PartLibrary(JITCodeLibrary)", "PartLibrary(numba.Gone)"),
    "a function that changed": ("compile/parts.py", "make_function(module, ", "make_function("),
    "a pass that is gone": ("compile/parts.py", "(OpenPart, AnnotateTypes)", "(OpenPart, PartLibrary)"),
    "a cache that moved": ("compile/cached.py", "from numba.core.caching", "from numba.core.stores"),
    "a cache with other names": ("compile/cached.py", "compiled._cache.", "compiled._store."),
}


@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=[pytest.mark.slow] if k else []) for k, how in enumerate(MOVED)]
)
def test_where_insides_of_numba_have_moved_rules_are_compiled_in_its_plain_way(
    small: Path, ask: Callable[..., str], how: str
) -> None:
    name, here, elsewhere = MOVED[how]
    path = small / "powersim" / name
    assert here in path.read_text()
    path.write_text(path.read_text().replace(here, elsewhere))
    code = "print(caller(1.0), jit.in_parts(), sum(caller.stats.cache_hits.values()))"
    parts = name != "compile/parts.py"
    assert ask(code) == f"4.0 {parts} 0"
    assert ask(code) == f"4.0 {parts} 1"


@pytest.mark.slow
def test_a_temporary_folder_of_compiled_code_goes_with_the_process(
    small: Path, ask: Callable[..., str]
) -> None:
    (small / "tmp").mkdir()
    (small / "tmp" / f"powersim-{os.getuid()}").write_text("in the way")
    (small / "file").write_text("in the way")
    places = {"POWERSIM_CACHE_DIR": str(small / "file"), "TMPDIR": str(small / "tmp")}
    assert ask(**places) == "4.0 True 0"
    assert [path.name for path in (small / "tmp").iterdir()] == [f"powersim-{os.getuid()}"]


@pytest.mark.slow
def test_an_unwritable_home_is_no_obstacle(small: Path, ask: Callable[..., str]) -> None:
    (small / "file").write_text("in the way")
    (small / "tmp").mkdir()
    places = {"POWERSIM_CACHE_DIR": str(small / "file"), "TMPDIR": str(small / "tmp")}
    assert ask(**places) == "4.0 True 0"
    assert ask(**places) == "4.0 False 1"
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
    assert jit.rule(whole).dispatcher.py_func is whole
    assert before == numba.config.CACHE_DIR
