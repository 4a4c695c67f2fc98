"""What a move draws anew: settled by what was refused in the steps before, and fixed within a step.

Histories are chaotic: a move either changes next to nothing, or one decision more comes out otherwise and much with
it. So steps do not become acceptable by being short, but by touching little. A world has a thousand numbers and
hundreds of keys of luck; most hardly matter to what is known, and some are nearly always refused. Turns of luck, and
groups of numbers that say something of one thing, have a *risk*: the chance that to draw one of them anew is refused,
whatever else is drawn (a noisy or: Pearl 1988, Probabilistic Reasoning in Intelligent Systems, 4.3.2), learnt from
what was refused by steps of EM (Dempster, Laird and Rubin 1977, J. R. Statist. Soc. B 39:1). A move draws as
many as make it accepted with chance AIM, and comes to a group as often as it takes to draw all of it. So what hardly
matters is drawn by the hundred, and what matters by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from powersim.world.state import Floats, Ints

KINDS = ("recent", "turn", "block", "nudge")
RECENT, TURN, BLOCK, NUDGE = range(len(KINDS))
SHARES = (0.45, 0.35, 0.17, 0.03)
"""Kinds of moves, and how often each is made: recent ones cost a few turns, of any turn half a history, others all."""
WHOLE = (0.0, 0.65, 0.31, 0.04)
"""The same where a history is at its end, and none of its turns more recent than others."""
PARTS = 16  # shares of a turn's luck, each with a key of its own
AIM = 0.35  # share of moves that should be accepted
TAKEN = -math.log(AIM)  # sum of risks that a move takes, to be accepted so often
GUESS, LEAST = 0.05, 1e-4  # a risk of which nothing is known, and the least
FADES = 0.6  # what moves count for a step later
DOUBT = 2.0  # draws that the guess counts for


class _Dial:
    """Moves of one kind. members: places of every group (G). risk (G): that to draw one of them is refused.

    drawn, blame (G): places that moves drew, and refusals by their share in them; lately.
    """

    def __init__(self, members: Sequence[Ints]) -> None:
        self.members = members
        self.whole = np.array([len(places) for places in members], np.float64)
        self.risk = np.full(len(members), GUESS)
        self.drawn, self.blame = np.zeros(len(members)), np.zeros(len(members))

    def order(self, rng: np.random.Generator, groups: slice, count: int) -> list[int]:
        """Groups for a move, of some, one after the other: the more is at risk, the sooner."""
        often = np.maximum(TAKEN, (self.whole * self.risk)[groups])
        found = rng.choice(len(often), size=count, replace=False, p=often / often.sum())
        return (found + (groups.start or 0)).tolist()  # type: ignore[no-any-return]

    def chosen(self, rng: np.random.Generator, order: Iterable[int]) -> dict[int, Ints]:
        """Places for a move, by group: of one after the other, until as much is at risk as moves take."""
        found: dict[int, Ints] = {}
        left = TAKEN
        for group in order:
            size = int(left / self.risk[group] + rng.random())
            if size == 0 and found:
                break
            found[group] = rng.permutation(self.members[group])[: max(1, size)]
            left -= len(found[group]) * self.risk[group]
            if left <= 0.0:
                break
        return found

    def count(self, chosen: Mapping[int, Ints], accepted: bool) -> None:
        """Count a move."""
        groups, sizes = list(chosen), np.array([len(places) for places in chosen.values()])
        self.drawn[groups] += sizes
        if not accepted:
            risk = self.risk[groups]
            self.blame[groups] += sizes * risk / -math.expm1(float(sizes @ np.log1p(-risk)))

    def follow(self) -> None:
        """Follow what was refused since."""
        self.risk = np.clip((self.blame + DOUBT * GUESS) / (self.drawn + DOUBT), LEAST, 1.0 - LEAST)
        self.drawn *= FADES
        self.blame *= FADES


@dataclass
class Tuning:
    """Risks by kind of move and place. made, accepted (K): moves so far, by kind."""

    dials: tuple[_Dial, ...]
    made: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))
    accepted: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))

    @classmethod
    def of(cls, turns: int, groups: Sequence[Ints]) -> Tuning:
        """Nothing is known yet. groups: places of numbers that go together."""
        luck = [np.arange(PARTS)] * turns
        return cls((_Dial(luck), _Dial(luck), _Dial(groups), _Dial(groups)))

    def luck(self, rng: np.random.Generator, kind: int, first: int, last: int) -> tuple[int, Ints]:
        """A turn for a move of luck, of those from the first to the last, and shares of its luck."""
        dial = self.dials[kind]
        ((turn, own),) = dial.chosen(rng, dial.order(rng, slice(first, last + 1), 1)).items()
        return turn, own

    def numbers(self, rng: np.random.Generator, kind: int) -> dict[int, Ints]:
        """Places of numbers for a move, by group."""
        dial = self.dials[kind]
        return dial.chosen(rng, dial.order(rng, slice(None), len(dial.members)))

    def stirred(self, apart: Floats) -> float:
        """How far numbers have gone, as a share of how far independent draws lie apart; by risk. 1 without numbers.

        apart (N, P): differences of uniforms, whose distance is a third if they are independent.
        """
        dial = self.dials[BLOCK]
        if not len(dial.members):
            return 1.0
        far = np.abs(apart).mean(axis=0)
        gone = np.array([far[places].sum() for places in dial.members])
        return float(3.0 * (gone @ dial.risk) / (dial.whole @ dial.risk))

    def count(self, kind: int, chosen: Mapping[int, Ints], accepted: bool) -> None:
        """Count a move of what was drawn, by group."""
        self.dials[kind].count(chosen, accepted)
        self.made[kind] += 1.0
        self.accepted[kind] += accepted

    def follow(self) -> None:
        """Set risks by what was refused since they were set."""
        for dial in self.dials:
            dial.follow()


def groups_of(paths: Sequence[str]) -> tuple[Ints, ...]:
    """Uncertain numbers by what they say something of: an issue, trust, alignment, parameters; places in `paths`."""
    found: dict[str, list[int]] = {}
    for place, path in enumerate(paths):
        told = path.split(".")
        found.setdefault(".".join(told[: 2 if told[0] == "issues" else 1]), []).append(place)
    return tuple(np.array(places, np.int64) for places in found.values())
