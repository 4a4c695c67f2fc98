"""The ``@rule`` decorator: compiles a rule, or leaves it as plain Python.

A rule is a pure function of numbers and small arrays. Compiled (numba, no fast-math) and interpreted it gives the same
bits. ``POWERSIM_JIT=0`` (or numba's own ``NUMBA_DISABLE_JIT=1``) makes the decorator the identity, for debugging and
for the tests of that claim.

Compiled code is cached on disk. Numba's own cache looks only at the file of the function that is called, so an edit in
a callee of another file would be answered by old code. Our folder is therefore named by a hash of all that compiled
code can come from: ``rules/``, ``world/``, the kernels of ``sim/``, the names of the parameters and ``compile/``.
Constants that compiled code uses must live in one of these. ``POWERSIM_CACHE_DIR`` moves the folder.

Parts and checked files lean on insides of numba that another version may have moved. Where they do not load, or do not
work on a small example, rules are compiled in numba's plain way: the same bits after a longer wait.

Numba is loaded when the first rule is called, not when rules are defined: to look at a scenario needs none.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, cached_property, update_wrapper
from importlib import import_module, metadata
from pathlib import Path
from threading import RLock
from types import FunctionType
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

ENABLED = os.environ.get("POWERSIM_JIT", "1") != "0" and os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"
"""Whether rules are compiled."""

PARTS, PLAIN = "parts", "plain"  # ways to compile, see `parts`


@cache
def _loaded(name: str) -> Any:
    """A module that leans on insides of numba; None where another version has moved them."""
    with suppress(ImportError, AttributeError, TypeError):
        return import_module(f"powersim.compile.{name}")
    return None


_PACKAGE = Path(__file__).parents[1]
ORACLES = "oracles"  # the package of what no turn calls
_KEPT = 8  # folders of other versions that survive
_IN_USE = 3600.0  # seconds: a folder used so recently may belong to a running process


def _sources() -> list[Path]:
    """Every source that compiled code can come from, in an order that does not depend on the file system."""
    marked = re.compile(rb"^@rule\b", re.MULTILINE)
    others = [path for name in ("sim", "given") for path in (_PACKAGE / name).glob("*.py")]
    kernels = [path for path in others if marked.search(path.read_bytes())]
    compiler, rules, world = (
        sorted((_PACKAGE / name).glob("*.py")) for name in ("compile", "rules", "world")
    )
    return [*compiler, *sorted([*rules, *world, *kernels])]


def _oracles() -> list[Path]:
    """Sources of what no turn calls: an edit of theirs is no reason to compile the engine."""
    return sorted((_PACKAGE / "oracles").glob("*.py"))


def _fingerprint(way: str) -> str:
    """Hash of the sources, of the versions that turn them into machine code, and of the way: in parts or plain.

    The names of the parameters belong to it, because compiled code knows them by their place in the alphabet; their
    values do not.
    """
    version = metadata.version("numba")
    digest = hashlib.sha256(f"{version} {sys.version} {platform.machine()} {way}".encode())
    for path in sorted((_PACKAGE / "defaults").glob("*.yaml")):
        digest.update(b" ".join(re.findall(rb"^\w+(?=:)", path.read_bytes(), re.MULTILINE)))
    for path in [*_sources(), *(_oracles() if way.endswith(ORACLES) else [])]:
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _root() -> Path:
    """Folder that holds the caches of all versions: the user's choice, or the platform's place for caches."""
    if chosen := os.environ.get("POWERSIM_CACHE_DIR"):
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    found = os.path.expanduser(base)
    # A user without a home: nothing can be made below the null device, so the temporary folder is used.
    return Path(found if os.path.isabs(found) else os.devnull) / "powersim"


def _writable(folder: Path) -> bool:
    """Make the folder and mark it as used; False if that is not allowed, or if it belongs to somebody else.

    The owner matters because cached code is run: a folder laid out by another user could hold anything.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.utime(folder)
        mine = not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
    except OSError:
        return False
    return mine and os.access(folder, os.W_OK)


def _prune(root: Path, current: Path) -> None:
    """Delete caches of other versions, except the newest few and any that may be in use."""
    others = [path for path in root.iterdir() if path.is_dir() and path != current and len(path.name) == 16]
    ages = sorted((time.time() - path.stat().st_mtime, path) for path in others)
    for age, path in ages[_KEPT:]:
        if age > _IN_USE:
            shutil.rmtree(path, ignore_errors=True)


