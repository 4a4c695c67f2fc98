"""Rules as parts of whoever calls them.

Numba makes machine code of every compiled function together with all that it calls: what lies ten calls deep is
optimised and emitted ten times, and that was two thirds of the wait for a first run. A *part* is typed and lowered
once and goes no further; the function that Python calls, the *whole*, links its parts and is optimised once.

Most parts allocate nothing, so they are lowered without counts of references; and numba's passes for what no rule has
(closures, blocks of `with`, array expressions) are left out. No kernel counts from the end of an array, so indices are
taken as they are: a test holds interpreted histories to that.

This uses numba's way to compose a compiler's passes (`CompilerBase`, "customizing the compiler" in its manual).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache, partial
from typing import Any

import llvmlite.binding as ll
import numba
import numpy as np
from numba import _dynfunc, types
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import LoweringPass, register_pass
from numba.core.dispatcher import Dispatcher
from numba.core.typed_passes import AnnotateTypes, NativeLowering, NopythonTypeInference
from numba.core.types import functions
from numba.np import arrayobj

from powersim.compile.fields import PartLower, as_it_is, load, store

NOT_NEEDED = frozenset({
    "WithLifting", "InlineClosureLikes", "RewriteSemanticConstants", "DeadBranchPrune", "MakeFunctionToJitFunction",
    "InlineInlinables", "FindLiterallyCalls", "LiteralUnroll", "LiteralPropagationSubPipelinePass", "InlineOverloads",
    "NopythonRewrites", "DumpParforDiagnostics",
})  # fmt: skip
"""Passes that change nothing in a rule; where there is none of the name, none is left out."""


class PartLibrary(JITCodeLibrary):  # type: ignore[misc]
    """Code to be linked into a whole: not optimised, no machine code, and without what it calls."""

    def finalize(self) -> None:
        """Leave linking to the whole."""
        for library in self._linking_libraries:
            self._reload_init.update(library._reload_init)
        self._finalize_dynamic_globals()
        self._finalized = True

    def _get_module_for_linking(self) -> Any:
        """With all that it calls, for a library of numba's own that knows no parts."""
        closed = alone(self).clone()
        for library in called(self._linking_libraries):
            closed.link_in(alone(library), preserve=True)
        return closed


