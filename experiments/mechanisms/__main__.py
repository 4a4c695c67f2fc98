"""Does every mechanism matter, and in the direction that was written down before?

python -m experiments.mechanisms [--runs 100] [--seed 2009]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .measure import AGREES, Found, found
from .measures import ON_THE_FLAGSHIP

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mechanisms_measured.md"

TEXT = """# Mechanisms, measured

Each mechanism switched off in the flagship, {runs} runs with and without it on the same luck (branch `replace`, central
theory, priors drawn, seed {seed}). What it should do stood in [mechanisms.md](mechanisms.md) before it was measured. An
effect is off minus on, with its 95 % interval; *changed* is the share of histories that differ at all. "Not seen" means
that the interval includes zero.

    python -m experiments.mechanisms --runs {runs} --seed {seed}

| mechanism | outcome | on | off | effect | expected | verdict | changed |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def row(one: Found) -> str:
    """A line of the table."""
    effect = f"{one.effect:+.3g} ({one.low:+.3g} to {one.high:+.3g})"
    cells = [
        f"`{one.mechanism}`",
        one.what,
        f"{one.on:.3g}",
        f"{one.off:.3g}",
        effect,
        one.expected,
        one.verdict,
        f"{one.changed:.0%}",
    ]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure, print, write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2009)
    given = parser.parse_args()
    rows = []
    for measure in ON_THE_FLAGSHIP:
        one = found(measure, given.runs, given.seed)
        rows.append(one)
        print(row(one), flush=True)
    agree = sum(one.verdict == AGREES for one in rows)
    closing = (
        f"\n{agree} of {len(rows)} mechanisms move their outcome as expected, beyond Monte Carlo error.\n"
    )
    page = TEXT.format(runs=given.runs, seed=given.seed) + "\n".join(map(row, rows)) + "\n" + closing
    PAGE.write_text(page, encoding="utf-8")
    print(closing)


if __name__ == "__main__":
    main()
