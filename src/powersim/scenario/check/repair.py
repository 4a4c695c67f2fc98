"""What the schema refuses, with everything put right that can be, so that no mistake hides another.

A key that is misspelt or a level too deep is moved to where it belongs; a value that is wrong or missing gives way to
a stand-in that would do. Then the rest is checked again, until nothing new is found. Complaints that the stand-ins
themselves cause are not reported.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Container
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from powersim._words import nearest
from powersim.errors import Problem
from powersim.files.grammar import alternatives
from powersim.scenario.check.complain import Fault, below, declared, faults_of, keys_at, moves_up
from powersim.scenario.names import Ref
from powersim.scenario.read.node import Node, Path, dotted, stand_in
from powersim.scenario.read.source import MOST_PROBLEMS, parse
from powersim.scenario.schema.branch import Action, Event, Forbid, Leg
from powersim.scenario.schema.hypothesis import Hypothesis
from powersim.scenario.schema.issue import Effect, Issue, When
from powersim.scenario.schema.numbers import Prior
from powersim.scenario.schema.scenario import Document, WildPrior

MOST_ROUNDS = 20
SAMPLES: dict[type[BaseModel], dict[str, Any]] = {
    Prior: {"spread": 0.0},
    WildPrior: {"over": "stand_in", "spread": 0.0},
    Issue: {"start": 0.5, "control": "STAND_IN"},
    Effect: {"power": "STAND_IN", "size": 0.0},
    When: {"if": "stand_in", "ideal": 0.5},
    Event: {"id": "stand_in", "date": "2000", "use": "observed"},
    Action: {"hold": "stand_in"},
    Forbid: {"raise": "stand_in"},
    Leg: {"refrain": "stand_in"},
    Hypothesis: {"id": "stand_in", "claim": "text", "all_of": ["stand_in", "stand_in"]},
}
"""What stands in for a mapping of which the required keys alone make no sense."""
NAMES = {"actor": "STAND_IN", "party": "STAND_IN", "parties": "STAND_IN", "members": "STAND_IN"}


class Repair:
    """A tree under repair. `names` has only its keys put right, `work` stand-ins too: `changed` are the paths of these
    and of what is `left_out`.
    """

    def __init__(self, root: Node) -> None:
        self.names = self.work = root
        self.problems: list[Problem] = []
        self.changed: set[Path] = set()
        self.left_out: set[Path] = set()
        self._strange: set[Path] = set()  # mappings that had a key of which nobody knows what it means
        self.document: Document | None = None
        self._tried: dict[Path, int] = {}
        self._names = 0
        for path, node in root.walk():
            if node.value is None or node.refused:
                self.changed.add(path)
                if not node.refused:
                    problem = Problem(
                        *root.key_mark(path), dotted(path), "nothing", "a value; leave the key out otherwise"
                    )
                    self.problems.append(problem)

    def carry_out(self) -> Document | None:
        """Check and mend until the schema is content; None if that cannot be reached."""
        for _ in range(MOST_ROUNDS):
            try:
                self.document = Document.model_validate(self.work.data())
                break
            except ValidationError as error:
                details = error.errors(include_url=False)
            if self.work is self.names:
                self.names, self.work = self.names.copy(), self.work.copy()
            faults = [fault for detail in details[:MOST_PROBLEMS] for fault in faults_of(detail, self.work)]
            for kind in ("unknown key", "bad key", "missing key", "value", "part"):
                for fault in faults:
                    if fault.kind == kind and not self._caused(fault):
                        self.problems.append(fault.problem)
            for fault in sorted(faults, key=lambda fault: len(fault.path), reverse=True):
                if fault.kind == "unknown key":
                    self._place(fault)
            for fault in sorted(faults, key=lambda fault: len(fault.path), reverse=True):
                if fault.kind != "unknown key":
                    self._mend(fault)
            if max(len(details), len(self.problems)) > MOST_PROBLEMS:
                break
        return self.document

    def touches(self, path: Path) -> bool:
        """Whether something at, above or below a path is not what the file says."""
        return any(path[: len(at)] == at or at[: len(path)] == path for at in self.changed)

    def stands_in(self, path: Path) -> bool:
        """Whether what is at a path as a whole is not what the file says."""
        return any(path[: len(at)] == at for at in self.changed)

    def _caused(self, fault: Fault) -> bool:
        """Whether a complaint comes from what was put in or left out, not from the file."""
        if self.stands_in(fault.path) or any(self.touches(path) for path in fault.by):
            return True
        if any(path[:-1] == fault.path for path in self.left_out):
            return True
        if fault.others and fault.path in self._strange:
            return True
        return fault.kind == "missing key" and self._written(fault)

    def _written(self, fault: Fault) -> bool:
        """Whether a missing key is there, misspelt or empty."""
        holder = self._at(self.work, fault.path)
        if self.stands_in((*fault.path, fault.key)):
            return True
        if holder is None or not isinstance(holder.value, dict):
            return False
        known, held = keys_at(fault.loc), holder.value
        if held and all(key not in known and moves_up((*fault.loc, key)) for key in held):
            return True  # all of it belongs elsewhere
        strange = [key for key in held if key not in known and not moves_up((*fault.loc, key))]
        return any(fault.key in (_meant(key, known, held), *below((*fault.loc, key))[:1]) for key in strange)

    def _place(self, fault: Fault) -> None:
        """Put a key where it belongs; leave it out if that is nowhere."""
        key, loc = fault.key, (*fault.loc, fault.key)
        for tree in (self.names, self.work):
            holder, outer = self._at(tree, fault.path), self._at(tree, fault.path[:-1])
            if holder is None or not isinstance(holder.value, dict) or key not in holder.value:
                continue
            down = below(loc)
            meant = _meant(key, keys_at(fault.loc), holder.value)
            if fault.path and moves_up(loc) and outer is not None:
                _move(holder, key, outer)
                if not holder.value:
                    tree.drop(fault.path)
            elif down:
                if down[0] not in holder.value:
                    holder.put(down[0], Node(holder.keys.get(key, holder.mark), {}))
                _move(holder, key, holder.value[down[0]])
            elif meant:
                holder.rename(key, meant)
            else:
                tree.drop((*fault.path, key))
                self._strange.add(fault.path)

    @staticmethod
    def _at(tree: Node, path: Path) -> Node | None:
        """The node at a path as written."""
        node: Node | None = tree
        for part in path:
            node = node.child(part) if node is not None else None
        return node

    def _mend(self, fault: Fault) -> None:
        if fault.kind == "missing key":
            holder = self._at(self.work, fault.path)
            path = (*fault.path, fault.key)
            if holder is None:
                return  # it has gone where it belongs
            if isinstance(holder.value, dict) and path not in self._tried:
                if fault.key not in holder.value or holder.value[fault.key].value is None:
                    self._stand_in(path, (*fault.loc, fault.key))
            else:
                self._replace(fault.path, fault.loc)
        elif fault.kind == "bad key":
            self._drop(fault.path)
        else:
            self._replace(fault.path, fault.loc, leave_out=fault.kind == "part")

    def _replace(self, path: Path, loc: Path, *, leave_out: bool = False) -> None:
        """A stand-in for what is wrong, else without it, else the same for what holds it."""
        if not path:
            return
        _, field = declared(loc)
        needed = (field is not None and field.is_required()) or _of_fixed_length(loc[:-1])
        tried = self._tried.get(path, 0)
        if tried == 0 and leave_out and not needed:
            tried = 1
        self._tried[path] = tried + 1
        if tried == 0:
            self._stand_in(path, loc)
        elif tried == 1 and not needed:
            self._drop(path)
        else:
            self._replace(path[:-1], self._outer(loc, path))

    def _outer(self, loc: Path, path: Path) -> Path:
        """Where in the grammar the holder of the value at `path` and `loc` lies."""
        for length in range(len(loc) - 1, 0, -1):
            _, taken, steps = self.work.reach(loc[:length])
            if taken == path[:-1]:
                return loc[:steps]
        return loc[:-1]

    def _stand_in(self, path: Path, loc: Path) -> None:
        self._tried.setdefault(path, 1)
        self.changed.add(path)
        holder = self._at(self.work, path[:-1])
        if holder is not None:
            holder.put(path[-1], stand_in(self._example(*declared(loc))))

    def _drop(self, path: Path) -> None:
        self.changed.add(path)
        self.left_out.add(path)
        self.work.drop(path)

    def _example(self, annotation: Any, field: FieldInfo | None = None) -> Any:
        """Plain data that a place of the grammar takes; names of nothing where names are wanted."""
        metadata = (
            typing.get_args(annotation)[1:] if typing.get_origin(annotation) is typing.Annotated else ()
        )
        texts = [*(field.examples or [] if field is not None else [])]
        for item in metadata:
            if isinstance(item, Ref) and item.kind not in ("date", "symmetric", "directed"):
                self._names += 1
                return f"{NAMES.get(item.kind, 'stand_in')}_{self._names}"
            texts += item.examples or [] if isinstance(item, FieldInfo) else []
            texts += [item.example] if hasattr(item, "example") else []
        if texts:
            return _read(str(texts[0]))
        if metadata:
            return self._example(typing.get_args(annotation)[0])
        kind = next(alternatives(annotation), str)
        if kind is not annotation:
            inner = [part for part in typing.get_args(annotation) if part is not type(None)]
            return self._example(inner[0] if inner else kind)
        return self._plain(kind)

    def _plain(self, kind: Any) -> Any:
        if kind in SAMPLES:
            return SAMPLES[kind]
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = ((name, field) for name, field in kind.model_fields.items() if field.is_required())
            hints = typing.get_type_hints(kind, include_extras=True)
            return {field.alias or name: self._example(hints[name], field) for name, field in fields}
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is typing.Literal:
            return arguments[0]
        made: dict[Any, Callable[[], Any]] = {
            dict: dict, list: list, tuple: lambda: [self._example(part) for part in arguments],
            float: lambda: 0.5, int: lambda: 1, bool: lambda: True,
        }  # fmt: skip
        return made.get(origin or kind, lambda: "text")()


@cache
def _read(text: str) -> Any:
    node = parse(f"value: {text}", "").child("value")
    return node.data() if node is not None else None


def _move(holder: Node, key: str, target: Node) -> None:
    """Move an entry of one mapping to another that has none of this name; leave it out if that has."""
    assert isinstance(holder.value, dict)
    node, mark = holder.value.pop(key), holder.keys.get(key)
    if isinstance(target.value, dict) and key not in target.value:
        target.value[key] = node
        if mark is not None:
            target.keys = {**target.keys, key: mark}


def _meant(key: str, known: list[str], held: Container[str]) -> str:
    """The known key that a misspelt one stands for, unless the mapping has it."""
    near = nearest(key, known)
    return near if near not in held else ""


def _of_fixed_length(loc: Path) -> bool:
    return any(typing.get_origin(kind) is tuple for kind in alternatives(declared(loc)[0]))
