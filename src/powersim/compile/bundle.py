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

import ctypes
import struct
from typing import Any, TypeVar

import numpy as np

from powersim.compile.jit import ENABLED

T = TypeVar("T", bound=tuple[Any, ...])

_FLOAT, _BITS = struct.Struct("=d"), struct.Struct("=q")


class Packed:
    """A named tuple and the table of its fields' addresses and shapes (int64; numbers stand in the table itself).

    Python reads its fields as those of the named tuple; a named tuple in it comes packed. `like` is an earlier one of
    as many fields: what both hold is not looked at again.
    """

    # no field of a named tuple begins so
    __slots__ = ("_address", "_entries", "_kind", "_table", "_type", "_values")
    _kind: Any
    _type: Any
    _values: Any

    def __init__(self, values: Any, like: Packed | None = None) -> None:
        self._values = values
        if (
            like is not None
            and type(values) is type(like._values)
            and _reals(like._values)
            and _reals(values)
        ):
            self._entries: list[_Entry] = []  # a hundred numbers: none needs an entry of its own
            self._kind, self._type = like._kind, like._type
            self._table = np.array(values, np.float64).view(np.int64)
            self._address = _address(self._table)
            return
        if like is None or not like._entries:
            self._entries = [_entry(value) for value in values]
        else:
            before = zip(values, like._values, like._entries, strict=True)
            self._entries = [
                entry if value is old else _entry(value, entry[2]) for value, old, entry in before
            ]
        self._kind = (type(values).__name__, values._fields, tuple(kind for kind, _, _ in self._entries))
        self._type = like._type if like is not None and like._kind == self._kind else None
        self._table = np.array([number for _, row, _ in self._entries for number in row], np.int64)
        self._address = _address(self._table)

    def __reduce__(self) -> tuple[Any, ...]:
        """Elsewhere its arrays have other addresses: it is packed anew."""
        return Packed, (self._values,)

    def __getattr__(self, name: str) -> Any:
        try:
            place = self._values._fields.index(name)
        except ValueError:
            raise AttributeError(f"{type(self._values).__name__} has no field {name}") from None
        return (self._entries and self._entries[place][2]) or self._values[place]

    @property
    def _numba_type_(self) -> Any:
        """How numba sees it."""
        if self._type is None:  # asked for at every call, and long to look up
            from powersim.compile.lowering import type_of  # for a look at a scenario no compiler is loaded

            self._type = type_of(self._kind)
        return self._type


NUMBER, TUPLE = -1, -2  # instead of dimensions


_Kind = tuple[Any, int]
"""Of a field: the character of its dtype, of a named tuple its `Packed._kind`; dimensions, NUMBER or TUPLE."""
_Entry = tuple[_Kind, tuple[int, ...], "Packed | None"]
"""Of a field: its kind, what the table says of it, and a named tuple's own table, kept alive here."""


def _reals(values: Any) -> bool:
    """Whether a tuple has real numbers alone."""
    return set(map(type, values)) == {float}


_NOTHING = ctypes.c_char * 0


def _address(array: Any) -> int:
    """Where an array's numbers are. To ask numpy, as where one may not write, takes three times as long."""
    if array.flags.writeable:
        return ctypes.addressof(_NOTHING.from_buffer(array))
    return int(array.__array_interface__["data"][0])


def _entry(value: Any, before: Packed | None = None) -> _Entry:
    """The entry of a field; a named tuple may come packed. `before`: an earlier one in its place."""
    if isinstance(value, np.ndarray):
        if not value.flags.c_contiguous:
            raise ValueError(f"an array of shape {value.shape} must be C-contiguous")
        return (value.dtype.char, value.ndim), (_address(value), *value.shape), None
    if isinstance(value, float):
        return ("d", NUMBER), _BITS.unpack(_FLOAT.pack(value)), None
    if isinstance(value, (tuple, Packed)):
        part = value if isinstance(value, Packed) else Packed(value, before)
        return (part._kind, TUPLE), (part._address,), part
    return ("L" if isinstance(value, np.uint64) else "l", NUMBER), (int(value),), None


def pack(values: T, like: T | None = None) -> T:
    """`values` as compiled code takes it; the named tuple itself when rules are interpreted.

    `like` is what `pack` gave for values most of whose arrays are the same objects: then it is quicker.
    Raises ValueError for an array that is not C-contiguous.
    """
    return Packed(values, like) if ENABLED else values  # type: ignore[return-value, arg-type]
