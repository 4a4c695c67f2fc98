"""Records of provenance that somebody broke: refused by file and line, or read as they say. FUZZ=N tries more."""

from __future__ import annotations

import copy
import json
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

from powersim.errors import PowersimError
from powersim.run.opened import LoadedScenario, open_scenario
from powersim.run.plan import plan

MANY = int(os.environ.get("FUZZ", "1"))
TRIES = 40  # mutants a seed
SEEDS = [pytest.param(seed, marks=[pytest.mark.slow] if seed else []) for seed in range(6 * MANY)]
VALUES: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, 2**63, "", "x", "many", "\ud800", "\x1b[2J", "\u202e", "free,keep",
    [], [1], [None], ["free"], {},
    {"a": 1}, {"": ""}, [[[[[]]]]], float("nan"), float("inf"), "1" * 5000, "[" * 300, "2009Q1..2008Q1", "a\0b", "../x",
]  # fmt: skip


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The record of a small study."""
    from powersim.run import work
    from powersim.scenario.template import template
    from powersim.sim import provenance

    folder = tmp_path_factory.mktemp("record")
    (folder / "my.yaml").write_text(template(), "utf-8")
    made = plan(open_scenario(folder / "my.yaml", {"rho": "0.5"}), ["free", "keep"], None, 3)
    file = provenance.write(folder, work.facts(made, 5, "powersim compare my.yaml", 0.0, work.COMPILED))
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def nodes(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything in a record."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(below for key, value in inner for below in nodes(value, (*path, key)))]


def broken(record: dict[str, Any], luck: random.Random) -> str:
    """The text of a record with one to three things wrong, or cut, or with bytes changed."""
    data = copy.deepcopy(record)
    for _ in range(luck.choice((1, 1, 1, 2, 3))):
        top = luck.random() < 0.6  # most of a record is the scenario
        paths = [path for path in nodes(data) if path and (not top or path[0] != "scenario" or len(path) < 3)]
        path = luck.choice(paths)
        holder = data
        for part in path[:-1]:
            holder = holder[part]
        what = luck.choice(("put", "put", "put", "drop", "add"))
        if what == "drop":
            del holder[path[-1]]
        elif what == "add" and isinstance(holder, dict):
            holder[luck.choice(("extra", "a\ud800", "x\x1b[2J", "", "seed "))] = luck.choice(VALUES)
        else:
            holder[path[-1]] = luck.choice(VALUES)
    text = json.dumps(data, indent=luck.choice((None, 2)))
    if luck.random() < 0.25:
        place = luck.randrange(len(text))
        text = (
            text[:place]
            + luck.choice(("", "{", "]", '"', ",", "\\", "\0", "NaN", "[" * 2000))
            + text[place + luck.randrange(9) :]
        )
    return text


def opened(path: Path) -> tuple[LoadedScenario | None, str]:
    """What a file is read as, or what is said against it."""
    try:
        found = open_scenario(path)
        plan(found)
    except PowersimError as error:
        return None, str(error)
    return found, ""


@pytest.mark.parametrize("seed", SEEDS)
def test_a_broken_record_is_refused_by_file_and_line_or_read_as_it_says(record, tmp_path, seed):
    luck = random.Random(seed)
    path = tmp_path / "provenance.json"
    refused = 0
    for _ in range(TRIES):
        text = broken(record, luck)
        path.write_text(text, "utf-8")
        found, said = opened(path)
        if found is None:
            refused += 1
            places = [line for line in said.splitlines() if not line.startswith(("  ", "--sweep"))]
            assert all(re.match(rf"{re.escape(str(path))}(:\d+)?: ", line) for line in places), (
                said,
                text[:300],
            )
        else:
            whole = json.loads(text)
            for key in ("branches", "theories", "seed", "runs", "sampling", "engine", "overrides"):
                if whole.get(key) is not None:
                    assert found.recorded[key] == whole[key]
    assert refused > TRIES / 3


@pytest.mark.parametrize("key", ["x\x1b[2J", "....", ""])
def test_an_override_that_is_no_key_is_named_where_it_stands(record, tmp_path, key):
    path = tmp_path / "provenance.json"
    path.write_text(json.dumps({**record, "overrides": {"rho": "0.5", key: "1"}}, indent=2), "utf-8")
    _, said = opened(path)
    assert re.match(rf"{re.escape(str(path))}:[1-9]\d*: overrides", said), said


@pytest.mark.parametrize("seed", SEEDS)
def test_no_bytes_do_worse_than_be_refused(record, tmp_path, seed):
    luck = random.Random(f"bytes {seed}")
    path, whole = tmp_path / "provenance.json", json.dumps(record, indent=1).encode()
    for _ in range(TRIES):
        content = bytearray(whole)
        for _ in range(luck.randrange(1, 4)):
            content[luck.randrange(len(content))] = luck.randrange(256)
        path.write_bytes(content if luck.random() < 0.7 else content[: luck.randrange(len(content))])
        found, said = opened(path)
        assert found is not None or said.startswith(str(path))
