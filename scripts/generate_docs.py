"""Write the documents that are made from the code: docs/parameters.md, docs/mechanisms.md and docs/theory.md.

The phases of a turn are put into docs/architecture.md and docs/odd.md, the table of layers into docs/architecture.md,
between the comments that are for them.

python scripts/generate_docs.py           write them
python scripts/generate_docs.py --check   exit with 1 if one is stale
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

import theory_index
from powersim.world.params import MECHANISMS, SPEC, ParameterSpec
from powersim.world.phases import PHASES

ROOT = Path(__file__).resolve().parents[1]
DOCS, PACKAGE = ROOT / "docs", ROOT / "src" / "powersim"

PHASES_OPEN = "<!-- phases: made by `make docs` from src/powersim/world/phases.py -->"
PHASES_CLOSE = "<!-- /phases -->"
LAYERS_OPEN = (
    "<!-- layers: made by `make docs` from the contract in pyproject.toml and the rooms' docstrings -->"
)
LAYERS_CLOSE = "<!-- /layers -->"
NOTE = "<!-- Made by `make docs` from src/powersim/defaults/*.yaml: edit there. -->"

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


def cell(text: str) -> str:
    """A text as a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(header)
    lines = [names, ["---"] * len(names), *([cell(text) for text in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


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


def filled(text: str, opened: str, closed: str, made: str) -> str:
    """A document with what is made in its place."""
    before, found, rest = text.partition(opened)
    _, ended, after = rest.partition(closed)
    if not (found and ended):
        raise SystemExit(f"no place for what is made: a document needs {opened} and {closed}")
    return f"{before}{opened}\n{made}\n{closed}{after}"


def with_phases(name: str) -> str:
    """A document with the phases of a turn in their place."""
    return filled((DOCS / name).read_text(encoding="utf-8"), PHASES_OPEN, PHASES_CLOSE, phases())


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
    made["odd.md"] = with_phases("odd.md")
    made["architecture.md"] = filled(with_phases("architecture.md"), LAYERS_OPEN, LAYERS_CLOSE, layers())
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
