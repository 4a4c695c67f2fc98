"""The page of `tell`: entries under their dates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from powersim.analysis.story import Entry
from powersim.cli.console import Page

if TYPE_CHECKING:
    from powersim.study.plan import Plan

STYLES = {
    "deal": "green", "breach": "yellow", "war": "red", "strike": "red", "crisis": "yellow", "event": "bold",
    "arms": "cyan", "belief": "magenta",
}  # fmt: skip


def show(page: Page, plan: Plan, run: int, entries: Sequence[Entry], left_out: set[str]) -> None:
    """Print a story, and which topics of it are left out."""
    page.line(plan.scenario.title, "bold")
    page.line(f"branch {plan.labels[0]}, theory {plan.theories[0]}, run {run}, seed {plan.seed}")
    for date, group in groupby(entries, key=lambda entry: entry.date):
        page.line()
        page.line(date, "bold")
        for entry in group:
            page.line(f"  {entry.text}", STYLES.get(entry.topic, ""))
            for detail in entry.details:
                page.line(f"      {detail}", "dim")
    if not entries:
        page.line()
        page.line("Nothing of the kind happened.")
    if left_out:
        page.note(f"left out: {', '.join(sorted(left_out))}; --topic all tells everything")
