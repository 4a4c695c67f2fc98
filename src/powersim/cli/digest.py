"""What a scenario holds, in a few lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from powersim.cli.console import Page
from powersim.scenario.build import build
from powersim.scenario.digest import digest
from powersim.study.foreseen import read_back

if TYPE_CHECKING:
    from powersim.study.opened import Opened

DIGITS = 16  # of the checksum


def show(page: Page, path: str, opened: Opened) -> None:
    """Print "ok", the digest of a scenario, and what its branches will be taken for."""
    d = digest(opened.scenario)
    goods = len(d.rival_goods) + len(d.know_how)
    mechanisms = f"all on but {', '.join(d.mechanisms_off)}" if d.mechanisms_off else "all on"
    since = f"; intervention {d.intervention}" if d.intervention else ""
    world = [
        (goods, "good"),
        (d.flows, "flow"),
        (d.disputes, "dispute"),
        (d.sanctions, "sanction"),
        (d.pledges, "pledge"),
    ]
    lines = {
        "horizon": f"{d.first} to {d.last}, {_count(d.turns, d.turn)}{since}",
        "actors": _listed(d.actors),
        "issues": f"{_count(len(d.levers), 'lever')}, {_count(len(d.readings), 'reading')}",
        "world": ", ".join(_count(number, what) for number, what in world if number) or "nothing else",
        "events": _listed(d.events),
        "branches": _listed(opened.branches),
        "theories": _listed(opened.theories),
        "outcomes": _listed(d.outcomes),
        "hypotheses": _listed(d.hypotheses),
        "mechanisms": mechanisms,
        "priors": f"{_count(d.priors, 'number')} drawn anew in every run",
        "checksum": d.checksum[:DIGITS],
    }
    page.line(f"{path}: ok", "green")
    page.line(f"  {d.title}", "bold")
    page.fields(list(lines.items()))
    if said := read_back(opened, build(opened.scenario)):
        page.line()
        page.line(
            f"  How what branches lay down{f' from {d.intervention} on' if d.intervention else ''} will be read",
            "bold",
        )
        page.fields(said)


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return f"{len(found)}: {', '.join(found)}" if found else "none"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