def _open_cache(way: str = PARTS) -> Path:
    """The folder for this version's compiled code; when the home is not writable, a temporary one of this user."""
    folder = _root() / _fingerprint(way)
    new = not os.path.exists(folder)  # unlike Path.exists, False where one may not look
    if _writable(folder):
        if new:
            _prune(folder.parent, folder)
        return folder
    spare = Path(tempfile.gettempdir()) / f"powersim-{os.getuid() if hasattr(os, 'getuid') else 'cache'}"
    if _writable(spare) and _writable(spare / folder.name):
        return spare / folder.name
    made = Path(tempfile.mkdtemp(prefix="powersim-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def folder_of(way: str) -> Path:
    """Folder of this version for what is compiled in a way."""
    return _open_cache(way)


def _compiled(way: str) -> list[Path]:
    return list(folder_of(way).rglob("*.nbc"))


@cache
def in_parts() -> bool:
    """Whether rules are compiled in parts. Whether this numba takes them is tried as long as there are none."""
    parts = _loaded("parts")
    return parts is not None and (bool(_compiled(PARTS)) or parts.work())


def folder() -> Path | None:
    """Folder of this version's compiled code, None when rules are interpreted."""
    return folder_of(PARTS if in_parts() else PLAIN) if ENABLED else None


def is_cold() -> bool:
    """Whether something has yet to be compiled, so that the first run has to wait for it.

    Nothing is there, and to see that takes no compiler; or some of it is damaged: that is removed.
    """
    if not ENABLED:
        return False
    plain = (_root() / _fingerprint(PLAIN)).exists
    there = _compiled(PARTS) or (_compiled(PLAIN) if plain() else [])
    checked = _loaded("cached") if there else None
    damaged = [path for path in there if checked is not None and not checked.whole(path)]
    for path in damaged:
        with suppress(OSError):
            path.unlink()
    return not there or bool(damaged)


_COMPILING = RLock()  # numba reads the folder of its cache from a place that all threads share


_WAITING: list[Callable[[], None]] = []


def before_compiling(act: Callable[[], None]) -> None:
    """Do something with numba once it is loaded, before the next rule is compiled."""
    _WAITING.append(act)


class Rule:
    """A rule that is compiled when it is first called, from Python or in compiled code.

    py_func is the plain function; whatever else is asked of it is numba's dispatcher's.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.py_func = function
        update_wrapper(self, function)

    def __call__(self, *args: Any) -> Any:
        """What the rule gives."""
        return self.dispatcher(*args)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python asks for these on occasion: no reason to load a compiler
            raise AttributeError(name)
        return getattr(self.dispatcher, name)

    @property
    def _numba_type_(self) -> Any:
        """How numba sees it in compiled code."""
        return self.dispatcher._numba_type_

    @cached_property
    def dispatcher(self) -> Any:
        """What numba makes of the rule."""
        with _COMPILING:
            return vars(self).get("dispatcher") or _dispatcher(self.py_func)


def rule(function: F) -> F:
    """Compile a pure function of numbers and small arrays (identity under ``POWERSIM_JIT=0``).

    It releases the interpreter's lock. Division by zero gives inf or nan as in numpy, so a rule must make it
    impossible: plain Python would raise.
    """
    return cast(F, Rule(function)) if ENABLED else function


def _dispatcher(function: Callable[..., Any]) -> Any:
    import numba

    while _WAITING:
        _WAITING.pop()()
    way = PARTS if in_parts() else PLAIN
    oracle = function.__module__.startswith(f"powersim.{ORACLES}.")
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
    # Numba reads the folder when it decorates. It is put back afterwards: other users of numba keep their own.
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder_of(f"{way}-{ORACLES}" if oracle else way))
    try:
        if in_parts():
            compiled: Any = _loaded("parts").whole(function, **options)
        else:
            compiled = numba.njit(**options)(function)
    finally:
        numba.config.CACHE_DIR = before
    if (checked := _loaded("cached")) is not None:
        with suppress(AttributeError):  # numba's own way, in another version
            checked.check(compiled)
    return compiled


_PLAIN: dict[str, dict[str, Any]] = {}  # by module: its names, with plain Python for every rule


def interpreted(function: F) -> F:
    """The same rule as plain Python, with all the rules that it calls: for a look that is not worth compiling for.

    It gives the same bits. Rules are found by the names under which a module has them, not as attributes of modules.
    """
    source = getattr(function, "py_func", None)
    if source is None:
        return function
    plain = _PLAIN.get(source.__module__)
    if plain is None:
        module = vars(sys.modules[source.__module__])
        plain = _PLAIN[source.__module__] = dict(module)
        plain.update(
            {name: interpreted(found) for name, found in module.items() if hasattr(found, "py_func")}
        )
    return cast(F, FunctionType(source.__code__, plain, source.__name__, source.__defaults__))
