"""Questions given what happened: effects, origins of an event, what the record says of theories."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from powersim.files.writing import Mark, check_folder, check_target
from powersim.run import work
from powersim.run.listener import Listener
from powersim.run.plan import Plan
from powersim.run.possible import SAME
from powersim.run.stages import announce, check_work, keeping
from powersim.run.work import warm
from powersim.sim import provenance
from powersim.study.command import equivalent

if TYPE_CHECKING:
    from powersim.effects.paired import Effect
    from powersim.effects.results import Study
    from powersim.figures.style import Drawing
    from powersim.given.conditioning import Asked, Conditioned
    from powersim.study.conditional import Conditional, Origins, Weighing

# What is asked given what happened is loaded when it is asked: every study has these questions, few ask them.


def asked_of(
    plan: Plan, date: str | None, worlds: int | None, coupling: str | None = None, folder: Path | None = None
) -> Asked:
    """What is to be conditioned on: so many worlds, or as many as an earlier study had. ArgumentError for too few.

    folder: where they will be kept; PowersimError if something of others is in their place.
    """
    from powersim.given.conditioning import WORLDS, Asked, check_folder_of

    if folder is not None:
        check_folder_of(folder)
    recorded = plan.opened.recorded
    count = recorded.get("worlds", WORLDS) if worlds is None else worlds
    return Asked(plan, date, count, coupling=coupling_of(plan, coupling))


def coupling_of(plan: Plan, asked: str | None) -> str:
    """Which luck branches share: as is asked, or as an earlier study had it."""
    return str(asked or plan.opened.recorded.get("coupling") or SAME)


def conditional(
    plan: Plan,
    date: str | None,
    worlds: int | None,
    folder: Path | None,
    listener: Listener,
    *,
    resume: bool,
    workers: int | None,
    by_evidence: bool = False,
    coupling: str | None = None,
    engine: str | None = None,
    scheduler: str | None = None,
) -> Conditional:
    """Condition a plan on what happened, into a folder if there is one."""
    from powersim.given.conditioning import condition
    from powersim.study.conditional import Conditional

    asked = asked_of(plan, date, worlds, coupling, folder)
    what = asked.known
    stated = what.evidence
    if what.until > stated.after:
        label = plan.scenario.calendar.label(stated.after)
        listener.note(f"given {asked.label}: uses what was kept back, after {label}")
    announce(listener)
    warm(plan.first_case)
    held = nullcontext() if folder is None else work.folder(folder)
    with held, listener.progress("conditioning", len(plan.theories) * asked.islands) as tick:
        found = condition(
            asked, folder, resume=resume, threads=workers, tick=tick, engine=engine, scheduler=scheduler,
            say=lambda text, wrong: listener.warn(text) if wrong else listener.note(text),
        )  # fmt: skip
    return Conditional(found, by_evidence)


def origin(
    plan: Plan,
    event: str,
    date: str | None,
    runs: int,
    worlds: int | None,
    out: Path | None,
    listener: Listener,
    *,
    resume: bool,
    workers: int | None,
    coupling: str | None = None,
    engine: str | None = None,
    scheduler: str | None = None,
) -> Origins:
    """Where an event came from."""
    from powersim.given import origin as asked
    from powersim.given import twins, witnesses
    from powersim.given.knowledge import known
    from powersim.study.conditional import Origins

    started = time.time()
    factual = None if date is None else known(plan, date).branch
    check_work(workers, resume=resume, out=out)
    asked.check_asked(plan, event, factual)
    if out is not None:
        cleared(out, asked.FOLDER, {asked.FILE: asked.MARK, witnesses.FILE: witnesses.MARK})
    coupling = coupling_of(plan, coupling)
    # with luck of its own under every branch, two causes away together say nothing of either
    whole, pairs = witnesses.joined(plan) if coupling == SAME else (plan, {})
    lots, weights = None, np.full(len(plan.theories), 1.0 / len(plan.theories))
    if date is None:
        announce(listener)
        warm(plan.first_case)
    else:
        lots = conditional(
            plan, date, worlds, out, listener, resume=resume, workers=workers, coupling=coupling, engine=engine,
            scheduler=scheduler,
        ).found  # fmt: skip
        weights = np.array(list(lots.posterior.values()))
    found = {}
    kept = None if lots is None else out
    with keeping(_islands(lots), kept, "islands"), listener.progress("computing", len(plan.theories)) as tick:
        for theory in plan.theories:
            if lots is None:
                found[theory] = twins.of_runs(whole, theory, event, runs, workers, coupling)
            else:
                found[theory] = twins.of_given(whole, lots, theory, event, workers)
            tick()
    late = () if lots is None else asked.parted(plan, lots.asked.known)
    rows = asked.origins(plan, event, found, weights, late)
    beside = witnesses.witnesses(event, plan.branches[1:], pairs, found, weights) if coupling == SAME else []
    more = {"outcomes": [event], "branches": plan.branches, **({"runs": runs} if lots is None else {})}
    options = {"of": event, **({} if coupling == SAME else {"coupling": coupling})}
    told = _told("origin", plan, more, options, lots, out, listener, started)
    if coupling != SAME:
        told["coupling"] = coupling
    made = Origins(plan, rows, beside, lots, told, coupling, late)
    if out is not None:
        asked.write(rows, out / asked.FOLDER / asked.FILE)
        witnesses.write(beside, out / asked.FOLDER / witnesses.FILE)
        provenance.write(out / asked.FOLDER, told)
        leave_figure(made.draw, out / asked.FOLDER, listener)
    return made


def weigh(
    plan: Plan,
    date: str | None,
    worlds: int | None,
    out: Path | None,
    listener: Listener,
    *,
    resume: bool,
    workers: int | None,
    engine: str | None = None,
    scheduler: str | None = None,
) -> Weighing:
    """What the record says of theories."""
    from powersim.given import weigh as asked
    from powersim.given.figures import draw_learnt
    from powersim.study.conditional import Weighing

    started = time.time()
    if out is not None:
        cleared(out, asked.FOLDER, {asked.FILE: asked.WEIGHED_MARK, asked.LEARNT_FILE: asked.LEARNT_MARK})
    made = conditional(
        plan, date, worlds, out, listener, resume=resume, workers=workers, engine=engine, scheduler=scheduler
    )
    told = _told("weigh", plan, {}, {}, made.found, out, listener, started)
    found = Weighing(plan, made.found, told)
    if out is not None:
        asked.write(found.rows, found.learnt, out / asked.FOLDER)
        provenance.write(out / asked.FOLDER, told)
        given = f"given {made.date}"
        leave_figure(
            lambda: draw_learnt(plan, found.learnt, found.finding, given), out / asked.FOLDER, listener
        )
    return found


def _told(
    verb: str,
    plan: Plan,
    more: Mapping[str, Any],
    options: Mapping[str, object],
    found: Conditioned | None,
    out: Path | None,
    listener: Listener,
    started: float,
) -> dict[str, Any]:
    """What provenance says of an answer: what is needed to have it again."""
    worlds = {} if found is None else facts(found.asked)
    asked = {
        **options, "branches": more.get("branches"), "theories": plan.theories, "runs": more.get("runs"),
        "seed": plan.seed, **worlds, "out": out,
    }  # fmt: skip
    said = work.facts(
        plan,
        more.get("runs", 0),
        listener.command or equivalent(verb, plan.opened, asked),
        started,
        work.COMPILED,
    )
    if "runs" not in more:
        del said["runs"]
    return {**said, **worlds, **{key: list(more[key]) for key in ("outcomes",) if key in more}}


def cleared(out: Path, name: str, tables: Mapping[str, Mark]) -> Path:
    """The folder `out/name`; PowersimError, before anything is computed, if others' files are where ours will be."""
    folder = check_folder(out, name)
    for file, mark in {**tables, provenance.FILE: provenance.MARK}.items():
        check_target(folder / file, mark)
    return folder


