"""Words that messages of every layer need."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import lru_cache

LONGEST = 48  # of a name that is looked up; what is longer is none


def counted(number: int, noun: str, plural: str = "") -> str:
    """1 run, 2 runs, 0 runs; `plural` where it is not the noun with an s."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that `name` most probably stands for, or an empty text."""
    return _nearest(name, tuple(sorted(set(known))))


@lru_cache(maxsize=1024)
def _nearest(name: str, names: tuple[str, ...]) -> str:
    folded = {known_name.casefold().replace("-", "_"): known_name for known_name in names}
    same = folded.get(name.casefold().replace("-", "_"))
    if same is not None:
        return same
    close = difflib.get_close_matches(name[:LONGEST], names, n=1, cutoff=0.6)
    return close[0] if close else ""


def did_you_mean(near: str, otherwise: str = "") -> str:
    """The end of a message about a name that is not known; `otherwise` where nothing is near it."""
    return f"; did you mean {near}?" if near else otherwise
