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
from powersim.scenario.resolved import Step
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
    def notes(self) -> list[str]:
        """What is as it was written, and easily missed."""
        scenario = self.opened.scenario
        label = scenario.calendar.label
        return [
            f"from {label(turn)} on, before the intervention of {label(scenario.intervention or 0)}, these already "
            f"lay things down, and may have effects: {listing(names, None if self.detail else 2 * WIDTH)}"
            for turn, names in _early(self.opened).items()
        ]

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
            *(f"note: {text}" for text in self.notes),
            *([self.heading] if said else []),
            *map(": ".join, said),
        ]


def check(source: Source, overrides: Overrides | None = None, *, detail: bool = True) -> Checked:
    """That a scenario is well, and what it holds. ScenarioError with every mistake in it: file, line and key.

    source, overrides: as of `powersim.Study`. detail: all names and readings, else what fits on a screen.
    """
    return Checked(open_source(source, overrides), detail)


def _early(opened: LoadedScenario) -> dict[int, list[str]]:
    """Branches that part from the reference before the intervention, by the turn at which they do."""
    scenario, found = opened.scenario, dict[int, list[str]]()
    since = scenario.intervention
    if since is None or not scenario.branches:
        return {}
    dates = {event.id: event.turn if event.turn >= 0 else event.first for event in scenario.events}
    first, *others = (scenario.branches[name] for name in opened.branches)
    usual = {_until(step, since) for step in first.steps}
    for branch in others:
        turns = [
            max(step.first, dates.get(step.thing[0], 0) if step.kind == "event" else 0)
            for step in branch.steps
            if _until(step, since) not in usual
        ]
        turns += [branch.offer.turn] if branch.offer and branch.offer != first.offer else []
        if turns and min(turns) < since:
            found.setdefault(min(turns), []).append(branch.name)
    return dict(sorted(found.items()))


def _until(step: Step, turn: int) -> tuple[object, ...]:
    """What a step does before a turn."""
    points = [at for at, _ in step.points if at < turn]
    kept = step.points[: len(points) + step.linear]
    return step.verb, step.kind, step.thing, step.first, min(step.last, turn - 1), kept


def listing(names: Sequence[str], width: int | None) -> str:
    """a, b, c: as many as `width` letters hold, then how many more there are."""
    text, many = ", ".join(names), len(names)
    while width is not None and len(text) > width and many > 1:
        many -= 1
        text = f"{', '.join(names[:many])} and {len(names) - many} more"
    return text
