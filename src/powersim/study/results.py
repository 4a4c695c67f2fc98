"""What computing histories gives back: `Results` of one branch, a `Comparison` of several, from memory or a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, TypeVar

from powersim._words import counted
from powersim.effects.paired import EFFECTS_FILE, read_given
from powersim.effects.results import ALL, CERTAIN, Study
from powersim.errors import Argument, ArgumentError, PowersimError
from powersim.files.writing import check_folder, check_target
from powersim.run import stages, work
from powersim.run.opened import Chosen, chosen, one_of
from powersim.sim import held
from powersim.sim.manifest import RESULTS
from powersim.study import shown

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

    from powersim.effects.paired import Effect
    from powersim.run.listener import Listener
    from powersim.run.plan import Plan
    from powersim.study.conditional import Conditional

R = TypeVar("R", bound="Results")
PLACES = 3  # decimals of numbers shown that are no probabilities


class Results:
    """Histories that were computed, in a folder of the user's or in one that goes when nobody holds them.

    `data` are the results (an xarray Dataset, read as needed), `provenance` says how to compute them again.
    """

    def __init__(
        self,
        data: xr.Dataset,
        provenance: dict[str, Any],
        where: Path,
        *,
        kept: bool,
        plan: Plan | None = None,
    ) -> None:
        self.data, self.provenance, self.plan = data, provenance, plan
        self.folder, self._where = where if kept else None, where

    @classmethod
    def open(cls, folder: str | Path) -> Results:
        """What a folder of results holds, those of complete runs. PowersimError where there are none."""
        from powersim.run.facts import read_facts
        from powersim.sim import provenance

        where = Path(folder)
        if not (where / RESULTS).exists():
            raise PowersimError(
                f"{folder}: holds no results; allowed: a folder that ", Argument("out"), " named"
            )
        data, file = work.dataset(where, held.done_runs(where)), where / provenance.FILE
        kind = Comparison if data.sizes["branch"] > 1 else Results
        return kind(data, read_facts(file).plain() if file.exists() else {}, where, kept=True)

    @cached_property
    def labels(self) -> Study:
        """What the results call their branches, theories and outcomes."""
        return Study.read(self.data)

    @property
    def runs(self) -> int:
        """How many runs there are of each branch under each theory."""
        return int(self.data.sizes["run"])

    @property
    def setting(self) -> str:
        """What was computed, in a line."""
        labels = self.labels
        drawn = f"; priors {CERTAIN}" if labels.certain else ""
        return (
            f"{counted(self.runs, 'run')} of {', '.join(labels.branches)} under {', '.join(labels.theories)}, "
            f"seed {labels.seed}{drawn}"
        )

    @property
    def about(self) -> list[tuple[str, str]]:
        """What is there and how to go on: lines of a label and a text."""
        from powersim.study.about import about

        return about(self._where, self)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Inside, results are looked at: Stopped says that they are kept if the user ends that early."""
        with stages.keeping(self.runs, self.folder):
            yield

    def plot(self, outcome: str | None = None, kind: str = "paths") -> Figure:
        """A figure of an outcome, by default the first: kind is one of `PLOTS`, what this class can draw."""
        from powersim.figures.style import styled

        ways = self._plots()
        one_of("kind", kind, ways)
        name = self._outcome(outcome)
        with styled():
            return ways[kind](name)

    def figures(
        self,
        folder: str | Path,
        outcomes: Chosen = None,
        *,
        brief: bool = False,
        formats: Chosen = None,
        style: str = "screen",
        workers: int = 1,
        tick: Callable[[], None] | None = None,
        notice: Callable[[str], None] | None = None,
    ) -> list[Path]:
        """Draw everything into a folder, with a page that shows it; returns the files.

        brief: only what is to be seen first. formats: png, svg, pdf; default: the first two. style: `screen`, or
        `paper`: 300 dots an inch, without titles and captions, which stand in the page beside them.
        """
        from powersim.figures.gallery import write_figures
        from powersim.figures.saving import FORMATS, MARKS, STYLES

        names = chosen(outcomes, self.labels.outcomes, "outcome")
        one_of("style", style, STYLES)
        endings = FORMATS if formats is None else chosen(formats, MARKS, "format")
        each = None if tick is None else (lambda _: tick())
        return write_figures(
            self.data, Path(folder), names, endings, each, workers, notice, brief=brief, style=style,
            given=self._given,
        )  # fmt: skip

    def export(self, file: str | Path, outcomes: Chosen = None) -> Path:
        """Write a table, which the file's name says (effects.csv, values.parquet, ...), or everything (.nc)."""
        from powersim.run.export import export

        if not self.runs:
            raise PowersimError(f"{self.folder}: no run is complete yet; nothing to export")
        names = None if outcomes is None else chosen(outcomes, self.labels.outcomes, "outcome")
        return export(self.data, Path(file), names)

    def report(self, out: str | Path | None = None) -> Path:
        """Write one self-contained page about the results, by default beside them."""
        from powersim.report.folder import write_report

        if self.folder is None:
            raise ArgumentError(
                "out", "results that are kept nowhere have no report; e.g. ", Argument("out", "out/my")
            )
        return write_report(self.folder, None if out is None else Path(out), processes=work.workers())

    def __repr__(self) -> str:
        return shown.block(f"<{type(self).__name__}: {self.labels.title}>", [self.setting, *self._lines()])

    def _repr_html_(self) -> str:
        heads, rows = self._table()
        return shown.page(self.labels.title, [self.setting, *self._lines()], heads, rows)

    def _plots(self) -> dict[str, Callable[[str], Figure]]:
        from powersim.effects.paired import diverged
        from powersim.effects.results import sample
        from powersim.figures.fans import draw_paths

        def paths(name: str) -> Figure:
            parted = {b: diverged(self.data, a, b) for a, b in self.labels.pairs()}
            some = sample(self.data)
            return draw_paths(some, name, Study.read(some), parted).figure

        return {"paths": paths}

    def _outcome(self, name: str | None) -> str:
        known = self.labels.outcomes
        if not known:
            raise PowersimError(f"{self.labels.title}: has no outcomes; see `outcomes` in docs/scenario.md")
        if name is None:
            return self.labels.headline[0]
        return one_of("outcome", name, known)

    @property
    def _given(self) -> list[Effect]:
        """Effects in worlds that went as the record says, if there are any."""
        return []

    def _lines(self) -> list[str]:
        return []

    def _table(self) -> tuple[Sequence[str], list[Sequence[str]]]:
        return (), []


