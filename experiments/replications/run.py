"""The command: run every example, print ours beside theirs, write the table and the figures.

    python -m experiments.replications [--out FOLDER] [--model M7 ...] [--no-figures]

Input that may not be copied into the project is read from $POWERSIM_DATA (or ../shared/data beside the repository);
examples that need it are left out, and said to be, where it is absent. The exit code is 1 if any number differs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # started as a script
    sys.path.insert(0, str(ROOT))

from experiments.replications import arms_race, closed_forms, emissions, europe, paris, syria  # noqa: E402
from experiments.replications.rows import Row, show, write  # noqa: E402

NEEDED = (paris.INPUTS, "deu3_issues.csv", "deu3_positions_long.csv")


def data_folder() -> Path | None:
    """The folder of published datasets, if it is here."""
    folder = Path(os.environ.get("POWERSIM_DATA") or ROOT.parent / "shared" / "data")
    return folder if all((folder / name).is_file() for name in NEEDED) else None


def all_rows(data: Path | None) -> list[Row]:
    """Every comparison, sorted by model."""
    found = [*closed_forms.rows(), *paris.rows(data), *emissions.rows(), *syria.rows(), *arms_race.rows()]
    return sorted(found, key=lambda row: (int(row.model[1:].rstrip("abcde")), row.model))


def print_findings(data: Path | None, console: Console) -> None:
    """Comparisons that are findings, not digits: odd steps of M17, and the compromise on European decisions."""
    console.print("\nM17, mean position by round under each reading of its disputed steps:")
    for name, means in emissions.oddities():
        console.print(f"  {name:34s}" + "  ".join(f"{mean:9.6f}" for mean in means))
    if data is None:
        console.print(
            "\nLeft out: thirteen issues of the Paris talks and European decisions; POWERSIM_DATA is not here."
        )
        return
    errors = europe.score(data)
    console.print(f"\nEuropean decisions, mean absolute error on {len(errors.median)} issues (0..100):")
    for name, values in errors._asdict().items():
        console.print(f"  {name:12s}{values.mean():6.2f}")
    console.print(
        "  published: the compromise predicts better than models with a median or a reference point"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command; leaves with code 1 if any number differs."""
    parser = argparse.ArgumentParser(
        prog="experiments.replications", description="Run every published example again."
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out/replications"), help="folder for the table and figures"
    )
    parser.add_argument("--model", nargs="*", default=[], metavar="M7", help="print these models only")
    parser.add_argument("--no-figures", action="store_true")
    options = parser.parse_args(argv)
    # Away from a terminal (a file, a log) lines need not be folded.
    console = Console() if sys.stdout.isatty() else Console(width=160)
    data = data_folder()
    rows = all_rows(data)
    show(rows, console, frozenset(options.model))
    print_findings(data, console)
    write(rows, options.out / "replications.csv")
    console.print(f"\nTable: {options.out / 'replications.csv'}")
    if not options.no_figures:
        from experiments.replications.figures import draw

        draw(options.out)
        console.print(f"Figures: {options.out}")
    sys.exit(int(any(not row.agrees for row in rows)))


if __name__ == "__main__":
    main()
