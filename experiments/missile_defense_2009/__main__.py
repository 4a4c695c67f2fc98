"""The headline study, whole: effects, one run told twice, mechanisms, assumptions, verdicts, and the report on them.

    python -m experiments.missile_defense_2009 [--runs 200] [--seed 2009] [--out out/missile_defense_2009]

Runs the commands that a reader would type, one after the other, and prints each. Interrupt it when you like: the same
command goes on where it stopped. See README.md for what came out.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = ROOT / "scenarios" / "missile_defense_2009.yaml"
OUTCOME = "russia_iran_alignment"
PAIR = "keep,cancel"
MAPS = ("rho,tau", "w_levers,w_interest")
RESULTS, PROGRESS = "results", "--resume"


def steps(
    scenario: Path, outcome: str, pair: str, maps: Sequence[str], runs: int, seed: int, out: Path
) -> list[list[str]]:
    """The commands of the study. Designs grow with `runs`: a run of `compare` costs every branch under every theory."""
    common = ["--seed", str(seed), "--out", str(out)]
    resume = [PROGRESS] if (out / RESULTS).exists() else []
    why = [PROGRESS] if (out / "why").exists() else []
    verdict = [PROGRESS] if (out / "verdict").exists() else []
    asked = ["--branches", pair, "--outcome", outcome]
    mapped = [word for names in maps for word in ("--map", names)]
    lucks = str(max(2, runs // 5))
    return [
        ["compare", str(scenario), "--runs", str(runs), *common, *resume],
        ["tell", str(scenario), "--diff", pair, "--runs", f"0..{min(runs, 100) - 1}", "--seed", str(seed),
         "--section", str(out)],
        ["why", str(scenario), *asked, "--runs", str(max(2, runs // 2)), *common, *why],
        ["sensitivity", str(scenario), *asked, "--theories", "all", "--runs", str(10 * runs), *mapped, *common],
        ["verdict", str(scenario), "--draws", "25", "--lucks", lucks, *common, *verdict],
        ["report", str(out)],
    ]  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.missile_defense_2009", description="The headline study, whole."
    )
    parser.add_argument("--runs", type=int, default=200, help="runs of each branch under each theory")
    parser.add_argument("--seed", type=int, default=2009)
    parser.add_argument("--out", type=Path, default=Path("out/missile_defense_2009"))
    parser.add_argument("--list", action="store_true", help="print the commands and do nothing")
    options = parser.parse_args(argv)
    if options.runs < 4:
        parser.error(f"--runs: found {options.runs}; allowed: 4 or more; e.g. --runs 200")
    for step in steps(SCENARIO, OUTCOME, PAIR, MAPS, options.runs, options.seed, options.out):
        print(f"$ powersim {shlex.join(step)}", flush=True)
        if not options.list:
            done = subprocess.run([sys.executable, "-m", "powersim", *step], check=False)
            if done.returncode:
                raise SystemExit(done.returncode)
    if not options.list:
        print(f"\nThe report: {options.out / 'report.html'}")


if __name__ == "__main__":
    main()
