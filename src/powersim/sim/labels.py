"""What the rows of a world are called: the engines know indices, people know names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from powersim._words import did_you_mean, nearest
from powersim.errors import PowersimError
from powersim.world.case import Case


@dataclass(frozen=True)
class Labels:
    """Names in the order of the arrays of `powersim.world.state`; `outcomes` in the order of the case's watch.

    `controls` are levers by their issue, then "sanctions A>B", then "pledge A>B". `dates` has one label for every turn.
    """

    title: str
    actors: tuple[str, ...]
    issues: tuple[str, ...]
    goods: tuple[str, ...]
    controls: tuple[str, ...]
    outcomes: tuple[str, ...]
    dates: tuple[str, ...]

    @classmethod
    def numbered(cls, case: Case) -> Labels:
        """Labels for a case whose names nobody has said: "actor 0", "issue 0" and so on."""
        s = case.setup

        def count(what: str, size: int) -> tuple[str, ...]:
            return tuple(f"{what} {index}" for index in range(size))

        return cls(
            "a case",
            count("actor", s.actor_key.shape[0]),
            count("issue", s.issue_key.shape[0]),
            count("good", s.good_key.shape[0]),
            count("control", s.control_key.shape[0]),
            count("outcome", case.watch.kind.shape[0]),
            count("turn", case.turns),
        )

    def actor(self, code: str) -> int:
        """Row of an actor; PowersimError if there is none."""
        return _place(code, self.actors, "actor")

    def issue(self, name: str) -> int:
        """Place of an issue; PowersimError if there is none."""
        return _place(name, self.issues, "issue")

    def control(self, name: str) -> int:
        """Place of a control; PowersimError if there is none."""
        return _place(name, self.controls, "control")

    def outcome(self, name: str) -> int:
        """Place of an outcome; PowersimError if there is none."""
        return _place(name, self.outcomes, "outcome")


def _place(name: str, names: Sequence[str], what: str) -> int:
    if name in names:
        return names.index(name)
    hint = did_you_mean(nearest(str(name), names))
    raise PowersimError(f"{what} {name!r} is not known{hint} (allowed: {', '.join(names)})")
