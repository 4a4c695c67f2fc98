"""`extends:` chains and `--set` overrides, merged as trees, so that every value still knows the file it came from.

Mappings merge key by key, lists of things with an `id` merge by id, everything else is replaced by the later file.
`null` in the later file removes what the earlier one had. Values that only make sense whole are replaced whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from powersim.errors import Problem, ScenarioError
from powersim.scenario.names import nearest, unknown
from powersim.scenario.node import POSITIONS, Mark, Node
from powersim.scenario.source import parse, read_file

WHOLE = frozenset({"control", "raise", "lower", "weighted", "binds", "of", "prior", "calendar", "path"})
MOST_EXTENDS = 8
SET = "--set"
STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


def read_chain(path: Path, name: str | None = None) -> Node:
    """The tree of a file with everything it extends merged in. Raises ScenarioError."""
    shown = name or str(path)
    return _read(path, shown, [])


def _read(path: Path, name: str, above: list[Path]) -> Node:
    root = read_file(path, name)
    base = root.child("extends")
    if base is None:
        return root
    problem = _extends_fault(base, path, above)
    if problem is not None:
        raise ScenarioError([problem])
    target = path.parent / str(base.value)
    below = _read(target, str(Path(name).parent / str(base.value)), [*above, path.resolve()])
    assert isinstance(root.value, dict)
    del root.value["extends"]
    del root.keys["extends"]
    return merged(below, root)


def _extends_fault(base: Node, path: Path, above: list[Path]) -> Problem | None:
    def fault(message: str, allowed: str = "a file beside this one") -> Problem:
        found = "".join(mark if mark.isprintable() else f"\\x{ord(mark):02x}" for mark in base.text or "")
        return Problem(*base.mark, "extends", found or "no text", allowed, "extends: base.yaml", message)

    if not isinstance(base.value, str) or not base.value:
        return fault("")
    relative = Path(base.value)
    if relative.is_absolute() or relative.suffix not in (".yaml", ".yml") or not base.value.isprintable():
        return fault("", "a relative path that ends in .yaml")
    try:
        target = (path.parent / relative).resolve()
        there = target.is_file()
    except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself, as Python before 3.13 says it
        return fault(
            "a link that leads to itself" if isinstance(error, RuntimeError) else f"{error.strerror}"
        )
    if target in (*above, path.resolve()):
        return fault("extends itself in a circle", "a file that does not lead back here")
    if len(above) >= MOST_EXTENDS:
        return fault("extends too many files", f"at most {MOST_EXTENDS} in a row")
    return None if there else fault("no such file")


def merged(below: Node, above: Node, key: str = "") -> Node:
    """`above` laid over `below`."""
    if isinstance(below.value, dict) and isinstance(above.value, dict) and key not in WHOLE:
        values, keys = dict(below.value), dict(below.keys)
        for name, node in above.value.items():
            if node.value is None:
                values.pop(name, None)
                continue
            values[name] = merged(values[name], node, name) if name in values else node
            keys[name] = above.keys[name]
        return Node(above.mark, values, keys={name: keys[name] for name in values})
    if isinstance(below.value, list) and isinstance(above.value, list) and key not in WHOLE:
        return _merged_lists(below.value, above.value, above)
    return above


def _merged_lists(below: list[Node], above: list[Node], whole: Node) -> Node:
    """Lists of things with an id: the same id is merged, a new one is added. Other lists are replaced."""
    ids = [_id(node) for node in below]
    if not below or not above or None in ids or None in [_id(node) for node in above]:
        return whole
    items = list(below)
    for node in above:
        known = [index for index, item in enumerate(items) if _id(item) == _id(node)]
        if known:
            items[known[0]] = merged(items[known[0]], node)
        else:
            items.append(node)
    return Node(whole.mark, list(items))


def _id(node: Node) -> str | None:
    named = node.child("id")
    return named.value if named is not None and isinstance(named.value, str) else None


def override(root: Node, overrides: Mapping[str, str], parameters: frozenset[str]) -> frozenset[str]:
    """Lay `--set KEY=VALUE` over the tree in place: a parameter's name or the dotted path of a key.

    Returns the parameters that were set: no theory changes those. Raises ScenarioError naming --set.
    """
    problems: list[Problem] = []
    fixed: set[str] = set()
    for key, text in sorted(overrides.items()):
        try:
            value = _value(text)
        except ScenarioError as error:
            problems += [Problem(SET, 0, 0, key, found=text, message=p.message) for p in error.problems]
            continue
        path = [int(index) if index else name for name, index in STEP.findall(key)]
        if len(path) == 1 and key not in TOP_LEVEL:
            if key not in parameters:
                problems.append(_unknown(key, parameters))
                continue
            path = ["parameters", key]
        if len(path) == 2 and path[0] == "parameters":
            fixed.add(str(path[1]))
        problem = _lay(root, path, value, key)
        problems += [problem] if problem else []
    if problems:
        raise ScenarioError(problems)
    return frozenset(fixed)


TOP_LEVEL = frozenset({"name", "title", "question", "intervention", "powersim", "priors"})


def _unknown(key: str, parameters: frozenset[str]) -> Problem:
    message, _ = unknown(key, parameters, "parameter")
    return Problem(SET, 0, 0, key, message=message, allowed="a parameter (powersim list parameters) or a dotted path",
                   example="rho=0.5 or issues.x.start=0.2")  # fmt: skip


def _value(text: str) -> Node:
    """A value as YAML writes it, placed at --set."""
    try:
        node = parse(f"value: {text}\n", SET).child("value")
    except ScenarioError as error:
        raise ScenarioError([Problem(SET, 0, 0, "", message=p.message) for p in error.problems]) from error
    if node is None:
        raise ScenarioError([Problem(SET, 0, 0, "", message="no value")])
    _place(node)
    return node


def _place(node: Node) -> None:
    for _, inner in node.walk():
        inner.mark = Mark(SET, 0, 0)
        inner.keys = dict.fromkeys(inner.keys, inner.mark)


def _lay(root: Node, path: list[str | int], value: Node, key: str) -> Problem | None:
    """Put `value` at `path`, making mappings on the way where the grammar may allow them."""
    node = root
    for index, part in enumerate(path):
        last = index == len(path) - 1
        if isinstance(node.value, list):
            place = _item(node, part)
            if place is None:
                return Problem(SET, 0, 0, key, found=str(part), message="no such item",
                               allowed=f"an id, or a number from 0 to {len(node.value) - 1}")  # fmt: skip
            if last:
                node.value[place] = value
                return None
            node = node.value[place]
            continue
        if not isinstance(node.value, dict) or not isinstance(part, str):
            return Problem(SET, 0, 0, key, found=str(part), message="there is nothing below this key",
                           allowed="the path of a key")  # fmt: skip
        if last:
            node.value[part] = value
            node.keys[part] = value.mark
            return None
        if part not in node.value:
            near = nearest(part, node.value)
            if (index < 1 and part not in OPEN) or near:
                hint = f"no such key{f'; did you mean {near}?' if near else ''}"
                return Problem(
                    SET, 0, 0, key, found=part, message=hint, allowed=", ".join(sorted(node.value))[:300]
                )
            node.value[part] = Node(value.mark, {})
            node.keys[part] = value.mark
        node = node.value[part]
    return None


OPEN = frozenset(
    {"parameters", "mechanisms", "theories", "weights", "alignment", "beliefs", "trade", "reach"}
)


def _item(node: Node, part: str | int) -> int | None:
    assert isinstance(node.value, list)
    if isinstance(part, str):
        found = [index for index, item in enumerate(node.value) if _id(item) == part]
        return found[0] if found else POSITIONS.get(part)
    return part if part < len(node.value) else None