class Comparison(Results):
    """What branches change: paired effects of every branch against the reference, beside the histories.

    `shown` are the outcomes that it tells of first.
    """

    shown: tuple[str, ...] = ()
    conditional: Conditional | None = None
    """The same effects in worlds that went as the record says, if the study was given a date."""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every branch against the reference."""
        return self.plan.pairs if self.plan is not None else self.labels.pairs()

    @cached_property
    def rows(self) -> list[Effect]:
        """Effects on every outcome, by theory and pooled over them."""
        from powersim.effects.paired import effects

        return effects(self._at_hand, self.pairs)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """The same as a tidy DataFrame: a row for each outcome, theory and pair, with the columns of effects.csv."""
        import pandas as pd

        from powersim.effects.paired import EFFECT_COLUMNS

        return pd.DataFrame([*self.rows, *self._given], columns=EFFECT_COLUMNS)

    @cached_property
    def findings(self) -> dict[str, str]:
        """What happens to each outcome shown, in a sentence."""
        from powersim.effects.findings import of_effects

        return {
            name: of_effects(
                self.labels.outcome(name),
                [row for row in self.rows if row.outcome == name],
                self.labels,
                binary=self.labels.outcome(name).summary.kind == "ever",
            )
            for name in (self.shown or self.labels.headline)
        }

    def plot(self, outcome: str | None = None, kind: str = "effects") -> Figure:
        """A figure of an outcome, by default the first: its effects, its paths, or an overview of all."""
        return super().plot(outcome, kind)

    @cached_property
    def estimators(self) -> pd.DataFrame:
        """Outcomes whose odds the rules know, by both estimators: a row a level or effect, as in estimators.csv."""
        import pandas as pd

        from powersim.effects.estimators import EstimatorRow, both

        return pd.DataFrame(both(self._at_hand, self.pairs), columns=list(EstimatorRow.__dataclass_fields__))

    def write(self, folder: Path) -> Path:
        """Write effects.csv, and estimators.csv where there are outcomes that have odds."""
        from powersim.effects.estimators import FILE, both, write_estimators
        from powersim.effects.paired import write_effects

        if found := both(self._at_hand, self.pairs):
            write_estimators(found, folder / FILE)
        return write_effects([*self.rows, *self._given], folder / EFFECTS_FILE)

    @property
    def _given(self) -> list[Effect]:
        if self.conditional is None:
            return [] if self.folder is None or self.plan is not None else read_given(self.folder)
        return self.conditional.rows

    @cached_property
    def _at_hand(self) -> xr.Dataset:
        from powersim.effects.results import at_hand

        return at_hand(self.data)

    def condition(
        self,
        date: str,
        worlds: int | None,
        listener: Listener,
        resume: bool,
        workers: int | None,
        by_evidence: bool,
        coupling: str | None = None,
        engine: str | None = None,
        scheduler: str | None = None,
    ) -> None:
        """Set the effects in worlds that went as the record says until a date beside the others, in the files too."""
        from powersim.sim import provenance
        from powersim.study.given import conditional, leave

        assert self.plan is not None
        self.conditional = conditional(
            self.plan,
            date,
            worlds,
            self.folder,
            listener,
            resume=resume,
            workers=workers,
            by_evidence=by_evidence,
            coupling=coupling,
            engine=engine,
            scheduler=scheduler,
        )
        if self.folder is not None:
            self.write(self.folder)
            provenance.write(self.folder, self.provenance)
            leave(self.conditional, self.rows, self.labels, self.provenance["command"], self.folder, listener)

    def _plots(self) -> dict[str, Callable[[str], Figure]]:
        from powersim.effects.results import sample
        from powersim.figures.beside import draw_beside
        from powersim.figures.forest import draw_effects
        from powersim.figures.overview import draw_overview

        def forest(name: str) -> Figure:
            rows = [row for row in self.rows if row.outcome == name]
            return draw_effects(self.labels.outcome(name), rows, self.labels).figure

        def overview(_: str) -> Figure:
            some = sample(self.data)
            return draw_overview(some, self.rows, Study.read(some), self._given).figure

        def beside(_: str) -> Figure:
            if not self._given:
                raise PowersimError(f"{self.labels.title}: was given no date, see `Study.given`")
            said = "Effects as the model goes, and given what happened"
            return draw_beside(self.rows, self._given, self.labels, said).figure

        return {"effects": forest, "overview": overview, "given": beside, **super()._plots()}

    def _lines(self) -> list[str]:
        return list(self.findings.values()) if self.rows else ["nothing to compare"]

    def _table(self) -> tuple[Sequence[str], list[Sequence[str]]]:
        kept = [row for row in self.rows if row.outcome in self.findings]
        pooled = [row for row in kept if row.theory == ALL or len(self.labels.theories) == 1]
        heads = ("outcome", "branch", "against", "difference", "95 % interval")
        return heads, [self._cells(row) for row in pooled]

    def _cells(self, row: Effect) -> Sequence[str]:
        from powersim.effects.findings import Scale
        from powersim.effects.outcomes import titled

        outcome = self.labels.outcome(row.outcome)
        scale = Scale(outcome.summary.kind == "ever", outcome.unit)
        size, interval = scale.estimate(row.effect, row.ci_low, row.ci_high, PLACES)
        unit = " points" if scale.binary else ""
        return (
            titled(outcome, self.labels), row.branch_b, row.branch_a, f"{size}{unit}",
            interval if row.known else "none",
        )  # fmt: skip


def check_effects(out: Path) -> None:
    """PowersimError, before anything is computed, if something of others is where effects will be written."""
    from powersim.effects.estimators import FILE, MARK
    from powersim.effects.paired import EFFECTS_MARK

    check_target(check_folder(out) / EFFECTS_FILE, EFFECTS_MARK)
    check_target(out / FILE, MARK)


def carried_out(job: stages.Job, kind: type[R], command: str) -> R:
    """The results of a job, in its folder or in one that goes with them; effects beside them."""
    job.check()
    said = job.listener.command or command
    if job.out is None:
        where = Path(tempfile.mkdtemp(prefix="powersim-"))
        try:
            done = job.carry_out(where, said)
            data = work.dataset(where, done.runs, passing=True)
            return kind(data, done.facts, where, kept=False, plan=job.plan)
        except BaseException:
            rmtree(where, ignore_errors=True)
            raise
    with work.folder(job.out) as where:
        done = job.carry_out(where, said)
        with stages.keeping(done.runs, where):
            found = kind(work.dataset(where, done.runs), done.facts, where, kept=True, plan=job.plan)
            if isinstance(found, Comparison):
                found.write(where)
    return found
