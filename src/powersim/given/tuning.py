"""How much a move draws anew, and where: settled by what was accepted in the step before, and fixed within a step.

Histories are chaotic: a move either changes next to nothing, or one decision more comes out otherwise and much with
it. So steps do not become acceptable by being short, but by touching little. Every turn and every group of numbers has
a size of its own, which grows where moves are accepted and shrinks where they are not (Robbins and Monro 1951, Ann.
Math. Statist. 22:400; Andrieu and Thoms 2008, Stat. Comput. 18:343), and so does the number of groups that a move draws
from. Where little is drawn at a time, it is drawn more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from powersim.world.state import Floats, Ints

KINDS = ("recent", "turn", "block", "nudge")
RECENT, TURN, BLOCK, NUDGE = range(len(KINDS))
SHARES = (0.85, 0.04, 0.06, 0.05)
"""Kinds of moves, and how often each is made: recent ones cost a few turns, the others a whole history."""
WHOLE = (0.0, 0.3, 0.4, 0.3)
"""The same where a history is at its end, and none of its turns more recent than others."""
PARTS = 16  # shares of a turn's luck, each with a key of its own
JOINT = 3.0  # groups of numbers that a move draws from, to begin with
AIM = 0.35  # share of moves that should be accepted
TINY = 1e-9
GAIN, SEEN = 1.5, 10.0  # how fast sizes follow, and after how many moves in full


@dataclass
class _Dial:
    """What moves of one kind draw anew, by place: at most `whole`, on average `size`; moves made and accepted.

    joint: in how many places at a time, on average. tried: moves made and accepted, wherever.
    """

    whole: Floats
    size: Floats
    made: Floats
    accepted: Floats
    joint: float
    tried: Floats

    @classmethod
    def of(cls, whole: Sequence[int], joint: float) -> _Dial:
        most, none = np.array(whole, np.float64), np.zeros(len(whole))
        return cls(most, most.copy(), none, none.copy(), joint, np.zeros(2))

    @property
    def chance(self) -> Floats:
        """How often each place is taken."""
        often = np.sqrt(self.whole / self.size)
        return np.asarray(often / often.sum())

    def turn(self) -> None:
        """Follow what was accepted since."""
        self.size = np.clip(self.size * _by(self.made, self.accepted), 1.0, self.whole)
        if self.joint > 1.0:
            self.joint = float(
                np.clip(self.joint * _by(*self.tried[:, None])[0], 1.0 + TINY, len(self.whole))
            )
        self.made[:], self.accepted[:], self.tried[:] = 0.0, 0.0, 0.0


def _by(made: Floats, accepted: Floats) -> Floats:
    """By what sizes are multiplied."""
    rate = accepted / np.maximum(made, 1.0)
    return np.asarray(np.exp(GAIN * (rate - AIM) * np.minimum(1.0, made / SEEN)))


@dataclass
class Tuning:
    """Sizes by kind of move and place. made, accepted (K): moves so far, by kind."""

    dials: tuple[_Dial, ...]
    made: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))
    accepted: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))

    @classmethod
    def of(cls, turns: int, groups: Sequence[Ints]) -> Tuning:
        """Everything anew, everywhere."""
        luck, numbers = [PARTS] * turns, [len(group) for group in groups]
        kinds = ((luck, 1.0), (luck, 1.0), (numbers, JOINT), (numbers, JOINT))
        return cls(tuple(_Dial.of(whole, joint) for whole, joint in kinds))

    def turn(self, rng: np.random.Generator, kind: int, first: int, last: int) -> int:
        """A turn for a move of luck, of those from the first to the last."""
        chance = self.dials[kind].chance[first : last + 1]
        return first + int(rng.choice(last + 1 - first, p=chance / chance.sum()))

    def groups(self, rng: np.random.Generator, kind: int) -> list[int]:
        """Groups of numbers for a move, each once."""
        dial = self.dials[kind]
        count = int(dial.joint + rng.random())
        found: list[int] = rng.choice(
            len(dial.whole), size=min(count, len(dial.whole)), replace=False, p=dial.chance
        ).tolist()
        return found

    def size(self, kind: int, place: int) -> int:
        """How much a move there draws anew."""
        return int(self.dials[kind].size[place] + 0.5)

    def count(self, kind: int, places: Sequence[int], accepted: bool) -> None:
        """Count a move."""
        dial = self.dials[kind]
        dial.made[places] += 1.0
        dial.accepted[places] += accepted
        dial.tried += (1.0, accepted)
        self.made[kind] += 1.0
        self.accepted[kind] += accepted

    def follow(self) -> None:
        """Set sizes by what was accepted since they were set."""
        for dial in self.dials:
            dial.turn()


def groups_of(paths: Sequence[str]) -> tuple[Ints, ...]:
    """Uncertain numbers by what they say something of: an issue, trust, alignment, parameters; places in `paths`."""
    found: dict[str, list[int]] = {}
    for place, path in enumerate(paths):
        parts = path.split(".")
        found.setdefault(".".join(parts[: 2 if parts[0] in ("issues", "beliefs") else 1]), []).append(place)
    return tuple(np.array(places, np.int64) for places in found.values())
