"""Letters that the figures' own font lacks: an installed font that has them, or one plain notice that none has."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache

from matplotlib import font_manager

FONT = "DejaVu Sans"
"""Comes with matplotlib: the same letters everywhere."""

LACKING = re.compile(r"Glyph (\d+) .* missing from font", re.DOTALL)
"""How matplotlib says so, a warning a letter."""

LAST_RESORT = "Last Resort"
"""Such a font has a box for every letter, and no letter."""

NAMED = 12
"""Letters that a notice names."""

WIDE = (
    "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U00020000-\U0003ffff"
)
CLOSING = "、。，．：；？！）」』】〉》％"
PARTS = re.compile(f"[{WIDE}][{CLOSING}]*|[^{WIDE}]+")
"""Where a line may be broken without a space: after a letter of East Asian writing, not before what closes."""


def families(text: str) -> tuple[str, ...]:
    """Fonts to set a text in: the figures' own and, for letters that it lacks, installed ones."""
    if text.isascii():
        return (FONT,)
    strange = frozenset(text) - _own()
    return (FONT, *_others(strange)) if strange else (FONT,)


@contextmanager
def heard() -> Iterator[set[str]]:
    """Inside, letters that no font has are put into the set that is given; other warnings pass when it ends."""
    found: set[str] = set()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield found
    for one in caught:
        letter = LACKING.match(str(one.message))
        if letter is None:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
        else:
            found.add(chr(int(letter[1])))


def tell(boxes: Collection[str], notice: Callable[[str], None] | None) -> None:
    """Say once that figures show boxes for some letters, if there are any; without `notice` as a warning."""
    if not boxes:
        return
    found = sorted(boxes)
    named = "".join(found[:NAMED]) + ("…" if len(found) > NAMED else "")
    (notice or warnings.warn)(
        f"figures show boxes for {named}: no installed font has these letters; install one that does, "
        "such as Noto Sans CJK for Chinese, Japanese and Korean"
    )


@cache
def _own() -> frozenset[str]:
    """The letters of the figures' own font; spaces and marks that are not drawn are never missed."""
    path = font_manager.findfont(FONT)
    return frozenset(chr(code) for code in font_manager.get_font(path).get_charmap()) | set(
        "\n\r\t\N{NO-BREAK SPACE}"
    )


@cache
def _others(strange: frozenset[str]) -> tuple[str, ...]:
    """The fewest families that have all letters of `strange` that any installed font has."""
    has = {name: found for name in _installed() if (found := _having(name, strange))}
    chosen: list[str] = []
    left = strange & frozenset().union(*has.values()) if has else frozenset()
    while left:
        best = min(has, key=lambda name: (-len(has[name] & left), "Sans" not in name, name))
        chosen.append(best)
        left -= has[best]
    return tuple(chosen)


def _installed() -> list[str]:
    """Other families with an upright font of ordinary weight, those too that matplotlib has not noticed yet."""
    fonts = font_manager.fontManager
    known = {entry.fname for entry in fonts.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        try:
            fonts.addfont(path)
        except (OSError, RuntimeError):  # no font, or one that cannot be read
            continue
    upright = (e for e in fonts.ttflist if e.style == "normal" and e.weight in (400, "normal", "regular"))
    return sorted({entry.name for entry in upright if LAST_RESORT not in entry.name} - {FONT})


def _having(family: str, letters: frozenset[str]) -> frozenset[str]:
    try:
        font = font_manager.get_font(font_manager.findfont(font_manager.FontProperties(family=family)))
    except (OSError, RuntimeError):
        return frozenset()
    return frozenset(letter for letter in letters if font.get_char_index(ord(letter)))
