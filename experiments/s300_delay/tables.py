"""The result as rows: one estimate each, for the CSV and the Markdown table."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .freezes import Restraint
from .shares import KINDS, PAYERS, REST, Estimate, by, difference, estimate, kind_of, mean, payer_of, prices

BRANCHES = ("replace", "cancel", "keep", "free")
WINDOWS = {
    "2007Q1-2009Q2": (0, 10),
    "2009Q3-2015Q1": (10, 33),  # from the decision to the end of the freeze on record
    "2015Q2-2022Q4": (33, 64),
}
HEADLINE = "2009Q3-2015Q1"
NAMES = (*KINDS.values(), REST)

Found = Mapping[str, Sequence[Restraint]]
"""Freezes by branch."""


class Row(NamedTuple):
    """One line of the table. `what`: payer, kind, kind (whole bill), price or count; `name`: which."""

    branch: str
    window: str
    what: str
    name: str
    estimate: Estimate
    freezes: int


def within(deals: Sequence[Restraint], window: str) -> list[Restraint]:
    """Freezes signed in a window."""
    first, end = WINDOWS[window]
    return [deal for deal in deals if first <= deal.turn < end]


def rows(found: Found, runs: int) -> list[Row]:
    """Every estimate of every branch and window, and replace less cancel in the headline window."""
    made: list[Row] = []
    for branch, all_deals in found.items():
        for window in WINDOWS:
            made += _of(branch, window, within(all_deals, window), runs)
    if {"replace", "cancel"} <= found.keys():
        made += _contrast(found, runs)
    return made


def _of(branch: str, window: str, deals: list[Restraint], runs: int) -> list[Row]:
    made = []

    def add(what: str, name: str, value: Estimate) -> None:
        made.append(Row(branch, window, what, name, value, len(deals)))

    per_run = np.bincount(np.array([deal.run for deal in deals], np.int64), minlength=runs).astype(float)
    spread = 1.645 * float(per_run.std(ddof=1)) / runs**0.5 if runs > 1 else float("nan")
    add(
        "count", "freezes per run", Estimate(per_run.mean(), per_run.mean() - spread, per_run.mean() + spread)
    )
    if not deals:
        return made
    for what, of, names, whole in (
        ("payer", payer_of, PAYERS, False),
        ("kind", kind_of, NAMES, False),
        ("kind, whole bill", kind_of, NAMES, True),
    ):
        table = by(deals, of, names, whole)
        for place, name in enumerate(names):
            add(what, name, mean(deals, table[:, place], runs))
        if what == "payer":
            covered = np.isfinite(table[:, 0]).astype(float)
            add("count", "parts cover the loss", mean(deals, covered, runs))
    p = prices(deals)
    add("price", "paid", mean(deals, p.paid, runs))
    add("price", "loss of the supplier", mean(deals, p.loss, runs))
    add("price", "harm at the table", mean(deals, p.harm, runs))
    add("price", "harm to all", mean(deals, np.array([deal.harm_all for deal in deals]), runs))
    add("price", "rule", mean(deals, p.rule, runs))
    add("price", "paid / rule", estimate(deals, np.where(p.buyable > 0, p.paid, np.nan), p.rule, runs))
    between = np.where(np.isfinite(p.paid), (p.paid >= p.loss) & (p.paid <= p.harm), np.nan)
    add("price", "harm exceeds loss", mean(deals, p.buyable, runs))
    add("price", "paid lies between loss and harm", mean(deals, between, runs))
    return made


def _contrast(found: Found, runs: int) -> list[Row]:
    made = []
    one, other = (within(found[branch], HEADLINE) for branch in ("replace", "cancel"))
    for what, of, names in (("payer", payer_of, PAYERS), ("kind", kind_of, NAMES)):
        left, right = by(one, of, names), by(other, of, names)
        for place, name in enumerate(names):
            change = difference((one, left[:, place]), (other, right[:, place]), runs)
            made.append(Row("replace - cancel", HEADLINE, what, name, change, len(one)))
    change = difference((one, prices(one).paid), (other, prices(other).paid), runs)
    made.append(Row("replace - cancel", HEADLINE, "price", "paid", change, len(one)))
    return made


def write_csv(made: Sequence[Row], path: Path) -> None:
    """All rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["branch", "window", "what", "name", "value", "low", "high", "freezes"])
        for row in made:
            writer.writerow([*row[:4], *(f"{number:.4f}" for number in row.estimate), row.freezes])


def markdown(made: Sequence[Row], runs: int, seed: int, theory: str) -> str:
    """The headline window, a line per payer, kind and price, a column per branch."""
    columns = [b for b in (*BRANCHES, "replace - cancel") if any(row.branch == b for row in made)]
    lines = [
        f"{runs} runs a branch, seed {seed}, {theory or 'no theory: its parameters drawn'}; freezes signed "
        f"{HEADLINE}; in brackets 90 % intervals over runs.",
        "",
        "| | " + " | ".join(columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    keys: dict[tuple[str, str], None] = {}
    for row in made:
        if row.window == HEADLINE:
            keys.setdefault((row.what, row.name))
    for what, name in sorted(
        keys, key=lambda key: ("count", "payer", "kind", "price").index(key[0].split(",")[0])
    ):
        cells = []
        for branch in columns:
            e = next((r.estimate for r in made if r[:4] == (branch, HEADLINE, what, name)), None)
            cells.append("" if e is None else f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]")
        lines.append(f"| {what}: {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
