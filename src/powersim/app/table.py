"""What is served, and what somebody does to what is chosen: everything of the page that needs no browser."""

from __future__ import annotations

from dataclasses import dataclass, replace

from powersim.app.asked import Choices, Face, Opening
from powersim.errors import whole
from powersim.run.opened import Source
from powersim.run.plan import LAST_RUN

NUMBERS = ("seed", "run")


@dataclass(frozen=True)
class Table:
    """What is served: how studies of the scenario are opened, what it is called, what is shown first, runs of a fan."""

    opening: Opening
    source: Source
    name: str
    first: Choices
    runs: int

    def open(self, choices: Choices) -> Face:
        """The study of what is chosen; PowersimError for what cannot be."""
        whole("run", choices.run, 0, LAST_RUN)
        names, theories = list(choices.branches), [choices.theory]
        return self.opening(self.source, names, theories, choices.seed, overrides=choices.overrides)


served: list[Table] = []
"""What the process serves, one."""


def changed(choices: Choices, **given: str | tuple[str, ...]) -> Choices:
    """Choices with others from fields of the page, where numbers are texts: what is none stays one, and is refused."""
    known = {
        name: int(value)
        if name in NUMBERS and isinstance(value, str) and value.strip().isdecimal()
        else value
        for name, value in given.items()
    }
    return replace(choices, **known)  # type: ignore[arg-type]


def without(choices: Choices, name: str) -> dict[str, str]:
    """Overrides without one, or without any where no name is given."""
    return {key: value for key, value in choices.overrides.items() if name and key != name}
