"""Measure every mechanism against what was expected of it: `python -m experiments.mechanisms [--runs N] [--seed S]`.

Writes docs/mechanisms_measured.md and .csv (--out names another folder). --only names mechanisms to measure; then
nothing is written unless --out is given. Exit code 1 if a row disagrees.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from powersim.world.params import MECHANISMS

from .measure import DISAGREES, measured
from .measures import MEASURES
from .tables import as_csv, as_markdown, as_text, summary

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.mechanisms", description=__doc__)
    parser.add_argument("--runs", type=int, default=400, help="pairs of runs of each measure (default 400)")
    parser.add_argument("--seed", type=int, default=2009)
    parser.add_argument("--only", nargs="+", metavar="MECHANISM", help="measure these alone")
    parser.add_argument("--out", type=Path, help="folder for the table (default docs)")
    parser.add_argument("--workers", type=int, default=0, help="threads (default: as many as processors)")
    wanted = parser.parse_args(argv)
    if wanted.runs < 2:
        parser.error(f"--runs: found {wanted.runs}; allowed: 2 or more; e.g. --runs 400")
    unknown = sorted(set(wanted.only or ()) - set(MECHANISMS))
    if unknown:
        parser.error(f"--only: no mechanism {', '.join(unknown)}; allowed: {', '.join(MECHANISMS)}")
    measures = [measure for measure in MEASURES if not wanted.only or measure.mechanism in wanted.only]
    shown = sys.stderr.isatty()
    results = measured(
        measures,
        wanted.runs,
        wanted.seed,
        wanted.workers,
        lambda done: tick(done, wanted.runs) if shown else None,
    )
    print(as_text(results))
    print(summary(results))
    folder = wanted.out or (None if wanted.only else DOCS)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("md", as_markdown(results, wanted.runs, wanted.seed)), ("csv", as_csv(results))):
            (folder / f"mechanisms_measured.{name}").write_text(text, encoding="utf-8")
        print(f"Tables: {folder / 'mechanisms_measured.md'}, {folder / 'mechanisms_measured.csv'}")
    return 1 if any(found.verdict == DISAGREES for found in results) else 0


def tick(done: int, runs: int) -> None:
    """Progress on a terminal."""
    print(f"\r{done} of {runs} runs", end="\n" if done == runs else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
