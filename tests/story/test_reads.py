"""What the chronicle says that a decision reads and writes, against the rules: every name is one that they touch."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import load
from powersim.story.diff import reads, writes
from powersim.story.diff.happenings import TOGETHER
from powersim.story.diff.quantities import Quantity
from powersim.story.diff.reads import Reads
from powersim.story.events import Event
from powersim.world import chronicle as c
from powersim.world.phases import PHASES
from powersim.world.state import World

ROOT = Path(__file__).parents[2]
WORLD = ROOT / "src" / "powersim" / "world"
LOOKED = ("_look_around", "_derive", "_events")
"""What stands in `World` and `Derived` when a phase begins was made by these."""

AHEAD = {"crises": ("_own_policy",)}
"""A challenger looks ahead along `World.aim`, which own policy has worked out earlier in the turn."""


@pytest.fixture(scope="module")
def flagship() -> Built:
    """A scenario in which every kind of row has something to be about."""
    return build(load(ROOT / "scenarios" / "missile_defense_2009.yaml"))


class Fields(NamedTuple):
    """Fields of the world that a rule reads and writes, with all that it calls."""

    read: frozenset[str]
    written: frozenset[str]


@cache
def functions() -> dict[str, ast.FunctionDef]:
    """Every function of the world's files by its name."""
    return {
        node.name: node
        for path in sorted(WORLD.glob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def field_of(node: ast.AST) -> str:
    """The field that an expression begins with: `w.pos[c]` is `pos`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "w"
    return node.attr if named and isinstance(node, ast.Attribute) else ""


@cache
def touched(*names: str) -> Fields:
    """What these functions read and write, with whatever they call; a field handed on may be written there."""
    read: set[str] = set()
    written: set[str] = set()
    seen: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name in seen or name not in functions():
            continue
        seen.add(name)
        for node in ast.walk(functions()[name]):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                ahead.append(node.func.id)
                written |= {
                    field_of(argument) for argument in node.args if not isinstance(argument, ast.Subscript)
                }
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                written.add(field_of(node))
            elif isinstance(node, ast.AugAssign):
                read.add(field_of(node.target))
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                read.add(field_of(node))
    return Fields(frozenset(read - {""}), frozenset(written - {""}))


def told_with(phase: str) -> tuple[str, ...]:
    """The functions of a phase and of those that are told together with it."""
    group = next((names for names in TOGETHER if phase in names), (phase,))
    return tuple(f"_{name}" for name in group)


def rows(built: Built, kind: int) -> list[Event]:
    """A row of a kind about everything that it can be about."""
    s, thing = built.setup, c.KIND[kind].thing
    counts = {
        "control": s.control_key, "flow": s.flow_key, "event": s.event_key, "dispute": s.dispute_key,
        "strike": s.strike_control, "proxy": s.proxy_issue, "issue": s.issue_key,
            "good": s.good_key,
    }  # fmt: skip
    legs = 3 * len(s.control_key) + 2 * len(s.flow_key)
    things = range(legs if thing == "leg" else len(counts[thing])) if thing else [-1]
    return [Event(0, 0, kind, 0, 1, k, 0.5, 0.5, deal) for k in things for deal in (0, 1)]


def named(found: set[Quantity]) -> set[str]:
    """Fields of quantities."""
    return {name for name, _ in found}


def test_every_phase_is_a_function_of_the_turn() -> None:
    assert {f"_{phase.name}" for phase in PHASES} <= set(functions())


def test_fields_of_a_rule_are_read_off_it_and_what_it_calls() -> None:
    lapse = touched("lapse")
    assert {"deal_until", "due"} <= lapse.read
    assert {"deal_on", "ordered", "price", "log", "logged"} <= lapse.written
    assert "pos" not in lapse.written


@pytest.mark.parametrize("kind", sorted(reads._READS), ids=lambda kind: c.KIND[kind].name)
def test_what_a_row_is_said_to_read_its_rules_read(flagship: Built, kind: int) -> None:
    found: set[str] = set()
    for row in rows(flagship, kind):
        found |= named(Reads(flagship.setup).read([row]))
    phase = c.KIND[kind].phase
    known = touched(*told_with(phase), *LOOKED, *AHEAD.get(phase, ())).read
    assert found
    assert found <= set(World._fields)
    assert sorted(found - known) == []


@pytest.mark.parametrize("kind", sorted(writes._WRITES), ids=lambda kind: c.KIND[kind].name)
def test_what_a_row_is_said_to_write_its_rules_write(flagship: Built, kind: int) -> None:
    found: set[str] = set()
    for row in rows(flagship, kind):
        found |= named(writes.written(Reads(flagship.setup), [row]))
    group = told_with(c.KIND[kind].phase)
    assert found
    assert sorted(found - touched(*group, *LOOKED).written) == []


@pytest.mark.parametrize("name", sorted(reads._DRIVERS))
def test_what_is_said_to_move_a_quantity_stands_in_the_world(flagship: Built, name: str) -> None:
    place = (0,) if getattr(flagship.setup, f"{name}0", flagship.setup.x0).ndim == 1 else (0, 1)
    place = {"theta": (0, 1), "salience": (0, 1), "drift": (0,), "gains": (0, 1), "x": (0,)}.get(name, place)
    found = named(Reads(flagship.setup).driven((name, place)))
    assert name in touched(*(f"_{phase.name}" for phase in PHASES)).written
    assert sorted(found - touched(*(f"_{phase.name}" for phase in PHASES)).read) == []


@pytest.mark.parametrize("phase", [phase.name for phase in PHASES])
def test_a_phase_leaves_fields_of_others_alone(phase: str) -> None:
    """So a name that is none of a kind's business would be noticed."""
    known = touched(*told_with(phase), *LOOKED)
    for found in known:
        assert len(set(World._fields) - found) > len(World._fields) // 5
