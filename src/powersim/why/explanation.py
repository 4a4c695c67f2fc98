"""One difference between two branches, explained: its rows, and what they come to in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from powersim.effects.findings import TOO_FEW, Scale, decimals, listed, number, quoted, telling
from powersim.effects.outcomes import when
from powersim.effects.results import ALL, OutcomeLabel, Study
from powersim.why.knockouts import DIRECT, TOTAL, KnockOut, Share
from powersim.why.mediation import DIRECT as NATURAL_DIRECT
from powersim.why.mediation import INDIRECT, INTERACTION, OTHERS, TOGETHER, Mediation

SHOWN = 3  # mechanisms named in a sentence
SMALL = 0.5  # per cent: less is not worth a word
LARGE = 200  # per cent: where parts of both signs are larger than the whole, their sizes say more than shares of it
HARDLY = 0.02  # of the whole: less is hardly anything


@dataclass(frozen=True)
class ExplainedEffect:
    """Why branch b differs from branch a in one outcome. titles: what channels are called in sentences."""

    outcome: OutcomeLabel
    study: Study
    a: str
    b: str
    titles: Mapping[str, str]
    knockouts: Sequence[KnockOut]
    shares: Sequence[Share]
    mediation: Sequence[Mediation] = field(default_factory=tuple)
    kind: str = ""  # what the outcome is of: alignment, trust, issue, ...
    left_out: str = ""  # the mechanism that the outcome is the work of, which explains nothing of it

    @property
    def theory(self) -> str:
        """The rows to speak of: those over all theories, or those of the only one."""
        return ALL if len(self.study.theories) > 1 else self.study.theories[0]

    @property
    def theories(self) -> tuple[str, ...]:
        """The theories one by one, nothing if there is but one."""
        return self.study.theories if len(self.study.theories) > 1 else ()

    @property
    def scale(self) -> Scale:
        """How the outcome's numbers are written."""
        return Scale(self.outcome.summary.kind == "ever", self.outcome.unit)

    def share(self, part: str, theory: str | None = None) -> Share:
        """The row of a part."""
        wanted = theory or self.theory
        return next(row for row in self.shares if row.part == part and row.theory == wanted)

    def parts(self, theory: str | None = None) -> list[Share]:
        """The channels' rows, the largest first."""
        wanted = theory or self.theory
        rows = [row for row in self.shares if row.theory == wanted and row.part not in (DIRECT, TOTAL)]
        return sorted(rows, key=lambda row: -abs(row.share))

    def out(self, theory: str | None = None) -> list[KnockOut]:
        """The knock-outs, the largest change first."""
        return [row for row in self.knockouts if row.theory == (theory or self.theory)]

    def mediated(self, channel: str, theory: str | None = None) -> dict[str, Mediation]:
        """The quantities of a channel."""
        wanted = theory or self.theory
        return {r.quantity: r for r in self.mediation if r.channel == channel and r.theory == wanted}

    def held(self) -> list[str]:
        """Channels that were held, the largest indirect effect first, several together last."""
        names = list(dict.fromkeys(row.channel for row in self.mediation))
        single = [name for name in names if name not in (OTHERS, TOGETHER)]
        order = sorted(single, key=lambda name: -abs(self.mediated(name)[INDIRECT].value))
        return [*order, *(name for name in names if name not in single)]

    def title(self, part: str) -> str:
        """What a channel is called."""
        return self.titles.get(part, part.replace("_", " "))

    def signed(self, value: float) -> str:
        """A difference with its sign: +0.03, −3.1 points."""
        shown = self.scale.factor * value
        return telling(shown, decimals([shown]), sign=True) + (" points" if self.scale.binary else "")

    def left(self, value: float) -> str:
        """What is left of the effect, in words."""
        if value == 0:
            return "nothing is left"
        small = abs(value) < HARDLY * abs(self.share(TOTAL).share)
        return "hardly anything is left" if small else f"{self.signed(value)} is left"


def heading(e: ExplainedEffect) -> str:
    """The outcome with its date."""
    date = "" if e.study.date(e.outcome.summary.last) in e.outcome.title else f" {when(e.outcome, e.study)}"
    return f"{e.outcome.title}{date}"


