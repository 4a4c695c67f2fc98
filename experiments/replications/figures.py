"""The figures that the papers draw, from our numbers; colours of Okabe and Ito, told apart by the colour-blind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from experiments.replications import emissions, syria
from experiments.replications.arms_race import iwo_jima
from experiments.replications.rows import load
from experiments.replications.tables import talks
from matplotlib.figure import Figure

from powersim.oracles.budgets import growth_line
from powersim.oracles.crisis import status_quo_war_probability
from powersim.oracles.expected_utility import AS_PUBLISHED, play_round
from powersim.oracles.landscape import energy
from powersim.oracles.position_exchange import equal_gain_exchanges, expected_outcomes
from powersim.oracles.trust import reassurance_high, reassurance_low

BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
INK, PALE = "#222222", "#999999"
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


def new(width: float, height: float, **grid: Any) -> tuple[Figure, Any]:
    """A figure without a window, and its axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(**grid)


def arms_race() -> Figure:
    """M6: the growth of budgets against their size, with the line through it."""
    budgets = {int(year): float(b) for year, b in load("arms_race.yaml")["budgets"].items()}
    totals = np.array(list(budgets.values()))
    slope, zero = growth_line(totals)
    figure, ax = new(5.2, 3.6)
    size, growth = (totals[1:] + totals[:-1]) / 2, np.diff(totals)
    reach = np.array([zero, 275.0])
    ax.plot(reach, slope * (reach - zero), color=ORANGE, lw=2)
    ax.scatter(size, growth, color=BLUE, zorder=3)
    for year, x, y in zip(list(budgets)[1:], size, growth):
        label = f"{year - 1}–{year % 100:02d}"
        ax.annotate(label, (x, y), (-8, 4), textcoords="offset points", ha="right", color=INK)
    line = {"arrowstyle": "-", "color": PALE}
    ax.annotate(
        f"no growth at £{zero:.1f} m (Richardson: 194)", (zero, 0), (214, 1.5), va="center", arrowprops=line
    )
    ax.text(242, 26, f"slope {slope:.3f} (Richardson: 0.73)", color=INK)
    ax.set(
        xlabel="defence budgets of the four powers, £ million (mean of two years)",
        ylabel="growth, £ million a year",
        title="Budgets of France, Russia, Germany and Austria-Hungary, 1909–13",
        ylim=(-2, 58),
        xlim=(190, 280),
    )
    return figure


def paris_talks() -> Figure:
    """M7: where everybody stood before and after the trades, and what that did to the outcomes."""
    t = talks(load("paris_talks.yaml"))
    _, end = equal_gain_exchanges(t.position, t.salience, t.power)
    before, after = (expected_outcomes(x, t.salience, t.power) for x in (t.position, end))
    figure, axes = new(8.4, 4.2, ncols=3, sharey=True)
    height = np.arange(len(t.actors))[::-1]
    for k, (issue, ax) in enumerate(zip(t.issues, axes)):
        ax.hlines(height, t.position[:, k], end[:, k], color=PALE, lw=1.5)
        ax.scatter(
            t.position[:, k],
            height,
            facecolor="white",
            edgecolor=BLUE,
            s=28,
            zorder=3,
            label="position before",
        )
        ax.scatter(end[:, k], height, color=ORANGE, marker="D", s=16, zorder=4, label="after the trades")
        ax.axvline(before[k], color=BLUE, lw=1, ls=(0, (4, 3)), label="outcome before")
        ax.axvline(after[k], color=ORANGE, lw=1.4, label="outcome after")
        ax.set(
            title=f"{issue}: {before[k]:.1f} → {after[k]:.1f}", xlim=(-5, 105), xlabel="scale of the issue"
        )
    axes[0].set_yticks(height, [name.replace("_", " ") for name in t.actors])
    figure.suptitle("Paris climate talks: twenty trades with equal gains", x=0.01, ha="left", fontsize=11)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure


def emission_standards() -> Figure:
    """M17: positions by round, and the mean under each reading of the disputed steps."""
    file = load("emission_standards.yaml")
    issue, names = emissions.start(file), list(file["actors"])
    path = [issue.position]
    for _ in range(4):
        issue = play_round(issue, AS_PUBLISHED)[0]
        path.append(issue.position)
    lines = np.array(path)
    figure, (left, right) = new(8.6, 4.4, ncols=2)
    moving = {"Belgium": BLUE, "Luxembourg": GREEN, "Ireland": RED}
    for i, name in enumerate(names):
        hue = moving.get(name, PALE)
        left.plot(
            range(5),
            lines[:, i],
            color=hue,
            lw=2 if name in moving else 1,
            marker="o",
            ms=3,
            label=name if name in moving else None,
            zorder=3 if name in moving else 2,
        )
    left.plot([], [], color=PALE, label="the other seven")
    left.set(
        title="As published: positions by round",
        xlabel="round",
        ylabel="years until the standards",
        xticks=range(5),
    )
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, fontsize=8)
    styles = [
        (INK, "-"),
        (BLUE, "--"),
        (GREEN, "-."),
        (ORANGE, (0, (6, 1.5))),
        (PURPLE, ":"),
        (RED, (0, (1, 1))),
    ]
    for (name, means), (hue, dash) in zip(emissions.oddities(), styles):
        right.plot(range(5), means, color=hue, ls=dash, lw=1.8, label=name)
    right.set(
        title="Mean position, each odd step set right", xlabel="round", xticks=range(5), ylim=(6.8, 10.6)
    )
    right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, fontsize=8)
    return figure


