"""The resolved scenario as text and as a checksum, both independent of the order in which a file lists things."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from powersim.scenario.expr import Expression
from powersim.scenario.pairs import SYMMETRIC, Pairs
from powersim.scenario.resolved import Num, Scenario

TALK = frozenset({
    "title", "question", "source", "about", "scale", "claim", "contrary", "recorded", "unit", "role",
})  # fmt: skip


def resolved_text(scenario: Scenario) -> str:
    """The whole scenario as JSON, keys sorted, everything spelled out: what a run takes as given."""
    return json.dumps(resolved_data(scenario), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def resolved_data(scenario: Scenario) -> dict[str, Any]:
    """The same as plain dicts, lists, texts and numbers."""
    data = _plain(scenario, talk=True)
    assert isinstance(data, dict)
    return data


def checksum(scenario: Scenario) -> str:
    """SHA-256 over everything that can change a result: not titles, sources or questions, nor the order of a file."""
    fields = ((name, getattr(scenario, name)) for name in sorted(_names(Scenario)) if name not in TALK)
    texts = (
        (name, _pairs(value) if isinstance(value, Pairs) else _compact(_plain(value, talk=False)))
        for name, value in fields
    )
    parts = [f'"{name}":{text}' for name, text in texts]
    text = ",".join(parts)
    return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()


def _compact(data: Any) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def _pairs(table: Pairs) -> str:
    """What `_compact` makes of a table of pairs, in a fraction of the time: most of its entries are alike."""
    own = {pair: _compact(_plain(num, talk=False)) for pair, num in table.own.items()}
    before, hole, after = _compact(_plain(table.usual, talk=False)).partition('"path":""')
    rows = []
    for place, a in enumerate(table.codes):
        others = table.codes[place + 1 :] if table.sign == SYMMETRIC else table.codes
        path = f'{before}"path":"{table.base}.{a}{table.sign}' if hole else before
        usual = {b: f'{path}{b}"{after}' if hole else before for b in others if b != a}
        usual |= {b: text for b in usual if (text := own.get((a, b)))} if own else {}
        rows.append((f"{a}>", ",".join(f'"{a}>{b}":{text}' for b, text in usual.items())))
    text = ",".join(row for _, row in sorted(rows) if row)
    return f"{{{text}}}"


_AS_IT_IS = frozenset({type(None), str, int, bool})


def _plain(value: Any, *, talk: bool) -> Any:
    """Only dicts, lists, texts and numbers."""
    kind: Any = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is float:
        return value if math.isfinite(value) else str(value)
    if kind is tuple or kind is list:
        return [_plain(item, talk=talk) for item in value]
    if kind is dict:
        return {_key(key): _plain(item, talk=talk) for key, item in value.items()}
    if isinstance(value, Expression):
        return (
            [[op.code, op.value, *(name.name for name in op.names)] for op in value.ops]
            if not talk
            else value.text
        )
    if isinstance(value, Num) and value.prior is None and not value.parameter and not (talk and value.source):
        return value.value
    if dataclasses.is_dataclass(value):
        return {name: _plain(getattr(value, name), talk=talk) for name in _told(kind, talk=talk)}
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, talk=talk) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Names of the fields of a dataclass, without what it was made of."""
    return tuple(field.name for field in dataclasses.fields(kind) if field.compare)


@cache
def _told(kind: Any, *, talk: bool) -> tuple[str, ...]:
    """Those of them that a text has, with what is only talk or without."""
    return tuple(name for name in _names(kind) if talk or name not in TALK)


def _key(key: Any) -> str:
    return ">".join(key) if isinstance(key, tuple) else str(key)