def of_total(e: ExplainedEffect) -> str:
    """What there is to explain."""
    total = e.share(TOTAL)
    if total.share == total.ci_low == total.ci_high == 0:
        return f"{heading(e)}: exactly the same under {quoted(e.b)} and {quoted(e.a)}, so there is nothing to explain"
    places = e.scale.places(total.share, total.ci_low, total.ci_high)
    interval = e.scale.interval(total.ci_low, total.ci_high, places)
    if not total.known:
        return (
            f"{heading(e)}: {TOO_FEW} of the difference between {quoted(e.b)} and {quoted(e.a)} "
            f"({e.signed(total.share)}), so there is nothing to share out"
        )
    if not total.clear:
        return (
            f"{heading(e)}: {quoted(e.b)} and {quoted(e.a)} do not differ clearly "
            f"({e.signed(total.share)}, {interval}), so there is nothing to share out"
        )
    return (
        f"{heading(e)}: {quoted(e.b)} {e.scale.does(total.share, places)} against {quoted(e.a)} ({interval})"
    )


def of_shares(e: ExplainedEffect) -> str:
    """Through which channels it goes; empty if nothing can differ."""
    total, direct = e.share(TOTAL), e.share(DIRECT)
    parts = e.parts()
    clear = [row for row in parts if row.clear]
    if total.share == total.ci_low == total.ci_high == 0 and not clear:
        return ""
    if not total.clear:
        if len({row.share > 0 for row in clear}) < 2:
            return ""
        pulls = listed([f"{e.title(row.part)} ({e.signed(row.share)})" for row in clear])
        return f"Channels pull in opposite directions: {pulls}"
    along = [row for row in clear if (row.percent or 0.0) >= SMALL]
    against = [row for row in clear if (row.percent or 0.0) <= -SMALL]
    large = max(abs(row.percent or 0.0) for row in (*parts, direct)) > LARGE

    def amount(row: Share) -> str:
        return e.signed(row.share) if large else _percent(row)

    texts = []
    if along:
        texts.append("of this " + listed([f"{amount(r)} goes through {e.title(r.part)}" for r in along]))
    if against:
        texts.append(
            listed([f"{e.title(r.part)} ({amount(r)})" for r in against])
            + f" {'pulls' if len(against) == 1 else 'pull'} the other way"
        )
    if not along and not against:
        texts.append("no channel's share is clear")
    left = f"{amount(direct)} is direct, left with every channel closed"
    texts.append(left if direct.share else "nothing is direct")
    idle = [e.title(row.part) for row in parts if row.share == row.ci_low == row.ci_high == 0]
    if idle:
        texts.append(f"{listed(idle)} {'carries' if len(idle) == 1 else 'carry'} exactly nothing")
    return _sentence("; ".join(texts)) + _by_theory(e)


def of_knockouts(e: ExplainedEffect) -> str:
    """Which mechanism, switched off alone, changes it most."""
    if not e.share(TOTAL).clear:
        return ""
    rows = e.out()
    idle = [row for row in rows if row.changed == 0]
    clear = [row for row in rows if row.clear]
    if not clear:
        return "No mechanism, switched off alone, changes the effect clearly"
    full = e.signed(clear[0].effect)

    def told(row: KnockOut) -> str:
        return f"{row.mechanism.replace('_', ' ')} ({e.left(row.effect_without)})"

    text = f"Switched off alone, {told(clear[0])} changes the effect of {full} most"
    if clear[1:]:
        text += f", then {listed([told(row) for row in clear[1:SHOWN]])}"
    if clear[SHOWN:]:
        text += f"; {len(clear) - SHOWN} more change it clearly"
    if idle:
        text += f"; {len(idle)} of {len(rows)} leave no trace in any run"
    return text


