"""What a scenario says is known to have happened, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from powersim.scenario.resolved import Num


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, or did not, in turns first..last.

    kind: a key of `schema.evidence.KINDS`, things and over: what it is about. above: the level, where it is about one.
    miss: probability that a run which does otherwise is as good as the record, see `Evidence`.
    """

    kind: str
    things: tuple[str, ...]
    over: str
    first: int
    last: int
    happened: bool
    above: float
    miss: float
    source: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known to have happened.

    branch: the one that happened. until: last turn that is used unless a date is named. error: sd of the coding error
    of a path, `errors` by issue. discrepancy: sd of what the model cannot be expected to hit; lasts: turns in which it
    falls to 1/e, 0: every date by itself. issues: those whose coded paths are evidence; at: when, `changes`, `years` or
    `end` (see `schema.evidence.PathsOf`). withheld: what is used for a date after turn `after` alone.
    """

    branch: str
    until: int
    error: float
    errors: Mapping[str, float]
    discrepancy: Num
    lasts: float
    issues: tuple[str, ...]
    at: str
    facts: tuple[Fact, ...]
    withheld: tuple[Fact, ...]
    after: int

    def told(self, date: str) -> str:
        """What is told until a date, in words."""
        return f"where things stood in {date}" if self.at == "end" else f"what happened until {date}"

    def like_ours(self, date: str) -> str:
        """What worlds have done that are told this, in words."""
        return f"came by {date} to where ours stood" if self.at == "end" else f"went like ours until {date}"
