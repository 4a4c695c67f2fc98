"""A YAML document as a tree in which every value and every key knows its file, line and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from powersim.errors import dotted as dotted
from powersim.errors import show as show

Scalar: TypeAlias = bool | int | float | str | None
Data: TypeAlias = "Scalar | list[Data] | dict[str, Data]"
PathPart: TypeAlias = str | int
Path: TypeAlias = tuple[PathPart, ...]
POSITIONS = {"ideal": 0, "salience": 1}  # an interest written as [ideal, salience]


class Mark(NamedTuple):
    """A place in a file; line and column count from 1, 0 = no such place."""

    file: str
    line: int
    column: int


@dataclass(slots=True)
class Node:
    """A value and where it stands: a scalar, a list of nodes or a mapping from names to nodes."""

    mark: Mark
    value: Scalar | list[Node] | dict[str, Node]
    text: str = ""  # a scalar as it was written
    quoted: bool = False
    keys: dict[str, Mark] = field(default_factory=dict)  # where the keys of a mapping stand
    dropped: set[int] = field(default_factory=set)  # items of a list that are left out of `data`
    refused: bool = False  # the reader has complained about it

    def data(self) -> Data:
        """The plain value, without places."""
        if isinstance(self.value, dict):
            return {key: node.data() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.data() for index, node in enumerate(self.value) if index not in self.dropped]
        return self.value

    def child(self, part: PathPart) -> Node | None:
        """The node one step down, or None."""
        if isinstance(self.value, dict) and isinstance(part, str):
            return self.value.get(part)
        if isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def put(self, part: PathPart, node: Node) -> None:
        """Set an entry of a mapping, whose key then stands where the node does, or an item of a list."""
        if isinstance(self.value, dict):
            self.value[str(part)] = node
            self.keys = {**self.keys, str(part): self.keys.get(str(part), node.mark)}
        elif isinstance(self.value, list) and isinstance(part, int) and part < len(self.value):
            self.value[part] = node

    def rename(self, old: str, new: str) -> None:
        """Give an entry of a mapping another key, in the same place of the file."""
        assert isinstance(self.value, dict)
        self.value = {new if key == old else key: node for key, node in self.value.items()}
        self.keys = {new if key == old else key: mark for key, mark in self.keys.items()}

    def written(self, part: PathPart) -> PathPart:
        """The place in the file of an item that `data` counts as number `part`, or of a part of a short form."""
        if not isinstance(self.value, list):
            return part
        if isinstance(part, str):
            return POSITIONS.get(part, part)
        if not self.dropped:
            return min(part, len(self.value))
        kept = [index for index in range(len(self.value)) if index not in self.dropped]
        return kept[part] if part < len(kept) else len(self.value)

    def drop(self, path: Sequence[PathPart]) -> None:
        """Leave out the value at a path as written."""
        holder: Node | None = self
        for part in path[:-1]:
            holder = holder.child(part) if holder is not None else None
        if holder is None or not path:
            return
        if isinstance(holder.value, dict):
            holder.value.pop(str(path[-1]), None)
        elif isinstance(holder.value, list) and isinstance(path[-1], int):
            holder.dropped.add(path[-1])

    def copy(self) -> Node:
        """A tree that can lose parts while this one keeps them."""
        value = self.value
        if isinstance(value, dict):
            value = {key: node.copy() for key, node in value.items()}
        elif isinstance(value, list):
            value = [node.copy() for node in value]
        return Node(self.mark, value, self.text, self.quoted, self.keys, set(self.dropped), self.refused)

    def descend(self, path: Sequence[PathPart]) -> tuple[Node, Path]:
        """The deepest node on `path` and how to get there; steps that the file does not write are skipped.

        A shorthand (`control: RUS`) stands for a longer form (`control.raise.any.0`): the place of the long form is
        that of the shorthand. Items of lists are counted as in `data`, without those dropped.
        """
        node, taken, _ = self.reach(path)
        return node, taken

    def reach(self, path: Sequence[PathPart]) -> tuple[Node, Path, int]:
        """The same with the number of steps after which the node was reached; further ones only name its long form."""
        node, taken, steps = self, [], 0
        for count, step in enumerate(path, 1):
            part = node.written(step)
            below = node.child(part)
            if below is not None:
                node, steps = below, count
                taken.append(part)
        return node, tuple(taken), steps

    def place(self, path: Sequence[PathPart]) -> tuple[Mark, str]:
        """Mark and dotted path of a value: a scalar's own place, the key of a list or mapping."""
        node, taken = self.descend(path)
        return (self.key_mark(taken) if isinstance(node.value, (dict, list)) else node.mark), dotted(taken)

    def key_mark(self, path: Sequence[PathPart]) -> Mark:
        """Where the key at `path`, as written, stands; for an item of a list, the item."""
        node, mark = self, self.mark
        for part in path:
            below = node.child(part)
            if below is None:
                break
            mark = node.keys.get(part, below.mark) if isinstance(part, str) else below.mark
            node = below
        return mark

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """Every node with its path, the document's order."""
        yield path, self
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                yield from node.walk((*path, key))
        elif isinstance(self.value, list):
            for index, node in enumerate(self.value):
                yield from node.walk((*path, index))


NOWHERE = Mark("", 0, 0)
"""Where something stands that no file has: what takes the place of a mistake, to look for the next."""


def stand_in(data: object) -> Node:
    """A tree of plain data that stands nowhere."""
    if isinstance(data, dict):
        return Node(NOWHERE, {str(key): stand_in(item) for key, item in data.items()})
    if isinstance(data, list):
        return Node(NOWHERE, [stand_in(item) for item in data])
    assert data is None or isinstance(data, (bool, int, float, str))
    return Node(NOWHERE, data)


def tree(data: object, name: str = "data") -> Node:
    """The tree of plain data, as if read from a file without lines. Raises TypeError for what YAML cannot hold."""
    mark = Mark(name, 0, 0)
    if isinstance(data, dict):
        values = {str(key): tree(item, name) for key, item in data.items()}
        return Node(mark, values, keys=dict.fromkeys(values, mark))
    if isinstance(data, (list, tuple)):
        return Node(mark, [tree(item, name) for item in data])
    if data is None or isinstance(data, (bool, int, float, str)):
        return Node(mark, data, text=str(data), quoted=isinstance(data, str))
    raise TypeError(f"a scenario cannot hold a {type(data).__name__}")
