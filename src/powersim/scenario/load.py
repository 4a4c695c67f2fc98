"""From a file to a resolved scenario: `load(path)`, or every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from powersim.errors import Problem, ScenarioError
from powersim.scenario.check.validate import unmatched, validate
from powersim.scenario.read.merge import override, read_all
from powersim.scenario.read.node import Node, tree
from powersim.scenario.read.source import read
from powersim.scenario.resolve.document import Resolver
from powersim.scenario.resolve.study import scenario
from powersim.scenario.resolved import Scenario
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
    root, problems = read_all(Path(path), str(path))
    data = root.data()
    found = _resolve(root, overrides or {}, problems)
    assert isinstance(data, dict)
    return found, data


def loads(text: str, name: str = "scenario", overrides: Mapping[str, str | float] | None = None) -> Scenario:
    """The same from a text; it cannot extend a file."""
    root, problems = read(text, name)
    base = root.child("extends")
    if base is not None:
        refusal = Problem(*base.mark, "extends", message="a text cannot extend a file; use load")
        raise ScenarioError([*problems, refusal])
    return _resolve(root, overrides or {}, problems)


def from_data(
    data: Mapping[str, object], overrides: Mapping[str, str | float] | None = None, name: str = "data"
) -> Scenario:
    """The same from plain data: dicts, lists, texts and numbers in the shape of a file, which errors call `name`."""
    return _resolve(tree(data, name), overrides or {}, [])


def _resolve(
    root: Node, overrides: Mapping[str, str | float | int | bool], problems: list[Problem]
) -> Scenario:
    """The scenario of a tree in which `problems` were found when it was read. Raises ScenarioError with all."""
    texts = {key: value if isinstance(value, str) else _text(value) for key, value in overrides.items()}
    fixed, wrong = override(root, texts, frozenset(SPEC))
    exact = frozenset({*texts, *(f"parameters.{name}" for name in fixed)})
    document = validate(root, [*problems, *wrong])
    resolver = Resolver(document, exact)
    resolved = scenario(resolver, fixed)
    if resolver.unmatched:
        raise ScenarioError(unmatched(resolver, root))
    return resolved


def _text(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(float(value))
