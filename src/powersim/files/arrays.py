"""Arrays that a study keeps to go on with, in a file that says what they belong to; read with the shapes expected."""

from __future__ import annotations

import io
import json
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from powersim.errors import PowersimError
from powersim.files.reading import parse_data

IDENTITY = "identity"
DAMAGED = (
    ValueError, KeyError, TypeError, EOFError, MemoryError, OverflowError, NotImplementedError, RuntimeError,
    SyntaxError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a broken file of arrays may raise."""


@dataclass(frozen=True)
class Form:
    """Type of an array, and its shape; None is any size."""

    dtype: Any
    shape: tuple[int | None, ...]

    def fits(self, dtype: np.dtype[Any], shape: tuple[int, ...]) -> bool:
        """Whether an array has it."""
        sizes = len(shape) == len(self.shape) and all(w in (None, s) for w, s in zip(self.shape, shape))
        return sizes and dtype == np.dtype(self.dtype)


def pack(identity: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """A file of arrays, with what must agree for them to belong to a study."""
    content = io.BytesIO()
    parts: dict[str, Any] = {IDENTITY: np.array(json.dumps(dict(identity))), **arrays}
    np.savez(content, **parts)
    return content.getvalue()


def unpack(path: Path, forms: Mapping[str, Form]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What a file was said to belong to, and its arrays. PowersimError for a damaged one, or of other forms."""
    try:
        with zipfile.ZipFile(path) as whole:
            text = _array(whole, IDENTITY, None)
            arrays = {name: _array(whole, name, form) for name, form in forms.items()}
        return parse_data(str(text), f"{path}: {IDENTITY}", "what arrays belong to"), arrays
    except (*DAMAGED, OSError) as error:
        raise PowersimError(
            f"{path}: damaged, or not what powersim wrote ({str(error) or type(error).__name__}); "
            "delete it and it is computed again, or name another folder"
        ) from error


def _array(whole: zipfile.ZipFile, name: str, form: Form | None) -> NDArray[Any]:
    """One array; nothing is unpacked that is larger than the file, and no object is made."""
    member = whole.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed")
    stream = io.BytesIO(whole.read(member))
    if npy.read_magic(stream) != (1, 0):
        raise ValueError(f"{name} is of another format")
    shape, fortran, dtype = npy.read_array_header_1_0(stream)
    if dtype.hasobject or not (form.fits(dtype, shape) if form else dtype.kind == "U" and shape == ()):
        raise ValueError(f"{name} has shape {shape} of {dtype}")
    content = stream.read()
    if len(content) != dtype.itemsize * math.prod(shape):
        raise ValueError(f"{name} is cut off")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C").copy()
