"""One run to be watched, under one branch or two with the same luck: all of it is computed, then shown turn by turn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from powersim.app.asked import Choices, Face
from powersim.files.table import Rows
from powersim.run.opened import LoadedScenario
from powersim.run.plan import Plan, plan
from powersim.run.work import warm
from powersim.scenario.load import dump
from powersim.scenario.resolved import Scenario
from powersim.sim.states import path
from powersim.world.state import Floats

HEAD = ("branch", "date", "kind", "name", "title", "value")


@dataclass(frozen=True)
class Side:
    """A history of T turns: `x` (T + 1, K) positions of issues and `alignment` (T + 1, N, N), from the start
    on; `outcomes` (T, O) after each turn; `entries` of its chronicle, each with a turn, a date and a text.
    """

    branch: str
    title: str
    x: Floats
    alignment: Floats
    outcomes: Floats
    entries: Sequence[Any]

    def told(self, turn: int) -> list[Any]:
        """What has happened after `turn` turns, the latest first."""
        return [entry for entry in self.entries if entry.turn < turn][::-1]


@dataclass(frozen=True)
class Watched:
    """A run as it was chosen, with the study that it is of and a side for each branch."""

    choices: Choices
    face: Face
    sides: tuple[Side, ...]

    @property
    def opened(self) -> LoadedScenario:
        """The scenario with what is set."""
        return self.face.opened

    @property
    def scenario(self) -> Scenario:
        """The same, resolved."""
        return self.face.opened.scenario

    @property
    def turns(self) -> int:
        """How many turns there are."""
        return len(self.sides[0].outcomes)

    def date(self, turn: int) -> str:
        """The date after `turn` turns."""
        return self.scenario.calendar.labels()[turn - 1] if turn else "the start"

    def moving(self) -> list[str]:
        """Issues, those first on which the branches differ most in some turn, then those that move most."""
        apart = np.abs(self.sides[0].x - self.sides[-1].x).max(axis=0)
        moved = np.max([np.ptp(side.x, axis=0) for side in self.sides], axis=0)
        order = sorted(
            range(len(apart)), key=lambda k: (-round(float(apart[k]), 6), -round(float(moved[k]), 6), k)
        )
        return [self.scenario.issues[k].id for k in order]

    def history(self) -> str:
        """Positions and outcomes of every turn as CSV: a row for each branch, date and thing."""
        room = io.StringIO()
        rows = Rows(room, HEAD)
        outcomes = list(self.scenario.outcomes.values())
        for side in self.sides:
            for t, date in enumerate(self.scenario.calendar.labels()):
                rows.add(
                    (side.branch, date, "issue", issue.id, issue.title, float(side.x[t + 1, k]))
                    for k, issue in enumerate(self.scenario.issues)
                )
                rows.add(
                    (side.branch, date, "outcome", each.name, each.title, float(side.outcomes[t, o]))
                    for o, each in enumerate(outcomes)
                )
        return room.getvalue()

    def chronicle(self) -> str:
        """Everything that happened, as CSV: the rows of `powersim tell --format csv`."""
        room, c = io.StringIO(), self.choices
        self.face.tell_many([c.run], list(c.branches), c.theory).print_csv(room)
        return room.getvalue()

    def document(self) -> str:
        """The scenario as YAML, with what is set under `set`."""
        return dump(self.scenario)


def watched(face: Face, choices: Choices) -> Watched:
    """The run that is chosen, of its study."""
    names = list(choices.branches)
    planned = plan(face.opened, names, [choices.theory], choices.seed, swept="")
    warm(planned.first_case)
    return Watched(
        choices, face, tuple(_side(face, planned, place, choices.run) for place in range(len(names)))
    )


def _side(face: Face, planned: Plan, place: int, run: int) -> Side:
    theory, name = planned.theories[0], planned.labels[place]
    found = path(planned.cases(theory, run)[place], planned.seed, run, every=True)
    branch = planned.scenario.branches.get(name)
    return Side(
        name,
        "The world as it goes" if branch is None else branch.title,
        np.array([world.x for world in found.states]),
        np.array([world.alignment for world in found.states]),
        found.values[:, : len(planned.scenario.outcomes)],
        face.tell(name, run, theory=theory).story.entries,
    )