def of_mediation(e: ExplainedEffect) -> str:
    """What one channel alone would do, and what is left without it."""
    told = [name for name in e.held() if name not in (OTHERS, TOGETHER)]
    if not told or not e.share(TOTAL).clear:
        return ""
    clear = [name for name in told if e.mediated(name)[INDIRECT].clear]
    several = next((name for name in (TOGETHER, OTHERS) if name in e.held()), "")
    left = 0.0 if not several else e.mediated(several)[NATURAL_DIRECT].value
    held = listed([e.title(name) for name in told])
    rest = f"with {held} all held as after {quoted(e.a)}, {e.left(left)}" if several else ""
    alone = [f"{e.title(name)} ({e.signed(e.mediated(name)[INDIRECT].value)})" for name in clear]
    if not clear:
        nothing = "Held at its path in the other branch, no single channel makes a clear difference"
        return f"{nothing}; {rest}" if rest else nothing
    if rest and abs(left) > abs(e.share(TOTAL).share) / 2:
        return f"{_sentence(rest)}: most goes through none of them. Alone as after {quoted(e.b)}: {listed(alone)}"
    first, row = clear[0], e.mediated(clear[0])
    interval = e.scale.interval(row[INDIRECT].ci_low, row[INDIRECT].ci_high)
    text = (
        f"If {e.title(first)} alone went as after {quoted(e.b)}, the difference would be "
        f"{e.signed(row[INDIRECT].value)} ({interval}); with {e.title(first)} held as after {quoted(e.a)}, "
        f"{e.left(row[NATURAL_DIRECT].value)} (interaction {e.signed(row[INTERACTION].value)})"
    )
    if alone[1:]:
        text += f". Clear alone too: {listed(alone[1:])}"
    return f"{text}. {_sentence(rest)}" if rest else text


def in_short(e: ExplainedEffect) -> str:
    """The whole and its largest clear share, for a heading."""
    total = e.share(TOTAL)
    if not total.known:
        return f"{heading(e)}: {TOO_FEW} of the difference between {quoted(e.b)} and {quoted(e.a)}"
    if not total.clear:
        return (
            f"{heading(e)}: no clear difference between {quoted(e.b)} and {quoted(e.a)}, nothing to share out"
        )
    text = f"{heading(e)}: {quoted(e.b)} {e.scale.does(total.share)} against {quoted(e.a)}"
    direct = e.share(DIRECT)
    leading = next((row for row in e.parts() if row.clear and (row.percent or 0.0) > 0), None)
    if direct.clear and abs(direct.share) > abs(total.share) / 2:
        return f"{text}; {e.signed(direct.share)} is direct, through none of the channels"
    if leading is None:
        return f"{text}; no channel's share of it is clear"
    return f"{text}; {_percent(leading)} of this goes through {e.title(leading.part)}"


def finding(e: ExplainedEffect) -> list[str]:
    """All of it, a sentence or two each."""
    told = (of_total(e), of_shares(e), of_mediation(e), of_knockouts(e), of_itself(e))
    return [text + "." for text in told if text]


def of_itself(e: ExplainedEffect) -> str:
    """What is left out, if anything."""
    if not e.left_out:
        return ""
    return f"Left out, as the outcome itself: {e.left_out}"


def _percent(row: Share) -> str:
    percent = row.percent or 0.0
    return f"{number(percent, 0 if abs(percent) >= 1 else 1)}%"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _by_theory(e: ExplainedEffect) -> str:
    """Under which theories another channel leads, and under which nothing is clear."""
    if not e.theories:
        return ""
    first = {theory: e.parts(theory)[0].part for theory in e.theories if e.share(TOTAL, theory).clear}
    unknown = [theory for theory in e.theories if not e.share(TOTAL, theory).known]
    unclear = [theory for theory in e.theories if theory not in first and theory not in unknown]
    leader = e.parts()[0].part
    texts = []
    for part in dict.fromkeys(first.values()):
        if part != leader:
            under = [theory for theory, led in first.items() if led == part]
            texts.append(f"under {listed(under)} the largest share is that of {e.title(part)}")
    if first and not texts:
        texts.append(
            f"among channels {e.title(leader)} has the largest share under "
            + (listed(list(first)) if unclear or unknown else "each theory")
        )
    if unclear:
        texts.append(f"not clear under {listed(unclear)}")
    if unknown:
        texts.append(f"{TOO_FEW} under {listed(unknown)}")
    return ". " + _sentence("; ".join(texts)) if texts else ""
