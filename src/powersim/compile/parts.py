"""Rules as parts of whoever calls them.

Numba makes machine code of every compiled function together with all that it calls: what lies ten calls deep is
optimised and emitted ten times, and that was two thirds of the wait for a first run. A *part* is typed and lowered
once and goes no further; the function that Python calls links its parts and is optimised once, as a whole.

This uses numba's way to compose a compiler's passes (`CompilerBase`, "customizing the compiler" in its manual).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numba
from numba import _dynfunc, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import LoweringPass, register_pass
from numba.core.typed_passes import AnnotateTypes, NativeLowering


class PartLibrary(JITCodeLibrary):  # type: ignore[misc]
    """Code to be linked into its callers: neither optimised nor turned into machine code."""

    def _optimize_final_module(self) -> None:
        """Left to the caller, which optimises the whole."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class PartPass(LoweringPass):  # type: ignore[misc]
    """A pass about parts. Numba wants every pass to have a way to begin of its own."""

    def __init__(self) -> None:
        super().__init__()


@register_pass(mutates_CFG=False, analysis_only=False)
class OpenPart(PartPass):
    """Before lowering: the code goes into a library of parts."""

    _name = "powersim_open_part"

    def run_pass(self, state: Any) -> bool:
        """Choose the library."""
        state.library = PartLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        return True


@register_pass(mutates_CFG=False, analysis_only=False)
class ClosePart(PartPass):
    """After lowering: compiled callers can find the part."""

    _name = "powersim_close_part"

    def run_pass(self, state: Any) -> bool:
        """Register the part under a handle, a function without code as numba makes it for what Python never calls."""
        described, environment = state.cr.fndesc, state.cr.env
        module, name = described.lookup_module(), described.qualname
        handle = _dynfunc.make_function(module, name, "", 0, environment, (state.library,))
        state.targetctx.insert_user_function(handle, described, [state.library])
        state.cr = state.cr._replace(cfunc=handle)
        return True


class PartCompiler(CompilerBase):  # type: ignore[misc]
    """Numba's own passes in their order, with a library of parts."""

    def define_pipelines(self) -> list[Any]:
        """The one pipeline."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(OpenPart, AnnotateTypes)
        passes.add_pass_after(ClosePart, NativeLowering)
        passes.finalize()
        return [passes]


def part(function: Callable[..., Any], **options: Any) -> Any:
    """A dispatcher of `function` for compiled callers alone. options: those of numba.njit."""
    return numba.njit(no_cpython_wrapper=True, pipeline_class=PartCompiler, **options)(function)


def link(compiled: Any, function: Callable[..., Any], **options: Any) -> None:
    """Let compiled callers of `compiled`, which numba.njit made of `function`, use a part instead."""
    compiled.part = part(function, **options)
    compiled.get_overload = compiled.part.get_overload
    template = compiled.part.get_call_template
    # A constant in a call is no reason to compile the callee once more for it.
    compiled.get_call_template = lambda args, kws: template(
        tuple(types.unliteral(arg) for arg in args), {name: types.unliteral(arg) for name, arg in kws.items()}
    )


def work() -> bool:
    """Whether this version of numba takes parts: tried on two small functions, one calling the other."""

    def callee(x: float) -> float:
        return x + 1.0

    called = numba.njit(callee)

    def caller(x: float) -> float:
        found: float = called(x)
        return 2.0 * found

    with suppress(Exception):  # whatever another version makes of its insides
        link(called, callee, no_cfunc_wrapper=True)
        return bool(numba.njit(caller)(1.0) == 4.0)
    return False
