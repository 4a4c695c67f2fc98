"""Write the documents that are made from the code: parameters, mechanisms, theory, reference.

What else is made from the code is put into the documents of `PLACES`, between the comments that are for it.

python scripts/generate_docs.py           write them
python scripts/generate_docs.py --check   exit with 1 if one is stale
"""

from __future__ import annotations

import argparse
import ast
import csv
import re
import sys
import textwrap
import tomllib
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path

import reference
import theory_index
from markdown_table import table
from powersim.scenario.library import examples
from powersim.story import kinds
from powersim.world.chronicle import Kind
from powersim.world.params import MECHANISMS, SPEC, ParameterSpec
from powersim.world.phases import PHASES
from powersim.world.quantities import QUANTITIES, Argument, Quantity

ROOT = Path(__file__).resolve().parents[1]
DOCS, PACKAGE = ROOT / "docs", ROOT / "src" / "powersim"

NOTE = "<!-- Made by `make docs` from src/powersim/defaults/*.yaml: edit there. -->"
NOTED = "<!-- Made by `make docs` from {}: edit there. -->\n\n"

PARAMETERS = """# Parameters

Every number that a rule uses, with its default, range and source. `--set rho=1` overrides one for a run, `parameters:`
in a scenario for good. A prior is drawn once per run, for all branches alike. *Assumed* means: no source was found;
vary it before you believe a result that depends on it. A share, memory or rate per quarter or year is converted to
the scenario's turn.
"""

MECHANISMS_TEXT = """# Mechanisms

Each can be switched off in a scenario (`mechanisms: {exchange: off}`). What switching it off should do was written down
before it was measured: the outcome to look at, the direction, and why.
"""


def prior(given: Mapping[str, list[float]] | None) -> str:
    """A prior in words: ``uniform 0.1, 0.4``."""
    if given is None:
        return ""
    return "; ".join(
        f"{kind} {', '.join(f'{number:g}' for number in numbers)}" for kind, numbers in given.items()
    )


def parameters() -> str:
    """docs/parameters.md: a table for each topic."""
    header = ["name", "what it is", "default", "unit", "range", "prior", "source"]

    def row(spec: ParameterSpec) -> list[str]:
        span = f"{spec.low:g} to {spec.high:g}" + (", whole" if spec.whole else "")
        return [
            f"`{spec.name}`",
            spec.about,
            f"{spec.value:g}",
            spec.unit,
            span,
            prior(spec.prior),
            spec.source,
        ]

    topics = groupby(
        sorted(SPEC.values(), key=lambda spec: (spec.topic, spec.name)), key=lambda spec: spec.topic
    )
    parts = [f"## {topic.capitalize()}\n\n{table(header, map(row, specs))}" for topic, specs in topics]
    return "\n".join([NOTE, "", PARAMETERS, *parts])


def mechanisms() -> str:
    """docs/mechanisms.md: one table."""
    header = ["mechanism", "what it does", "switched off: look at", "it should", "because"]
    rows = ([f"`{m.name}`", m.about, m.outcome, m.off, m.expected] for m in MECHANISMS.values())
    return "\n".join([NOTE, "", MECHANISMS_TEXT, table(header, rows)])


def phases() -> str:
    """The phases of a turn, numbered."""
    lines = []
    for number, phase in enumerate(PHASES, start=1):
        served = f" [{', '.join(phase.mechanisms)}]" if phase.mechanisms else ""
        indent = " " * (len(str(number)) + 2)
        text = f"{number}. **{phase.name.replace('_', ' ').capitalize()}**: {phase.what}{served}"
        lines.append(textwrap.fill(text, 125, subsequent_indent=indent, break_on_hyphens=False))
    return "\n".join(lines)


ASKED: dict[Argument, str] = {
    "issue": "an issue",
    "event": "an exogenous event",
    "stock": "`[ACTOR, good]`",
    "pair": "two actors",
    "sanctions": "who imposes them and on whom",
    "pledge": "who gives it and to whom",
    "dispute": "two actors (`over`)",
    "strike": "who strikes and whom (`over`)",
    "proxy": "who stands behind it and whom it attacks (`over`)",
    "flow": "`[good, GIVER, TAKER]`",
    "actor": "an actor",
}


def outcomes() -> str:
    """What an outcome can watch: one table."""

    def ends(kind: Quantity) -> str:
        if kind.low is None:
            return "any number"
        return f"{kind.low:g} or more" if kind.high is None else f"{kind.low:g} to {kind.high:g}"

    rows = [[f"`{k.name}`", ASKED[k.of], k.unit, ends(k), k.mechanism or "–"] for k in QUANTITIES.values()]
    return table(["kind", "of", "what the number says", "scale", "work of"], rows).rstrip()


