"""What a move draws anew: settled by what was refused in the steps before, and fixed within a step.

Histories are chaotic: a move either changes next to nothing, or one decision more comes out otherwise and much with
it. So steps do not become acceptable by being short, but by touching little. Of the thousand numbers and the hundreds
of keys of luck of a world most hardly matter to what is known, and some are nearly always refused. Every one has a
*risk*, the chance that to draw it anew is refused, and risks are taken to be independent (a noisy or: Pearl 1988,
Probabilistic Reasoning in Intelligent Systems, 4.3.2): refusals are blamed on what was drawn by its share in them,
which is a step of EM (Dempster, Laird and Rubin 1977, J. R. Statist. Soc. B 39:1). A move draws each by a chance that
goes with the root of one over its risk, which keeps the mean time between two draws of a number least, and as many as
may be refused one time in AIM (Robbins and Monro 1951, Ann. Math. Statist. 22:400; Andrieu and Thoms 2008, Stat.
Comput. 18:343). So what hardly matters is drawn by the hundred, and what matters by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from powersim.world.state import Floats, Ints

KINDS = ("recent", "turn", "block", "nudge")
RECENT, TURN, BLOCK, NUDGE = range(len(KINDS))
SHARES = (0.45, 0.35, 0.17, 0.03)
"""Kinds of moves, and how often each is made: recent ones cost a few turns, the others a whole history."""
WHOLE = (0.0, 0.65, 0.31, 0.04)
"""The same where a history is at its end, and none of its turns more recent than others."""
PARTS = 16  # shares of a turn's luck, each with a key of its own
AIM = 0.35  # share of moves that should be accepted
GUESS, LEAST = 0.05, 1e-4  # a risk of which nothing is known, and the least
BELIEF = 4.0  # moves that what is known of a group of numbers counts for, in the risk of one of them
FADES = 0.7  # what moves count for a step later
GAIN, SEEN = 1.5, 20.0  # how fast the load follows, and after how many moves in full


class _Dial:
    """Risks of moves of one kind, by place: `risk` (N). load: the sum of risks that a move takes.

    group (N): places that are much alike. made, blame (N): moves that drew a place, and refusals by its share in them.
    """

    def __init__(self, group: Ints) -> None:
        self.group, self.load = group, 1.0
        self.risk = np.full(len(group), GUESS)
        self.made, self.blame = np.zeros(len(group)), np.zeros(len(group))
        self.tried = np.zeros(2)

    def chosen(self, rng: np.random.Generator, first: int, stop: int) -> Ints:
        """Places for a move, of those from the first up to the one where it stops; one at least."""
        risk = self.risk[first:stop]
        often = np.sqrt(1.0 / risk)
        chance = np.minimum(1.0, often * (self.load / (often * risk).sum()))
        some = np.flatnonzero(rng.random(stop - first) < chance)
        return first + (some if len(some) else rng.choice(stop - first, size=1, p=chance / chance.sum()))

    def count(self, chosen: Ints, accepted: bool) -> None:
        """Count a move."""
        self.made[chosen] += 1.0
        self.tried += (1.0, accepted)
        if not accepted:
            risk = self.risk[chosen]
            self.blame[chosen] += risk / -np.expm1(np.log1p(-risk).sum())

    def follow(self) -> None:
        """Follow what was refused since."""
        made = np.bincount(self.group, self.made)
        common = (np.bincount(self.group, self.blame) + GUESS) / (made + 1.0)
        risk = (self.blame + BELIEF * common[self.group]) / (self.made + BELIEF)
        self.risk = np.clip(risk, LEAST, 1.0 - LEAST)
        made, accepted = self.tried.tolist()
        rate = accepted / max(made, 1.0)
        self.load = float(
            np.clip(self.load * np.exp(GAIN * (rate - AIM) * min(1.0, made / SEEN)), 0.05, 5.0)
        )
        self.made *= FADES
        self.blame *= FADES
        self.tried[:] = 0.0


@dataclass
class Tuning:
    """Risks by kind of move and place. made, accepted (K): moves so far, by kind."""

    dials: tuple[_Dial, ...]
    made: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))
    accepted: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))

    @classmethod
    def of(cls, turns: int, group: Ints) -> Tuning:
        """Nothing is known yet. group (P): of every number."""
        luck = np.repeat(np.arange(turns), PARTS)
        return cls((_Dial(luck), _Dial(luck), _Dial(group), _Dial(group)))

    def turn(self, rng: np.random.Generator, kind: int, first: int, last: int) -> int:
        """A turn for a move of luck, of those from the first to the last: the more it takes, the more often."""
        risk = self.dials[kind].risk[first * PARTS : (last + 1) * PARTS].reshape(-1, PARTS).sum(axis=1)
        often = np.maximum(1.0, risk)
        return first + int(rng.choice(last + 1 - first, p=often / often.sum()))

    def luck(self, rng: np.random.Generator, kind: int, turn: int) -> Ints:
        """Shares of a turn's luck for a move."""
        return self.dials[kind].chosen(rng, turn * PARTS, (turn + 1) * PARTS) - turn * PARTS

    def numbers(self, rng: np.random.Generator, kind: int) -> Ints:
        """Numbers for a move."""
        return self.dials[kind].chosen(rng, 0, len(self.dials[kind].risk))

    def stirred(self, apart: Floats) -> float:
        """How far numbers have gone, as a share of how far independent draws lie apart; by risk.

        apart (N, P): differences of uniforms, whose distance is a third if they are independent. 1 without numbers.
        """
        risk = self.dials[BLOCK].risk
        return float(3.0 * (np.abs(apart).mean(axis=0) * risk).sum() / risk.sum()) if len(risk) else 1.0

    def count(self, kind: int, chosen: Ints, accepted: bool) -> None:
        """Count a move."""
        self.dials[kind].count(chosen, accepted)
        self.made[kind] += 1.0
        self.accepted[kind] += accepted

    def follow(self) -> None:
        """Set risks by what was refused since they were set."""
        for dial in self.dials:
            dial.follow()


def groups_of(paths: Sequence[str]) -> Ints:
    """The group of every uncertain number, by what it says something of: an issue, trust, alignment, parameters."""
    found: dict[str, int] = {}
    told = [path.split(".")[: 2 if path.startswith(("issues", "beliefs")) else 1] for path in paths]
    return np.array([found.setdefault(".".join(parts), len(found)) for parts in told], np.int64)
