"""Who bought Russia's restraint on the S-300, and who paid what share?

    python -m experiments.s300_delay [--runs 200] [--seed 2009] [--theory NAME] [--out FOLDER]

Plays the branches of the flagship, collects every deal with a freeze of the S-300 from Russia for
Iran, and writes shares.csv, shares.md and shares.png. See README.md for what came out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from powersim.scenario.arrays.build import build
from powersim.scenario.load import load

from .figure import draw
from .freezes import restraints
from .tables import BRANCHES, markdown, rows, write_csv

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = ROOT / "scenarios" / "missile_defense_2009.yaml"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.s300_delay", description="Who bought Russia's restraint on the S-300?"
    )
    parser.add_argument("--runs", type=int, default=200, help="runs of each branch")
    parser.add_argument("--seed", type=int, default=2009)
    parser.add_argument(
        "--theory", default="", help="a theory of the scenario; without it its parameters are drawn"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out/s300_delay"), help="folder for table and figure"
    )
    options = parser.parse_args(argv)
    if options.runs < 1:
        parser.error(f"--runs: found {options.runs}; allowed: 1 or more; e.g. --runs 200")
    built = build(load(SCENARIO))
    found = {
        branch: [
            deal
            for run in range(options.runs)
            for deal in restraints(
                built, built.case(branch, options.theory, options.seed, run), options.seed, run
            )
        ]
        for branch in BRANCHES
    }
    made = rows(found, options.runs)
    options.out.mkdir(parents=True, exist_ok=True)
    write_csv(made, options.out / "shares.csv")
    text = markdown(made, options.runs, options.seed, options.theory)
    (options.out / "shares.md").write_text(text, encoding="utf-8")
    draw(found, made, options.out / "shares.png")
    print(text)
    print(f"Table: {options.out / 'shares.csv'}; figure: {options.out / 'shares.png'}")


if __name__ == "__main__":
    main()
