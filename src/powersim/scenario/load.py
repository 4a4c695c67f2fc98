"""From a file to a resolved scenario: `load(path)`, or every problem at once; and back: `dump(scenario)`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from powersim.errors import Problem, ScenarioError
from powersim.scenario.check.edges import edges
from powersim.scenario.check.validate import unmatched, validate
from powersim.scenario.library import locate
from powersim.scenario.read.merge import override, read_all, settings
from powersim.scenario.read.node import Node, tree
from powersim.scenario.read.source import parse, read
from powersim.scenario.resolve.document import Resolver
from powersim.scenario.resolve.study import scenario
from powersim.scenario.resolved import Scenario
from powersim.world.params import SPEC

SETS = "set"
"""The key of a file that holds what is set over the rest of it."""

Overrides = Mapping[str, str | float | int | bool]
"""What is set over a scenario: values by name of a parameter or dotted path, as texts in YAML or as numbers."""


def load(source: str | Path | Mapping[str, object], overrides: Overrides | None = None) -> Scenario:
    """The resolved scenario of a file, of an example by its name, or of plain data in the shape of a file.

    `overrides` are what `--set` gives: a parameter's name (`rho`) or the dotted path of a key
    (`issues.iran_enrichment.start`, `events.obama.date`) and a value, as text in YAML or as a number. What is set is
    exact: no prior applies to it, and no theory changes a parameter that is set. Raises ScenarioError with every
    problem found, each with file, line and key.
    """
    if isinstance(source, Mapping):
        return from_data(source, overrides)
    return load_with_data(source, overrides)[0]


def dump(scenario: Scenario) -> str:
    """A scenario as YAML: what it extends merged in, what was set over it under `set`. `loads` of it is the same.

    ValueError for one that was not made by `load`, `loads` or `from_data`.
    """
    if not scenario.document:
        raise ValueError(f"{scenario.name} does not know the document that it comes from")
    data = dict(scenario.document)
    laid = {key: parse(f"value: {text}\n", key).data() for key, text in scenario.overrides.items()}
    values = {key: each["value"] for key, each in laid.items() if isinstance(each, dict)}
    if values:
        data[SETS] = _over(data.get(SETS) or {}, values)
    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.representer.sort_base_mapping_type_on_output = False
    writer.width = 110
    writer.representer.ignore_aliases = lambda *_: True  # no anchors, which scenarios do not have
    stream = io.StringIO()
    writer.dump(data, stream)
    return stream.getvalue()


def load_with_data(path: str | Path, overrides: Overrides | None = None) -> tuple[Scenario, dict[str, Any]]:
    """The same with the document that it comes from as plain data: `extends` merged in, nothing overridden."""
    root, problems = read_all(locate(Path(path)), str(path))
    found = _resolve(root, overrides or {}, problems)
    return found, dict(found.document)


def loads(text: str, name: str = "scenario", overrides: Overrides | None = None) -> Scenario:
    """The same from a text; it cannot extend a file."""
    root, problems = read(text, name)
    base = root.child("extends")
    if base is not None:
        refusal = Problem(*base.mark, "extends", message="a text cannot extend a file; use load")
        raise ScenarioError([*problems, refusal])
    return _resolve(root, overrides or {}, problems)


def from_data(data: Mapping[str, object], overrides: Overrides | None = None, name: str = "data") -> Scenario:
    """The same from plain data: dicts, lists, texts and numbers in the shape of a file, which errors call `name`."""
    return _resolve(tree(dict(data), name), overrides or {}, [])


def _resolve(root: Node, overrides: Overrides, problems: list[Problem]) -> Scenario:
    """The scenario of a tree in which `problems` were found when it was read. Raises ScenarioError with all."""
    document = root.data()
    assert isinstance(document, dict)
    texts = {key: as_text(value) for key, value in overrides.items()}
    own, refused = settings(root, SETS)
    laid: dict[str, str | Node] = _over(own, texts)
    fixed, wrong = override(root, laid, frozenset(SPEC))
    exact = frozenset({*laid, *(f"parameters.{name}" for name in fixed)})
    checked = validate(root, [*problems, *refused, *wrong])
    resolver = Resolver(checked, exact)
    resolved = scenario(resolver, fixed)
    if resolver.unmatched:
        raise ScenarioError(unmatched(resolver, root))
    warnings = tuple(found.problem(root) for found in edges(checked))
    return replace(resolved, warnings=warnings, document=document, overrides=texts)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """What is set by both, where the later one wins: rho and parameters.rho are the same."""
    names = {key.removeprefix("parameters.") for key in above}
    kept = {key: value for key, value in below.items() if key.removeprefix("parameters.") not in names}
    return {**kept, **above}


def as_text(value: str | float | bool) -> str:
    """A value as YAML writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else repr(float(value))
