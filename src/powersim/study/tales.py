"""Telling: what happened in one run, in words and as rows."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from powersim.errors import ArgumentError
from powersim.run.opened import ALL, Chosen, chosen, listed
from powersim.run.plan import Plan
from powersim.run.possible import Possible
from powersim.run.work import COMPILED, simulator
from powersim.story import kinds as known_kinds
from powersim.story import pages, tables
from powersim.story.diff import pages as beside
from powersim.story.diff.pages import Comparison
from powersim.story.diff.study import comparison
from powersim.story.selection import Selection
from powersim.story.story import MAIN
from powersim.story.telling import Story, story, turn_of
from powersim.world.chronicle import TOPICS
from powersim.world.params import MECHANISMS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Tale:
    """What happened in a run of a branch under a theory; printed, it is the story."""

    plan: Plan
    run: int
    story: Story

    @property
    def text(self) -> str:
        """The story as plain text."""
        s = self.story
        return pages.text(s.about, s.opening, s.entries, s.closing, s.told)

    @property
    def markdown(self) -> str:
        """The story as Markdown."""
        s = self.story
        return pages.markdown(s.about, s.opening, s.entries, s.closing, s.told)

    @property
    def json(self) -> str:
        """The story as JSON, with the rows that it is made of."""
        s = self.story
        return pages.as_json(s.about, s.opening, s.entries, s.closing, s.told)

    @property
    def events(self) -> pd.DataFrame:
        """The rows that the story is made of: a tidy DataFrame."""
        import pandas as pd

        rows = tables.records([self.story.told], "events")
        return pd.DataFrame(rows, columns=list(tables.TABLES["events"]))

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


@dataclass(frozen=True, repr=False)
class TwoTales:
    """Two branches of a run side by side: what happened in one of them only, and the chain to it."""

    comparison: Comparison

    @property
    def text(self) -> str:
        """As plain text."""
        return beside.text(self.comparison)

    @property
    def markdown(self) -> str:
        """As Markdown."""
        return beside.markdown(self.comparison)

    @property
    def json(self) -> str:
        """As JSON."""
        return beside.as_json(self.comparison)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


def wanted(
    plan: Plan,
    actors: Chosen = None,
    issues: Chosen = None,
    mechanisms: Chosen = None,
    kinds: Chosen = None,
    first: str | None = None,
    last: str | None = None,
    *,
    narrow: bool = True,
) -> Selection:
    """What is asked for; nothing said lets everything through. `narrow` leaves out what is not a story."""
    codes = [each.code for each in plan.scenario.actors]
    ids = [each.id for each in plan.scenario.issues]
    names = list(dict.fromkeys((*TOPICS, *(each.name for each in known_kinds.KIND.values()))))
    begin, end = turn_of(plan, first), turn_of(plan, last)
    if begin is not None and end is not None and end < begin:
        raise ArgumentError("last", f"found {last}; allowed: a date not before {first}")
    asked = listed(kinds, "kinds")
    topics = chosen(kinds, names, "kind") if asked and asked != (ALL,) else ()
    if narrow and not asked and not mechanisms:
        topics = MAIN
    return Selection(
        actors=frozenset(codes.index(code) for code in chosen(actors, codes, "actor"))
        if actors
        else frozenset(),
        issues=frozenset(ids.index(name) for name in chosen(issues, ids, "issue")) if issues else frozenset(),
        mechanisms=frozenset(chosen(mechanisms, MECHANISMS, "mechanism") if mechanisms else ()),
        topics=frozenset(topics),
        first=begin,
        last=end,
    )


def tale(plan: Plan, run: int, asked: Selection, engine: str | None, world: Possible | None = None) -> Tale:
    """The story of a run of the plan's first branch under its first theory, or of a possible world instead."""
    simulator(engine or COMPILED)
    return Tale(
        plan, run, story(plan, plan.labels[0], plan.theories[0], run, asked, engine or COMPILED, world)
    )


def two_tales(plan: Plan, run: int, asked: Selection, engine: str | None) -> TwoTales:
    """The first two branches of a plan in a run, under its first theory."""
    simulator(engine or COMPILED)
    return TwoTales(comparison(plan, plan.theories[0], run, asked, engine or COMPILED))
