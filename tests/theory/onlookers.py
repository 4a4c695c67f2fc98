"""One move of one lever, seen by whoever is there: worlds for propositions about signals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from hypothesis import strategies as st
from small_worlds import small

from powersim.compile.jit import interpreted
from powersim.run.foreseen import look_around
from powersim.scenario.arrays.build import build
from powersim.scenario.load import from_data
from powersim.testing import shares
from powersim.world import signals
from powersim.world.given import given_by
from powersim.world.start import new_world

MOVER = "AAA"
LOUD = {"rho": 1.0, "tau": 1.0, "curvature": 1.5, "friend_from": 0.5, "omega_out": 0.5, "signal_scale": 0.25}
DEAF = 0.02  # of defaults: smaller signals are not read

read_moves = interpreted(signals.read_moves)


class Other(NamedTuple):
    """Somebody who looks on: what it wants, how much, and its alignment with who moves. No salience, no stake."""

    ideal: float
    salience: float
    alignment: float


class Read(NamedTuple):
    """Beliefs in the mover, by onlooker, before and after its move."""

    resolve0: list[float]
    resolve: list[float]
    trust0: list[float]
    trust: list[float]


@dataclass(frozen=True)
class Scene:
    """A mover with its ideal and salience, a move, onlookers, beliefs that they begin with, parameters."""

    mover: tuple[float, float]
    move: tuple[float, float]
    others: tuple[Other, ...]
    belief: float = 0.5
    parameters: dict[str, float] = field(default_factory=dict)
    on: tuple[str, ...] = ("resolve", "trust")

    def read(self) -> Read:
        """What the kernels make of it."""
        codes = [f"B{place:02}" for place in range(len(self.others))]
        document = small(
            (MOVER, *codes),
            self.on,
            turns=2,
            parameters=LOUD | self.parameters,
            issues={
                "thing": {
                    "start": self.move[0],
                    "control": MOVER,
                    "interests": {
                        MOVER: list(self.mover),
                        **{
                            code: [other.ideal, other.salience]
                            for code, other in zip(codes, self.others, strict=True)
                            if other.salience > 0.0
                        },
                    },
                }
            },
            alignment={
                f"{MOVER}-{code}": other.alignment for code, other in zip(codes, self.others, strict=True)
            },
            beliefs={"resolve": {"default": self.belief}, "trust": {"default": self.belief}},
        )
        g = given_by(build(from_data(document)).case(), 1, 0)
        w = new_world(g.s, 0)
        w.pos[0] = self.move[1]
        look_around(g.s, w)
        read_moves(g, w, 0)
        columns = (g.s.resolve0, w.resolve, g.s.trust0, w.trust)
        return Read(*([float(x) for x in array[1:, 0]] for array in columns))


def others(
    ideal: st.SearchStrategy[float] | None = None,
    salience: st.SearchStrategy[float] | None = None,
    alignment: st.SearchStrategy[float] | None = None,
) -> st.SearchStrategy[Other]:
    """Onlookers of some kind; anybody at all by default, half of them without a stake."""
    return st.builds(
        Other,
        shares() if ideal is None else ideal,
        st.one_of(st.just(0.0), shares(0.01, 1.0)) if salience is None else salience,
        shares(-1.0, 1.0) if alignment is None else alignment,
    )


crowds = st.lists(others(), max_size=3)
moves = st.tuples(shares(0.0, 0.4), shares(0.6, 1.0))
"""Moves upwards, so that what an ideal beyond an end of the way means is plain."""
costs = st.tuples(st.just(0.0), shares(0.2, 1.0))
"""Movers whom a move upwards costs."""
OPPONENT, FRIEND = shares(-1.0, 0.0), shares(0.5, 1.0)
FOR, AGAINST = st.just(1.0), st.just(0.0)  # ideals of whom a move upwards serves, or denies
STAKE = shares(0.2, 1.0)
