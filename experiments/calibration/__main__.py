"""Rank synthetic truths with all processors, and write what was found: `make calibrate`."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from experiments.calibration.ranking import BINS, TRUTHS, WORLDS, by_name, chance, counted, ranks_of
from numpy.typing import NDArray
from scipy import stats

from powersim.run.work import workers

FIGURE = Path(__file__).parents[2] / "docs" / "figures" / "calibration.png"


def main(arguments: list[str]) -> None:
    """Compute, with all processors; write results.md beside this file, and the figure. Ctrl-C: with what there is."""
    truths, rows = int(arguments[0]) if arguments else TRUTHS, []
    with ProcessPoolExecutor(workers(), get_context("spawn")) as pool:
        try:
            for row in pool.map(ranks_of, range(truths)):
                rows.append(row)
                print(f"\r{len(rows)} of {truths}", end="", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
    found = by_name(rows)
    (Path(__file__).with_name("ranks.csv")).write_text(
        "\n".join(",".join(f"{value:.4f}" for value in row) for row in rows) + "\n", encoding="utf-8"
    )
    lines = [
        "# Ranks of synthetic truths", "",
        f"{len(rows)} truths, {WORLDS} worlds each; even ranks are {len(rows) / BINS:g} in each tenth. p: how often "
        "even ranks look as uneven, by Kolmogorov and Smirnov, and by chi-square over tenths.", "",
        "| rank of | " + " | ".join(f"{b / BINS:g}" for b in range(BINS)) + " | p (KS) | p (chi²) |",
        "|---" * (BINS + 3) + "|",
    ]  # fmt: skip
    for name, rank in found.items():
        counts, even = counted(rank)
        lines.append(f"| {name} | " + " | ".join(map(str, counts)) + f" | {chance(rank):.2f} | {even:.2f} |")
    Path(__file__).with_name("results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw(found)


def draw(found: dict[str, NDArray[np.float64]]) -> None:
    """Histograms of ranks, with the band in which 99 of 100 bars of even ranks lie."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(found), figsize=(10, 2.6), sharey=True, layout="constrained")
    for ax, (name, rank) in zip(axes, found.items(), strict=True):
        low, high = stats.binom.interval(0.99, len(rank), 1 / BINS)
        ax.axhspan(low, high, color="0.9")
        ax.axhline(len(rank) / BINS, color="0.5", lw=0.8)
        ax.hist(rank, BINS, (0.0, 1.0), color="#31688e", rwidth=0.9)
        ax.set_title(name, fontsize=9)
        ax.set_xlabel(f"rank of the truth; p = {chance(rank):.2f}", fontsize=8)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel(f"of {len(rank)} truths", fontsize=8)
    figure.savefig(FIGURE, dpi=110)


if __name__ == "__main__":
    main(sys.argv[1:])
