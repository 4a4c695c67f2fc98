"""What comes back of questions given what happened: effects, origins of an event, what the record says of theories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from powersim._words import counted
from powersim.effects.results import ALL
from powersim.given.conditioning import Conditioned
from powersim.given.tuning import KINDS
from powersim.run.plan import Plan
from powersim.run.possible import SAME
from powersim.study import shown
from powersim.study.answers import drawn

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from powersim.effects.paired import Effect
    from powersim.figures.style import Drawing
    from powersim.given.conditioning import Diagnostic
    from powersim.given.origin import Origin
    from powersim.given.weigh import Learnt, Weighed
    from powersim.given.witnesses import Witness


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
        from powersim.given.origin import parted

        plan, known = self.found.asked.plan, self.found.asked.known
        late = parted(plan, known)
        open_ = (
            "what the decision does to worlds that went as ours did up to it; what came after it is as open as it was "
            "then."
        )
        settled = (
            "what another decision would have changed in worlds that went as ours did, with the luck that they had "
            f"({self._luck})."
        )
        if not late:
            return f"Given {self.date}: {open_}"
        if not {*plan.branches} - {*late, known.branch}:
            return f"Given {self.date}, beyond the decision: {settled}"
        early = f"Given {self.date}: {open_}"
        return f"{early} By then {', '.join(late)} had parted from what happened: of these, {settled}"

    @property
    def _luck(self) -> str:
        if self.found.asked.coupling == SAME:
            return "the same uniform after branches part is the same luck"
        return "up to where branches part; after it every other branch has luck of its own"

    @property
    def trust(self) -> list[str]:
        """How far the worlds can be trusted, a line a theory."""
        from powersim.given.lots import AGREE

        return [
            f"{row.theory or 'the scenario'}: "
            f"{'' if row.evidence else 'nothing is known by then; '}"
            f"{row.ess:.0f} of {counted(row.worlds, 'world')} count, "
            f"{row.distinct} different draws; log evidence {row.log_evidence:.1f} ± {row.error:.1f}; {_moves(row)}; "
            + (
                f"ISLANDS DISAGREE (R-hat {row.r_hat:.2f}): these are not all worlds that the record allows"
                if row.r_hat > AGREE
                else f"islands agree (R-hat {row.r_hat:.2f})"
            )
            for row in self.diagnostics
        ]


def _moves(row: Diagnostic) -> str:
    """Which share of the moves that were made was accepted, by kind."""
    shares = {kind: getattr(row, kind) for kind in KINDS}
    said = ", ".join(f"{kind} {share:.2f}" for kind, share in shares.items() if share == share)
    return f"moves accepted: {said}" if said else "no moves"


@dataclass(frozen=True, repr=False)
class Origins:
    """How an event hangs on each cause: necessary, sufficient, both, by theory and over theories.

    rows: those of origin.csv. beside: of witnesses.csv, what each cause is beside another. late: causes whose branches
    have parted by the date, see `given.origin.parted`.
    """

    plan: Plan
    rows: list[Origin]
    beside: list[Witness]
    conditioned: Conditioned | None
    provenance: dict[str, Any] = field(default_factory=dict)
    coupling: str = SAME
    late: tuple[str, ...] = ()

    @property
    def luck(self) -> str:
        """Which luck twins share."""
        if self.coupling == SAME:
            return "Twins share draw and luck."
        return "Twins share the draw, and luck until they part; then each has its own."

    @property
    def given(self) -> str:
        """In which worlds."""
        if self.conditioned is None:
            return "in worlds as the model makes them"
        asked = self.conditioned.asked
        assert asked.plan.scenario.evidence is not None
        return f"in worlds that {asked.plan.scenario.evidence.like_ours(asked.label)}"

    @property
    def sentence(self) -> str:
        """What a reader of a newspaper understands."""
        from powersim.given.origin import sentence

        date = None if self.conditioned is None else self.conditioned.asked.label
        said = sentence(self.plan, self.rows, date, self.beside, self.late)
        return said if self.coupling == SAME else f"{said} {self.luck}"

    @property
    def effects(self) -> pd.DataFrame:
        """How necessary and how sufficient each cause is: a tidy DataFrame, with the columns of origin.csv."""
        return _frame(self.rows)

    @property
    def witnesses(self) -> pd.DataFrame:
        """What each cause is beside another: alone, together, pre-empting, pre-empted; as witnesses.csv."""
        return _frame(self.beside)

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The rows in words, under `SHARES`."""
        return [
            (row.cause, _theory(row.theory), *_cells((row.pn, row.pn_low, row.pn_high)),
             *_cells((row.ps, row.ps_low, row.ps_high)), *_cells((row.pns, row.pns_low, row.pns_high)))
            for row in self.rows
        ]  # fmt: skip

    @property
    def beside_cells(self) -> list[tuple[str, ...]]:
        """What each cause is beside others, over all theories, in words, under `ROLES`."""
        whole = [one for one in self.beside if one.theory == self.rows[-1].theory]
        shares = ("alone", "together", "preempting", "preempted")
        return [(one.cause, one.beside, *(_percent(getattr(one, name)) for name in shares)) for one in whole]

    def draw(self) -> Drawing:
        """The rival origins by rank, for who saves them."""
        from powersim.given.figures import draw_origins

        return draw_origins(self.plan, self.rows, self.sentence, self.given, self.luck)

    def plot(self, kind: str = "origins") -> Figure:
        """The rival origins by rank."""
        return drawn({"origins": self.draw}, kind)

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        lines = [self.given, self.sentence, *_trust(self.conditioned)]
        return shown.page(self.plan.scenario.title, lines, SHARES, self.cells)


