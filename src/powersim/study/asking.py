"""The part of the face that asks given what happened."""

from __future__ import annotations

from copy import copy
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from powersim.errors import Argument, ArgumentError
from powersim.run import work
from powersim.run.listener import Count, Listener, heard
from powersim.run.opened import Chosen, LoadedScenario, listed, one_of
from powersim.run.plan import Plan, plan
from powersim.run.possible import COUPLINGS, SAME
from powersim.run.stages import check_work
from powersim.study import given, questions

if TYPE_CHECKING:
    from powersim.study.conditional import Origins, Weighing
    from powersim.study.forecasting import Forecasts

S = TypeVar("S", bound="GivenQuestions")


class GivenQuestions:
    """Questions that are asked given what happened, or can be."""

    opened: LoadedScenario
    branches: Chosen
    theories: Chosen
    seed: int | None
    date: str | None = None
    """Until when worlds went as the record says, see `given`; None: worlds as the model makes them."""

    def given(self: S, date: str | None = None) -> S:
        """The same study of worlds that went as the record says up to a date, by default that of the evidence.

        Its `compare` sets effects in such worlds beside those in worlds as the model makes them. PowersimError where
        the scenario says nothing of what happened.
        """
        from powersim.given.knowledge import known

        what = known(plan(self.opened, self.branches, self.theories, self.seed, swept=""), date)
        found = copy(self)
        found.date = self.opened.scenario.calendar.label(what.until)
        return found

    def origin(
        self,
        of: str | None = None,
        runs: int | None = None,
        *,
        branches: Chosen = None,
        worlds: int | None = None,
        out: str | Path | None = None,
        coupling: str | None = None,
        resume: bool = False,
        engine: str | None = None,
        workers: int | None = None,
        scheduler: str | None = None,
        progress: Listener | Count | None = None,
    ) -> Origins:
        """Where an outcome came from: was each cause necessary, was it sufficient, beside its rivals.

        of: an outcome with `ever`; by default that of the record from which the study was opened. branches: what
        happened, then one branch for each cause, without it. runs: worlds as the model makes them, under each theory;
        worlds: as many that went as ours did, if the study is `given` a date. coupling: which luck branches share once
        they have parted, the "same" or none ("fresh"). engine, scheduler: who chooses worlds, as in `compare`.
        """
        questions.check_given(self.date, worlds, False, None, engine=engine, scheduler=scheduler)
        one_of("coupling", coupling or SAME, COUPLINGS)
        if self.date is not None and runs is not None:
            raise ArgumentError(
                "runs",
                "does nothing beside a date to condition on; say how many by ",
                Argument("worlds", 512),
            )
        if self.date is None and resume:
            raise ArgumentError(
                "resume", "does nothing without a date to condition on, e.g. ", Argument("given", "2009Q2")
            )
        work.check_engine(engine, scheduler)
        planned = plan(
            self.opened,
            branches if branches is not None else self.branches,
            self.theories,
            self.seed,
            swept="",
        )
        recorded = self.opened.recorded
        if of is None:
            of = next(iter(recorded.get("outcomes") or ()), None)
        if of is None:
            raise ArgumentError("of", "which outcome? e.g. ", Argument("of", "war"))
        wanted = work.check_runs((recorded.get("runs") or work.RUNS) if runs is None else runs)
        return given.origin(
            planned,
            of,
            self.date,
            wanted,
            worlds,
            folder_of(out),
            heard(progress),
            resume=resume,
            workers=workers,
            coupling=coupling,
            engine=engine,
            scheduler=scheduler,
        )

    def weigh(
        self,
        *,
        worlds: int | None = None,
        out: str | Path | None = None,
        resume: bool = False,
        engine: str | None = None,
        workers: int | None = None,
        scheduler: str | None = None,
        progress: Listener | Count | None = None,
    ) -> Weighing:
        """What the record says of theories and of uncertain numbers, to the date that the study is `given`.

        Without one, to the date of the scenario's evidence. engine, scheduler: who chooses worlds, as in `compare`.
        """
        check_work(workers, resume=resume, out=folder_of(out))
        work.check_engine(engine, scheduler)
        dated = self if self.date is not None else self.given()
        planned = dated.under_fact()
        return given.weigh(
            planned, dated.date, worlds, folder_of(out), heard(progress), resume=resume, workers=workers,
            engine=engine, scheduler=scheduler,
        )  # fmt: skip

    def forecast(
        self,
        dates: Chosen = None,
        *,
        to: str | None = None,
        worlds: int | None = None,
        by_evidence: bool = False,
        out: str | Path | None = None,
        resume: bool = False,
        engine: str | None = None,
        workers: int | None = None,
        scheduler: str | None = None,
        progress: Listener | Count | None = None,
    ) -> Forecasts:
        """What comes after one date or several in worlds that went as ours did until then, held against what came.

        Without dates that which the study is `given`, or that of the scenario's evidence. to: the last turn that is
        held against the record, by default the last before what the scenario keeps back. by_evidence: weigh theories by
        what the record until the date says of them. engine, scheduler: who chooses worlds, as in `compare`.
        """
        from powersim.study.forecasting import forecast

        work.check_engine(engine, scheduler)
        recorded = self.opened.recorded
        usual = recorded.get("dates") if self.date is None else None
        return forecast(
            self.under_fact(),
            listed(dates, "dates") or usual or [self.date],
            to or recorded.get("to"),
            worlds,
            folder_of(out),
            heard(progress),
            resume=resume,
            workers=workers,
            by_evidence=by_evidence or recorded.get("by_evidence", False),
            engine=engine,
            scheduler=scheduler,
        )

    def under_fact(self) -> Plan:
        """A plan for the branch that happened, under the theories of the study."""
        stated = self.opened.scenario.evidence
        return plan(
            self.opened, None if stated is None else [stated.branch], self.theories, self.seed, swept=""
        )


def folder_of(out: str | Path | None) -> Path | None:
    """A folder to write into, if one is named. ArgumentError for what is not a path."""
    if out is None:
        return None
    if not isinstance(out, str | PathLike):
        raise ArgumentError("out", f"found {out!r}; allowed: a folder")
    return Path(out)
