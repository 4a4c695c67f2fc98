"""What `powersim play` shows: a briefing, a menu, and where the history came to lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from powersim.cli.console import Column, Page, Table
from powersim.errors import PowersimError
from powersim.run.opened import unknown_name

if TYPE_CHECKING:
    from powersim.play.briefing import Briefing
    from powersim.play.table import Offer
    from powersim.study.games import Standing

MOST = 8
"""Sentences about others, issues, and possible packages that a briefing shows."""
MOVED = 0.005
"""An issue that has moved by more is shown in any case."""


def brief(page: Page, b: Briefing, everything: bool = False) -> None:
    """Print a briefing. everything: of issues not only those that matter most or have moved."""
    own = b.own
    page.line()
    page.line(f"{b.date}: {b.actor}, turn {b.stop} of {b.turns}", "bold")
    news(page, b.happened, MOST)
    page.line(
        f"utility {own.utility:.3f} ({own.gained:+.3f}); security {own.security:.2f}; trade that sanctions "
        f"leave {own.economy:.2f}; engagers at home {own.engagers:.2f}; can pay {own.can_pay:.2%} of world GDP"
    )
    if b.arsenal:
        page.line("holds " + ", ".join(f"{units:.3g} of {good}" for good, units in b.arsenal.items()))
    for table in _tables(b, len(b.issues) if everything else MOST):
        if table.rows:
            page.tables([table])
    _offers(page, "On the table: signed unless you decline", b.offers, b.actor, len(b.offers))
    best = sorted(b.possible, key=lambda offer: -offer.chance * offer.worth[b.actor])
    _offers(page, "Possible: propose N", best, b.actor, MOST)


def news(page: Page, told: Sequence[tuple[str, bool]], most: int | None = None) -> None:
    """What has happened: the player's own part first; of what others did at most `most`."""
    rest = [text for text, mine in told if not mine]
    for text, style in [*((t, "") for t, mine in told if mine), *((t, "dim") for t in rest[:most])]:
        for line in text.split("\n"):
            page.line(f"  {line}", style)
    if most is not None and len(rest) > most:
        page.line(f"  and {len(rest) - most} more things elsewhere: `news`", "dim")


def priced(offer: Offer, me: str) -> str:
    """A package in a line: with whom, what, who pays, what it is worth, how likely it is."""
    others = [code for code in offer.parties if code != me]
    paid = [f"{code} pays {-pay:.2%} of world GDP" for code, pay in offer.pays.items() if pay < -5e-5]
    worth = ", ".join(f"{code} {offer.worth[code]:+.3f}" for code in others)
    likely = "" if offer.ready else f"; signed with {offer.chance:.0%}"
    return (
        f"with {', '.join(others)}: {'; '.join([*offer.says, *paid])}; worth a turn: you {offer.worth[me]:+.3f}, "
        f"{worth}{likely}"
    )


def menu_table(b: Briefing, other: str) -> Table:
    """Steps that the player and another can settle. PowersimError for an actor that there is not."""
    codes = [each.code for each in b.others]
    if other not in codes:
        raise PowersimError(unknown_name(other or "nobody", codes, "actor"))
    rows = [(leg.name, f"{leg.worth:+.3f}", f"{leg.to_other:+.3f}", leg.says) for leg in b.menu(other)]
    return _table(f"Steps with {other}|you, a turn|{other}|", rows)


def standing_table(found: Standing) -> Table:
    """Where the outcomes of a played history lie."""
    rows = [
        (r.title, *(f"{x:.3f}" for x in (r.played, r.model, r.mean, *r.spread)), f"{r.percentile:.0f}")
        for r in found.rows
    ]
    heads = f"Among {found.runs} simulated histories|yours|model, same luck|mean|5 %|median|95 %|percentile"
    return _table(heads, rows)


def _offers(page: Page, title: str, offers: Sequence[Offer], me: str, most: int) -> None:
    if offers:
        page.line(title, "bold")
    for offer in offers[:most]:
        page.line(f"  {offer.number}  {priced(offer, me)}")
    if len(offers) > most:
        page.line(f"  and {len(offers) - most} that are worth less or less likely", "dim")


def _tables(b: Briefing, most: int) -> Iterator[Table]:
    issues = [i for i in sorted(b.issues, key=lambda issue: -issue.salience) if i.salience > 0.0]
    yield _table(
        "Others|aligned|fear|help|sanctions|it: resolve|it: trust|you: resolve|you: trust",
        (
            (o.code, f"{o.alignment:+.2f}", f"{o.fear:.3f}", *(f"{x:.2f}" for x in (
                o.help, o.sanctions, o.resolve, o.trust, o.my_resolve, o.my_trust)))
            for o in b.others
        ),
    )  # fmt: skip
    yield _table(
        "What you care about|stands at|moved|you want|matters",
        (
            (i.name, f"{i.position:.2f}", f"{i.moved:+.2f}", f"{i.ideal:.2f}", f"{i.salience:.2f}")
            for n, i in enumerate(issues)
            if n < most or abs(i.moved) > MOVED
        ),
    )
    yield _table(
        "Yours to move: set NAME X|at|you want|set|bound until|",
        (
            (c.name, f"{c.position:.2f}", _number(c.ideal), _number(c.target), c.bound, c.said)
            for c in b.controls
        ),
    )
    yield _table(
        "Fronts: front N ORDER|at|you want|state|crises|wars|orders",
        (
            (f"{n}  {f.name}", f"{f.position:.2f}", f"{f.ideal:.2f}", f.state, str(f.crises), str(f.wars),
             ", ".join(f.orders))
            for n, f in enumerate(b.fronts, start=1)
        ),
    )  # fmt: skip
    yield _table(
        "Programmes: strike N ORDER|at|next milestone|strikes",
        (
            (f"{n}  {s.name}", f"{s.position:.2f}", _number(s.next), str(s.strikes))
            for n, s in enumerate(b.strikes, start=1)
        ),
    )
    yield _table(
        "Open deals: deal N ORDER|worth a turn|until|",
        (
            (f"{d.number}  {', '.join(d.parties)}", f"{d.worth:+.3f}", d.until, "; ".join(d.says))
            for d in b.deals
        ),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _table(heads: str, rows: Iterable[tuple[str, ...]]) -> Table:
    """A table whose last column is text if it has no heading."""
    names = heads.split("|")
    columns = tuple(Column(name, right=n > 0 and bool(name), fold=True) for n, name in enumerate(names))
    return Table(columns, tuple(rows))
