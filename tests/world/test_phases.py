"""The order of a turn is written once, and kernels take what is given, the world and the desk."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import powersim.world
from powersim.world.params import MECHANISMS
from powersim.world.phases import PHASES, Phase, number_of

WORLD = Path(powersim.world.__file__).parent
MOST = 8  # parameters of a kernel
ROWS = {"write"}  # takes the columns of a row of the chronicle, one by one
# Names of what a kernel carries, in their order; a single bundle stands where the whole would.
CARRIED = [
    {"g", "s", "p", "on", "branch", "watch", "held", "luck"}, {"w"}, {"d"},
    {"desk", "menu", "agenda", "offers", "judge", "imagined", "slate", "kept", "sums", "notes"}, {"t"},
]  # fmt: skip


def rules() -> dict[str, ast.FunctionDef]:
    """Every kernel of the world by its name."""
    found: dict[str, ast.FunctionDef] = {}
    for path in sorted(WORLD.glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(mark, ast.Name) and mark.id == "rule" for mark in node.decorator_list
            ):
                assert node.name not in found or node.name.startswith("_"), node.name
                found[f"{path.stem}.{node.name}"] = node
    return found


RULES = rules()


def parameters(node: ast.FunctionDef) -> list[str]:
    """Names of a kernel's parameters."""
    return [argument.arg for argument in node.args.args]


@pytest.mark.parametrize("name", RULES)
def test_a_kernel_carries_three_things_and_not_their_parts(name: str) -> None:
    names = parameters(RULES[name])
    assert len(names) <= MOST or name.split(".")[1] in ROWS
    for whole, parts in (("g", CARRIED[0]), ("desk", CARRIED[3])):
        carried = parts & set(names)
        assert len(carried) <= 1, f"takes {sorted(carried)}: take {whole}"
    ranks = [next((n for n, group in enumerate(CARRIED) if each in group), len(CARRIED)) for each in names]
    rows_first = name.startswith(
        "expression."
    )  # takes the rows of an expression, and evaluates them on a world
    assert ranks == sorted(ranks) or rows_first, (
        f"{names}: what is given, the world, the desk, the turn, then the rest"
    )


def reached(start: str) -> Iterator[ast.FunctionDef]:
    """A kernel and all that it calls."""
    by_name: dict[str, list[tuple[str, ast.FunctionDef]]] = {}
    for key, node in RULES.items():
        by_name.setdefault(node.name, []).append((key.split(".")[0], node))
    waiting, seen = [("turn", start)], set()
    while waiting:
        module, name = waiting.pop()
        if (module, name) in seen:
            continue
        seen.add((module, name))
        own = [node for home, node in by_name.get(name, []) if home == module]
        for home, node in [(module, own[0])] if own else by_name.get(name, []):
            yield node
            calls = (
                each.func.id
                for each in ast.walk(node)
                if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
            )
            waiting += [(home, called) for called in calls]


def switches(phase: str) -> set[str]:
    """The mechanisms whose switch a phase reads."""
    text = "\n".join(ast.unparse(node) for node in reached(f"_{phase}"))
    return set(re.findall(r"\bon\.(\w+)", text)) & set(MECHANISMS)


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_phase_reads_the_switch_of_every_mechanism_that_it_serves(phase: Phase) -> None:
    assert set(phase.mechanisms) <= switches(phase.name)


def test_every_mechanism_is_served_in_some_phase() -> None:
    assert {name for phase in PHASES for name in phase.mechanisms} == set(MECHANISMS)


def test_the_turn_computes_every_phase_by_its_name() -> None:
    """The branches of `_phase` are a table from a phase's number to the function of its name."""
    table: dict[str, str] = {}
    node = RULES["turn._phase"].body[1]
    while isinstance(node, ast.If):
        table[ast.unparse(node.test)] = ast.unparse(node.body[0])
        node, *last = node.orelse
    assert isinstance(node, ast.Assert)
    table[ast.unparse(node.test)] = ast.unparse(last[0])
    expected = {f"number == _{phase.name.upper()}": f"_{phase.name}(g, w, desk, t)" for phase in PHASES}
    expected["number == _RECORD"] = "_record(g, w, desk, t, out)"
    assert table == expected


def test_names_of_phases_differ_and_find_their_place() -> None:
    assert [number_of(phase.name) for phase in PHASES] == list(range(len(PHASES)))
    with pytest.raises(KeyError, match="lunch"):
        number_of("lunch")
