"""Where results come from: everything that is needed to compute them again, as JSON beside them."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from powersim.files.indented import indented
from powersim.files.writing import Mark
from powersim.files.writing import write as write_file

FORMAT = 1
FILE = "provenance.json"
KEY = "powersim_provenance"
FOLDERS = ("rules", "world", "defaults", "scenario")
FILES = ("compile/bundle.py", "compile/jit.py", "compile/lowering.py", "sim/history.py")
MARK: Mark = re.compile(rb'\A\{\s*"' + KEY.encode() + rb'"')


def versions() -> dict[str, str]:
    """Versions of powersim, of its rules (a checksum of their sources) and of what computes them."""
    import numba
    import numpy as np

    return {
        "powersim": metadata.version("powersim"),
        "rules": rules_checksum(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
    }


@cache
def rules_checksum() -> str:
    """Checksum of the sources that decide what a history is: rules, world, defaults, how a scenario is read."""
    package = resources.files("powersim")
    files = [(name, package.joinpath(name)) for name in FILES if package.joinpath(name).is_file()]
    for folder in FOLDERS:
        files += _files(package.joinpath(folder), folder)
    digest = hashlib.sha256()
    for name, file in sorted(files, key=lambda pair: pair[0]):
        digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"sha256:{digest.hexdigest()[:16]}"


def checksum(data: object) -> str:
    """Checksum of JSON data; the order of keys does not matter."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def system() -> str:
    """Operating system and processor, without names of machines."""
    return f"{platform.system()} {platform.machine()}"


def command_line(arguments: Sequence[str]) -> str:
    """The command that was given; absolute paths are cut to their last part, as they mean nothing elsewhere."""
    return written(" ".join(["powersim", *(_quoted(_portable(argument)) for argument in arguments)]))


def written(text: str) -> str:
    """A text that any file can hold: bytes of a file's name that are not UTF-8 as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def write(folder: Path, facts: Mapping[str, Any]) -> Path:
    """Write `provenance.json` into a folder."""
    return write_file(folder / FILE, indented({KEY: FORMAT, **facts}) + "\n", MARK)


def _files(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    kept = (entry for entry in folder.iterdir() if entry.is_file() and entry.name.endswith((".py", ".yaml")))
    return [(f"{prefix}/{entry.name}", entry) for entry in kept]


def _portable(argument: str) -> str:
    option, equals, value = argument.partition("=") if argument.startswith("--") else ("", "", argument)
    for kind in (PurePosixPath, PureWindowsPath):
        if kind(value).is_absolute():
            value = kind(value).name
    return f"{option}{equals}{value}"


def _quoted(argument: str) -> str:
    return argument if re.fullmatch(r"[\w./=,:@%+-]+", argument) else f"'{argument}'"
