"""A number for every pair of actors: most are alike, and there may be 160,000, so these are made when asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from powersim.scenario.resolved import Num

Pair = tuple[str, str]
SYMMETRIC = "-"


@dataclass(frozen=True, eq=False)
class Pairs(Mapping[Pair, "Num"]):
    """`usual` for every pair but those that have a number of their `own`.

    codes: actors, sorted. base, sign: the path of a pair is `base.AsignB`; with sign "-" only pairs A < B are there.
    The path of `usual` is that of one uncertain number shared by all pairs, else empty: each has its own path.
    """

    codes: Sequence[str]
    base: str
    sign: str
    usual: Num
    own: Mapping[Pair, Num]

    def path(self, pair: Pair) -> str:
        """Where the number of a pair stands."""
        return f"{self.base}.{pair[0]}{self.sign}{pair[1]}"

    def __getitem__(self, pair: Pair) -> Num:
        if pair in self.own:
            return self.own[pair]
        first, second = pair
        known = first in self.codes and second in self.codes
        if not known or first == second or (self.sign == SYMMETRIC and first > second):
            raise KeyError(pair)
        return self.usual if self.usual.path else dataclasses.replace(self.usual, path=self.path(pair))

    def __iter__(self) -> Iterator[Pair]:
        for place, first in enumerate(self.codes):
            for second in self.codes[place + 1 :] if self.sign == SYMMETRIC else self.codes:
                if first != second:
                    yield first, second

    def __len__(self) -> int:
        count = len(self.codes) * (len(self.codes) - 1)
        return count // 2 if self.sign == SYMMETRIC else count