INTERVAL = "95 % interval"
SHARES = ("without", "theory", "necessary", INTERVAL, "sufficient", INTERVAL, "both", INTERVAL)
ROLES = ("without", "beside", "enough alone", "only together", "pre-empting", "pre-empted")


@dataclass(frozen=True, repr=False)
class Weighing:
    """What the record says of theories and of uncertain numbers."""

    plan: Plan
    conditioned: Conditioned
    provenance: dict[str, Any] = field(default_factory=dict)

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
    def effects(self) -> pd.DataFrame:
        """Evidence, Bayes factor and probability of each theory: a tidy DataFrame, with the columns of weights.csv."""
        return _frame(self.rows)

    @property
    def posterior(self) -> pd.DataFrame:
        """Uncertain numbers before and after the record, with the columns of posterior.csv."""
        return _frame(self.learnt)

    @property
    def finding(self) -> str:
        """What it comes to, in a sentence."""
        from powersim.given.weigh import finding

        return finding(self.rows)

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The rows in words, under `WEIGHTS`."""
        return [
            (row.theory, f"{row.log_evidence:.1f} ± {row.error:.1f}", f"{row.log_factor:.1f} ± {row.factor_error:.1f}",
             _percent(row.posterior), row.word)
            for row in self.rows
        ]  # fmt: skip

    def plot(self, kind: str = "posterior") -> Figure:
        """The uncertain numbers before and after, those first that moved most."""
        from powersim.given.figures import draw_learnt

        given = f"given {self.conditioned.asked.label}"
        return drawn({"posterior": lambda: draw_learnt(self.plan, self.learnt, self.finding, given)}, kind)

    def __repr__(self) -> str:
        return self.finding

    def _repr_html_(self) -> str:
        lines = [self.finding, *_trust(self.conditioned)]
        title = f"{self.plan.scenario.title}: given {self.conditioned.asked.label}"
        return shown.page(title, lines, WEIGHTS, self.cells)


WEIGHTS = ("theory", "log evidence", "behind the best", "probability", "")


def _trust(found: Conditioned | None) -> list[str]:
    return [] if found is None else Conditional(found, by_evidence=False).trust


def _frame(rows: Sequence[Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([asdict(row) for row in rows])


def _theory(name: str) -> str:
    return "all theories" if name == ALL else name


def _percent(value: float) -> str:
    return "" if value != value else f"{100 * value:.1f}%"


def _cells(part: tuple[float, float, float]) -> tuple[str, str]:
    share, low, high = part
    return _percent(share), "none" if share != share else f"{_percent(low)} to {_percent(high)}"
