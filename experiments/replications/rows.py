"""One line of the replication table: theirs, ours, the difference, and whether it lies within the digits given."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

DATA = Path(__file__).parent / "data"

PUBLISHED = "published"
"""The number stands in a paper or a book, or in the output or the tests of a published program."""

DERIVED = "derived"
"""The number was worked out for the model as we state it, by a second route (search, simulation, integration)."""

# Doubles are printed to about 15 digits: beyond that a difference is that of two orders of summation.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Row:
    """One number: `theirs` keeps the digits in which it was given, which say how closely ours must agree."""

    model: str
    what: str
    kind: str
    theirs: str
    ours: float
    source: str

    @property
    def difference(self) -> float:
        """Ours less theirs."""
        return self.ours - float(self.theirs)

    @property
    def unit(self) -> float:
        """One unit of the last digit given; numbers were rounded or cut off, so no more can be asked."""
        exponent = Decimal(self.theirs).as_tuple().exponent
        return 10.0 ** int(exponent) if "." in self.theirs else 0.0

    @property
    def agrees(self) -> bool:
        """Whether the difference lies within the digits given."""
        return abs(self.difference) <= max(self.unit, ROUNDING * max(1.0, abs(self.ours)))


def load(name: str) -> Any:
    """A data file beside this one, every scalar as the text that was typed: digits are part of a published number."""
    return YAML(typ="base", pure=True).load((DATA / name).read_text(encoding="utf-8"))


def show(rows: Sequence[Row], console: Console, only: frozenset[str] = frozenset()) -> None:
    """Print the table; `only` limits it to some models."""
    table = Table(title="Published and verified examples, run again", pad_edge=False)
    for name in ("model", "example", "kind"):
        table.add_column(name, overflow="fold")
    for name in ("theirs", "ours", "difference", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        if only and row.model not in only:
            continue
        digits = len(row.theirs.split(".")[1]) + 1 if "." in row.theirs else 0
        mark = "ok" if row.agrees else "DIFFERS"
        ours = f"{row.ours:.{min(digits, 15)}f}"
        table.add_row(row.model, row.what, row.kind, row.theirs, ours, f"{row.difference:+.1e}", mark)
    console.print(table)
    wrong = [row for row in rows if not row.agrees]
    counts = {kind: sum(row.kind == kind for row in rows) for kind in (PUBLISHED, DERIVED)}
    console.print(
        f"{len(rows)} numbers of {len({row.model for row in rows})} models: {counts[PUBLISHED]} published, "
        f"{counts[DERIVED]} derived; {len(rows) - len(wrong)} agree to the digits given, {len(wrong)} do not."
    )


def write(rows: Iterable[Row], path: Path) -> None:
    """Write all rows as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["model", "example", "kind", "theirs", "ours", "difference", "agrees", "source"])
        for row in rows:
            out.writerow(
                [
                    row.model,
                    row.what,
                    row.kind,
                    row.theirs,
                    f"{row.ours:.15g}",
                    f"{row.difference:.3e}",
                    "yes" if row.agrees else "no",
                    row.source,
                ]
            )
