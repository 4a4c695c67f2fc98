"""Questions given what happened: effects, origins of an event, what the record says of theories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from powersim._words import counted
from powersim.files.writing import check_folder, check_target
from powersim.given.conditioning import WORLDS, Asked, Conditioned, check_folder_of, condition
from powersim.run.listener import Listener
from powersim.run.plan import Plan
from powersim.run.possible import SAME
from powersim.run.stages import announce
from powersim.run.work import warm

if TYPE_CHECKING:
    import pandas as pd

    from powersim.effects.paired import Effect
    from powersim.figures.style import Drawing
    from powersim.given.conditioning import Diagnostic
    from powersim.given.origin import Origin
    from powersim.given.weigh import Learnt, Weighed


@dataclass(frozen=True)
class Conditional:
    """What branches change in worlds that went as the record says, and how many stand for them."""

    found: Conditioned
    by_evidence: bool

    @property
    def date(self) -> str:
        """Until when the worlds went so."""
        return self.found.asked.label

    @cached_property
    def rows(self) -> list[Effect]:
        """Effects on every outcome, by theory and over them; `given` is the date."""
        return self.found.effects(self.found.asked.plan.pairs, by_evidence=self.by_evidence)

    @cached_property
    def diagnostics(self) -> list[Diagnostic]:
        """How well the worlds of each theory stand for all such worlds."""
        return self.found.diagnostics()

    @property
    def meaning(self) -> str:
        """What such an effect is, in a sentence: it hangs on whether the date lies before the decision."""
        plan, until = self.found.asked.plan, self.found.asked.known.until
        since = plan.scenario.intervention
        if since is None or until < since:
            return (
                f"Given {self.date}: what the decision does to worlds that went as ours did up to it; what came after "
                "it is as open as it was then."
            )
        return (
            f"Given {self.date}, beyond the decision: what another decision would have changed in worlds that went as "
            f"ours did, with the luck that they had ({self._luck})."
        )

    @property
    def _luck(self) -> str:
        if self.found.asked.coupling == SAME:
            return "the same uniform after branches part is the same luck"
        return "up to where branches part; after it every other branch has luck of its own"

    @property
    def trust(self) -> list[str]:
        """How far the worlds can be trusted, a line a theory."""
        return [
            f"{row.theory or 'the scenario'}: {row.ess:.0f} of {counted(row.worlds, 'world')} count, "
            f"{row.distinct} different draws; log evidence {row.log_evidence:.1f} ± {row.error:.1f}; moves accepted: "
            f"turn {row.turn:.2f}, turns {row.turns:.2f}, block {row.block:.2f}, nudge {row.nudge:.2f}"
            for row in self.diagnostics
        ]


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
    asked = Asked(plan, date, WORLDS if worlds is None else worlds, coupling=coupling or SAME)
    if folder is not None:
        check_folder_of(folder)
    what = asked.known
    stated = what.evidence
    if what.until > stated.after:
        label = plan.scenario.calendar.label(stated.after)
        listener.note(f"given {asked.label}: uses what was kept back, after {label}")
    announce(listener)
    warm(plan.first_case)
    with listener.progress("conditioning", len(plan.theories) * asked.islands) as tick:
        found = condition(
            asked, folder, resume=resume, threads=workers, tick=tick, engine=engine, scheduler=scheduler,
            say=lambda text, wrong: listener.warn(text) if wrong else listener.note(text),
        )  # fmt: skip
    return Conditional(found, by_evidence)


@dataclass(frozen=True, repr=False)
class Origins:
    """How an event hangs on each cause: necessary, sufficient, both, by theory and over theories."""

    plan: Plan
    rows: list[Origin]
    conditioned: Conditioned | None

    @property
    def given(self) -> str:
        """In which worlds."""
        if self.conditioned is None:
            return "in worlds as the model makes them"
        return f"in worlds that went like ours until {self.conditioned.asked.label}"

    @property
    def sentence(self) -> str:
        """What a reader of a newspaper understands."""
        from powersim.given.origin import sentence

        return sentence(
            self.plan, self.rows, None if self.conditioned is None else self.conditioned.asked.label
        )

    @property
    def table(self) -> pd.DataFrame:
        """The rows as a tidy DataFrame, with the columns of origin.csv."""
        import pandas as pd

        from powersim.given.origin import COLUMNS

        return pd.DataFrame(self.rows, columns=COLUMNS)

    def __repr__(self) -> str:
        return self.sentence


@dataclass(frozen=True, repr=False)
class Weighing:
    """What the record says of theories and of uncertain numbers."""

    plan: Plan
    conditioned: Conditioned

    @cached_property
    def rows(self) -> list[Weighed]:
        """Theories, the best first."""
        from powersim.given.weigh import weighed

        return weighed(self.conditioned)

    @cached_property
    def learnt(self) -> list[Learnt]:
        """Uncertain numbers before and after."""
        from powersim.given.weigh import learnt

        return learnt(self.conditioned)

    @property
    def finding(self) -> str:
        """What it comes to, in a sentence."""
        from powersim.given.weigh import finding

        return finding(self.rows)

    def __repr__(self) -> str:
        return self.finding


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
    from powersim.given.figures import draw_origins
    from powersim.given.knowledge import known

    factual = None if date is None else known(plan, date).branch
    asked.check_asked(plan, event, factual)
    if out is not None:
        check_target(check_folder(out, asked.FOLDER) / asked.FILE, asked.MARK)
    if date is None:
        announce(listener)
        warm(plan.first_case)
        with listener.progress("computing", len(plan.theories)) as tick:

            def twins(theory: str) -> asked.Twins:
                one = asked.twins_of_runs(plan, theory, event, runs, workers, coupling or SAME)
                tick()
                return one

            found = Origins(plan, asked.origins(plan, event, twins), None)
    else:
        lots = conditional(
            plan, date, worlds, out, listener, resume=resume, workers=workers, coupling=coupling, engine=engine,
            scheduler=scheduler,
        ).found  # fmt: skip
        shares = list(lots.posterior.values())
        rows = asked.origins(plan, event, lambda theory: asked.twins_given(lots, theory, event), shares)
        found = Origins(plan, rows, lots)
    if out is not None:
        asked.write(found.rows, out / asked.FOLDER / asked.FILE)
        _draw(
            lambda: draw_origins(plan, found.rows, found.sentence, found.given), out / asked.FOLDER, listener
        )
    return found


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

    if out is not None:
        folder = check_folder(out, asked.FOLDER)
        check_target(folder / asked.FILE, asked.WEIGHED_MARK)
        check_target(folder / asked.LEARNT_FILE, asked.LEARNT_MARK)
    made = conditional(
        plan, date, worlds, out, listener, resume=resume, workers=workers, engine=engine, scheduler=scheduler
    )
    found = Weighing(plan, made.found)
    if out is not None:
        asked.write(found.rows, found.learnt, out / asked.FOLDER)
        given = f"given {made.date}"
        _draw(lambda: draw_learnt(plan, found.learnt, found.finding, given), out / asked.FOLDER, listener)
    return found


def _draw(draw: Callable[[], Drawing], folder: Path, listener: Listener) -> None:
    from powersim.figures import letters
    from powersim.figures.saving import save
    from powersim.figures.style import styled

    listener.note("drawing the figure")
    with styled():
        drawing = draw()
        save(drawing, folder, ("png", "svg"))
    letters.tell(drawing.boxes, listener.note)


def facts(date: str | None, worlds: int | None, coupling: str | None = None) -> Mapping[str, object]:
    """What provenance says of it."""
    if date is None:
        return {}
    other = {} if coupling in (None, SAME) else {"coupling": coupling}
    return {"given": date, "worlds": WORLDS if worlds is None else worlds, **other}
