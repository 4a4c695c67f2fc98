"""Mistakes planted in scenarios that are right: never a traceback, and all of them are reported at once.

A mistake alone is reported in certain places. Planted together with others, in places that have nothing to do with
it, it has to be reported in the same places: mending the others then reveals nothing new. The suite tries a few
handfuls; `make fuzz` tries many more (FUZZ=20).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from powersim.errors import Problem, ScenarioError
from powersim.files.grammar import lookup
from powersim.scenario.check.references import walk
from powersim.scenario.check.validate import validate
from powersim.scenario.digest import digest
from powersim.scenario.load import loads
from powersim.scenario.read.merge import read_chain
from powersim.scenario.read.node import Node, dotted
from powersim.scenario.read.node import Path as KeyPath
from powersim.scenario.schema.scenario import Document
from powersim.scenario.template import template

FUZZ = int(os.environ.get("FUZZ", "1"))
EVERYTHING = Path(__file__).resolve().parents[1] / "scenarios" / "valid" / "everything.yaml"
SEEDS = [pytest.param(seed, marks=[pytest.mark.slow] if seed else []) for seed in range(6)]
HANDFULS = 2 * FUZZ
"""Of mistakes planted together, for each seed."""
BROKEN = 25 * FUZZ
"""Texts with broken lines, for each seed."""
APART = (
    "calendar",
    "groups",
    "powersim",
)  # what everything else is understood by: mistakes there stand alone
DEFINITIONS = ("actors", "issues", "goods", "branches", "theories", "outcomes", "events")
STRANGE: tuple[object, ...] = (True, "?!", "x", 7, -3, 1e7, -1e7, None, [], {})


@dataclass(frozen=True)
class Mistake:
    """A change of the tree at a path; the change says whether it could be made."""

    kind: str
    path: KeyPath
    make: Callable[[Node], bool]


@cache
def right() -> Node:
    return read_chain(EVERYTHING)


@cache
def places() -> list[tuple[KeyPath, Node]]:
    return [(path, node) for path, node in right().walk() if path and path[0] not in APART]


@cache
def references() -> list[tuple[KeyPath, str, str]]:
    """Names: where they stand as written, and what they must be."""
    found = []
    for path, text, ref in walk(right().data(), Document):
        if ref.kind not in ("expression", "symmetric", "directed") and path[0] not in APART:
            found.append((right().descend(path)[1], text, ref.kind))
    return found


def at(root: Node, path: KeyPath) -> Node | None:
    node: Node | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    return node


def written(node: Node, value: object) -> None:
    node.value, node.text, node.quoted, node.keys = value, str(value), isinstance(value, str), {}  # type: ignore[assignment]


def keyed() -> list[KeyPath]:
    """Paths of keys that the grammar, not the scenario, names."""
    return [
        path for path, _ in places()
        if isinstance(path[-1], str) and any(field is not None for _, field in lookup(Document, path))
    ]  # fmt: skip


def misspelt(rng: random.Random) -> Mistake:
    path = rng.choice(keyed())
    old = str(path[-1])
    new = rng.choice([old + "q", old[:-1] or "q", old[1:] + old[0], "zzzzz"])

    def make(root: Node) -> bool:
        holder = at(root, path[:-1])
        if (
            holder is None
            or not isinstance(holder.value, dict)
            or old not in holder.value
            or new in holder.value
        ):
            return False
        holder.rename(old, new)
        return True

    return Mistake("misspelt", path, make)


def deleted(rng: random.Random) -> Mistake:
    path = rng.choice(keyed())

    def make(root: Node) -> bool:
        holder = at(root, path[:-1])
        return (
            holder is not None
            and isinstance(holder.value, dict)
            and bool(holder.value.pop(str(path[-1]), None))
        )

    return Mistake("deleted", path, make)


def strange(rng: random.Random) -> Mistake:
    path, _ = rng.choice(places())
    value = rng.choice(STRANGE)

    def make(root: Node) -> bool:
        node = at(root, path)
        if node is not None:
            written(node, value.copy() if isinstance(value, (list, dict)) else value)
        return node is not None

    return Mistake("strange value", path, make)


def misnamed(rng: random.Random) -> Mistake:
    """The name of nothing, a date of another age, or another name of the same kind (often a contradiction)."""
    path, text, kind = rng.choice(references())
    others = sorted({name for _, name, other in references() if other == kind} - {text})
    nothing = f"{'ZZ' if text[0].isupper() else 'zz'}{rng.randrange(10**6)}"
    new = rng.choice(["1850", "2150Q1"] if kind == "date" else [nothing, *others[:1], *others[-1:]])

    def make(root: Node) -> bool:
        holder = at(root, path[:-1])
        if path[-1] == text:
            if (
                holder is None
                or not isinstance(holder.value, dict)
                or text not in holder.value
                or new in holder.value
            ):
                return False
            holder.rename(text, new)
            return True
        node = at(root, path)
        if node is not None:
            written(node, new)
        return node is not None

    return Mistake("misnamed", path, make)


def swapped(rng: random.Random) -> Mistake:
    leaves = [path for path, node in places() if not isinstance(node.value, (dict, list))]
    path = rng.choice(leaves)
    other = rng.choice([leaf for leaf in leaves if leaf[:-1] == path[:-1]])

    def make(root: Node) -> bool:
        a, b = at(root, path), at(root, other)
        if a is None or b is None:
            return False
        a.value, b.value, a.text, b.text, a.quoted, b.quoted = (
            b.value,
            a.value,
            b.text,
            a.text,
            b.quoted,
            a.quoted,
        )
        return True

    return Mistake("swapped", path[:-1], make)


KINDS = (misspelt, deleted, strange, misnamed, swapped)


def problems(root: Node) -> list[Problem]:
    try:
        validate(root)
    except ScenarioError as error:
        return error.problems
    return []


def place(problem: Problem) -> tuple[int, str]:
    return problem.line, problem.key_path


def related(path: KeyPath, other: KeyPath) -> bool:
    """Whether one lies in the other, or both are keys of one mapping."""
    shorter = min(len(path), len(other))
    return path[:shorter] == other[:shorter] or path[:-1] == other[:-1]


def touches(problem: Problem, path: KeyPath) -> bool:
    return problem.key_path.startswith(dotted(path)) or dotted(path).startswith(problem.key_path)


def handful(rng: random.Random) -> list[tuple[Mistake, list[Problem]]]:
    """Two to six mistakes that have nothing to do with each other, each with its problems when it stands alone."""
    chosen: list[tuple[Mistake, list[Problem]]] = []
    most = rng.randint(2, 6)
    for _ in range(40):
        if len(chosen) == most:
            break
        mistake = rng.choice(KINDS)(rng)
        whole = len(mistake.path) == 1 and mistake.path[0] in DEFINITIONS
        if whole or any(related(mistake.path, other.path) for other, _ in chosen):
            continue
        root = right().copy()
        if mistake.make(root) and (alone := problems(root)):
            chosen.append((mistake, alone))
    return chosen


@pytest.mark.parametrize("seed", SEEDS)
def test_all_mistakes_are_reported_at_once(seed: int) -> None:
    rng = random.Random(seed)
    hidden: list[str] = []
    for _ in range(HANDFULS):
        planted = handful(rng)
        root = right().copy()
        if not all(mistake.make(root) for mistake, _ in planted):
            continue
        found = {place(problem) for problem in problems(root)}
        for mistake, alone in planted:
            others = [other for other, _ in planted if other is not mistake]
            lost = [
                problem for problem in alone
                if place(problem) not in found and not any(touches(problem, other.path) for other in others)
            ]  # fmt: skip
            beside = ", ".join(f"{other.kind} {dotted(other.path)}" for other in others)
            hidden += [
                f"{mistake.kind} {dotted(mistake.path)}: {problem}\n  beside {beside}" for problem in lost
            ]
    assert not hidden, "\n".join(hidden)


def read(text: str) -> list[Problem]:
    try:
        digest(loads(text, "broken.yaml"))
    except ScenarioError as error:
        return error.problems
    return []


def broken(lines: list[str], rng: random.Random) -> list[str]:
    """The lines of a file with one of them deleted, doubled, swapped, cut or moved."""
    out, here, there = list(lines), rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.choice(["delete", "double", "swap", "cut", "indent", "word"])
    if kind == "delete":
        del out[here]
    elif kind == "double":
        out.insert(there, out[here])
    elif kind == "swap":
        out[here], out[there] = out[there], out[here]
    elif kind == "cut":
        out[here] = out[here][: rng.randrange(len(out[here]) + 1)]
    elif kind == "indent":
        out[here] = "  " + out[here] if rng.random() < 0.5 else out[here][2:]
    else:
        words, others = out[here].split(" "), out[there].split(" ")
        words[rng.randrange(len(words))] = rng.choice(others)
        out[here] = " ".join(words)
    return out


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scenario_with_broken_lines_is_read_or_refused_with_lines_and_keys(seed: int) -> None:
    rng = random.Random(seed)
    for text in (template(), EVERYTHING.read_text("utf-8")):
        for _ in range(BROKEN):
            lines = text.splitlines()
            for _ in range(rng.randint(1, 4)):
                lines = broken(lines, rng)
            assert all(problem.line > 0 for problem in read("\n".join(lines) + "\n"))