def _islands(found: Conditioned | None) -> int:
    """How many islands there are."""
    return 0 if found is None else sum(len(lot.islands) for lot in found.lots.values())


def leave_figure(draw: Callable[[], Drawing], folder: Path, listener: Listener) -> Drawing:
    """Draw a figure into a folder, on screen and as lines."""
    from powersim.figures import letters
    from powersim.figures.saving import save
    from powersim.figures.style import styled

    listener.note("drawing the figure")
    with styled():
        drawing = draw()
        save(drawing, folder, ("png", "svg"))
    letters.tell(drawing.boxes, listener.note)
    return drawing


def facts(asked: Asked, *, by_evidence: bool = False) -> Mapping[str, object]:
    """What provenance says of it."""
    said: dict[str, object] = {"given": asked.label, "worlds": asked.worlds}
    if by_evidence:
        said["by_evidence"] = True
    if asked.coupling != SAME:
        said["coupling"] = asked.coupling
    return said


def leave(
    found: Conditional, rows: Sequence[Effect], study: Study, command: str, folder: Path, listener: Listener
) -> None:
    """The report's part on both effects side by side, with its figure."""
    from powersim.figures.beside import draw_beside
    from powersim.given.section import how_theories_count, section
    from powersim.run.possible import FOLDER

    if not rows or not found.rows:
        return
    told = f"{found.meaning.split(':')[0]}: effects beside those in worlds as the model makes them"
    drawing = leave_figure(lambda: draw_beside(rows, found.rows, study, told), folder / FOLDER, listener)
    said = [found.meaning, how_theories_count(found.by_evidence, found.found.posterior), *found.trust]
    section(rows, found.rows, study, [line for line in said if line], drawing, command).write(folder)
