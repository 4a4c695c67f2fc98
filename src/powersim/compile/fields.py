"""Arrays in parts: fields that are told apart, and items that are read and written in few instructions.

Numba lowers ``a[i, j]`` for arrays of any layout and indices of any kind: a hundred steps of Python for what a part
needs six of. What is not an item by its indices goes numba's way.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.datamodel import models
from numba.core.extending import register_model
from numba.core.imputils import lower_cast
from numba.core.lowering import Lower


def as_it_is(context: Any, builder: Any, kind: Any, index: Any, _size: Any) -> Any:
    """An index that is 0 or more, as wide as an address."""
    return context.cast(builder, index, kind, types.intp if kind.signed else types.uintp)


class FieldArray(types.Array):  # type: ignore[misc]
    """The type of an array that is read as a field: compiled code knows that no other field shares its memory."""

    def __init__(self, dtype: Any, ndim: int, field: str) -> None:
        self.field = field
        super().__init__(dtype, ndim, "C", name=f"{field}({dtype}, {ndim}d)")

    @property
    def key(self) -> Any:
        """What tells types apart."""
        return (*super().key, self.field)

    @property
    def mangling_args(self) -> Any:
        """What tells their names apart."""
        name, args = super().mangling_args
        return name, [*args, self.field]

    def copy(self, *changes: Any, **named: Any) -> Any:
        """The type of a row or another part of it, which is of the same field."""
        part = super().copy(*changes, **named)
        same = part.dtype == self.dtype and part.layout == "C" and part.mutable
        return FieldArray(part.dtype, part.ndim, self.field) if same else part

    @property
    def plain(self) -> Any:
        """The type under which it is handed on."""
        return types.Array(self.dtype, self.ndim, "C")


register_model(FieldArray)(models.ArrayModel)


@lower_cast(FieldArray, types.Array)  # type: ignore[untyped-decorator]
def _handed_on(_context: Any, _builder: Any, _from: Any, _to: Any, value: Any) -> Any:
    return value


def mark(array: Any, builder: Any, access: Any) -> None:
    """Say of a load or store which memory it is about (LLVM's TBAA): numbers of a type, of them those of a field."""
    add, zero = builder.module.add_metadata, ir.Constant(ir.IntType(64), 0)
    kind = add([str(array.dtype), add(["powersim"]), zero])
    if isinstance(array, FieldArray):
        kind = add([array.field, kind, zero])
    access.set_metadata("tbaa", add([kind, kind, zero]))


def load(context: Any, builder: Any, array: Any, pointer: Any) -> Any:
    """An item, read from memory that is told apart."""
    value = context.unpack_value(builder, array.dtype, pointer)
    if isinstance(value, ir.instructions.LoadInstr):
        mark(array, builder, value)
    return value


def store(context: Any, builder: Any, array: Any, value: Any, pointer: Any) -> None:
    """Write an item likewise."""
    context.pack_value(builder, array.dtype, value, pointer)
    last = builder.block.instructions[-1]
    assert isinstance(last, ir.instructions.StoreInstr)
    mark(array, builder, last)


def _indices(array: Any, index: Any) -> tuple[Any, ...]:
    """The types of the indices that name one item of an array, none if it is not that simple."""
    kinds = tuple(index.types) if isinstance(index, types.BaseTuple) else (index,)
    simple = isinstance(array, types.Array) and array.layout == "C" and array.ndim == len(kinds)
    return kinds if simple and all(isinstance(kind, types.Integer) for kind in kinds) else ()


class PartLower(Lower):  # type: ignore[misc]
    """Numba's own lowering, but for items of arrays."""

    def lower_getitem(self, resty: Any, expr: Any, value: Any, index: Any, signature: Any) -> Any:
        """An item that is read."""
        array = self.typeof(value.name)
        if not (kinds := _indices(array, self.typeof(index.name))):
            return super().lower_getitem(resty, expr, value, index, signature)
        found = load(self.context, self.builder, array, self._place(array, value, index, kinds))
        return self.context.cast(self.builder, found, array.dtype, resty)

    def lower_setitem(self, target: Any, index: Any, value: Any, signature: Any) -> Any:
        """An item that is written."""
        array = self.typeof(target.name)
        if not (kinds := _indices(array, self.typeof(index.name))):
            return super().lower_setitem(target, index, value, signature)
        number = self.context.cast(
            self.builder, self.loadvar(value.name), self.typeof(value.name), array.dtype
        )
        return store(self.context, self.builder, array, number, self._place(array, target, index, kinds))

    def _place(self, array: Any, variable: Any, index: Any, kinds: tuple[Any, ...]) -> Any:
        """Where an item lies: rows one after the other."""
        build, model = self.builder, self.context.data_model_manager[array]
        whole, at = self.loadvar(variable.name), self.loadvar(index.name)
        tuples = isinstance(self.typeof(index.name), types.BaseTuple)
        place = None
        for dimension, kind in enumerate(kinds):
            each = build.extract_value(at, dimension) if tuples else at
            each = as_it_is(self.context, build, kind, each, None)
            if place is None:
                place = each
                continue
            extent = build.extract_value(whole, [model.get_field_position("shape"), dimension])
            place = build.add(build.mul(place, extent), each)
        data = build.extract_value(whole, model.get_field_position("data"))
        return build.gep(data, [place])
