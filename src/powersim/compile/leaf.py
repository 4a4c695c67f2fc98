"""Functions of numbers as machine code knows them: numbers in, a number out, no trace beside it.

A compiled rule gives back a status and writes its result to memory, and whoever calls it has to look. For what is
called thousands of times a turn and cannot fail that is too much; nor may it be copied into every caller, which would
then be too large to be copied itself. So a *leaf* stands once and apart, and is called like a function of C's library.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from llvmlite import ir
from numba import types
from numba.core.compiler import Flags
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable

from powersim.compile.jit import ENABLED

F = TypeVar("F", bound=Callable[..., float])


def leaf(function: F) -> F:
    """Let compiled rules call a pure function of numbers so; Python calls it as it stands, to the same bits."""
    if not ENABLED:
        return function
    count = function.__code__.co_argcount
    number, numbers = types.float64, (types.float64,) * count

    @type_callable(function)  # type: ignore[untyped-decorator]
    def _typed(_: Any) -> Any:
        typer: Any = lambda *given: signature(number, *numbers) if len(given) == count else None  # noqa: E731
        typer.pysig = inspect.signature(function)
        return typer

    @lower_builtin(function, *numbers)  # type: ignore[untyped-decorator]
    def _lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        flags = Flags()
        flags.error_model, flags.forceinline = "numpy", True
        made = context.compile_subroutine(builder, function, sig, flags=flags)
        name, real = f"powersim.{function.__name__}", ir.DoubleType()
        found = builder.module.globals.get(name)
        if found is None:
            found = ir.Function(builder.module, ir.FunctionType(real, [real] * count), name)
            found.linkage = "linkonce_odr"
            for attribute in ("noinline", "nounwind", "readnone"):
                found.attributes.add(attribute)
            body = ir.IRBuilder(found.append_basic_block())
            body.ret(context.call_internal_no_propagate(body, made.fndesc, sig, found.args)[1])
        return builder.call(found, args)

    return function
