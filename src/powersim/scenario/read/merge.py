"""`extends:` chains and `--set` overrides, merged as trees, so that every value still knows the file it came from.

Mappings merge key by key, lists of things with an `id` merge by id, everything else is replaced by the later file.
`null` in the later file removes what the earlier one had. Values that only make sense whole are replaced whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from powersim._words import did_you_mean, nearest
from powersim.errors import SET, Problem, ScenarioError
from powersim.scenario.library import named
from powersim.scenario.names import unknown
from powersim.scenario.read.node import POSITIONS, Mark, Node, show
from powersim.scenario.read.source import MAX_NODES, parse, read_file

WHOLE = frozenset({"control", "raise", "lower", "weighted", "binds", "of", "prior", "calendar", "path"})
MOST_EXTENDS = 8
STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
KEY = re.compile(r"[^.\[\]\s]+(\.[^.\[\]\s]+|\[[0-9]{1,9}\])*")


def read_chain(path: Path, name: str | None = None) -> Node:
    """The tree of a file with everything it extends merged in. Raises ScenarioError."""
    root, problems = read_all(path, name)
    if problems:
        raise ScenarioError(problems)
    return root


def read_all(path: Path, name: str | None = None) -> tuple[Node, list[Problem]]:
    """The same with what is wrong though the files could be read on. Raises ScenarioError where they could not."""
    problems: list[Problem] = []
    return _read(path, name or str(path), [], problems, MAX_NODES), problems


def _read(path: Path, name: str, above: list[Path], problems: list[Problem], room: int) -> Node:
    """The tree of one file over those that it extends, together of at most `room` keys and values."""
    try:
        root, found = read_file(path, name, room)
    except ScenarioError as error:
        raise ScenarioError([*problems, *error.problems]) from error
    problems += found
    base = root.child("extends")
    if base is None:
        return root
    problem = _extends_fault(base, path, above)
    if problem is not None:
        raise ScenarioError([*problems, problem])
    example = named(str(base.value))
    target = example or path.parent / str(base.value)
    shown = str(base.value if example else Path(name).parent / str(base.value))
    room -= sum(1 + len(node.keys) for _, node in root.walk())
    below = _read(target, shown, [*above, path.resolve()], problems, room)
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
    example = named(base.value)
    usable = not relative.is_absolute() and relative.suffix in (".yaml", ".yml") and base.value.isprintable()
    if example is None and not usable:
        return fault("", "a relative path that ends in .yaml, or the name of an example")
    try:
        target = (example or path.parent / relative).resolve()
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


def settings(root: Node, key: str) -> tuple[dict[str, Node], list[Problem]]:
    """What a file itself sets over the rest of it, taken out of the tree; and what is wrong with it."""
    node = root.child(key)
    if node is None:
        return {}, []
    assert isinstance(root.value, dict)
    del root.value[key]
    root.keys.pop(key, None)
    if isinstance(node.value, dict):
        return dict(node.value), []
    found = Problem(*node.mark, key, show(node.data()), KEYS, "set: {rho: 0.5, issues.x.start: 0.2}")
    return {}, [] if node.value is None else [found]


def override(
    root: Node, overrides: Mapping[str, str | Node], parameters: frozenset[str]
) -> tuple[frozenset[str], list[Problem]]:
    """Lay `--set KEY=VALUE`, or what a file sets, over the tree in place: a parameter's name or the path of a key.

    Returns the parameters that were set, which no theory changes, and what is wrong, in the name of --set or where
    it stands in the file.
    """
    problems: list[Problem] = []
    fixed: set[str] = set()
    places: dict[tuple[str | int, ...], str] = {}
    for key, given in sorted(overrides.items()):
        mark = given.mark if isinstance(given, Node) else Mark(SET, 0, 0)
        if not KEY.fullmatch(key):
            problems.append(Problem(*mark, "", key, KEYS, "rho=0.5 or issues.x.start=0.2", "not a key"))
            continue
        value, fault = (given, None) if isinstance(given, Node) else _value(given, key)
        path = [int(index) if index else name for name, index in STEP.findall(key)]
        if len(path) == 1 and key not in TOP_LEVEL:
            if key not in parameters:
                problems.append(_unknown(key, parameters, mark))
                continue
            path = ["parameters", key]
        if value is None:
            problems += [fault] if fault else []
            continue
        if len(path) == 2 and path[0] == "parameters":
            fixed.add(str(path[1]))
        place, problem = _lay(root, path, value, key)
        problems += [problem] if problem else []
        if problem is None and places.setdefault(place, key) != key:
            problems.append(
                Problem(*mark, key, message=f"sets what {places[place]} sets", allowed="each once")
            )
    return frozenset(fixed), problems


KEYS = "a parameter (powersim list parameters) or a dotted path"
TOP_LEVEL = frozenset({"name", "title", "question", "intervention", "powersim", "priors"})


def _unknown(key: str, parameters: frozenset[str], mark: Mark) -> Problem:
    message, _ = unknown(key, parameters, "parameter")
    return Problem(*mark, key, message=message, allowed=KEYS, example="rho=0.5 or issues.x.start=0.2")


def _value(text: str, key: str) -> tuple[Node | None, Problem]:
    """A value as YAML writes it in one line, placed at --set; None and the problem where it is none."""
    message = "no value"
    if len(text.splitlines()) > 1 or any(ord(mark) < 32 or 127 <= ord(mark) < 160 for mark in text):
        message = "a value is one line without control characters"
    else:
        try:
            node = parse(f"value: {text}\n", SET).child("value")
        except ScenarioError as error:
            node, message = None, error.problems[0].message
        if node is not None and _is_whole(node, text.strip()):
            _place(node)
            return node, Problem(SET, 0, 0, key)
        if node is not None:
            message = "more than a value (quote what contains # or : )"
    return None, Problem(SET, 0, 0, key, show(text), "a value as in a file", "rho=0.5", message)


def _is_whole(node: Node, text: str) -> bool:
    """Whether the text is the value and nothing else, such as a comment or a second key."""
    if isinstance(node.value, (dict, list)):
        return text[:1] + text[-1:] in ("{}", "[]")
    return text[:1] == text[-1:] and text[:1] in ("'", '"') if node.quoted else text == node.text


def _place(node: Node) -> None:
    for _, inner in node.walk():
        inner.mark = Mark(SET, 0, 0)
        inner.keys = dict.fromkeys(inner.keys, inner.mark)


Place = tuple[str | int, ...]


def _lay(root: Node, path: list[str | int], value: Node, key: str) -> tuple[Place, Problem | None]:
    """Put `value` at `path`, making mappings on the way where the grammar may allow them; where that was."""
    node = root
    taken: list[str | int] = []
    for index, part in enumerate(path):
        last = index == len(path) - 1
        if isinstance(node.value, list):
            place = _item(node, part)
            if place is None:
                return (), Problem(*value.mark, key, found=str(part), message="no such item",
                                   allowed=f"an id, or a number from 0 to {len(node.value) - 1}")  # fmt: skip
            taken.append(place)
            if last:
                node.value[place] = value
            else:
                node = node.value[place]
            continue
        if not isinstance(node.value, dict) or not isinstance(part, str):
            return (), Problem(*value.mark, key, found=str(part), message="there is nothing below this key",
                               allowed="the path of a key")  # fmt: skip
        taken.append(part)
        if last:
            node.value[part] = value
            node.keys[part] = value.mark
        elif part not in node.value:
            near = _within(node, path, key) if index == 0 else ""
            near = near or nearest(part, node.value)
            if (index < 1 and part not in OPEN) or near:
                hint = f"no such key{did_you_mean(near)}"
                return (), Problem(
                    *value.mark, key, found=part, message=hint, allowed=", ".join(sorted(node.value))[:300]
                )
            node.value[part] = Node(value.mark, {})
            node.keys[part] = value.mark
            node = node.value[part]
        else:
            node = node.value[part]
    return tuple(taken), None


def _within(root: Node, path: list[str | int], key: str) -> str:
    """The key below the section that has what it begins with, best one that has its second step too; or nothing."""
    first, *rest = map(str, path)
    found: list[tuple[bool, str]] = []
    for name, section in _keys(root).items():
        items = section.value
        each = {_id(item) or "": item for item in items} if isinstance(items, list) else _keys(section)
        if first in each:
            found.append((rest[0] not in _keys(each[first]), f"{name}.{key}"))
    return min(found, key=lambda one: one[0])[1] if found else ""


def _keys(node: Node) -> dict[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


OPEN = frozenset(
    {"parameters", "mechanisms", "theories", "weights", "alignment", "beliefs", "trade", "reach"}
)


def _item(node: Node, part: str | int) -> int | None:
    assert isinstance(node.value, list)
    if isinstance(part, str):
        found = [index for index, item in enumerate(node.value) if _id(item) == part]
        if found or not re.fullmatch("[0-9]{1,9}", part):
            return found[0] if found else POSITIONS.get(part)
        part = int(part)
    return part if part < len(node.value) else None
