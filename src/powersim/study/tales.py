"""Telling: what happened in one run or in many, in words and as rows."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypedDict

from powersim._words import counted
from powersim.errors import Argument, ArgumentError, PowersimError, whole
from powersim.figures.saving import MARKS, save
from powersim.figures.style import Drawing, styled
from powersim.files.plain import plain
from powersim.files.writing import check_folder, check_target, write
from powersim.run.listener import Listener
from powersim.run.opened import ALL, Chosen, chosen, listed, unknown_name
from powersim.run.plan import LAST_RUN, Plan
from powersim.run.possible import Numbered
from powersim.run.stages import announce
from powersim.run.work import COMPILED, simulator
from powersim.sim.states import Path as History
from powersim.story import kinds as known_kinds
from powersim.story import pages, tables
from powersim.story.diff import pages as beside
from powersim.story.diff.pages import Comparison
from powersim.story.diff.study import comparison, section
from powersim.story.diff.timeline import draw_timeline
from powersim.story.recording import chronicles
from powersim.story.selection import Selection
from powersim.story.story import MAIN
from powersim.story.telling import Story, story, turn_of
from powersim.study.command import equivalent
from powersim.world.chronicle import TOPICS
from powersim.world.params import MECHANISMS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FORMATS = {
    ".txt": "text", ".md": "markdown", ".json": "json", ".csv": "csv", ".sqlite": "sqlite", ".db": "sqlite",
    ".parquet": "parquet",
}  # fmt: skip
"""Format by suffix."""
TABLES = ("csv", "sqlite", "parquet")
ENGINES = ("compiled", "mesa")  # what computes a single history
MOST_RUNS = 100_000


class About(TypedDict, total=False):
    """What is to be told: only what concerns actors or issues, of some mechanisms or kinds, in a period of dates."""

    actors: Chosen
    issues: Chosen
    mechanisms: Chosen
    kinds: Chosen
    first: str | None
    last: str | None


class _Pages:
    """What can be read as text, Markdown or JSON, and written so."""

    @property
    def text(self) -> str:
        """As plain text."""
        raise NotImplementedError

    @property
    def markdown(self) -> str:
        """As Markdown."""
        raise NotImplementedError

    @property
    def json(self) -> str:
        """As JSON, with the rows that it is made of."""
        raise NotImplementedError

    def page(self, form: str) -> str:
        """As one of text, markdown, json."""
        return str(getattr(self, form))

    def write(self, file: str | Path, form: str | None = None) -> Path:
        """Write it to a file; the suffix says the format unless `form` does."""
        file = Path(file)
        form = form or form_of(file)
        write(file, plain(self.page(form)), tables.PAGE_MARKS[form])
        return file

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


@dataclass(frozen=True, repr=False)
class Tale(_Pages):
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
        return _frame([self.story.told], "events")


@dataclass(frozen=True, repr=False)
class TwoTales(_Pages):
    """Two branches of a run side by side: what happened in one of them only, and the chain to it."""

    comparison: Comparison

    def plot(self) -> Figure:
        """Both branches as a timeline: what happens in each, and an alignment between."""
        return self._drawn().figure

    def draw(self, file: str | Path) -> Path:
        """Write the timeline to a .png, .svg or .pdf file."""
        file = check_picture(Path(file))
        drawing = replace(self._drawn(), name=file.stem)
        with styled():
            return save(drawing, file.parent, [file.suffix[1:]])[0]

    def _drawn(self) -> Drawing:
        with styled():
            return draw_timeline(self.comparison)

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


@dataclass(frozen=True, repr=False)
class Chronicles:
    """What happened in many runs, as tables `events` and `legs`. Runs are computed whenever it is read or written."""

    plan: Plan
    runs: Sequence[int]
    asked: Selection
    engine: str
    listener: Listener

    def __repr__(self) -> str:
        plan, runs = self.plan, counted(len(self.runs), "run")
        of = f"{runs} of {', '.join(plan.labels)} under {', '.join(plan.theories)}, seed {plan.seed}"
        return f"<Chronicles of {plan.scenario.title}: {of}; .events, .legs, .write(FILE)>"

    def __iter__(self) -> Iterator[tables.Telling]:
        simulator(self.engine)
        announce(self.listener)
        total = len(self.runs) * len(self.plan.labels) * len(self.plan.theories)
        with self.listener.progress("telling", total) as tick:
            yield from chronicles(self.plan, self.runs, self.asked, self.engine, tick)

    @property
    def events(self) -> pd.DataFrame:
        """A row for each thing that happened."""
        return _frame(self, "events")

    @property
    def legs(self) -> pd.DataFrame:
        """A row for each leg of the deals among it."""
        return _frame(self, "legs")

    @property
    def json(self) -> str:
        """Both tables as JSON."""
        told = list(self)
        return tables.dumped({table: tables.records(told, table) for table in tables.TABLES})

    def print_csv(self, into: TextIO | None = None) -> None:
        """The events as CSV to a stream, by default standard output, run by run as they are computed."""
        add = tables.csv_adder({"events": into or sys.stdout})
        for each in self:
            add(each)

    def write(self, file: str | Path, form: str | None = None) -> list[Path]:
        """Write both tables: SQLite and JSON hold them in a file, CSV and Parquet in two. Returns the files."""
        file = Path(file)
        form = form or form_of(file)
        check_out(file, form)
        if form == "json":
            write(file, plain(self.json), tables.PAGE_MARKS[form])
            return [file]
        with tables.writing(file, form) as add:
            for each in self:
                add(each)
        return [path for path, _ in tables.targets(file, form)]


def _frame(told: Chronicles | list[tables.Telling], table: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(tables.records(told, table), columns=list(tables.TABLES[table]))


def form_of(file: Path) -> str:
    """The format of a file by its suffix. ArgumentError for one that there is not."""
    if file.suffix not in FORMATS:
        raise ArgumentError(
            "out", f"found {file}; allowed suffixes: {', '.join(FORMATS)}, e.g. chronicle.sqlite"
        )
    return FORMATS[file.suffix]


def check_picture(file: Path) -> Path:
    """A file for a figure. PowersimError for another suffix, or if a file of another is in the way."""
    if file.suffix[1:] not in MARKS:
        raise ArgumentError(
            "plot",
            f"found {file}; allowed suffixes: {', '.join(f'.{each}' for each in MARKS)}, e.g. both.png",
        )
    return check_target(file, MARKS[file.suffix[1:]])


def check_out(file: Path, form: str) -> None:
    """PowersimError, before anything is computed, if a file of another is in the way."""
    for path, mark in tables.targets(file, form) if form in TABLES else [(file, tables.PAGE_MARKS[form])]:
        check_target(path, mark)


def wanted(
    plan: Plan,
    actors: Chosen = None,
    issues: Chosen = None,
    mechanisms: Chosen = None,
    kinds: Chosen = None,
    first: str | None = None,
    last: str | None = None,
) -> Selection:
    """What is asked for; with neither kinds nor mechanisms, what makes a story."""
    codes = [each.code for each in plan.scenario.actors]
    ids = [each.id for each in plan.scenario.issues]
    names = list(dict.fromkeys((*TOPICS, *(each.name for each in known_kinds.KIND.values()))))
    begin, end = turn_of(plan, first), turn_of(plan, last)
    if begin is not None and end is not None and end < begin:
        raise ArgumentError("last", f"found {last}; allowed: a date not before {first}")
    asked = listed(kinds, "kinds")
    topics = chosen(kinds, names, "kind") if asked and asked != (ALL,) else ()
    if not asked and not mechanisms:
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


def tale(
    plan: Plan,
    run: int,
    asked: Selection,
    engine: str | None,
    listener: Listener,
    world: Numbered | None = None,
) -> Tale:
    """The story of a run of the plan's first branch under its first theory, or of a possible world instead."""
    announce(listener)
    told = story(plan, plan.labels[0], plan.theories[0], run, asked, _engine(engine), world)
    return Tale(plan, run, told)


