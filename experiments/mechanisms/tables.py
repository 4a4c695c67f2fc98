"""The table of what was measured, as CSV, as Markdown and for the terminal."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from .measure import AGREES, DISAGREES, UNSEEN, Found
from .measures import FLAGSHIP

NEARLY_ALL = 0.9

HEAD = """<!-- Made by `python -m experiments.mechanisms`: run it again instead of editing. -->

# Mechanisms, measured

What switching each mechanism off does, beside what was expected of it. Outcome and direction were written down first,
in `src/powersim/defaults/mechanisms.yaml` (see [mechanisms.md](mechanisms.md) for the reasons); the numbers came after.
Runs are paired: the same seed and the same luck with and without. *Effect* is off minus on, with its 95 % interval;
*agrees* means that the interval lies wholly on the side that was expected. "change" is expected of effects of the
decision of 2009: they should move towards 0.

"""
TAIL = """
Where the flagship shows little, because what the mechanism is about is rare there, a small scenario made for it stands
beside it (`experiments/mechanisms/*.yaml`): *camps*, *patron*, *presence*, *programme*,
*rise*, *siege*.

"""
COLUMNS = (
    "mechanism", "scenario", "outcome", "expected when off", "on", "off", "effect", "95 % interval", "runs", "verdict",
)  # fmt: skip
TITLES = {FLAGSHIP: "flagship"}


def number(value: float) -> str:
    """A number with three significant digits."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def line(found: Found) -> tuple[str, ...]:
    """The cells of a row."""
    return (
        found.mechanism,
        TITLES.get(found.scenario, found.scenario),
        found.what,
        found.expected,
        number(found.on),
        number(found.off),
        f"{found.effect:+.3g}",
        f"{number(found.low)} to {number(found.high)}",
        str(found.runs),
        found.verdict,
    )


def as_csv(results: Sequence[Found]) -> str:
    """All digits, for other programs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Found._fields)
    for found in results:
        writer.writerow([f"{cell:.9g}" if isinstance(cell, float) else cell for cell in found])
    return out.getvalue()


def as_markdown(results: Sequence[Found], runs: int, seed: int) -> str:
    """The page of the documentation."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(line(found) for found in results)]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    return (
        f"{HEAD}{summary(results)} {runs} pairs of runs, seed {seed}.\n\n{table}\n{TAIL}{touched(results)}\n"
    )


def touched(results: Sequence[Found]) -> str:
    """In how many pairs of runs the two histories differ at all."""
    rare = [
        f"{found.mechanism} in the {TITLES.get(found.scenario, found.scenario)} {found.changed:.0%}"
        for found in results
        if found.changed < NEARLY_ALL
    ]
    return "Nearly all pairs of histories differ in something, except: " + "; ".join(rare) + "."


def summary(results: Sequence[Found]) -> str:
    """How many rows agree, disagree or show nothing."""
    count = Counter(found.verdict for found in results)
    said = f"{count[AGREES]} of {len(results)} rows agree with what was expected, {count[DISAGREES]} disagree"
    return f"{said}, {count[UNSEEN]} show no difference beyond chance."


def as_text(results: Sequence[Found]) -> str:
    """Aligned columns for the terminal."""
    lines = [COLUMNS, *(line(found) for found in results)]
    widths = [max(len(cells[place]) for cells in lines) for place in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in lines
    )
