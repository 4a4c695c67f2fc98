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
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

ENABLED = os.environ.get("POWERSIM_JIT", "1") != "0" and not numba.config.DISABLE_JIT
"""Whether rules are compiled."""


def _loaded(name: str) -> Any:
    """A module that leans on insides of numba; None where another version has moved them."""
    with suppress(ImportError, AttributeError, TypeError):
        return import_module(f"powersim.compile.{name}")
    return None


_parts, _cached = _loaded("parts"), _loaded("cached")

_PACKAGE = Path(__file__).parents[1]
ORACLES = "oracles"  # the package of what no turn calls
_KEPT = 8  # folders of other versions that survive
_IN_USE = 3600.0  # seconds: a folder used so recently may belong to a running process


def _sources() -> list[Path]:
    """Every source that compiled code can come from, in an order that does not depend on the file system."""
    marked = re.compile(rb"^@rule\b", re.MULTILINE)
    kernels = [path for path in (_PACKAGE / "sim").glob("*.py") if marked.search(path.read_bytes())]
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
    digest = hashlib.sha256(f"{numba.__version__} {sys.version} {platform.machine()} {way}".encode())
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


def _open_cache(way: str = "parts") -> Path:
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


def _choose() -> tuple[Path | None, bool]:
    """Folder of compiled code (None when rules are interpreted), and whether rules are compiled in parts.

    Whether this numba takes parts is tried as long as nothing has been compiled with them.
    """
    if not ENABLED:
        return None, False
    folder = _open_cache()
    if _parts is not None and (any(folder.rglob("*.nbc")) or _parts.work()):
        return folder, True
    return _open_cache("plain"), False


CACHE, IN_PARTS = _choose()
"""Folder of this version's compiled code, None when rules are interpreted; whether rules are compiled in parts."""


@cache
def _folder_of_oracles() -> Path:
    """Folder of the compiled code of oracles, which is named by their sources too."""
    return _open_cache(("parts-" if IN_PARTS else "plain-") + ORACLES)


def is_cold() -> bool:
    """Whether something has yet to be compiled, so that the first run has to wait for it.

    Nothing is there, or some of it is damaged: that is removed.
    """
    if CACHE is None:
        return False
    there = list(CACHE.rglob("*.nbc"))
    damaged = [path for path in there if _cached is not None and not _cached.whole(path)]
    for path in damaged:
        with suppress(OSError):
            path.unlink()
    return not there or bool(damaged)


def rule(function: F) -> F:
    """Compile a pure function of numbers and small arrays (identity under ``POWERSIM_JIT=0``).

    It releases the interpreter's lock. Division by zero gives inf or nan as in numpy, so a rule must make it
    impossible: plain Python would raise.
    """
    if CACHE is None:
        return function
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    # Numba reads the folder when it decorates. It is put back afterwards: other users of numba keep their own.
    before = numba.config.CACHE_DIR
    oracle = function.__module__.startswith(f"powersim.{ORACLES}.")
    numba.config.CACHE_DIR = str(_folder_of_oracles() if oracle else CACHE)
    try:
        compiled: Any = numba.njit(cache=True, **options, **({"no_cfunc_wrapper": True} if IN_PARTS else {}))(
            function
        )
    finally:
        numba.config.CACHE_DIR = before
    if _cached is not None:
        with suppress(AttributeError):  # numba's own way, in another version
            _cached.check(compiled)
    if IN_PARTS:
        _parts.link(compiled, function, **options, no_cfunc_wrapper=True)
    return cast(F, compiled)


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
