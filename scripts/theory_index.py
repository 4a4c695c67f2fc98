"""docs/theory.md: every rule with its equation, its source, where it is applied, and the tests that prove it.

The index is read off the code: docstrings of `src/powersim/rules/` and `src/powersim/oracles/`, imports of
`src/powersim/world/`, and the names of tests whose bodies use the rule. A rule without a test, an equation or a source
is an error.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from powersim.study.citing import rules_of

ROOT = Path(__file__).resolve().parents[1]
PACKAGE, TESTS = ROOT / "src/powersim", ROOT / "tests"
RULES, ORACLES, WORLD = PACKAGE / "rules", PACKAGE / "oracles", PACKAGE / "world"
SHOWN = 3  # tests named per rule; the others are counted

INTRODUCTION = """# Theory index

Every rule of the model, and every oracle: a closed form or published model that tests and replications use and no
turn calls. *Applied in* names the part of the world that calls a rule in a turn; an empty cell is a part of other
rules. Read off the code by `make docs`.
"""


@cache
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


def index() -> str:
    """The document. A rule without a source of its own has its file's first. ValueError without a source or a test."""
    tests = uses(TESTS, "test_*.py")
    parts = [INTRODUCTION]
    for title, folder in (("Rules", RULES), ("Oracles", ORACLES)):
        parts.append(f"## {title}\n")
        parts += [section(path, tests) for path in sorted(folder.glob("[a-z]*.py")) if any(rules_of(path))]
    return "\n".join(parts)


def section(path: Path, tests: dict[str, dict[str, set[str]]]) -> str:
    """A rule file: what it is, and a row for each rule."""
    listed, callers, world = list(rules_of(path)), uses(path.parent, "*.py"), uses(WORLD, "*.py")
    about = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem).splitlines()[0]
    lines = [
        f"### {about.rstrip('.')}\n\n`{path.parent.name}/{path.name}`\n",
        "| rule | what it says | equation | source | applied in | tests |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rule in listed:
        proofs = proofs_of(rule.name, tests)
        inside = sorted(set().union(*callers.get(rule.name, {}).values()) - {rule.name})
        if not proofs:  # a part of other rules: proved where they are
            proofs = [name for caller in inside for name in proofs_of(caller, tests)]
        source = rule.source or next((other.source for other in listed if other.source), "")
        if not proofs or not source:
            raise ValueError(f"{path}: {rule.name} has no {'source' if proofs else 'test'}")
        named = ", ".join(f"`{name}`" for name in proofs[:SHOWN])
        more = f" and {len(proofs) - SHOWN} more" if len(proofs) > SHOWN else ""
        applied = ", ".join(f"`world/{name}.py`" for name in sorted(world.get(rule.name, {})))
        cells = [f"`{rule.name}`", rule.about, rule.equation, source, applied, named + more]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
