"""What a scenario holds, in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from powersim._words import counted
from powersim.cli.console import Page
from powersim.effects.results import CERTAIN
from powersim.run.foreseen import read_back
from powersim.scenario.arrays.build import build
from powersim.scenario.digest import digest

if TYPE_CHECKING:
    from powersim.run.opened import LoadedScenario

WIDTH = 80  # letters of a list of names on one screen
DIGITS = 16  # of the checksum


def show(page: Page, path: str, opened: LoadedScenario, *, detail: bool) -> None:
    """Print "ok", the digest of a scenario, and what its branches will be taken for; on one screen without `detail`."""

    def _listed(names: Iterable[str]) -> str:
        found = list(names)
        return f"{len(found)}: {listing(found, None if detail else WIDTH)}" if found else "none"

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
        "horizon": f"{d.first} to {d.last}, {counted(d.turns, d.turn)}{since}",
        "actors": _listed(d.actors),
        "issues": f"{counted(len(d.levers), 'lever')}, {counted(len(d.readings), 'reading')}",
        "world": ", ".join(counted(number, what) for number, what in world if number) or "nothing else",
        "events": _listed(d.events),
        "branches": _listed(opened.branches),
        "theories": _listed(opened.theories),
        "outcomes": _listed(d.outcomes),
        "hypotheses": _listed(d.hypotheses),
        "mechanisms": mechanisms,
        "priors": f"{counted(d.priors, 'number')} drawn anew in every run" if d.priors else CERTAIN,
        "checksum": d.checksum[:DIGITS],
    }
    page.line(f"{path}: ok", "green")
    page.line(f"  {d.title}", "bold")
    page.fields(list(lines.items()))
    for problem in opened.scenario.warnings:
        page.line(f"  warning: {problem}", "yellow")
    if said := read_back(opened, build(opened.scenario), short=not detail):
        page.line()
        page.line(
            f"  How what branches lay down{f' from {d.intervention} on' if d.intervention else ''} will be read",
            "bold",
        )
        page.fields(said)
    if not detail:
        page.line()
        page.line("  all names and readings: --detail", "dim")


def listing(names: Sequence[str], width: int | None) -> str:
    """a, b, c: as many as `width` letters hold, then how many more there are."""
    text, shown = ", ".join(names), len(names)
    while width is not None and len(text) > width and shown > 1:
        shown -= 1
        text = f"{', '.join(names[:shown])} and {len(names) - shown} more"
    return text
