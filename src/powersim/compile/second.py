"""Compiling on two processors: two processes lower parts for each other.

Numba compiles on one processor, and half of that is Python. Each process lowers what the other has not begun: a part is
claimed by a file in a folder, and lies there as LLVM code when it is done. The one begins with the first phases, the
other with the last ones, and what both need either makes. Where the other fails, each makes what is missing.
"""

from __future__ import annotations

import gc
import hashlib
import itertools
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from inspect import signature
from pathlib import Path
from threading import Thread
from typing import Any

import llvmlite.binding as ll
from numba import typeof
from numba.core import serialize, sigutils
from numba.core.bytecode import FunctionIdentity
from numba.core.compiler import compile_result
from numba.core.dispatcher import Dispatcher

from powersim.compile import parts
from powersim.compile.another import Another
from powersim.compile.parts import PartLibrary, alone, called, register

FAR = 10**6
"""Where the second process begins to number what numba numbers, so that no two things have one name."""
LOOK = 0.003
"""Seconds until it is looked anew whether the other process is done with a part."""
PATIENCE = 60.0
"""Seconds after which a part that does not come is lowered here, whatever keeps the other process."""


@dataclass
class Exchange:
    """The parts that two processes make for each other, in a folder. there: whether the other process lives."""

    folder: Path
    there: Callable[[], bool]
    known: dict[Any, tuple[str, str, str]] = field(default_factory=dict)
    """Of the library of each part that was exchanged: module, rule, file."""
    here: dict[str, Any] = field(default_factory=dict)
    """The libraries by file."""

    def compile(self, part: Any, types: Any) -> Any:
        """Compile a part for arguments of some types, or take what the other process has made of it."""
        types, _ = sigutils.normalize_signature(types)
        module, name = part.py_func.__module__, part.py_func.__name__
        own: Any = getattr(sys.modules[module], name, None)
        if types in part.overloads or not (hasattr(own, "part") and own.part is part):
            return Dispatcher.compile(part, types)
        file = self.file(part, types)
        if not self.claim(file):
            end = time.monotonic() + PATIENCE
            while self.begun(file) and not self.made(file).exists() and self.there():
                if time.monotonic() > end:
                    self.there = lambda: False  # as good as dead: nobody waits for it again
                time.sleep(LOOK)
            with suppress(Exception):  # nothing came, or nothing of use: it is lowered here
                self.take(module, name, file)
        entry = Dispatcher.compile(part, types)
        made = part.overloads[types]
        if file not in self.here:
            self.keep(made.library, module, name, file)
            self.give(file, made)
        return entry

    def keep(self, library: Any, module: str, name: str, file: str) -> None:
        """Remember what a part was exchanged as."""
        self.known[library], self.here[file] = (module, name, file), library

    def file(self, part: Any, types: tuple[Any, ...]) -> str:
        """What the file of a part is called."""
        told = repr((part.py_func.__module__, part.py_func.__name__, types))
        return hashlib.sha256(told.encode()).hexdigest()[:24]

    def made(self, file: str) -> Path:
        """Where a part lies when it is done."""
        return self.folder / file

    def claimed(self, file: str) -> Path:
        """What says that a process has begun with a part."""
        return self.folder / f"{file}.begun"

    def begun(self, file: str) -> bool:
        """Whether a process has begun with a part, and has not given up to hand it on."""
        return self.claimed(file).exists()

    def claim(self, file: str) -> bool:
        """Whether nobody has begun with a part; now this process has."""
        try:
            self.claimed(file).touch(exist_ok=False)
        except OSError:
            return False
        return True

    def ahead(self, rules: Sequence[Any], types: tuple[Any, ...]) -> None:
        """Compile rules one after the other, until there is one with which the other process has begun."""
        for rule in rules:
            own = taken(rule, types)
            if self.begun(self.file(rule.part, own)):
                return
            rule.part.compile(own)

    def give(self, file: str, made: Any) -> None:
        """Lay down a part: its code, with what it calls that is no part or not exchanged."""
        code, below = made.library._final_module.clone(), []
        for library in made.library._linking_libraries:
            if library in self.known:
                below.append(self.known[library])
                continue
            for each in called([library]):
                code.link_in(alone(each), preserve=True)
        made.fndesc.typemap = made.fndesc.calltypes = None  # of no use any more, and not to be pickled
        told = serialize.dumps((code.as_bitcode(), below, made.fndesc, made.environment, made.signature))
        unfinished = self.folder / f"{file}.{os.getpid()}"
        try:
            unfinished.write_bytes(told)
            unfinished.rename(self.made(file))
        except OSError:
            with suppress(OSError):
                self.claimed(file).unlink()

    def take(self, module: str, name: str, file: str) -> Any:
        """Let a part be what the other process has made of it, and what it calls likewise. Gives its library."""
        if file in self.here:
            return self.here[file]
        part = getattr(import_module(module), name).part
        code, below, described, environment, typed = pickle.loads(self.made(file).read_bytes())  # noqa: S301
        if typed.args in part.overloads:
            return part.overloads[typed.args].library
        context = part.targetctx
        library = PartLibrary(context.codegen(), described.qualname)
        library._final_module.link_in(ll.parse_bitcode(code))
        library._linking_libraries.extend(self.take(*each) for each in below)
        library.finalize()
        made = compile_result(
            typing_context=part.typingctx,
            target_context=context,
            entry_point=register(context, library, described, environment),
            library=library,
            signature=typed,
            objectmode=False,
            fndesc=described,
            environment=environment,
        )
        part.add_overload(made)
        self.keep(library, module, name, file)
        return library


def taken(rule: Any, types: tuple[Any, ...]) -> tuple[Any, ...]:
    """Those of the types that a rule takes: the first ones."""
    return types[: len(signature(rule.py_func).parameters)]


@contextmanager
def lowering(
    second: Another | None, rules: Sequence[Any], *arguments: Any, whole: Any = None
) -> Iterator[None]:
    """Inside, a second process lowers parts with this one: of `rules`, which take the first of these arguments.

    second: None: this one does all of it. whole: a rule that it then makes machine code of; it is there in the end.
    """
    if second is None:
        yield
        return
    types = tuple(typeof(each) for each in arguments)
    names = [(each.py_func.__module__, each.py_func.__name__) for each in (*rules, *filter(None, [whole]))]
    second.tell(serialize.dumps((second.folder, names, len(rules), types)))
    exchange = Exchange(second.folder, second.there)
    parts.shared = exchange.compile
    try:
        exchange.ahead(rules, types)
        yield
        if exchange.there():
            with suppress(subprocess.TimeoutExpired):  # what it was to make is made when it is called
                second.process.wait(PATIENCE)
    finally:
        parts.shared = None


def lower(folder: Path, names: Sequence[tuple[str, str]], count: int, types: tuple[Any, ...]) -> None:
    """In the second process: lower the first of the rules named, make machine code of the others."""
    gc.disable()
    FunctionIdentity._unique_ids = itertools.count(FAR)
    Thread(target=_mourn, args=(os.getppid(), folder), daemon=True).start()
    rules = [getattr(import_module(module), name) for module, name in names]
    exchange = Exchange(folder, lambda: True)
    parts.shared = exchange.compile
    exchange.ahead(rules[:count][::-1], types)
    for rule in rules[count:]:
        rule.dispatcher.compile(taken(rule, types))


def _mourn(first: int, folder: Path) -> None:
    """In the second process: end when the first one is gone, and leave nothing behind."""
    while os.getppid() == first:
        time.sleep(1.0)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)