def played(plan: Plan, run: int, asked: Selection, actor: str, found: History) -> Tale:
    """The story of a game in which somebody decided for an actor, from its history with states."""
    return Tale(plan, run, story(plan, plan.labels[0], plan.theories[0], run, asked, played=(actor, found)))


def two_tales(plan: Plan, run: int, asked: Selection, engine: str | None, listener: Listener) -> TwoTales:
    """The first two branches of a plan in a run, under its first theory."""
    announce(listener)
    return TwoTales(comparison(plan, plan.theories[0], run, asked, _engine(engine)))


def many_tales(
    plan: Plan, runs: Sequence[int], asked: Selection, engine: str | None, listener: Listener
) -> Chronicles:
    """All that happened in `runs` of the plan."""
    if len(runs) > MOST_RUNS:
        raise ArgumentError("runs", f"found {len(runs)} runs; allowed: at most {MOST_RUNS}")
    for run in runs:
        check_run(run)
    if twice := [run for run, times in Counter(runs).items() if times > 1]:
        raise ArgumentError("runs", f"run {twice[0]} is named twice; allowed: each once")
    return Chronicles(plan, runs, asked, _engine(engine), listener)


def in_report(plan: Plan, folder: Path, runs: int | None, run: int, listener: Listener) -> Path:
    """The report's part on two branches of the median one of `runs`, or of `run`."""
    check_run(run)
    check_folder(folder, "chronicle")
    announce(listener)
    asked = {
        "diff": plan.branches, "theory": plan.theories[0], "seed": plan.seed, "section": folder,
        **({"run": run} if runs is None else {"runs": f"0..{runs - 1}"}),
    }  # fmt: skip
    command = listener.command or equivalent("tell", plan.opened, asked)
    picked = run if runs is None else None
    return section(plan, plan.theories[0], runs or 1, command, picked, folder=folder).write(folder)


def _engine(engine: str | None) -> str:
    if engine is not None and engine not in ENGINES:
        raise PowersimError(Argument("engine"), unknown_name(engine, ENGINES, ""))
    simulator(engine or COMPILED)
    return engine or COMPILED


def check_run(run: int) -> None:
    """ArgumentError for a number that no run has."""
    whole("run", run, 0, LAST_RUN)
