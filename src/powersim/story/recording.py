"""The chronicles of many runs, one after the other, as tables take them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from powersim.run.plan import Plan
from powersim.run.work import COMPILED
from powersim.story.selection import Selection, select
from powersim.story.tables import Telling
from powersim.story.telling import followed, told


def chronicles(
    plan: Plan,
    runs: Sequence[int],
    wanted: Selection | None = None,
    engine: str = COMPILED,
    tick: Callable[[], None] | None = None,
) -> Iterator[Telling]:
    """What happened, as far as it is wanted, in every run of every branch under every theory of a plan, in this order:
    theories, runs, branches. tick: called after each.
    """
    for theory in plan.theories:
        for run in runs:
            for label in plan.labels:
                found = told(plan, label, theory, run, followed(plan, label, theory, run, engine=engine))
                yield found if wanted is None else replace(found, events=tuple(select(found.events, wanted)))
                if tick is not None:
                    tick()
