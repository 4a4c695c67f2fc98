"""Estimate the weights of isolation and joint efforts: `python -m experiments.alignment_weights` in the repository.

Needs the public data folder: POWERSIM_DATA, or ../shared/data beside the repository. Exit codes: 0 written, 2 no data.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from powersim.scenario.arrays.build import build
from powersim.scenario.load import load

from ..base_rates.data import ACTORS, FIRST, LAST, ROOT, needed
from .estimate import fit
from .panel import PLACE, PROXIES, Floats, isolation, joint_disputes, scores

PAGE = Path(__file__).with_name("results.md")
NAMED = ("IRN-RUS", "IRN-SYR", "IRN-PRK", "PRK-SYR", "CHN-IRN", "CHN-PRK", "IRN-IRQ", "IRQ-SYR", "RUS-SYR")


def main() -> int:
    """Run the command; returns the exit code."""
    place = needed()
    PAGE.write_text(page(place), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


def page(place: Path) -> str:
    """What came out, in Markdown."""
    unit = spread_of_alignment()
    joint = joint_disputes(place)
    lines = [
        "<!-- Made by `python -m experiments.alignment_weights`: run it again instead of editing. -->",
        "",
        "# What came out",
        "",
        f"Long-run effects on alignment (scale of atanh; proxies scaled to the flagship's spread, {unit:.2f}), with",
        "95 % intervals. Isolation: from none to shut out by everybody; joint: from no dispute on one side to one",
        "a year.",
        "",
        "| proxy | sanctions of the Security Council | isolation | joint | pairs isolated | pairs joint | rows |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for proxy in PROXIES:
        score = scores(place, proxy)
        for united in (True, False):
            found = fit(score, isolation(place, united), joint)
            scale = unit / found.spread
            cells = [interval(e * scale, se * scale) for e, se in zip(found.effect, found.error, strict=True)]
            counts = [str(count) for count in (*found.pairs, found.rows)]
            lines.append(
                f"| {' | '.join([proxy.name, 'as of all' if united else 'left out', *cells, *counts])} |"
            )
    lines += ["", *named(place), ""]
    return "\n".join(lines)


def interval(value: float, error: float) -> str:
    """An effect with its 95 % interval."""
    return f"{value:+.2f} ({value - 1.96 * error:+.2f} to {value + 1.96 * error:+.2f})"


def spread_of_alignment() -> float:
    """Standard deviation over pairs of the alignments with which the flagship starts, on the scale of atanh."""
    setup = build(load(ROOT / "scenarios" / "missile_defense_2009.yaml")).setup
    return float(np.arctanh(setup.alignment0[np.triu_indices(len(ACTORS), 1)]).std())


def named(place: Path) -> list[str]:
    """The pairs that one thinks of first: votes and isolation at both ends of the record."""
    votes, shut = scores(place, PROXIES[0]), isolation(place, True)
    lines = [
        f"Named pairs, means of {FIRST}-{FIRST + 4} and of {LAST - 4}-{LAST}; votes less the mean of all pairs,",
        "higher = closer. Sudan, Belarus and Venezuela are not in the data folder.",
        "",
        "| pair | isolation, early | late | votes, early | late |",
        "| --- | --- | --- | --- | --- |",
    ]
    votes -= np.nanmean(votes, axis=(0, 1))

    def ends(table: Floats, i: int, j: int) -> list[str]:
        return [f"{np.nanmean(table[i, j, part]):.2f}" for part in (slice(5), slice(-5, None))]

    for pair in NAMED:
        i, j = (PLACE[code] for code in pair.split("-"))
        lines.append(f"| {' | '.join([pair, *ends(shut, i, j), *ends(votes, i, j)])} |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
