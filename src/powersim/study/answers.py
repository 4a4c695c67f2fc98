"""What questions give back: why branches differ, what becomes of hypotheses, on which assumptions effects hang, what
moves what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from powersim._words import counted
from powersim.errors import PowersimError
from powersim.run.opened import one_of
from powersim.study import shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from powersim.elasticities.words import Words as NudgeWords
    from powersim.figures.style import Drawing
    from powersim.plausible.rates import Plausibility
    from powersim.run.plan import Plan
    from powersim.sensitivity.words import Words
    from powersim.verdict.study import Runs, Trial
    from powersim.verdict.words import Judgement
    from powersim.why.explanation import ExplainedEffect
    from powersim.why.worlds import Question


def drawn(ways: Mapping[str, Callable[[], Drawing]], kind: str) -> Figure:
    """The figure of a kind. ArgumentError for one that there is not."""
    from powersim.figures.style import styled

    with styled():
        return ways[one_of("kind", kind, ways)]().figure


@dataclass(frozen=True, repr=False)
class Explanation:
    """Why two branches differ, outcome by outcome; `effects` are the channels' shares of the whole effect."""

    question: Question
    found: Sequence[ExplainedEffect]
    runs: int
    provenance: dict[str, Any]

    @property
    def effects(self) -> pd.DataFrame:
        """Shapley shares of each channel, what is direct, and the whole: the rows of shares.csv."""
        return _frame(chain.from_iterable(e.shares for e in self.found))

    @property
    def knockouts(self) -> pd.DataFrame:
        """The effect without each mechanism: the rows of knockouts.csv."""
        return _frame(chain.from_iterable(e.knockouts for e in self.found))

    @property
    def mediation(self) -> pd.DataFrame:
        """Direct and indirect effects with a channel held: the rows of mediation.csv."""
        return _frame(chain.from_iterable(e.mediation for e in self.found))

    def plot(self, outcome: str | None = None, kind: str = "shares") -> Figure:
        """A figure of an outcome, by default the first: shares, knockouts or mediation."""
        from powersim.why import figures

        known = {e.outcome.name: e for e in self.found}
        one = known[one_of("outcome", outcome or next(iter(known)), known)]
        ways = {
            "shares": lambda: figures.draw_shares(one),
            "knockouts": lambda: figures.draw_knockouts(one),
            "mediation": lambda: figures.draw_mediation(one),
        }
        return drawn(ways, kind)

    def __repr__(self) -> str:
        return shown.block(f"<Explanation: {self.question.plan.scenario.title}>", self._lines())

    def _repr_html_(self) -> str:
        return shown.page(self.question.plan.scenario.title, self._lines())

    def _lines(self) -> list[str]:
        from powersim.why.explanation import finding

        return [text for e in self.found for text in finding(e)]


@dataclass(frozen=True, repr=False)
class Verdicts:
    """What becomes of hypotheses, and the evidence for each."""

    trial: Trial
    judgements: Sequence[Judgement]
    computed: Runs
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def effects(self) -> pd.DataFrame:
        """A row for every hypothesis pooled over theories and under each: those of verdicts.csv."""
        import pandas as pd

        from powersim.verdict.words import HEAD, verdict_rows

        return pd.DataFrame(verdict_rows(self.judgements), columns=list(HEAD))

    def plot(self) -> Figure:
        """Every hypothesis with its draws and its verdict."""
        from powersim.verdict.figures import draw_verdicts

        title = self.trial.scenario.title
        return drawn(
            {"verdicts": lambda: draw_verdicts(self.judgements, title, self.trial.lucks)}, "verdicts"
        )

    def __repr__(self) -> str:
        lines = [f"{one.id}: {one.verdict}: {one.claim}" for one in self.judgements]
        return shown.block(f"<Verdicts: {self.trial.scenario.title}>", [*lines, self._short()])

    def _repr_html_(self) -> str:
        from powersim.verdict.words import evidence

        rows = [(one.id, one.verdict, one.claim, evidence(one)) for one in self.judgements]
        heads = ("id", "verdict", "claim", "evidence")
        return shown.page(self.trial.scenario.title, [self._short()], heads, rows)

    def _short(self) -> str:
        from powersim.verdict.words import in_short

        return in_short(self.judgements)


