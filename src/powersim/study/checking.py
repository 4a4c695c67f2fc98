"""Checking: what a scenario that is well holds, and what its branches will be taken for before anything is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from powersim._words import counted
from powersim.effects.results import CERTAIN
from powersim.run.foreseen import read_back
from powersim.run.opened import LoadedScenario, Source, open_source
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.digest import Digest, digest
from powersim.scenario.load import Overrides
from powersim.study import shown

DIGITS = 16  # of the checksum
WIDTH = 80  # letters of a list of names on one screen


@dataclass(frozen=True, repr=False)
class Checked:
    """A scenario without a mistake. detail: all names and readings, else what fits on a screen."""

    opened: LoadedScenario
    detail: bool = True

    @property
    def title(self) -> str:
        """What the scenario calls itself."""
        return self.opened.scenario.title

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Its parts, each with a label."""

        def listed(names: Sequence[str]) -> str:
            return f"{len(names)}: {listing(names, None if self.detail else WIDTH)}" if names else "none"

        d = self._digest
        since = f"; intervention {d.intervention}" if d.intervention else ""
        world = [
            (len(d.rival_goods) + len(d.know_how), "good"), (d.flows, "flow"), (d.disputes, "dispute"),
            (d.sanctions, "sanction"), (d.pledges, "pledge"),
        ]  # fmt: skip
        return [
            ("horizon", f"{d.first} to {d.last}, {counted(d.turns, d.turn)}{since}"),
            ("actors", listed(d.actors)),
            ("issues", f"{counted(len(d.levers), 'lever')}, {counted(len(d.readings), 'reading')}"),
            ("world", ", ".join(counted(number, what) for number, what in world if number) or "nothing else"),
            ("events", listed(d.events)),
            ("branches", listed(self.opened.branches)),
            ("theories", listed(self.opened.theories)),
            ("outcomes", listed(list(d.outcomes))),
            ("hypotheses", listed(d.hypotheses)),
            ("mechanisms", f"all on but {', '.join(d.mechanisms_off)}" if d.mechanisms_off else "all on"),
            ("priors", f"{counted(d.priors, 'number')} drawn anew in every run" if d.priors else CERTAIN),
            ("checksum", d.checksum[:DIGITS]),
        ]

    @property
    def warnings(self) -> list[str]:
        """What is allowed and probably not meant."""
        return [str(problem) for problem in self.opened.scenario.warnings]

    @property
    def heading(self) -> str:
        """What stands above the readings."""
        since = self._digest.intervention
        return f"How what branches lay down{f' from {since} on' if since else ''} will be read"

    @property
    def readings(self) -> list[tuple[str, str]]:
        """What each branch will be taken for under each theory."""
        return read_back(self.opened, self._built, short=not self.detail)

    @cached_property
    def _built(self) -> Built:
        return build(self.opened.scenario)

    @cached_property
    def _digest(self) -> Digest:
        return digest(self.opened.scenario, self._built)

    def __repr__(self) -> str:
        return shown.block(f"<Checked: {self.title}: ok>", self._texts())

    def _repr_html_(self) -> str:
        return shown.page(self.title, self._texts())

    def _texts(self) -> list[str]:
        said = self.readings
        doubts = [f"warning: {text}" for text in self.warnings]
        return [
            *map(": ".join, self.lines),
            *doubts,
            *([self.heading] if said else []),
            *map(": ".join, said),
        ]


def check(source: Source, overrides: Overrides | None = None, *, detail: bool = True) -> Checked:
    """That a scenario is well, and what it holds. ScenarioError with every mistake in it: file, line and key.

    source, overrides: as of `powersim.Study`. detail: all names and readings, else what fits on a screen.
    """
    return Checked(open_source(source, overrides), detail)


def listing(names: Sequence[str], width: int | None) -> str:
    """a, b, c: as many as `width` letters hold, then how many more there are."""
    text, many = ", ".join(names), len(names)
    while width is not None and len(text) > width and many > 1:
        many -= 1
        text = f"{', '.join(names[:many])} and {len(names) - many} more"
    return text