class WholeLibrary(JITCodeLibrary):  # type: ignore[misc]
    """Code that Python calls, with all its parts."""

    def finalize(self) -> None:
        """Link what is called, however deep, once."""
        for library in called(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(alone(library), preserve=True)
        self._linking_libraries: list[Any] = []
        super().finalize()


KNOWS_GATHERS = 18
"""The version of LLVM from which on it can be told not to gather."""


class WholeCodegen(JITCPUCodegen):  # type: ignore[misc]
    """Makes machine code of wholes: tables are read number by number, and loops are not unrolled.

    Where a processor fills a vector from all over memory at once (a gather), it does so slowly, or was made slow for
    safety (gather data sampling, 2023). Powers, exponentials and logarithms of rows are half look-ups. Rows are short:
    a loop unrolled is more to compile and to run through, and no faster.
    """

    def _customize_tm_features(self) -> str:
        """Features of this processor, and what to make of them."""
        features: str = super()._customize_tm_features()
        told = "+avx2" in features and ll.llvm_version_info[0] >= KNOWS_GATHERS
        return f"{features},+prefer-no-gather" if told else features

    def _pass_builder(self, **kwargs: Any) -> Any:
        """Numba's own, but for unrolling."""
        options = ll.create_pipeline_tuning_options(kwargs.get("opt", numba.config.OPT))
        options.loop_vectorization = kwargs.get("loop_vectorize", numba.config.LOOP_VECTORIZE)
        options.slp_vectorization = kwargs.get("slp_vectorize", numba.config.SLP_VECTORIZE)
        options.loop_unrolling = False
        return ll.create_pass_builder(self._tm, options)


@cache
def codegen() -> WholeCodegen:
    """The one of this process."""
    return WholeCodegen("powersim")


def alone(library: Any) -> Any:
    """The code of a library to be linked, of a part without what it calls."""
    return JITCodeLibrary._get_module_for_linking(library)


def called(libraries: Iterable[Any]) -> list[Any]:
    """Libraries and what their parts call, each once, and after all that call it.

    LLVM links a function only if something that is there asks for it, and not every part asks for all that it called:
    some calls are optimised away.
    """
    seen: set[Any] = set()
    deepest_first: list[Any] = []

    def visit(library: Any) -> None:
        if library not in seen:
            seen.add(library)
            for each in library._linking_libraries if isinstance(library, PartLibrary) else ():
                visit(each)
            deepest_first.append(library)

    for library in libraries:
        visit(library)
    return deepest_first[::-1]


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
        name = state.func_id.func_qualname
        state.library = PartLibrary(state.targetctx.codegen(), name)
        state.flags.no_compile = True
        # Numba counts functions; a part has the same name in every process (`powersim.compile.second`).
        state.func_id.unique_id, state.func_id.unique_name = 0, f"{name}$part"
        return True


OPERATORS = frozenset({"_operator", "builtins"})
"""Modules of functions that numba types by the types of numbers and arrays alone."""
_Function: Any = functions.BaseFunction
_ask = _Function.get_call_type
_asked: dict[Any, Any] = {}


def ask_once(function: Any, context: Any, args: Any, kws: Any) -> Any:
    """What a function gives for arguments of some types. Numba tries every template of an operator, each time anew."""
    plain = all(isinstance(arg, (types.Number, types.Boolean, types.Array, types.UniTuple)) for arg in args)
    if kws or not plain or getattr(function.typing_key, "__module__", "") not in OPERATORS:
        return _ask(function, context, args, kws)
    key = function, context, args
    if key not in _asked:
        _asked[key] = _ask(function, context, args, kws)
    return _asked[key]


@register_pass(mutates_CFG=True, analysis_only=False)
class TypePart(NopythonTypeInference):  # type: ignore[misc]
    """Types of a part: operators are asked once what they make of some types."""

    _name = "powersim_type_part"

    def run_pass(self, state: Any) -> bool:
        """Infer them."""
        before = _Function.get_call_type
        _Function.get_call_type = ask_once
        try:
            return bool(super().run_pass(state))
        finally:
            _Function.get_call_type = before


@register_pass(mutates_CFG=True, analysis_only=False)
class LowerPart(NativeLowering):  # type: ignore[misc]
    """Lowering of a part: no index is looked at for whether it is below zero and counts from the end."""

    _name = "powersim_lower_part"

    @property
    def lowering_class(self) -> Any:
        """What lowers the function."""
        return PartLower

    def run_pass(self, state: Any) -> bool:
        """Lower it."""
        before = arrayobj.fix_integer_index, arrayobj.load_item, arrayobj.store_item
        arrayobj.fix_integer_index, arrayobj.load_item, arrayobj.store_item = as_it_is, load, store
        try:
            return bool(super().run_pass(state))
        finally:
            arrayobj.fix_integer_index, arrayobj.load_item, arrayobj.store_item = before


@register_pass(mutates_CFG=False, analysis_only=False)
class ClosePart(PartPass):
    """After lowering: compiled callers can find the part."""

    _name = "powersim_close_part"

    def run_pass(self, state: Any) -> bool:
        """Register the part under a handle, a function without code as numba makes it for what Python never calls."""
        handle = register(state.targetctx, state.library, state.cr.fndesc, state.cr.env)
        state.cr = state.cr._replace(cfunc=handle)
        return True


def register(context: Any, library: PartLibrary, described: Any, environment: Any) -> Any:
    """Let compiled callers find a part; the handle that stands for it."""
    module, name = described.lookup_module(), described.qualname
    handle = _dynfunc.make_function(module, name, "", 0, environment, (library,))
    context.insert_user_function(handle, described, [library])
    return handle


@register_pass(mutates_CFG=False, analysis_only=False)
class OpenWhole(PartPass):
    """Before lowering: the code goes into a library that links parts."""

    _name = "powersim_open_whole"

    def run_pass(self, state: Any) -> bool:
        """Choose the library."""
        state.library = WholeLibrary(codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return True


class WholeCompiler(CompilerBase):  # type: ignore[misc]
    """Numba's own passes in their order, with a library that links parts."""

    def define_pipelines(self) -> list[Any]:
        """The one pipeline."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(OpenWhole, AnnotateTypes)
        passes.finalize()
        return [passes]


class PartCompiler(CompilerBase):  # type: ignore[misc]
    """Those of numba's own passes that a rule needs, in their order, with a library of parts."""

    def define_pipelines(self) -> list[Any]:
        """The one pipeline."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(OpenPart, AnnotateTypes)
        passes.add_pass_after(ClosePart, NativeLowering)
        ours = {NopythonTypeInference: TypePart, NativeLowering: LowerPart}
        passes.passes = [
            (ours.get(step, step), about) for step, about in passes.passes if step.__name__ not in NOT_NEEDED
        ]
        passes.finalize()
        return [passes]


MAKERS = frozenset({"array", "empty", "full", "ones", "zeros"})
"""What makes an array: who names one of these needs counts of references."""


def whole(function: Callable[..., Any], **options: Any) -> Any:
    """A dispatcher of `function`, whose compiled callers use a part instead. options: those of numba.njit."""
    options["no_cfunc_wrapper"] = True
    compiled = numba.njit(pipeline_class=WholeCompiler, **options)(function)
    options.pop("cache", None)
    counts = not MAKERS.isdisjoint(function.__code__.co_names)
    part = numba.njit(no_cpython_wrapper=True, pipeline_class=PartCompiler, _nrt=counts, **options)(function)
    compiled.part = part
    part.compile = partial(compile_part, part)
    compiled.get_overload = part.get_overload
    template = part.get_call_template
    # A constant in a call is no reason to compile the callee once more for it.
    compiled.get_call_template = lambda args, kws: template(
        tuple(handed_on(arg) for arg in args), {name: handed_on(arg) for name, arg in kws.items()}
    )
    return compiled


shared: Callable[[Any, Any], Any] | None = None
"""What compiles parts while another process does so too, see `powersim.compile.second`."""


def compile_part(part: Any, signature: Any) -> Any:
    """Compile a part for arguments of some types."""
    return (shared or Dispatcher.compile)(part, signature)


def handed_on(kind: Any) -> Any:
    """The type under which a value is handed on to a rule: no constant, no field."""
    return getattr(kind, "plain", None) or types.unliteral(kind)


def work() -> bool:
    """Whether this version of numba takes parts: tried on two small functions, one calling the other."""

    def callee(x: Any) -> float:
        x[0] = x[0] + 1.0
        return float(x[0])

    with suppress(Exception):  # whatever another version makes of its insides
        inner = whole(callee)

        def caller(x: Any) -> float:
            found: float = inner(x)
            return 2.0 * found

        return bool(whole(caller)(np.ones(1)) == 4.0)
    return False
