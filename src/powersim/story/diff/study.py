"""Two branches of one run, computed with their states and set side by side; and the run to show of a study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from powersim._words import counted
from powersim.effects.results import CERTAIN
from powersim.errors import Argument, PowersimError, whole
from powersim.figures.saving import FORMATS, save
from powersim.figures.section import Figure, Section, Table
from powersim.figures.style import styled
from powersim.files.writing import subfolder
from powersim.run.plan import Plan, headline
from powersim.run.work import COMPILED
from powersim.sim.history import simulate
from powersim.story.diff import pages
from powersim.story.diff.happenings import Side
from powersim.story.diff.pages import Comparison, Difference
from powersim.story.diff.parting import Parting
from powersim.story.diff.timeline import draw_timeline
from powersim.story.frame import OutcomePath
from powersim.story.selection import Selection
from powersim.story.story import MAIN
from powersim.story.telling import described, followed, told
from powersim.world import chronicle as c

NAME = "chronicle"
ALIGNMENT = "alignment"  # a kind of outcome
ORDER = 25  # place of the section on the report's page
SHOWN = 24  # differences that the section shows


def comparison(
    plan: Plan, theory: str, run: int, wanted: Selection | None = None, engine: str = COMPILED
) -> Comparison:
    """The first two branches of a plan in one run, a branch beside itself if it has only one.

    wanted: which differences to show; without it those that a story tells.
    """
    cases = plan.cases(theory, run)
    labels = (plan.labels[0], plan.labels[-1])
    sides: list[Side] = []
    outcomes: list[list[OutcomePath]] = []
    for label in labels:
        found = followed(plan, label, theory, run, engine=engine, every=True)
        events = told(plan, label, theory, run, found)
        branch = cases[plan.labels.index(label)].branch
        sides.append(Side(label, found.states, events.events, branch))
        outcomes.append(list(described(plan, label, theory, run, events.names, found).outcomes))
        names = events.names
    parting = Parting((sides[0], sides[1]), names, cases[0].setup)
    chosen = pages.differences(parting, wanted or Selection(topics=frozenset(MAIN)))
    return Comparison(
        plan.scenario.title,
        parting,
        theory,
        run,
        plan.seed,
        chosen,
        (outcomes[0], outcomes[1]),
        CERTAIN if plan.certain else "",
        _main_pair(plan),
    )


def _main_pair(plan: Plan) -> tuple[int, int] | None:
    """The actors whose alignment the scenario asks for first, if it asks for any."""
    asked = (plan.scenario.outcomes[name] for name in plan.opened.outcomes)
    first = next((outcome for outcome in asked if outcome.kind == ALIGNMENT), None)
    if first is None:
        return None
    actors = plan.built.index.actors
    return actors[first.things[0]], actors[first.things[1]]


def median_run(plan: Plan, theory: str, runs: int) -> tuple[int, float]:
    """The run whose effect on the first headline outcome is the median (the lower one of two), and that effect.

    Ties are broken by the number of the run. Nothing else is looked at: the run is not chosen for its story.
    """
    whole("runs", runs, 1)
    if not plan.opened.outcomes:
        raise PowersimError(
            f"{plan.opened.name}: has no outcome by which to choose the median run; allowed: a run of your own, e.g. ",
            Argument("run", 0),
            " without ",
            Argument("runs"),
        )
    place = list(plan.scenario.outcomes).index(headline(plan.opened)[0])
    effects = []
    for run in range(runs):
        cases = plan.cases(theory, run)
        ends = [float(simulate(case, plan.seed, run).values[-1, place]) for case in (cases[0], cases[-1])]
        effects.append((ends[1] - ends[0], run))
    effect, run = sorted(effects)[(runs - 1) // 2]
    return run, effect


def _first(plan: Plan) -> str:
    """The outcome whose effects choose the median run."""
    return plan.scenario.outcomes[headline(plan.opened)[0]].title


def _known(difference: Difference, first: int) -> bool:
    """Whether it is only the branch going on as it said it would."""
    return (
        difference.happening.rows[0].kind in (c.LAID_DOWN, c.SUPPLIED) and difference.happening.turn > first
    )


def section(
    plan: Plan,
    theory: str,
    runs: int,
    command: str = "",
    run: int | None = None,
    *,
    folder: Path | None = None,
) -> Section:
    """The report's part `chronicle`: two branches of the median run of `runs`, or of a run given, side by side.

    folder: where the section will be, for its figure, the timeline of both; without it there is none.
    """
    picked, effect = median_run(plan, theory, runs) if run is None else (run, float("nan"))
    one = comparison(plan, theory, picked)
    news = [d for d in one.differences if not _known(d, one.parting.first)]
    one = replace(one, differences=news)
    a, b = (side.name for side in one.parting.sides)
    chosen = (
        f"Run {picked} is shown because its effect on {_first(plan)} ({effect:+.3f}, {b} minus {a} at the end) is "
        f"the median of {counted(runs, 'run')} under {theory}, and for no other reason."
        if run is None
        else f"Run {picked} was asked for; it is one of many and stands for nothing but itself."
    )
    figures = []
    if folder is not None:
        with styled():
            drawing = draw_timeline(one)
            save(drawing, subfolder(folder, NAME), FORMATS)
        figures.append(Figure(drawing.name, drawing.finding, drawing.caption))
    rows: list[list[str | float | int | None]] = []
    for date, side, entry, chain in pages.lines(one):
        rows.append([date, side, "; ".join([entry.text, *entry.details]), " → ".join(chain)])
    findings = [chosen, pages.opening(one)]
    if len(rows) > SHOWN:
        findings.append(
            f"{len(rows)} things happened in one branch only ({pages.sentence(one)}); "
            f"the table shows the first {SHOWN}."
        )
    end = pages.closing(one)
    columns = ["date", "only in", "what happened", "how it hangs on the branch"]
    table = Table("What happened in one of the two branches only, and the chain to it", columns, rows[:SHOWN])
    return Section(
        NAME,
        "One run, twice",
        ORDER,
        [*findings, *([end] if end else [])],
        figures=figures,
        tables=[table] if rows else [],
        limits=[pages.READ, "One run is an illustration. Effects are means over many runs."],
        command=command,
    )
