"""What the headline study says given what happened, again: origins, weights of theories, a forecast.

    python -m experiments.missile_defense_2009.given [--given 2009Q2] [--paths changes] [--worlds 256] [--runs 300]
                                                     [--workers 2] [--out out/missile_defense_given] [--list]

Runs the commands behind the part "Given what happened" of README.md, prints each, and writes the numbers that it
quotes into OUT/numbers.md. Worlds are chosen once and serve all: a second and a half of a processor for each under a
theory to 2009Q2 (four theories, 256 worlds: 24 minutes), and the histories of every branch, some 5; half as long on two
processors. Interrupted, the same command goes on.
"""

from __future__ import annotations

import argparse
import csv
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from powersim.effects.results import ALL

SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "missile_defense_2009.yaml"
ORIGINS = {
    "drones": "replace,keep,no_ukraine_war,no_2014_sanctions,no_syrian_uprising",
    "ukraine_war": "replace,keep,no_nato_shift,no_2014_sanctions",
}
SEED = 2009
NUMBERS = "numbers.md"
Row = Mapping[str, str]


def steps(
    scenario: Path,
    origins: Mapping[str, str],
    date: str,
    worlds: int,
    runs: int,
    workers: int,
    out: Path,
    paths: str = "",
) -> list[list[str]]:
    """The commands: each origin without a date and with it, the weights of theories, the forecast.

    paths: where coded paths are evidence; "": as the scenario says.
    """
    common = ["--seed", str(SEED), "--workers", str(workers)]
    where = ["--set", f"evidence.paths.at={paths}"] if paths else []
    told = ["--given", date, "--worlds", str(worlds), *where, *common, "--resume"]
    asked = {
        event: ["origin", str(scenario), "--of", event, "--branches", names]
        for event, names in origins.items()
    }
    return [
        *([*words, "--runs", str(runs), *common, "--out", str(out / event)] for event, words in asked.items()),
        ["weigh", str(scenario), *told, "--out", str(out / "given")],
        *([*words, *told, "--out", str(out / f"{event}_given")] for event, words in asked.items()),
        ["forecast", str(scenario), *told, "--out", str(out / "given")],
    ]  # fmt: skip


def lend(out: Path, date: str, origins: Iterable[str]) -> None:
    """Give the worlds that were weighed to the other questions, which find them there and choose none again."""
    for where in (*(out / f"{event}_given" for event in origins), out / "given" / "forecast" / date):
        if not (where / "given").exists():
            shutil.copytree(out / "given" / "given", where / "given")


def numbers(out: Path, date: str, origins: Iterable[str]) -> str:
    """What the page quotes, as Markdown."""
    lines = [f"# Given {date}", ""]
    for row in _rows(out / "given" / "given" / "diagnostics.csv"):
        lines.append(
            f"- {row['theory']}: {float(row['ess']):.0f} of {row['worlds']} worlds count, log evidence "
            f"{float(row['log_evidence']):.1f} ± {float(row['error']):.1f}, R-hat {float(row['r_hat']):.2f}"
        )
    for event in origins:
        for name, said in ((event, "as the model makes them"), (f"{event}_given", f"given {date}")):
            lines += [
                "",
                f"## {event}, worlds {said}",
                "",
                "| cause | PN | PS | PNS | worlds with the event |",
                "|---" * 5 + "|",
            ]
            for row in _over(_rows(out / name / "origin" / "origin.csv")):
                shares = " | ".join(_interval(row, share) for share in ("pn", "ps", "pns"))
                lines.append(f"| {row['cause']} | {shares} | {float(row['event_ess']):.1f} |")
            for row in _over(_rows(out / name / "origin" / "witnesses.csv")):
                together, stood_by = (_interval(row, share) for share in ("together", "preempting"))
                lines.append(
                    f"- {row['cause']} beside {row['beside']}: together {together}, pre-empting {stood_by}"
                )
    lines += ["", "## What came next", ""]
    for row in _over(_rows(out / "given" / "forecast" / "scores.csv")):
        if row["kind"] in ("issues", "events") and row["lead"] == ALL:
            skills = ", ".join(
                f"{words} {float(row[f'skill_{name}']):+.0%}"
                for name, words in (
                    ("unconditioned", "untold"),
                    ("persistence", "no change"),
                    ("own_past", "own past"),
                )
                if row[f"skill_{name}"]
            )
            held = f", in bands {float(row['covered']):.0%}" if row["covered"] else ""
            lines.append(
                f"- {row['kind']} ({row['of']}): score {float(row['score']):.3f}, skill against {skills}{held}"
            )
    return "\n".join(lines) + "\n"


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _over(rows: Sequence[Row]) -> list[Row]:
    """Rows over all theories, or of the only one."""
    return [row for row in rows if row["theory"] == ALL] or list(rows)


def _interval(row: Row, share: str) -> str:
    if not row[share]:
        return "not to be told"
    value, low, high = (100 * float(row[name]) for name in (share, f"{share}_low", f"{share}_high"))
    return f"{value:.0f} ({low:.0f} to {high:.0f})"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the commands, and write what they found."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.missile_defense_2009.given", description=__doc__
    )
    parser.add_argument("--given", default="2009Q2", help="the date that worlds are told until")
    parser.add_argument("--paths", default="", help="where coded paths are evidence: changes, years or end")
    parser.add_argument("--worlds", type=int, default=256, help="worlds under each theory")
    parser.add_argument("--runs", type=int, default=300, help="runs under each theory, without a date")
    parser.add_argument("--workers", type=int, default=2, help="processors")
    parser.add_argument("--out", type=Path, default=Path("out/missile_defense_given"))
    parser.add_argument("--list", action="store_true", help="print the commands and do nothing")
    asked = parser.parse_args(argv)
    size = asked.worlds, asked.runs, asked.workers
    for step in steps(SCENARIO, ORIGINS, asked.given, *size, asked.out, asked.paths):
        print(f"$ powersim {shlex.join(step)}", flush=True)
        if not asked.list:
            done = subprocess.run([sys.executable, "-m", "powersim", *step], check=False)
            if done.returncode:
                raise SystemExit(done.returncode)
            if step[0] == "weigh":
                lend(asked.out, asked.given, ORIGINS)
    if not asked.list:
        path = asked.out / NUMBERS
        path.write_text(numbers(asked.out, asked.given, ORIGINS), encoding="utf-8")
        print(f"\nThe numbers: {path}")


if __name__ == "__main__":
    main()
