"""Rank synthetic truths with all processors, and write what was found: `make calibrate`."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from experiments.calibration.ranking import BINS, TRUTHS, WORLDS, by_name, chance, counted, ranks_of
from numpy.typing import NDArray
from scipy import stats

from powersim.run.work import workers

HERE = Path(__file__).parent
FIGURES = HERE.parents[1] / "docs" / "figures"
CASES = {
    "calibration": ("without a discrepancy", False),
    "calibration_lasting": ("with a discrepancy that lasts", True),
}
"""Figure: what is calibrated, and whether its discrepancy lasts."""


def main(arguments: list[str]) -> None:
    """Compute, with all processors; write results.md beside this file, and figures. Ctrl-C: with what there is.

    Truths without a discrepancy, and with one that lasts (a fifth as many unless said); 0: what was ranked before.
    """
    first = int(arguments[0]) if arguments else TRUTHS
    counts = (first, int(arguments[1]) if len(arguments) > 1 else first // 5)
    for truths, (name, (_, lasting)) in zip(counts, CASES.items(), strict=True):
        if truths:
            rows = ranked(truths, lasting)
            text = "\n".join(",".join(f"{value:.4f}" for value in row) for row in rows) + "\n"
            _kept(name).write_text(text, encoding="utf-8")
    report()


def ranked(truths: int, lasting: bool) -> list[list[float]]:
    """Ranks of truths, or of those that were ranked before Ctrl-C."""
    rows = []
    with ProcessPoolExecutor(workers(), get_context("spawn")) as pool:
        try:
            for row in pool.map(partial(ranks_of, lasting=lasting), range(truths)):
                rows.append(row)
                print(f"\r{len(rows)} of {truths}", end="", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
    if not rows:
        raise SystemExit("no truth was ranked")
    return rows


def report() -> None:
    """Write tables and figures of what was ranked."""
    lines = [
        "# Ranks of synthetic truths", "",
        f"{WORLDS} worlds for each truth. p: how often even ranks look as uneven, by Kolmogorov and Smirnov, and by "
        "chi-square over tenths.",
    ]  # fmt: skip
    for name, (title, _) in CASES.items():
        rows = np.loadtxt(_kept(name), delimiter=",", ndmin=2).tolist()
        found = by_name(rows)
        lines += [
            "", f"## {len(rows)} truths {title}", "", f"Even ranks are {len(rows) / BINS:g} in each tenth.", "",
            "| rank of | " + " | ".join(f"{b / BINS:g}" for b in range(BINS)) + " | p (KS) | p (chi²) |",
            "|---" * (BINS + 3) + "|",
        ]  # fmt: skip
        for what, rank in found.items():
            counts, even = counted(rank)
            lines.append(
                f"| {what} | " + " | ".join(map(str, counts)) + f" | {chance(rank):.2g} | {even:.2g} |"
            )
        draw(found, FIGURES / f"{name}.png")
    (HERE / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _kept(name: str) -> Path:
    return HERE / f"{name.replace('calibration', 'ranks')}.csv"


def draw(found: dict[str, NDArray[np.float64]], where: Path) -> None:
    """Histograms of ranks, with the band in which 99 of 100 bars of even ranks lie."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(
        1, len(found), figsize=(2.5 * len(found), 2.6), sharey=True, layout="constrained"
    )
    for ax, (name, rank) in zip(axes, found.items(), strict=True):
        low, high = stats.binom.interval(0.99, len(rank), 1 / BINS)
        ax.axhspan(low, high, color="0.9")
        ax.axhline(len(rank) / BINS, color="0.5", lw=0.8)
        ax.hist(rank, BINS, range=(0.0, 1.0), color="#31688e", rwidth=0.9)
        ax.set_title(name, fontsize=9)
        ax.set_xlabel(f"rank of the truth; p = {chance(rank):.2g}", fontsize=8)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel(f"of {len(rank)} truths", fontsize=8)
    figure.savefig(where, dpi=110)


if __name__ == "__main__":
    main(sys.argv[1:])
