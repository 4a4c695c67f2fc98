"""From a file to a resolved scenario: `load(path)`, or every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from powersim.errors import Problem, ScenarioError
from powersim.scenario.merge import override, read_chain
from powersim.scenario.node import Node, tree
from powersim.scenario.resolve import Resolver
from powersim.scenario.resolve_study import scenario
from powersim.scenario.resolved import Scenario
from powersim.scenario.source import parse
from powersim.scenario.validate import validate
from powersim.world.params import SPEC


def load(path: str | Path, overrides: Mapping[str, str | float | int | bool] | None = None) -> Scenario:
    """The resolved scenario of a file.

    `overrides` are what `--set` gives: a parameter's name (`rho`) or the dotted path of a key
    (`issues.iran_enrichment.start`, `events.obama.date`) and a value, as text in YAML or as a number. What is set is
    exact: no prior applies to it, and no theory changes a parameter that is set. Raises ScenarioError with every
    problem found, each with file, line and key.
    """
    return load_with_data(path, overrides)[0]


def load_with_data(
    path: str | Path, overrides: Mapping[str, str | float | int | bool] | None = None
) -> tuple[Scenario, dict[str, Any]]:
    """The same with the document that it comes from as plain data: `extends` merged in, nothing overridden."""
    root = read_chain(Path(path), str(path))
    data = root.data()
    found = _resolve(root, overrides or {})
    assert isinstance(data, dict)
    return found, data


def loads(text: str, name: str = "scenario", overrides: Mapping[str, str | float] | None = None) -> Scenario:
    """The same from a text; it cannot extend a file."""
    root = parse(text, name)
    base = root.child("extends")
    if base is not None:
        raise ScenarioError([Problem(*base.mark, "extends", message="a text cannot extend a file; use load")])
    return _resolve(root, overrides or {})


def from_data(
    data: Mapping[str, object], overrides: Mapping[str, str | float] | None = None, name: str = "data"
) -> Scenario:
    """The same from plain data: dicts, lists, texts and numbers in the shape of a file, which errors call `name`."""
    return _resolve(tree(data, name), overrides or {})


def _resolve(root: Node, overrides: Mapping[str, str | float | int | bool]) -> Scenario:
    texts = {key: value if isinstance(value, str) else _text(value) for key, value in overrides.items()}
    fixed = override(root, texts, frozenset(SPEC)) if texts else frozenset()
    document = validate(root)
    resolver = Resolver(document, exact={*texts, *(f"parameters.{name}" for name in fixed)})
    resolved = scenario(resolver, fixed)
    if resolver.unmatched:
        raise ScenarioError([_unmatched(root, resolver, index) for index in sorted(resolver.unmatched)])
    return resolved


def _text(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(float(value))


def _unmatched(root: Node, resolver: Resolver, index: int) -> Problem:
    mark, key = root.place(("priors", index, "over"))
    return Problem(
        *mark,
        key,
        resolver.wild[index].over,
        "a path that some number has, * for any one name",
        "over: interests.*.*.ideal",
        "no number matches",
    )
