"""docs/theory.md: every rule with its equation, its source, where it is applied, and the tests that prove it.

The index is read off the code: docstrings of `src/powersim/rules/` and `oracles/`, imports of `src/powersim/world/`, and the
names of tests whose bodies use the rule. A rule without a test, an equation or a source is an error.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE, TESTS = ROOT / "src/powersim", ROOT / "tests"
RULES, ORACLES, WORLD = PACKAGE / "rules", PACKAGE / "oracles", PACKAGE / "world"
SHOWN = 3  # tests named per rule; the others are counted

INTRODUCTION = """# Theory index

Every rule of the model and every oracle it is tested against. *Applied in* names the part of the world that calls the
rule in a turn; an empty cell is an oracle: a closed form or published model that tests and replications use. Read off
the code by `make docs`.
"""


@dataclass(frozen=True)
class Rule:
    """A public function of a rule file."""

    name: str
    file: str
    about: str
    equation: str
    source: str


def rules_of(path: Path) -> Iterator[Rule]:
    """The public functions of a rule file, in order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            text = ast.get_docstring(node) or ""
            paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
            found = re.search(r"Source: (.*)", " ".join(text.split()))
            equation = paragraphs[1] if len(paragraphs) > 2 else ""
            yield Rule(node.name, path.name, paragraphs[0], equation, found.group(1) if found else "")


def uses(folder: Path, pattern: str) -> dict[str, dict[str, set[str]]]:
    """For every name called in a folder: the files, and in them the functions, in which it is used."""
    found: dict[str, dict[str, set[str]]] = {}
    for path in sorted(folder.rglob(pattern)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for inner in ast.walk(node):
                    name = (
                        inner.id
                        if isinstance(inner, ast.Name)
                        else inner.attr
                        if isinstance(inner, ast.Attribute)
                        else ""
                    )
                    if name:
                        found.setdefault(name, {}).setdefault(path.stem, set()).add(node.name)
    return found


def proofs_of(name: str, tests: dict[str, dict[str, set[str]]]) -> list[str]:
    """The tests, or the files of parametrised ones, whose bodies use a rule."""
    found = tests.get(name, {})
    named = sorted({test for functions in found.values() for test in functions if test.startswith("test_")})
    return named or sorted(found)


def heading(path: Path, title: str) -> str:
    """What a file is about; closed forms beside rules of the same matter are told apart."""
    beside = path.parent == ORACLES and (RULES / path.name).exists()
    return title.rstrip(".") + (": closed forms" if beside else "")


def index() -> str:
    """The document. A rule without a source of its own has its file's first. ValueError without a source or a test."""
    world, tests = uses(WORLD, "*.py"), uses(TESTS, "test_*.py")
    callers = {**uses(ORACLES, "*.py"), **uses(RULES, "*.py")}
    parts = [INTRODUCTION]
    for path in sorted(
        [*RULES.glob("[a-z]*.py"), *ORACLES.glob("[a-z]*.py")], key=lambda p: (p.stem, p.parent != RULES)
    ):
        listed = list(rules_of(path))
        if not listed:
            continue
        title = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem).splitlines()[0]
        lines = [
            f"## {heading(path, title)}\n\n`{path.parent.name}/{path.name}`\n",
            "| rule | what it says | equation | source | applied in | tests |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for rule in listed:
            proofs = proofs_of(rule.name, tests)
            if not proofs:  # a part of other rules: proved where they are
                inside = sorted(set().union(*callers.get(rule.name, {}).values()) - {rule.name})
                proofs = [name for caller in inside for name in proofs_of(caller, tests)]
            source = rule.source or next((other.source for other in listed if other.source), "")
            if not proofs or not source:
                raise ValueError(
                    f"{path.parent.name}/{rule.file}: {rule.name} has no {'source' if proofs else 'test'}"
                )
            named = ", ".join(f"`{name}`" for name in proofs[:SHOWN])
            more = f" and {len(proofs) - SHOWN} more" if len(proofs) > SHOWN else ""
            applied = ", ".join(f"`world/{name}.py`" for name in sorted(world.get(rule.name, {})))
            cells = [f"`{rule.name}`", rule.about, rule.equation, source, applied, named + more]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
