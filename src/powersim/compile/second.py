"""Compiling on two processors: a second process lowers some parts while this one lowers others.

Numba compiles on one processor, and half of that is Python. What the second process has made comes as LLVM code and is
linked as a part like any other, under the same names; where nothing comes, or too late for anybody to ask, this process
lowers the parts itself.
"""

from __future__ import annotations

import gc
import itertools
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from inspect import signature
from typing import Any

import llvmlite.binding as ll
from numba import typeof
from numba.core import serialize
from numba.core.bytecode import FunctionIdentity
from numba.core.compiler import compile_result
from numba.core.dispatcher import Dispatcher

from powersim.compile.parts import PartLibrary, alone, called, register

BEGIN = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from powersim.compile.second import lower
lower(*pickle.load(sys.stdin.buffer))
"""
FAR = 10**6
"""Where the second process begins to number what numba numbers, so that no two things have one name."""


@contextmanager
def lowering(rules: Sequence[Any], *arguments: Any, whole: Any = None) -> Iterator[None]:
    """Inside, a second process lowers `rules`, which take such arguments, for whoever compiles in this one.

    whole: a rule that it then makes machine code of, for the first of these arguments; it is there in the end.
    """
    command = [sys.executable, "-c", BEGIN]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet)
    names = [(each.py_func.__module__, each.py_func.__name__) for each in (*rules, *filter(None, [whole]))]
    assert process.stdin is not None
    assert process.stdout is not None
    waiting = [process.stdout]

    def fetch() -> None:
        """Take what there is, once."""
        while waiting:
            with suppress(Exception):  # it failed, or was ended: nothing is lost but time
                said = waiting.pop().read()
                for rule, made in zip(rules, pickle.loads(said), strict=True):  # noqa: S301
                    _take(rule.part, *made)

    try:
        with suppress(OSError):
            asked = names, len(rules), tuple(typeof(each) for each in arguments)
            process.stdin.write(pickle.dumps(sys.path) + serialize.dumps(asked))
            process.stdin.close()
        for rule in rules:
            rule.part.compile = _after(fetch, rule.part)
        yield
    finally:
        for rule in rules:
            vars(rule.part).pop("compile", None)
        if waiting:
            process.kill()
        with process:
            process.wait()


def _after(fetch: Any, part: Any) -> Any:
    """What compiles a part once that is fetched which the second process may have of it."""

    def compile_part(signature: Any) -> Any:
        fetch()
        return Dispatcher.compile(part, signature)

    return compile_part


def lower(names: Sequence[tuple[str, str]], parts: int, arguments: tuple[Any, ...]) -> None:
    """In the second process: lower the first of the rules named and write them out, make machine code of the others."""
    gc.disable()
    FunctionIdentity._unique_ids = itertools.count(FAR)
    found = []
    rules = [getattr(import_module(module), name) for module, name in names]
    for part in (each.part for each in rules[:parts]):
        part.compile(arguments)
        (made,) = part.overloads.values()
        code = made.library._final_module.clone()
        for library in called(made.library._linking_libraries):
            code.link_in(alone(library), preserve=True)
        made.fndesc.typemap = made.fndesc.calltypes = None  # of no use any more, and not to be pickled
        found.append((code.as_bitcode(), made.fndesc, made.environment, made.signature))
    sys.stdout.buffer.write(serialize.dumps(found))
    sys.stdout.buffer.flush()
    os.close(sys.stdout.fileno())
    for rule in rules[parts:]:
        rule.dispatcher.compile(arguments[: len(signature(rule.py_func).parameters)])


def _take(part: Any, code: bytes, described: Any, environment: Any, typed: Any) -> None:
    """Let a part be what the second process has made of it."""
    context = part.targetctx
    library = PartLibrary(context.codegen(), described.qualname)
    library._final_module.link_in(ll.parse_bitcode(code))
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
