"""Checksums by which a file that was kept is known again: whole, in its place, and of the study that it is read for.

Damage is what they are for, not forgery: whoever writes into a folder can write checksums too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SIZE = 16  # bytes of a checksum
MARK = "checksum"


def key(identity: Mapping[str, Any]) -> bytes:
    """What checksums of a study are made with, from what its results must have in common (JSON values)."""
    return hashlib.blake2b(_text(dict(identity)), digest_size=32).digest()


def digest(content: bytes | None, *about: str | int, of: bytes = b"") -> bytes:
    """Checksum of a content, of what it is `about` (a place), and of the key of its study; None: no content at all."""
    found = hashlib.blake2b(_text(about), digest_size=SIZE, key=of)
    found.update(b"\0" if content is None else b"\1")
    found.update(content or b"")
    return found.digest()


def seal(content: bytes, *about: str | int, of: bytes = b"") -> bytes:
    """The content with its checksum behind it; formats that know their own length are read with it too."""
    return content + digest(content, *about, of=of)


def unseal(sealed: bytes, *about: str | int, of: bytes = b"") -> bytes | None:
    """What was sealed, None if it is not that."""
    content, mark = sealed[:-SIZE], sealed[-SIZE:]
    return content if digest(content, *about, of=of) == mark else None


def marked(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON data with its checksum under `checksum`."""
    bare = {name: value for name, value in data.items() if name != MARK}
    return {**bare, MARK: digest(_text(bare)).hex()}


def is_whole(data: Mapping[str, Any]) -> bool:
    """Whether marked data are what was marked."""
    return bool(data.get(MARK) == marked(data)[MARK])


def _text(data: object) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
