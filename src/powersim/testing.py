"""Hypothesis strategies that build valid scenarios by construction, for those who test rules of their own.

    @given(scenarios())
    def test_alignment_stays_within_bounds(scenario): ...

`documents` gives what a YAML file would hold, `scenarios` the resolved scenario, `builds` its arrays. `reordered` and
`renamed` give the same world in another order and under other names.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data
from powersim.scenario.resolved import Scenario
from powersim.world.params import MECHANISMS
from powersim.world.quantities import QUANTITIES, Argument

Document = dict[str, Any]
T = TypeVar("T")

CODES = ("ARD", "BEL", "COR", "DAN", "ELM", "FEN")
HUNDREDTHS = 100
CODE = re.compile(r"\b[A-Z][A-Z0-9_]*\b")


@cache
def shares(low: float = 0.0, high: float = 1.0) -> st.SearchStrategy[float]:
    """Numbers with two decimals, so that examples shrink to something readable."""
    return st.integers(round(low * HUNDREDTHS), round(high * HUNDREDTHS)).map(lambda n: n / HUNDREDTHS)


def _some(draw: st.DrawFn, items: list[T], least: int = 0, most: int | None = None) -> list[T]:
    """A part of a list, in its order."""
    if not items:
        return []
    count = min(len(items), len(items) if most is None else most)
    chosen = draw(_places(len(items), min(least, count), count))
    return [items[index] for index in sorted(chosen)]


@cache  # Hypothesis checks every new strategy, which would take most of the time
def _places(size: int, least: int, most: int) -> st.SearchStrategy[set[int]]:
    return st.sets(st.sampled_from(range(size)), min_size=least, max_size=most)


def _pairs(codes: list[str]) -> list[tuple[str, str]]:
    return [(a, b) for a in codes for b in codes if a != b]


def expressions(codes: list[str], issues: list[str], goods: list[str]) -> st.SearchStrategy[str]:
    """Small expressions of the closed language, without at_war."""
    leaves = [shares().map(str), st.sampled_from(issues)]
    if goods:
        leaves.append(st.builds("stock({}, {})".format, st.sampled_from(codes), st.sampled_from(goods)))
    if len(codes) > 1:
        leaves.append(st.sampled_from(_pairs(codes)).map(lambda pair: f"alignment({pair[0]}, {pair[1]})"))
    return st.recursive(
        st.one_of(leaves),
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "<", ">="]), inner),
            st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
            inner.map("(-{})".format),
        ),
        max_leaves=4,
    )


@st.composite
def documents(
    draw: st.DrawFn,
    *,
    actors: tuple[int, int] = (2, 6),
    levers: tuple[int, int] = (1, 4),
    turns: tuple[int, int] = (2, 12),
    priors: bool = True,
    branches: bool = True,
    mechanisms: bool = False,
) -> Document:
    """A valid scenario as plain data, with whatever kinds of goods, readings, disputes and events fit its actors.

    actors, levers, turns: least and most. priors: some numbers are uncertain. branches: what-ifs as well. mechanisms:
    some may be switched off.
    """
    codes = list(CODES[: draw(st.integers(*actors))])
    lever_ids = [f"lever_{index}" for index in range(draw(st.integers(*levers)))]
    count = draw(st.integers(*turns))
    last = f"{2000 + (count - 1) // 4}Q{(count - 1) % 4 + 1}"
    document: Document = {
        "powersim": 1,
        "name": "drawn",
        "calendar": {"start": "2000Q1", "end": last, "turn": "quarter"},
        "actors": {code: draw(_actor()) for code in codes},
        "issues": {name: draw(_lever(codes)) for name in lever_ids},
    }
    _goods(draw, document, codes)
    _relations(draw, document, codes, lever_ids)
    _interests(draw, document, codes)
    _events(draw, document, codes, lever_ids, count)
    if branches:
        document["branches"] = _branches(draw, document, lever_ids, count)
    if priors and draw(st.booleans()):
        document["priors"] = [
            {"over": "actors.*.power", "spread": 0.05},
            {"over": "issues.*.start", "spread": 0.1},
        ]
        document["parameters"] = {"rho": {"value": 0.5, "prior": {"uniform": [0, 1.5]}}}
    if mechanisms:
        document["mechanisms"] = {name: draw(st.booleans()) for name in _some(draw, sorted(MECHANISMS))}
    document["theories"] = {"one": {"rho": 1, "tau": 0}, "other": {"rho": 0, "tau": 1}}
    document["outcomes"] = _outcomes(document, codes)
    return document


@st.composite
def scenarios(draw: st.DrawFn, /, **options: Any) -> Scenario:
    """A resolved scenario; options as for `documents`."""
    return from_data(draw(documents(**options)))


@st.composite
def builds(draw: st.DrawFn, /, **options: Any) -> Built:
    """A scenario as arrays; options as for `documents`."""
    return build(draw(scenarios(**options)))


@cache
def _actor() -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {"power": shares(0.01, 0.5), "economy": shares(0.01, 0.5)},
        optional={
            "engagers": shares(),
            "growth": st.sampled_from([-0.01, 0.0, 0.01]),
            "bandwidth": st.integers(0, 4),
            "patience": shares(0.5, 0.99),
            "weights": st.fixed_dictionaries({}, optional={"security": shares(0, 2), "friends": shares()}),
        },
    )


@st.composite
def _lever(draw: st.DrawFn, codes: list[str]) -> Document:
    def rule() -> Document:
        return {draw(st.sampled_from(["all", "any", "sum"])): _some(draw, codes, least=1, most=3)}

    lever: Document = {"start": draw(shares()), "control": {"raise": rule(), "lower": rule()}}
    lever["speed"], lever["step"] = draw(shares(0, 0.3)), draw(shares(0.05, 0.5))
    effects: list[Document] = []
    for pair in _some(draw, _pairs(codes), most=2):
        kind = draw(st.sampled_from(["guarantee", "threat", "reach", "trade", "shift"]))
        effects.append({kind: list(pair), "size": draw(shares(-0.5, 0.5))})
    for code in _some(draw, codes, most=1):
        effects.append({"power": code, "size": draw(shares(-0.1, 0.1))})
    return {**lever, "effects": effects}


def _goods(draw: st.DrawFn, document: Document, codes: list[str]) -> None:
    goods: Document = {}
    for name, kind in (("arms", "rival"), ("shells", "rival"), ("science", "know_how")):
        if not draw(st.booleans()):
            continue
        flows: dict[str, list[str]] = {}
        for giver, taker in _some(draw, _pairs(codes), most=3):
            flows.setdefault(giver, []).append(taker)
        highest = 3.0 if kind == "rival" else 1.0
        good: Document = {"kind": kind, "power": draw(shares(0, 0.05)), "delivery": draw(st.integers(0, 3))}
        good["stock"] = {code: draw(shares(0, highest)) for code in _some(draw, codes)}
        good["quantum"] = draw(shares(0.1, 0.5))
        if kind == "rival":
            good |= {
                "war_use": draw(shares(0, 0.2)),
                "war_power": draw(shares()),
                "strike": draw(st.booleans()),
            }
            good["production"] = {code: draw(shares(0, 0.2)) for code in good["stock"]}
        else:
            good["rent"] = draw(shares(0, 0.1))
        goods[name] = good | ({"flows": flows} if flows else {})
        reading = f"{name}_seen"
        seen: bool = draw(st.booleans())
        if flows and seen:
            giver = min(flows)
            verb = "flow" if kind == "rival" else "know_how"
            document["issues"][reading] = {"binds": {verb: [name, giver, flows[giver][0]]}}
    document["goods"] = goods


def _relations(draw: st.DrawFn, document: Document, codes: list[str], levers: list[str]) -> None:
    issues, pairs = document["issues"], _pairs(codes)
    sanctions = _some(draw, pairs, most=3)
    document["sanctions"] = [{"by": a, "on": b, "start": draw(shares(0, 0.5))} for a, b in sanctions]
    seen: bool = draw(st.booleans())
    if sanctions and seen:
        target = sanctions[0][1]
        issues["pressure"] = {"binds": {"sanctions": target, "by": [a for a, b in sanctions if b == target]}}
    document["pledges"] = [list(pair) for pair in _some(draw, pairs, most=2)]
    document["disputes"] = []
    for index, (a, b) in enumerate(_some(draw, pairs, most=2)):
        front = f"front_{index}"
        issues[front] = {"binds": {"front": [a, b]}, "start": draw(shares(0, 0.5))}
        dispute: Document = {"issue": front, "challenger": a, "target": b, "hazard": draw(shares(0, 0.5))}
        if draw(st.booleans()):
            dispute["over"] = _some(draw, levers, least=1, most=2)
            dispute["costs"] = {"challenger": draw(shares()), "helpers": draw(shares())}
        document["disputes"].append(dispute)
    document["strikes"] = [
        {"by": a, "on": b, "programme": levers[0], "milestones": [0.4, 0.7]}
        for a, b in _some(draw, pairs, most=1)
    ]
    document["proxies"] = [
        {"by": a, "on": b, "issue": levers[-1], "hazard": draw(shares()), "burden": draw(shares())}
        for a, b in _some(draw, pairs, most=1)
    ]
    undirected = [(a, b) for a, b in pairs if a < b]
    document["alignment"] = {f"{a}-{b}": draw(shares(-0.9, 0.9)) for a, b in _some(draw, undirected)}
    document["beliefs"] = {
        "resolve": {"default": 0.5}
        | {f"{a}>{b}": draw(shares(0.05, 0.95)) for a, b in _some(draw, pairs, most=4)},
        "trust": {"default": 0.5}
        | {f"{a}>{b}": draw(shares(0.05, 0.95)) for a, b in _some(draw, pairs, most=4)},
    }
    document["trade"] = {f"{a}>{b}": draw(shares()) for a, b in _some(draw, pairs, most=4)}
    document["reach"] = {"default": draw(shares())} | {
        f"{a}>{b}": draw(shares()) for a, b in _some(draw, pairs, most=4)
    }


def _interests(draw: st.DrawFn, document: Document, codes: list[str]) -> None:
    levers = [name for name, issue in document["issues"].items() if "control" in issue]
    wants = expressions(codes, levers, sorted(document["goods"]))
    for issue in document["issues"].values():
        table: Document = {}
        for code in _some(draw, codes, least=1):
            interest: Document = {"ideal": draw(shares()), "salience": draw(shares())}
            shape = draw(st.sampled_from(["plain", "plain", "factions", "expression", "when"]))
            if shape == "factions":
                interest["engagers"] = {"ideal": draw(shares()), "salience": draw(shares())}
            elif shape == "expression":
                interest["ideal"] = draw(wants)
            elif shape == "when":
                interest["when"] = [{"if": draw(wants), "ideal": draw(shares()), "salience": draw(shares())}]
            table[code] = interest
        issue["interests"] = table


def _events(draw: st.DrawFn, document: Document, codes: list[str], levers: list[str], turns: int) -> None:
    deeds = st.one_of(
        st.builds(lambda a, v: {"engagers": {a: v}}, st.sampled_from(codes), shares()),
        st.builds(lambda k, v: {"shift": {k: v}}, st.sampled_from(levers), shares(-0.5, 0.5)),
        st.builds(lambda k, v: {"set": {k: v}}, st.sampled_from(levers), shares()),
        st.builds(lambda k, v: {"ideal": {k: {codes[0]: v}}}, st.sampled_from(levers), shares(-0.3, 0.3)),
    )  # fmt: skip
    for entry in document["sanctions"][:1]:
        lift = st.builds(
            lambda key, v: {"sanctions": {key: v}}, st.just(f"{entry['by']}>{entry['on']}"), shares()
        )
        deeds = st.one_of(deeds, lift)
    for good in list(document["goods"])[:1]:
        deeds = st.one_of(
            deeds, st.builds(lambda good, v: {"holds": {codes[0]: {good: v}}}, st.just(good), shares())
        )
    events = []
    for index in range(draw(st.integers(0, 3))):
        event: Document = {"id": f"event_{index}", **draw(deeds)}
        if draw(st.booleans()):
            event["date"] = _date(draw(st.integers(0, turns - 1)))
            event["probability"] = draw(shares())
        else:
            event["hazard"] = draw(shares())
        events.append(event)
    document["events"] = events


def _date(turn: int) -> str:
    return f"{2000 + turn // 4}Q{turn % 4 + 1}"


def _branches(draw: st.DrawFn, document: Document, levers: list[str], turns: int) -> Document:
    """A branch that does nothing, its twin, and one that departs from it at the intervention."""
    turn = draw(st.integers(0, turns - 1))
    document["intervention"] = date = _date(turn)
    lever, value = draw(st.sampled_from(levers)), draw(shares())
    verbs: list[Document] = [
        {"set": {lever: value}, "date": date, "read_as": draw(st.sampled_from(["act", "nature"]))},
        {"hold": lever, "from": date},
        {"path": {lever: {date: value}}, "to": _date(turns - 1)},
        {"forbid": {"raise": lever}, "from": date},
    ]
    if document["disputes"]:
        dispute = document["disputes"][0]
        verbs.append({"forbid": {"war": [dispute["challenger"], dispute["target"]]}, "from": date})
    for a, b in document["pledges"][:1]:
        verbs.append({"pledge": {f"{a}>{b}": value}, "date": date, "to": _date(turns - 1)})
    for entry in document["sanctions"][:1]:
        verbs.append({"sanctions": {f"{entry['by']}>{entry['on']}": value}, "date": date})
    for good in list(document["goods"])[:1]:
        verbs.append({"stock": {min(document["actors"]): {good: value}}, "date": date})
    return {
        "free": {},
        "twin": {"like": "free", "role": "yardstick"},
        "other": {"like": "free", "do": [draw(st.sampled_from(verbs))]},
    }


def _outcomes(document: Document, codes: list[str]) -> Document:
    """One of each kind that the scenario can have."""
    outcomes: Document = {f"of_{name}": {"of": {"issue": name}} for name in document["issues"]}
    flows = [
        [good, giver, takers[0]]
        for good, what in sorted(document["goods"].items())
        for giver, takers in what.get("flows", {}).items()
    ]
    asked: dict[Argument, list[Any]] = {
        "actor": codes[:1],
        "pair": [codes[:2]] if len(codes) > 1 else [],
        "stock": [[codes[0], good] for good in sorted(document["goods"])],
        "flow": flows,
        "event": [event["id"] for event in document["events"]],
        "sanctions": [[item["by"], item["on"]] for item in document["sanctions"]],
        "pledge": document["pledges"],
        "dispute": [[item["challenger"], item["target"]] for item in document["disputes"]],
        "strike": [[item["by"], item["on"]] for item in document["strikes"]],
        "proxy": [[item["by"], item["on"]] for item in document["proxies"]],
    }
    for kind in QUANTITIES.values():
        for thing in asked.get(kind.of, [])[:1]:
            outcomes[kind.name] = {"of": {kind.name: thing}}
            if kind.of == "dispute":  # a pair may fight over two fronts
                outcomes[kind.name]["of"]["over"] = document["disputes"][0]["issue"]
    for dispute in document["disputes"][:1]:
        pair = [dispute["challenger"], dispute["target"]]
        outcomes["war_ever"] = {
            "of": {"wars": pair, "over": dispute["issue"]},
            "ever": document["calendar"]["end"],
        }
    return outcomes


def reordered(document: Mapping[str, Any], seed: int) -> Document:
    """The same scenario with its mappings and lists in another order; lists whose order means something stay."""
    sections = {"sanctions", "pledges", "disputes", "strikes", "proxies", "events"}
    anywhere = {"effects", "on", "by", "all", "any", "sum", "over"}

    def key(text: str) -> int:
        return zlib.crc32(f"{seed} {text}".encode())

    def shuffled(value: Any, name: str, depth: int) -> Any:
        if isinstance(value, Mapping):
            return {inner: shuffled(value[inner], inner, depth + 1) for inner in sorted(value, key=key)}
        if isinstance(value, list):
            items = [shuffled(item, "", depth + 1) for item in value]
            free = name in anywhere or (depth == 1 and name in sections)
            return sorted(items, key=lambda item: key(repr(item))) if free else items
        return value

    result: Document = shuffled(document, "", 0)
    return result


def renamed(document: Mapping[str, Any], names: Mapping[str, str]) -> Document:
    """The same scenario with actors' codes replaced everywhere: in keys, pairs, lists and expressions."""

    def text(value: str) -> str:
        return CODE.sub(lambda match: names.get(match[0], match[0]), value)

    def change(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {text(key): change(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [change(item) for item in value]
        return text(value) if isinstance(value, str) else value

    result: Document = change(document)
    return result
