"""The chronicle as tables `events` and `legs`: columns, rows, and files that hold them (SQLite, Parquet, CSV, JSON)."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from powersim.errors import PowersimError
from powersim.files.plain import plain_json
from powersim.files.table import Rows, mark
from powersim.files.writing import Mark, replacing
from powersim.story import kinds
from powersim.story.events import Event
from powersim.story.lines import line
from powersim.story.phrases import Names
from powersim.world.legs import Legs
from powersim.world.state import FREEZE, LOWER, RAISE

Cell = str | int | float | None

EVENTS: dict[str, type] = {
    "run": int, "branch": str, "theory": str, "seq": int, "turn": int, "date": str, "kind": str, "topic": str,
    "mechanism": str, "actor": str, "other": str, "object": str, "object_kind": str, "issue": str,
    "value": float, "unit": str, "gain": float, "deal": int, "cause": int, "text": str,
}  # fmt: skip
"""Columns of the table `events`."""

LEGS: dict[str, type] = {
    "run": int, "branch": str, "theory": str, "deal": int, "signed": int, "leg": int, "turn": int, "date": str,
    "actor": str, "other": str, "action": str, "object": str, "object_kind": str, "issue": str, "value": float,
    "unit": str, "gain": float, "text": str,
}  # fmt: skip
"""Columns of the table `legs`."""

TABLES = {"events": EVENTS, "legs": LEGS}

OURS = b"pwsm"
SQLITE_MARK: Mark = re.compile(rb"\ASQLite format 3\0.{52}" + OURS, re.DOTALL)  # the application's number
PARQUET_MARK: Mark = re.compile(rb"\APAR1.*powersim", re.DOTALL)
PAGE_MARKS: dict[str, Mark] = {
    "json": re.compile(rb'\A\{\s*"powersim": "chronicle"'),
    "text": re.compile(rb"run\s+\d+\s+\(seed\s+\d+\)", re.IGNORECASE),
    "markdown": re.compile(rb"\A# .*run\s+\d+\s+\(seed\s+\d+\)", re.IGNORECASE | re.DOTALL),
}
"""What tells a story that `tell` wrote."""


@dataclass(frozen=True)
class Telling:
    """The events of one run of a branch under a theory, with what they are called."""

    branch: str
    theory: str
    run: int
    events: tuple[Event, ...]
    names: Names

    def issue(self, index: int) -> str | None:
        """Name in data of an issue."""
        known = self.names.things.get("issue")
        return known.ids[index] if known is not None and index >= 0 else None

    def actor(self, index: int) -> str | None:
        """Code of an actor."""
        return self.names.codes[index] if index >= 0 else None


def rows(told: Telling, table: str) -> Iterator[tuple[Cell, ...]]:
    """The rows of one of TABLES, in the order of its columns."""
    if table == "events":
        yield from (_event(told, event) for event in told.events)
        return
    legs: dict[int, int] = {}
    for event in told.events:
        if event.kind in kinds.LEGS:
            legs[event.deal] = legs.get(event.deal, 0) + 1
            yield _leg(told, event, legs[event.deal])


def _event(told: Telling, event: Event) -> tuple[Cell, ...]:
    names, kind = told.names, kinds.KIND[event.kind]
    thing, thing_kind = names.object(kind.thing, event.thing)
    unit = _unit(names, event) if event.kind in kinds.LEGS else kind.unit
    return (
        told.run, told.branch, told.theory, event.seq, event.turn, names.dates[event.turn], kind.name, kind.topic,
        kind.mechanism or None, told.actor(event.actor), told.actor(event.other), thing or None, thing_kind or None,
        told.issue(event.issue), event.value if kind.value else None, unit or None,
        event.gain if kind.gain else None, event.deal or None, event.cause if event.cause >= 0 else None,
        line(names, event),
    )  # fmt: skip


def _leg(told: Telling, event: Event, number: int) -> tuple[Cell, ...]:
    names = told.names
    thing, thing_kind = names.object("leg", event.thing)
    place, index = names.resolved("leg", event.thing)
    if place == "control":
        taker, action = (
            names.controls[index].taker,
            {LOWER: "lower", RAISE: "raise"}.get(Legs.side_of(event.thing), "hold"),
        )
    else:
        freeze = Legs.deed_of(len(names.controls), event.thing) == FREEZE
        taker, action = names.flows[index].taker, "freeze" if freeze else "give"
    return (
        told.run, told.branch, told.theory, event.deal, int(event.kind == kinds.LEGS[0]), number, event.turn,
        names.dates[event.turn], told.actor(event.actor), told.actor(taker), action, thing, thing_kind,
        told.issue(event.issue), event.value, _unit(names, event), event.gain, plain_leg(names, event),
    )  # fmt: skip


def plain_leg(names: Names, event: Event) -> str:
    """The sentence of a leg without "proposed"."""
    text = line(names, event)
    return text.removeprefix("Proposed: ")


def _unit(names: Names, event: Event) -> str:
    return "position, 0..1" if names.resolved("leg", event.thing)[0] == "control" else "units"


Add = Callable[[Telling], None]


@contextmanager
def writing(file: Path, kind: str) -> Iterator[Add]:
    """Yields what adds a run to tables in a file: kind is sqlite, parquet or csv. Complete or not there at all.

    CSV and Parquet hold one table a file: `legs` goes beside it, with `_legs` before the suffix. What another program
    wrote is not replaced.
    """
    opened = {"sqlite": _sqlite, "parquet": _parquet, "csv": _csv}[kind]
    with ExitStack() as places:
        parts = [places.enter_context(replacing(path, mark)) for path, mark in targets(file, kind)]
        with opened(parts) as add:
            yield add


def targets(file: Path, kind: str) -> list[tuple[Path, Mark]]:
    """The files that tables of a kind become, each with what tells an earlier one."""
    if kind == "sqlite":
        return [(file, SQLITE_MARK)]
    marks = [PARQUET_MARK] * 2 if kind == "parquet" else [mark(list(columns)) for columns in TABLES.values()]
    return list(zip((file, beside(file)), marks, strict=True))


def beside(file: Path) -> Path:
    """Where the legs go when a file holds one table."""
    return file.with_name(f"{file.stem}_legs{file.suffix}")


_SQL = {int: "INTEGER", float: "REAL", str: "TEXT"}


@contextmanager
def _sqlite(parts: list[Path]) -> Iterator[Add]:
    base = sqlite3.connect(parts[0])
    try:
        base.execute(f"PRAGMA application_id = {int.from_bytes(OURS, 'big')}")
        for table, columns in TABLES.items():
            base.execute(f"CREATE TABLE {table} ({', '.join(f'{n} {_SQL[t]}' for n, t in columns.items())})")

        def add(told: Telling) -> None:
            for table, columns in TABLES.items():
                places = ", ".join("?" * len(columns))
                base.executemany(f"INSERT INTO {table} VALUES ({places})", rows(told, table))

        yield add
        base.execute("CREATE INDEX by_kind ON events (kind, actor)")
        base.execute("CREATE INDEX by_place ON events (branch, theory, run, seq)")
        base.execute("CREATE INDEX of_deal ON events (branch, theory, run, deal)")
        base.execute("CREATE INDEX by_deal ON legs (branch, theory, run, deal)")
        base.commit()
    finally:
        base.close()


@contextmanager
def _csv(parts: list[Path]) -> Iterator[Add]:
    with (
        parts[0].open("x", newline="", encoding="utf-8") as one,
        parts[1].open("x", newline="", encoding="utf-8") as two,
    ):
        yield csv_adder({"events": one, "legs": two})


def csv_adder(files: dict[str, TextIO]) -> Add:
    """What adds a run to open CSV files, whose headings it writes first."""
    written = {table: Rows(file, list(TABLES[table]), digits="") for table, file in files.items()}

    def add(told: Telling) -> None:
        for table, into in written.items():
            into.add(rows(told, table))

    return add


@contextmanager
def _parquet(parts: list[Path]) -> Iterator[Add]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise PowersimError(
            "Parquet needs pyarrow, which is not installed: pip install 'powersim[export]', or write .sqlite or .csv"
        ) from error
    types: dict[type, Any] = {int: pa.int64(), float: pa.float64(), str: pa.string()}
    schemas = {
        table: pa.schema([(n, types[t]) for n, t in columns.items()], metadata={"powersim": table})
        for table, columns in TABLES.items()
    }
    writers = {
        table: pq.ParquetWriter(part, schemas[table], compression="zstd")
        for (table, part) in zip(TABLES, parts, strict=True)
    }

    def add(told: Telling) -> None:
        for table, writer in writers.items():
            columns = list(zip(*rows(told, table), strict=True)) or [()] * len(TABLES[table])
            arrays = [pa.array(list(c), f.type) for c, f in zip(columns, schemas[table], strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schemas[table]))

    try:
        yield add
    finally:
        for writer in writers.values():
            writer.close()


def records(told: Iterable[Telling], table: str) -> list[dict[str, Cell]]:
    """The rows of a table as dictionaries, for JSON."""
    return [dict(zip(TABLES[table], row, strict=True)) for each in told for row in rows(each, table)]


def dumped(content: Mapping[str, Any]) -> str:
    """JSON with one indent that says who wrote it; not-a-number is an error."""
    whole = {"powersim": "chronicle", **content}
    return plain_json(json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False)) + "\n"