def kinds_of_rows() -> str:
    """The kinds of rows of the chronicle: one table."""

    def row(kind: Kind) -> list[str]:
        value = kind.value + (f" ({kind.unit})" if kind.unit and kind.value else "")
        cells = (kind.name, kind.topic, kind.mechanism, kind.thing, value, kind.gain, kind.actor, kind.other)
        return [text or "–" for text in cells]

    names = ["kind", "topic", "mechanism", "object", "value", "gain", "actor", "other"]
    return table(names, map(row, kinds.KIND.values())).rstrip()


def layers() -> str:
    """The layers that import-linter holds, top first: a row a room, with what its docstring says it is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    contract = next(contract for contract in contracts if contract["id"] == "layers")
    rows: list[list[str]] = []
    for layer in contract["layers"]:
        number = str(int(rows[-1][0]) + 1) if rows else "1"
        for name in re.findall(r"\w+", layer):
            path = PACKAGE / name / "__init__.py"
            found = path if path.is_file() else PACKAGE / f"{name}.py"
            if found.is_file():  # a layer in brackets may be absent
                said = ast.get_docstring(ast.parse(found.read_text(encoding="utf-8"))) or ""
                rows.append([number, f"`{name}{'/' if found == path else '.py'}`", said.split("\n\n")[0]])
    return table(["layer", "room", "what it is"], rows).rstrip()


FOUND = {"+": "higher", "-": "lower", "0": "no difference", "?": "not clear"}
"""What the interval of a measured effect says."""


def library() -> str:
    """The scenarios that come with powersim: what each asks, and what is there of it."""
    rows = (
        [
            f"[`{e.name}`](../scenarios/{e.path.name})",
            f"{e.title}. {e.question}",
            f"{e.actors}, {e.issues}, {e.turns}",
        ]
        for e in examples()
    )
    return table(["name", "what it is about", "actors, issues, turns"], rows).rstrip()


def expected() -> str:
    """The signs that were expected of them, and what came out."""
    with (DOCS / "library_measured.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    words = {"+": "higher", "-": "lower", "0": "no difference"}
    cells = (
        [
            f"`{r['scenario']}`",
            f"`{r['input']}` against `{r['against']}`: `{r['outcome']}`",
            words[r["sign"]],
            f"{FOUND[r['found']]}: {float(r['effect']):+.3g} ({float(r['low']):+.3g} to {float(r['high']):+.3g})",
            "yes" if r["found"] == r["sign"] else "**no**",
        ]
        for r in rows
    )
    return table(
        ["scenario", "branch and outcome", "expected", "found (95 % interval)", "as expected"], cells
    ).rstrip()


BLOCKS: dict[str, tuple[str, Callable[[], str]]] = {
    "phases": ("src/powersim/world/phases.py", phases),
    "layers": ("the contract in pyproject.toml and the rooms' docstrings", layers),
    "outcomes": ("src/powersim/world/quantities.py", outcomes),
    "kinds": ("src/powersim/world/chronicle.py", kinds_of_rows),
    "library": ("scenarios/*.yaml", library),
    "expected": ("docs/library_measured.csv", expected),
}
"""What is put between the comments of its name, where it is written, and what makes it."""
PLACES = {
    "architecture.md": ("phases", "layers"),
    "odd.md": ("phases",),
    "scenario.md": ("outcomes",),
    "chronicle.md": ("kinds",),
    "library.md": ("library", "expected"),
}


def filled(document: str) -> str:
    """A document with what is made from the code in its places."""
    text = (DOCS / document).read_text(encoding="utf-8")
    for name in PLACES[document]:
        source, make = BLOCKS[name]
        start, end = f"<!-- {name}: made by `make docs` from {source} -->", f"<!-- /{name} -->"
        before, opened, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not (opened and closed):
            raise SystemExit(f"docs/{document}: no place for the {name}; it needs {start} and {end}")
        text = f"{before}{start}\n{make()}\n{end}{after}"
    return text


def main() -> int:
    """Write the documents, or with --check compare them. Returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if a document is stale"
    )
    check = parser.parse_args().check
    made = {"parameters.md": parameters(), "mechanisms.md": mechanisms(), "theory.md": theory_index.index()}
    made |= {
        "reference/cli.md": NOTED.format("src/powersim/cli") + reference.commands(),
        "reference/api.md": NOTED.format("docstrings of src/powersim") + reference.python(),
        "reference/schema.md": NOTED.format("src/powersim/scenario/schema") + reference.keys(),
    }
    made |= {name: filled(name) for name in PLACES}
    stale = []
    for name, text in made.items():
        path = DOCS / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(f"docs/{name}")
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and stale:
        print(f"stale: {', '.join(stale)}; `make docs` rewrites them", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
