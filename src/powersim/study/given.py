"""Effects given what happened, beside those in worlds as the model makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from powersim._words import counted
from powersim.given.conditioning import WORLDS, Asked, Conditioned, check_folder_of, condition
from powersim.run.listener import Listener
from powersim.run.plan import Plan
from powersim.run.stages import announce
from powersim.run.work import warm

if TYPE_CHECKING:
    from powersim.effects.paired import Effect
    from powersim.given.conditioning import Diagnostic


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
            "ours did, with the luck that they had (the same uniform after branches part is the same luck)."
        )

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
) -> Conditional:
    """Condition a plan on what happened, into a folder if there is one."""
    asked = Asked(plan, date, WORLDS if worlds is None else worlds)
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
        found = condition(asked, folder, resume=resume, threads=workers, tick=tick)
    return Conditional(found, by_evidence)


def facts(date: str | None, worlds: int | None) -> Mapping[str, object]:
    """What provenance says of it."""
    return {} if date is None else {"given": date, "worlds": WORLDS if worlds is None else worlds}
