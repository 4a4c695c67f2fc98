"""The figure: who paid with what, and at what price. Colours of Okabe and Ito, branches told apart by marker too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from .shares import PAYERS, Estimate, prices
from .tables import HEADLINE, NAMES, Found, Row, within

LOOKS = {
    "replace": ("#222222", "o"),
    "cancel": ("#D55E00", "s"),
    "keep": ("#0072B2", "^"),
    "free": ("#009E73", "D"),
}
INK, PALE = "#222222", "#BBBBBB"
STYLE: Any = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "svg.hashsalt": "powersim",
}


def draw(found: Found, made: Sequence[Row], path: Path) -> None:
    """Write the figure."""
    with mpl.rc_context({**mpl.rcParamsDefault, **STYLE}):
        figure = Figure(figsize=(11.0, 6.2), layout="constrained")
        left, right = figure.subplots(ncols=2, width_ratios=(1.25, 1.0))
        _shares(left, made)
        _prices(right, found)
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
        figure.suptitle(f"Russia's restraint on the S-300: freezes signed {HEADLINE}", x=0.01, ha="left")
        figure.savefig(path, dpi=130, metadata={"Software": None})


def _shares(axes: Any, made: Sequence[Row]) -> None:
    names = [("payer", name) for name in PAYERS] + [("kind", name) for name in NAMES]
    places = {key: -row - (1.0 if key[0] == "kind" else 0.0) for row, key in enumerate(names)}
    shown = [branch for branch in LOOKS if any(row.branch == branch for row in made)]
    for number, branch in enumerate(shown):
        colour, marker = LOOKS[branch]
        known: dict[tuple[str, str], Estimate] = {
            (row.what, row.name): row.estimate
            for row in made
            if row.branch == branch and row.window == HEADLINE
        }
        keys = [key for key in names if key in known]
        y = np.array([places[key] for key in keys]) + 0.18 * ((len(shown) - 1) / 2 - number)
        value, low, high = (np.array([known[key][k] for key in keys]) for k in range(3))
        axes.hlines(y, low, high, color=colour, lw=1.2)
        axes.plot(value, y, marker, color=colour, ms=4.5, ls="", label=branch)
    axes.set_yticks(list(places.values()), [name for _, name in names])
    axes.axhline(places["payer", PAYERS[-1]] - 1.0, color=PALE, lw=0.8)
    axes.grid(axis="x", color=PALE, lw=0.4)
    axes.set(
        xlabel="Shapley share in covering Russia's loss",
        title="Who paid (above) and with what (below); 90 % intervals",
        xlim=(0, None),
    )


def _prices(axes: Any, found: Found) -> None:
    reach = 0.0
    for branch in [name for name in ("replace", "free") if name in found]:  # the others lie on replace
        colour, marker = LOOKS[branch]
        p = prices(within(found[branch], HEADLINE))
        sold = p.buyable > 0
        axes.plot(p.rule[sold], p.paid[sold], marker, color=colour, ms=3.5, alpha=0.55, mew=0, ls="")
        if sold.any():
            reach = max(reach, float(p.rule[sold].max()), float(p.paid[sold].max()))
    axes.plot([0, reach], [0, reach], color=INK, lw=1, ls="--")
    axes.annotate(
        "paid = (H + Π)/2",
        (reach, reach),
        (0, 4),
        textcoords="offset points",
        ha="right",
        va="bottom",
    )
    axes.set(
        xlabel="price by the rule, (H + Π)/2 (utility per quarter)",
        ylabel="price paid in the deal (utility per quarter)",
        title="Price paid beside the rule (replace and free)",
        xlim=(0, None),
        ylim=(0, None),
    )