@dataclass(frozen=True, repr=False)
class Hinges:
    """On which assumptions an effect hangs; `effects` is the screening of all of them."""

    words: Words
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def effects(self) -> pd.DataFrame:
        """A row for each assumption, the clearest first: those of screening.csv."""
        return self.tables["screening"]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name: screening, tornado, interactions, ..."""
        import pandas as pd

        from powersim.sensitivity.report import tables

        return {name: pd.DataFrame(rows, columns=head) for name, (head, rows) in tables(self.words).items()}

    def plot(self, kind: str = "") -> Figure:
        """A figure by its name, by default that of screening."""
        from powersim.figures.style import styled
        from powersim.sensitivity.report import drawings

        with styled():
            found = {each.name: each.figure for each in drawings(self.words)}
        return found[one_of("kind", kind or next(iter(found)), found)]

    def __repr__(self) -> str:
        return shown.block(f"<Hinges: {self.words.space.plan.scenario.title}>", self.words.all())

    def _repr_html_(self) -> str:
        return shown.page(self.words.space.plan.scenario.title, self.words.all())


@dataclass(frozen=True, repr=False)
class Elasticities:
    """What moves what: `effects` are the rows of elasticities.csv, `signs` what became of expected signs."""

    words: NudgeWords
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def effects(self) -> pd.DataFrame:
        """A row for each input and outcome."""
        return _frame(self.words.rows)

    @property
    def signs(self) -> pd.DataFrame:
        """A row for each sign that was expected, and its mark: those of signs.csv."""
        import pandas as pd

        from powersim.elasticities.report import HEAD, table

        return pd.DataFrame(table(self.words), columns=list(HEAD))

    def plot(self, outcome: str | None = None, kind: str = "heat") -> Figure:
        """The heat map of inputs by outcomes, or the tornado of an outcome, by default the first that has one."""
        from powersim.elasticities.figures import draw, drawings
        from powersim.figures.style import styled

        ways = drawings(self.words)
        kinds = tuple(dict.fromkeys(name for name, _ in ways))
        one_of("kind", kind, kinds)
        known = [name for way, name in ways if way == kind]
        if outcome is not None:
            one_of("outcome", outcome, known)
        with styled():
            return draw(self.words, kind, outcome or known[0]).figure

    def __repr__(self) -> str:
        return shown.block(f"<Elasticities: {self.words.asked.space.plan.scenario.title}>", self.words.all())

    def _repr_html_(self) -> str:
        return shown.page(self.words.asked.space.plan.scenario.title, self.words.all())


@dataclass(frozen=True, repr=False)
class BaseRates:
    """Base rates of simulated histories beside those of the record; `found` has the numbers."""

    plan: Plan
    found: Plausibility

    @property
    def rates(self) -> pd.DataFrame:
        """A row for each statistic: the recorded value and its interval, the simulated mean, median and band."""
        return _frame(self.found.rows)

    @property
    def title(self) -> str:
        """What was computed."""
        return f"{self.plan.labels[0]} to {self.found.until}: {counted(self.found.runs, 'run')} beside the record"

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The rows in words, under the columns of `powersim.plausible.baserates.COLUMNS`."""
        from powersim.plausible.baserates import cells

        return cells(self.found.rows)

    @property
    def findings(self) -> list[str]:
        """What the rows come to, how coded paths are told, and which issues are stuck."""
        from powersim.plausible.baserates import verdict

        paths = [self.found.paths.verdict()] if self.found.paths is not None else []
        stuck = [
            f"{one.issue} sits at 0 or 1 in {one.runs:.0%} of runs; in the record {one.recorded:.0%} of the time"
            for one in self.found.stuck
        ]
        return [verdict(self.found.rows), *paths, *stuck]

    def plot(self) -> Figure:
        """Every coded issue path over the bands of the runs."""
        from powersim.plausible.figures import draw_hindcast

        found = self.found
        if found.paths is None:
            raise PowersimError(
                f"{self.plan.scenario.title}: has no coded paths; e.g. record: {{sale: {{2009Q3: 0.5}}}}"
            )
        titles, scores = {issue.id: issue.title for issue in self.plan.scenario.issues}, found.paths
        ways = {"paths": lambda: draw_hindcast(found.issues, found.coded, found.dates, scores, titles)}
        return drawn(ways, "paths")

    def __repr__(self) -> str:
        return shown.block(f"<BaseRates: {self.title}>", self.findings)

    def _repr_html_(self) -> str:
        from powersim.plausible.baserates import COLUMNS

        return shown.page(self.title, self.findings, COLUMNS, self.cells)


def _frame(rows: Any) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([asdict(row) for row in rows])
