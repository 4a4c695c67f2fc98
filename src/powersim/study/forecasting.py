"""The question of what comes next: forecasts given dates, and how they were borne out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from powersim.errors import Stopped
from powersim.files.writing import check_folder
from powersim.given.conditioning import condition
from powersim.run import work
from powersim.run.listener import Listener
from powersim.run.plan import Plan
from powersim.run.stages import check_work
from powersim.sim import provenance
from powersim.study.command import equivalent
from powersim.study.conditional import Conditional
from powersim.study.given import cleared, conditional

if TYPE_CHECKING:
    import pandas as pd

    from powersim.given.forecast import Forecast, Score


@dataclass(frozen=True, repr=False)
class Forecasts:
    """What worlds that went like ours until each of some dates say of what came after, and how far it was so."""

    plan: Plan
    dates: list[Forecast]
    worlds: list[Conditional]
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def sentences(self) -> list[str]:
        """What it comes to, a sentence a date."""
        return [one.sentence for one in self.dates]

    @property
    def scores(self) -> list[Score]:
        """Scores of all dates, as in scores.csv."""
        return [score for one in self.dates for score in one.scores]

    @property
    def table(self) -> pd.DataFrame:
        """Every turn after every date as a tidy DataFrame, with the columns of forecast.csv."""
        import pandas as pd

        from powersim.given.forecast import COLUMNS

        return pd.DataFrame([row for one in self.dates for row in one.rows], columns=list(COLUMNS))

    def __repr__(self) -> str:
        return "\n".join(self.sentences)


def forecast(
    plan: Plan,
    given: Sequence[str | None],
    to: str | None,
    worlds: int | None,
    out: Path | None,
    listener: Listener,
    *,
    resume: bool,
    workers: int | None,
    by_evidence: bool,
    engine: str | None = None,
    scheduler: str | None = None,
) -> Forecasts:
    """What comes after dates, held against what came until another."""
    from powersim.given import forecast as asked
    from powersim.given.knowledge import known

    started = time.time()
    check_work(workers, resume=resume, out=out)
    label = plan.scenario.calendar.label
    turns = sorted({known(plan, date).until for date in given})
    until = asked.horizon(plan, turns, to)
    seen, targets = asked.wanted(plan, turns, until)
    folder = None
    if out is not None:
        folder = cleared(out, asked.FOLDER, {asked.FILE: asked.MARK, asked.SCORES_FILE: asked.SCORES_MARK})
    if until > seen.evidence.after:
        listener.note(f"held against what was kept back, after {label(seen.evidence.after)}")
    found, lots = [], []
    try:
        for turn in turns:
            where = None if folder is None else check_folder(folder, label(turn))
            told = conditional(
                plan, label(turn), worlds, where, listener, resume=resume, workers=workers, engine=engine,
                scheduler=scheduler,
            )  # fmt: skip
            bare = asked.Untold(plan, label(turn), told.found.asked.worlds)
            with listener.progress("going on", len(plan.theories) * bare.islands) as tick:
                untold = condition(bare, threads=workers, tick=tick)
                one = asked.forecast(
                    told.found, untold, seen, targets, until, threads=workers, by_evidence=by_evidence
                )
            found.append(one)
            lots.append(told)
    except KeyboardInterrupt:
        raise Stopped(len(found), len(turns), "dates", out) from None
    labels = [label(turn) for turn in turns]
    options = {
        "theories": plan.theories, "seed": plan.seed, "to": to, "worlds": worlds, "by_evidence": by_evidence,
        "out": out,
    }  # fmt: skip
    command = listener.command or " ".join(
        [equivalent("forecast", plan.opened, options), *(f"--given {date}" for date in labels)]
    )
    chosen = lots[0].found.asked.worlds
    facts = {
        **work.facts(plan, chosen, command, started, work.COMPILED), "dates": labels, "worlds": chosen,
        **{key: said for key, said in (("to", to), ("by_evidence", by_evidence)) if said},
    }  # fmt: skip
    del facts["runs"]
    result = Forecasts(plan, found, lots, facts)
    if folder is not None:
        _leave(result, folder, listener)
        provenance.write(folder, facts)
    return result


def _leave(result: Forecasts, folder: Path, listener: Listener) -> None:
    from powersim.given.fans import draw_fans, draw_pit
    from powersim.given.forecast import write
    from powersim.study.given import leave_figure

    write(result.dates, folder)
    for one in result.dates:
        leave_figure(partial(draw_fans, one), folder, listener)
    if any(one.score("issues") is not None for one in result.dates):
        leave_figure(partial(draw_pit, result.dates), folder, listener)
