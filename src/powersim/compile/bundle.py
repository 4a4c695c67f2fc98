"""Named tuples of arrays as one pointer for compiled code.

A history is some two hundred arrays. Handed to numba as named tuples, every call would carry every pointer, shape and
stride by value, and compiling would take longer than any study. `pack` writes the addresses and shapes of a named
tuple's fields into one table; compiled code gets the address of the table and reads ``w.x`` as an array without a
reference count. Nothing is copied: what compiled code writes, the named tuple shows. Interpreted, `pack`
is the identity. A field that is a named tuple itself is packed too: ``g.s.x0`` is found through two tables, so that
whoever calls hands on one address for all that is given.

The caller keeps the packed object alive and its arrays in place for the length of a call, and arrays are C-contiguous.
"""

from __future__ import annotations

import hashlib
import struct
from functools import cache
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.extending import NativeValue, register_model, typeof_impl, unbox
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.np.arrayobj import populate_array
from numba.np.numpy_support import from_dtype

from powersim.compile.jit import ENABLED

T = TypeVar("T", bound=tuple[Any, ...])

_FLOAT, _BITS = struct.Struct("=d"), struct.Struct("=q")


class Packed:
    """A named tuple and the table of its fields' addresses and shapes (int64; numbers stand in the table itself).

    Python reads its fields as those of the named tuple; a named tuple in it comes packed. `like` is an earlier one of
    as many fields: what both hold is not looked at again.
    """

    __slots__ = ("_address", "_entries", "_table", "_type", "_values")  # no field of a named tuple begins so
    _values: Any

    def __init__(self, values: Any, like: Packed | None = None) -> None:
        if like is None:
            self._entries = [_entry(value) for value in values]
        else:
            before = zip(values, like._values, like._entries, strict=True)
            self._entries = [
                entry if value is old else _entry(value, entry[2]) for value, old, entry in before
            ]
        self._values = values
        self._type = _type(type(values).__name__, values._fields, tuple(kind for kind, _, _ in self._entries))
        self._table = np.array([number for _, row, _ in self._entries for number in row], np.int64)
        self._address = self._table.__array_interface__["data"][0]

    def __getattr__(self, name: str) -> Any:
        try:
            place = self._values._fields.index(name)
        except ValueError:
            raise AttributeError(f"{type(self._values).__name__} has no field {name}") from None
        return self._entries[place][2] or self._values[place]


NUMBER, TUPLE = -1, -2  # instead of dimensions


_Kind = tuple[Any, int]
"""Of a field: the character of its dtype, of a named tuple its type; dimensions, NUMBER or TUPLE."""
_Entry = tuple[_Kind, tuple[int, ...], "Packed | None"]
"""Of a field: its kind, what the table says of it, and a named tuple's own table, kept alive here."""


def _entry(value: Any, before: Packed | None = None) -> _Entry:
    """The entry of a field; a named tuple may come packed. `before`: an earlier one in its place."""
    if isinstance(value, np.ndarray):
        if not value.flags.c_contiguous:
            raise ValueError(f"an array of shape {value.shape} must be C-contiguous")
        return (value.dtype.char, value.ndim), (value.__array_interface__["data"][0], *value.shape), None
    if isinstance(value, float):
        return ("d", NUMBER), _BITS.unpack(_FLOAT.pack(value)), None
    if isinstance(value, (tuple, Packed)):
        part = value if isinstance(value, Packed) else Packed(value, before)
        return (part._type, TUPLE), (part._address,), part
    return ("L" if isinstance(value, np.uint64) else "l", NUMBER), (int(value),), None


def pack(values: T, like: T | None = None) -> T:
    """`values` as compiled code takes it; the named tuple itself when rules are interpreted.

    `like` is what `pack` gave for values most of whose arrays are the same objects: then it is quicker.
    Raises ValueError for an array that is not C-contiguous.
    """
    return Packed(values, like) if ENABLED else values  # type: ignore[return-value, arg-type]


class BundleType(types.Type):  # type: ignore[misc]
    """The type of a packed named tuple: its name and, for each field, name, kind (see `_Kind`)."""

    def __init__(self, fields: tuple[Any, ...]) -> None:
        self.slots: dict[str, tuple[int, Any, int]] = {}
        slot = 0
        for name, dtype, ndim in fields[1:]:
            self.slots[name] = (slot, dtype, ndim)
            slot += 1 + max(ndim, 0)
        # The name stands for the fields, and is short because it is a part of every function's name.
        digest = hashlib.sha256(repr(fields).encode()).hexdigest()
        super().__init__(name=f"{fields[0]}_{digest[:12]}")

    def resolve(self, name: str) -> Any:
        """The numba type of a field, None if there is no such field."""
        if name not in self.slots:
            return None
        _, dtype, ndim = self.slots[name]
        if ndim == TUPLE:
            return dtype
        scalar = from_dtype(np.dtype(dtype))
        return scalar if ndim < 0 else types.Array(scalar, ndim, "C", aligned=True)


@typeof_impl.register(Packed)  # type: ignore[untyped-decorator]
def _typeof(value: Packed, _: Any) -> BundleType:
    return value._type


@cache
def _type(name: str, fields: tuple[str, ...], kinds: tuple[_Kind, ...]) -> BundleType:
    """The type of a named tuple, made once."""
    return BundleType((name, *((field, *kind) for field, kind in zip(fields, kinds, strict=True))))


@register_model(BundleType)
class BundleModel(models.PrimitiveModel):  # type: ignore[misc]
    """In machine code: the address of the table."""

    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, ir.IntType(64))


@unbox(BundleType)  # type: ignore[untyped-decorator]
def _unbox(_: Any, obj: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(obj, "_address")
    native = c.pyapi.long_as_longlong(address)
    c.pyapi.decref(address)
    return NativeValue(native, is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


@infer_getattr
class BundleAttributes(AttributeTemplate):  # type: ignore[misc]
    """Typing of ``w.x``."""

    key = BundleType

    def generic_resolve(self, typ: BundleType, attr: str) -> Any:
        """The type of a field."""
        return typ.resolve(attr)


@lower_getattr_generic(BundleType)  # type: ignore[untyped-decorator]
def _getattr(context: Any, builder: Any, typ: BundleType, value: Any, attr: str) -> Any:
    slot, dtype, ndim = typ.slots[attr]
    word = ir.IntType(64)
    table = builder.inttoptr(value, word.as_pointer())

    def load(index: int) -> Any:
        entry = builder.load(builder.gep(table, [ir.Constant(word, index)]))
        entry.set_metadata(
            "invariant.load", builder.module.add_metadata([])
        )  # lets LLVM lift it out of loops
        return entry

    if ndim == TUPLE:
        return load(slot)
    field = typ.resolve(attr)
    if ndim == NUMBER:
        return builder.bitcast(load(slot), context.get_value_type(field))
    shape = [load(slot + 1 + k) for k in range(ndim)]
    itemsize = np.dtype(dtype).itemsize
    strides = [ir.Constant(word, itemsize)]
    for extent in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], extent))
    array = context.make_array(field)(context, builder)
    data = builder.inttoptr(load(slot), context.get_data_type(field.dtype).as_pointer())
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=itemsize, meminfo=None)
    return array._getvalue()
