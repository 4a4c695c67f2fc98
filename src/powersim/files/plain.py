"""Text that is safe to show: whatever steers a terminal, or turns the order of letters round, is written out.

Titles, names and values come from files that others wrote. An escape sequence in a title could recolour a terminal,
move its cursor or rewrite a line that was printed; a bidirectional control makes text read otherwise than it is; a
line break forges a line of its own. Each is shown as what it is: `\\x1b`, `\\u202e`.
"""

from __future__ import annotations

import re

UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for tab and line feed
    "\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # order of letters, nothing to see
    "\ud800-\udfff\U000e0000-\U000e007f]"  # halves of a character, tags
)
"""Joiners (U+200C, U+200D) are no part of it: Persian and pictures need them."""

BREAKS = re.compile(r"[\t\n]+")


def plain(text: str) -> str:
    """A text of any number of lines with every unsafe character written out."""
    return text if text.isascii() and text.isprintable() else UNSAFE.sub(_written_out, text)


def one_line(text: str) -> str:
    """The same on one line: breaks and tabs become spaces."""
    return text if text.isascii() and text.isprintable() else plain(BREAKS.sub(" ", text).rstrip())


def plain_json(text: str) -> str:
    """JSON that holds the same data without an unsafe character: they stand in strings alone, as escapes."""
    return text if text.isascii() and "\x7f" not in text else UNSAFE.sub(_escaped, text)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