def syrian_landscape() -> Figure:
    """M12: the energies of all divisions of two landscapes, lowest first."""
    file = load("syria_2015.yaml")
    figure, ax = new(5.6, 3.6)
    for weak, hue, label in ((False, BLUE, "as coded"), (True, ORANGE, "Syria's strength 10 instead of 50")):
        names, strength, propensity = syria.landscape(file, weak)
        table = sorted(
            (float(energy(c, strength, propensity)), tuple(c)) for c in syria.divisions(len(names))
        )
        ax.plot([e / 1000 for e, _ in table], color=hue, lw=1.8, label=label)
        lowest, camps = table[0]
        camp = " + ".join(name for name, side in zip(names, camps) if side)
        ax.annotate(
            f"{lowest:,.0f}: {camp} against the rest",
            (0, lowest / 1000),
            (90, 4 if weak else -2),
            textcoords="offset points",
            color=hue,
            va="center",
            arrowprops={"arrowstyle": "-", "color": hue, "lw": 0.8},
        )
    ax.set(
        xlabel="divisions into two camps, lowest energy first",
        ylabel="energy, thousands",
        title="Landscape of the Syrian war, 2015–16",
        xlim=(-20, 1030),
        ylim=(-88, 2),
    )
    ax.legend(loc="upper left")
    return figure


def battle() -> Figure:
    """M5: troops on the island by day."""
    americans, japanese = np.array(iwo_jima()).T
    figure, ax = new(5.2, 3.4)
    ax.plot(americans / 1000, color=BLUE, lw=2, marker="o", ms=3)
    ax.plot(japanese / 1000, color=ORANGE, lw=2, marker="s", ms=3)
    ax.text(30, 57, "American", color=BLUE)
    ax.text(12, 20, "Japanese", color=ORANGE)
    ax.set(
        xlabel="day of the battle",
        ylabel="troops, thousands",
        ylim=(0, 75),
        title="Iwo Jima by the square law with Engel's coefficients",
    )
    return figure


def status_quo() -> Figure:
    """M1b: the risk of war against how far the status quo departs from the distribution of power."""
    figure, ax = new(5.2, 3.4)
    share = np.linspace(0.4, 1.0, 601)
    for c_a, hue, dash in ((0.05, ORANGE, "-"), (0.15, BLUE, "--"), (0.25, GREEN, "-.")):
        risk = [status_quo_war_probability(0.6, q, c_a, 0.05, 0.45) for q in share]
        ax.plot(share, risk, color=hue, ls=dash, lw=2, label=f"{c_a:.2f}")
    ax.axvline(0.6, color=PALE, lw=1)
    ax.text(0.594, 0.44, "share that its\npower would win", color=INK, ha="right", va="top")
    ax.set(
        xlabel="share that the satisfied state holds",
        ylabel="probability of war",
        ylim=(-0.01, 0.45),
        title="No risk where benefits mirror power (after Powell)",
    )
    ax.legend(title="its cost of war", loc="center left")
    return figure


def reassurance() -> Figure:
    """M16: stakes that reassure, by prior trust."""
    figure, ax = new(5.2, 3.4)
    trust = np.linspace(0.01, 0.99, 500)
    low = np.array([reassurance_low(t, 1.5, 1.0) for t in trust])
    high = np.minimum(1.0, [reassurance_high(t, 0.5, 1.0) for t in trust])
    ax.plot(trust, low, color=BLUE, lw=2)
    ax.plot(trust, high, color=ORANGE, lw=2, ls="--")
    ax.fill_between(trust, low, high, where=high >= low, color=SKY, alpha=0.35, lw=0)
    ax.text(0.62, 0.72, "separates the types", color=INK)
    ax.text(0.70, 0.40, "too small: the untrustworthy\nwould stake it too", color=BLUE, ha="center")
    ax.text(0.02, 0.72, "too large:\nnobody dares", color=RED)
    ax.set(
        xlabel="prior trust",
        ylabel="share of the stake risked first",
        ylim=(0, 1.02),
        xlim=(0, 1),
        title="Concessions that reassure (after Kydd)",
    )
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "arms_race": arms_race,
    "paris_talks": paris_talks,
    "emission_standards": emission_standards,
    "syrian_landscape": syrian_landscape,
    "iwo_jima": battle,
    "status_quo": status_quo,
    "reassurance": reassurance,
}


def draw(folder: Path) -> list[Path]:
    """Write every figure as PNG and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    with mpl.rc_context(STYLE):
        for name, make in FIGURES.items():
            path = folder / f"{name}.png"
            make().savefig(path, dpi=130, metadata={"Software": "powersim"})
            done.append(path)
    return done
