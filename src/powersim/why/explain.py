"""From what `why` has computed to an explanation: rows, files, figures and a section of the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from powersim.effects.estimates import write_rows
from powersim.effects.results import ALL, BranchLabel, Study
from powersim.figures import letters
from powersim.figures import section as page
from powersim.figures.press import print_all
from powersim.files.writing import subfolder
from powersim.why.explanation import ExplainedEffect, finding, heading, of_total
from powersim.why.figures import draw_knockouts, draw_mediation, draw_shares
from powersim.why.groups import FULL, ITSELF, Setting, coalitions
from powersim.why.keeping import WorldStore
from powersim.why.knockouts import TOTAL, KnockOut, Share, knockouts, shares
from powersim.why.mediation import Mediation, mediation
from powersim.why.worlds import HELD, NAME, Question

FORMATS = ("png", "svg")
ORDER = 30
TITLE = "Why the branches differ"
LIMITS = (
    "A knock-out changes the world in both branches: it shows the effect in a world without it, not how much "
    "of the effect the mechanism transmits in this one. Of two that can stand in for each other both look idle.",
    "Shapley shares depend on how mechanisms are grouped into channels and on what is called direct (own policy, "
    "budgets, crises, wars, politics at home are in no channel). Another grouping gives other shares; they always add "
    "up to the whole.",
    "A held channel is a hypothetical world: one branch with the beliefs, fears, deals or alignments of the other. "
    "Within the model, with the same luck, it is computed and not assumed; nobody can see it in the world. Direct "
    "means through none of the channels that are held: what is direct for one channel may go through another.",
    "Many intervals are shown at once: of twenty mechanisms that matter to nothing, one looks clear at 95 % by luck.",
    "Intervals cover the luck and the priors within the model, not the choice of the model.",
)


def explain(asked: Question, kept: WorldStore) -> list[ExplainedEffect]:
    """Each outcome asked for, in the order asked.

    The mechanism that an outcome is the work of, the channel that it is part of, and what holds that channel are left
    out: an outcome would explain all of itself by itself.
    """
    study, theories = study_of(asked, kept.runs), asked.plan.theories
    a, b = asked.plan.branches
    found = []
    for outcome in asked.outcomes:
        itself = ITSELF.get(asked.plan.scenario.outcomes[outcome].kind, "")
        mechanisms = [name for name in asked.mechanisms if name != itself]
        channels = [group for group in asked.groups if itself not in group.off]
        holds = [held for held, names in HELD.items() if itself not in names]
        without = asked.worlds(kept, outcome, [FULL, *(Setting(frozenset({name})) for name in mechanisms)])
        opened = asked.worlds(kept, outcome, coalitions(channels))
        found.append(
            ExplainedEffect(
                asked.known[outcome], study, a, b, {group.name: group.title for group in asked.groups},
                knockouts(outcome, theories, mechanisms, without),
                shares(outcome, theories, [group.name for group in channels], opened),
                [row for held in holds for row in _mediation(asked, kept, outcome, held)],
                asked.plan.scenario.outcomes[outcome].kind,
                _left_out(asked, itself),
            )
        )  # fmt: skip
    return found


def _left_out(asked: Question, itself: str) -> str:
    """What is left out because it is the outcome itself, in words; empty if nothing is."""
    if not itself:
        return ""
    closed = [group.title for group in asked.groups if itself in group.off and group.title != itself]
    name = itself.replace("_", " ")
    return f"{name} (in the channel {closed[0]})" if closed else name


def _mediation(asked: Question, kept: WorldStore, outcome: str, held: str) -> list[Mediation]:
    y, touched = asked.replays(kept, outcome, held)
    binary = asked.counts(kept, outcome)
    return mediation(outcome, asked.plan.theories, held, y, binary=binary, touched=touched)


def study_of(asked: Question, runs: int) -> Study:
    """The labels of the question, as figures and sentences use them."""
    plan, scenario = asked.plan, asked.plan.scenario
    dates, since = tuple(scenario.calendar.labels()), scenario.intervention

    def branch(name: str) -> BranchLabel:
        known = scenario.branches.get(name)
        if known is None:
            return BranchLabel(name, "The world as it goes", False, since)
        return BranchLabel(name, known.title, known.yardstick, since)

    return Study(
        title=scenario.title,
        question=scenario.question,
        reference=plan.branches[0],
        seed=plan.seed,
        runs=runs,
        turns=tuple(range(len(dates))),
        dates=dates,
        theories=plan.theories,
        branches={name: branch(name) for name in plan.branches},
        outcomes=dict(asked.known),
        headline=asked.outcomes,
        certain=plan.certain,
    )


def write(
    found: Sequence[ExplainedEffect],
    out: Path,
    command: str,
    tick: Callable[[], None] | None = None,
    notice: Callable[[str], None] | None = None,
) -> list[Path]:
    """Tables, figures and the section of the report into ``out/why``; returns the files, the section last.

    `notice` is told, once, of letters that figures cannot show.
    """
    folder = subfolder(out, NAME)
    written = [
        write_rows(list(chain.from_iterable(e.knockouts for e in found)), KnockOut, folder / "knockouts.csv"),
        write_rows(list(chain.from_iterable(e.shares for e in found)), Share, folder / "shares.csv"),
        write_rows(
            list(chain.from_iterable(e.mediation for e in found)), Mediation, folder / "mediation.csv"
        ),
    ]
    figures = []
    boxes: set[str] = set()
    for e in found:
        for drawing in print_all(
            e, (draw_shares, draw_mediation, draw_knockouts), folder, FORMATS, notice=lambda _: None
        ):
            boxes |= drawing.boxes
            written += drawing.files
            figures.append(page.Figure(drawing.name, _alt(drawing.finding), drawing.caption))
            if tick is not None:
                tick()
    letters.tell(boxes, notice)
    return [*written, _section(found, figures, command).write(out)]


def _section(found: Sequence[ExplainedEffect], figures: Sequence[page.Figure], command: str) -> page.Section:
    return page.Section(
        NAME,
        TITLE,
        ORDER,
        findings=[" ".join(finding(e)) for e in found],
        figures=figures,
        tables=[_table(e) for e in found],
        limits=LIMITS,
        command=command,
    )


def _table(e: ExplainedEffect) -> page.Table:
    """Shares by theory."""
    theories = [*e.theories, e.theory]
    head = [
        "channel",
        *("all theories" if theory == ALL else theory for theory in theories),
        "of the whole, %",
    ]
    order = [*(row.part for row in e.parts()), "direct", TOTAL]
    rows: list[list[page.Cell]] = [
        [e.title(part), *(e.share(part, theory).share for theory in theories), e.share(part).percent]
        for part in order
    ]
    unit = "in shares of runs" if e.scale.binary else e.outcome.unit or "on the outcome's scale"
    return page.Table(
        f"{heading(e)}: Shapley shares of the effect of “{e.b}” against “{e.a}”, {unit}; "
        "per cent only where the whole is clear of 0 at 95 %",
        head,
        rows,
    )


def _alt(finding_: str) -> str:
    return f"Chart. {finding_}"


def summary(found: Sequence[ExplainedEffect]) -> list[str]:
    """A line an outcome."""
    return [of_total(e) for e in found]
