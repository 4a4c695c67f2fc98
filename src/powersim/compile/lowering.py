"""How compiled code sees what `powersim.compile.bundle` has packed: its type, and what becomes of ``w.x``."""

from __future__ import annotations

import hashlib
from functools import cache, reduce
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.extending import NativeValue, register_model, typeof_impl, unbox
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.np.numpy_support import from_dtype

from powersim.compile.bundle import NUMBER, TUPLE, Packed
from powersim.compile.jit import in_parts


class BundleType(types.Type):  # type: ignore[misc]
    """The type of a packed named tuple: its name, its fields, and the kind of each (see `Packed`)."""

    def __init__(self, name: str, fields: tuple[str, ...], kinds: tuple[Any, ...]) -> None:
        self.slots: dict[str, tuple[int, Any, int]] = {}
        slot = 0
        for field, (dtype, ndim) in zip(fields, kinds, strict=True):
            self.slots[field] = (slot, type_of(dtype) if ndim == TUPLE else dtype, ndim)
            slot += 1 + max(ndim, 0)
        # The name stands for the fields, and is short because it is a part of every function's name.
        digest = hashlib.sha256(repr((name, fields, kinds)).encode()).hexdigest()
        super().__init__(name=f"{name}_{digest[:12]}")

    def resolve(self, name: str) -> Any:
        """The numba type of a field, None if there is no such field."""
        if name not in self.slots:
            return None
        _, dtype, ndim = self.slots[name]
        if ndim == TUPLE:
            return dtype
        scalar = from_dtype(np.dtype(dtype))
        if ndim < 0:
            return scalar
        if in_parts():
            from powersim.compile.fields import FieldArray

            return FieldArray(scalar, ndim, f"{self.name}.{name}")
        return types.Array(scalar, ndim, "C")


@typeof_impl.register(Packed)  # type: ignore[untyped-decorator]
def _typeof(value: Packed, _: Any) -> BundleType:
    return type_of(value._kind)


@cache
def type_of(kind: Any) -> BundleType:
    """The type of a named tuple, made once."""
    return BundleType(*kind)


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
    found = {
        "data": builder.inttoptr(load(slot), context.get_data_type(field.dtype).as_pointer()),
        "nitems": reduce(builder.mul, shape), "itemsize": ir.Constant(word, itemsize),
        "shape": cgutils.pack_array(builder, shape, ty=word), "strides": cgutils.pack_array(builder, strides, ty=word),
    }  # fmt: skip
    model = context.data_model_manager[field]
    made = ir.Constant(model.get_value_type(), None)  # all zero: nobody counts references, there is no parent
    for name, part in found.items():
        made = builder.insert_value(made, part, model.get_field_position(name))
    return made
