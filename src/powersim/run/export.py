"""Results as long tables for R, Stata and pandas (CSV, Parquet), or whole as netCDF; written in blocks of runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from powersim.effects.paired import effects, write_effects
from powersim.errors import Argument, PowersimError
from powersim.files.table import Rows, cell, text
from powersim.files.writing import check_target, replacing
from powersim.run.opened import unknown_name

if TYPE_CHECKING:
    import pyarrow as pa

EFFECTS, NETCDF = "effects", ".nc"
TABLES = {
    "values": "value",
    "summaries": "summary",
    "odds": "odds",
    "departures": "departed",
    "events": "first",
    "counts": "counts",
}
"""Long tables and the array that each is made of. In `events` and `departures` the number is a turn."""

ENDINGS = (".csv", ".parquet", ".dta", NETCDF)
UNDATED = datetime(2000, 1, 1)
"""What a Stata file says of its making, so that equal results are equal files."""
OURS = ("identity", "files", "checksum")
"""Attributes that speak of the store, not of the results."""
ROWS = 2**19  # rows of a table, or numbers of an array, that are held at once
NEEDS = "needs the extra `export`: pip install 'powersim[export]'"


@dataclass(frozen=True)
class Column:
    """A column of a block: numbers, or places in `labels`."""

    name: str
    values: NDArray[Any]
    labels: tuple[str, ...] = ()


def export(results: xr.Dataset, file: Path, outcomes: Sequence[str] | None = None) -> Path:
    """Write results into a file whose name says which table (effects, values, ...) and format it shall be.

    `outcomes` limits effects, values and summaries. The file appears when it is complete. PowersimError for a name
    that says nothing, for a file that is there, and without the extra that Parquet and netCDF need.
    """
    if file.suffix not in ENDINGS:
        raise PowersimError(
            Argument("export", file.name),
            f": found {file.suffix or 'no ending'}; allowed: {', '.join(ENDINGS)}",
        )
    if file.suffix != NETCDF and file.stem not in (EFFECTS, *TABLES):
        raise PowersimError(
            Argument("export", file.name), ": ", unknown_name(file.stem, (EFFECTS, *TABLES), "table")
        )
    check_target(file)
    chosen = results if outcomes is None else results.sel(outcome=list(outcomes))
    with replacing(file) as partial:
        _writer(file)(chosen, partial)
    return file


def _writer(file: Path) -> Callable[[xr.Dataset, Path], object]:
    if file.suffix == NETCDF:
        return _netcdf
    to = {".csv": _csv, ".parquet": _parquet, ".dta": _stata}[file.suffix]
    if file.stem != EFFECTS:
        return lambda results, place: to(blocks(results, file.stem), place)
    if file.suffix == ".csv":
        return lambda results, place: write_effects(effects(results), place)
    return lambda results, place: to(iter([_effects(results)]), place)


def blocks(results: xr.Dataset, table: str, rows: int = ROWS) -> Iterator[list[Column]]:
    """The rows of a long table, sorted by run, theory, branch and the rest, about so many at a time."""
    array = results[TABLES[table]]
    runs = array.sizes["run"]
    if table == "values":
        runs = min(runs, int(results.attrs.get("paths", runs)))
    inner = [str(d) for d in ("event", "statistic", "outcome", "turn") if d in array.dims]
    order = ("run", "theory", "branch", *inner)
    labels = {
        d: tuple(map(str, results[d].values)) for d in ("theory", "branch", "event", "statistic", "outcome")
    }
    dates = tuple(map(str, results["date"].values))
    step = max(1, rows // math.prod(array.sizes[d] for d in order[1:])) if array.size else 1
    for start in range(0, runs, step):
        part = array.isel(run=slice(start, min(start + step, runs))).transpose(*order)
        places = np.indices(part.shape, dtype=np.int32).reshape(len(order), -1)
        columns = [Column("run", places[0] + np.int32(start))]
        for name, place in zip(order[1:], places[1:], strict=True):
            columns += [Column("turn", place), Column("date", place, dates)] if name == "turn" else [
                Column(name, place, labels[name])
            ]  # fmt: skip
        yield [*columns, Column(TABLES[table], part.values.ravel())]


def _effects(results: xr.Dataset) -> list[Column]:
    rows = effects(results)
    columns: list[Column] = []
    for name in type(rows[0]).__dataclass_fields__ if rows else ():
        found = [getattr(row, name) for row in rows]
        if isinstance(found[0], str):
            labels = tuple(dict.fromkeys(found))
            columns.append(Column(name, np.array([labels.index(value) for value in found], np.int32), labels))
        else:
            columns.append(Column(name, np.array(found)))
    return columns


def _csv(parts: Iterator[list[Column]], file: Path) -> None:
    with file.open("x", encoding="utf-8", newline="") as stream:
        table = None
        for columns in parts:
            table = table or Rows(stream, [column.name for column in columns])
            table.add_cells(zip(*(_cells(column) for column in columns), strict=True))


def _cells(column: Column) -> list[object]:
    if column.labels:
        labels = [text(label) for label in column.labels]
        return [labels[place] for place in column.values]
    # Nine digits give a single back exactly, seventeen a double.
    digits = ".9g" if column.values.dtype == np.float32 else ".17g"
    return [cell(value, digits) for value in column.values.tolist()]


def _stata(parts: Iterator[list[Column]], file: Path) -> None:
    """Names become value labels. The table is held in memory, as Stata will hold it."""
    import pandas as pd

    def held(column: Column) -> Any:
        if column.labels:
            return pd.Categorical.from_codes(column.values, categories=list(column.labels))
        values = column.values
        return np.where(np.isfinite(values), values, np.nan) if values.dtype.kind == "f" else values

    frames = [pd.DataFrame({column.name: held(column) for column in columns}) for columns in parts]
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    whole.to_stata(file, write_index=False, version=118, time_stamp=UNDATED)


def _parquet(parts: Iterator[list[Column]], file: Path) -> None:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise PowersimError(Argument("export", file.suffix), f": {NEEDS}") from error

    def array(column: Column) -> pa.Array:
        if not column.labels:
            return arrow.array(column.values, from_pandas=True)  # NaN is missing
        return arrow.DictionaryArray.from_arrays(column.values, list(column.labels))

    writer = None
    try:
        for columns in parts:
            table = arrow.table({column.name: array(column) for column in columns})
            writer = writer or parquet.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _netcdf(results: xr.Dataset, file: Path) -> None:
    try:
        import h5netcdf
        import h5py
    except ImportError as error:
        raise PowersimError(Argument("export", file.suffix), f": {NEEDS}") from error
    with h5netcdf.File(file, "w") as out:
        out.dimensions = {str(name): size for name, size in results.sizes.items()}
        out.attrs.update({str(key): value for key, value in results.attrs.items() if key not in OURS})
        for name, variable in results.variables.items():
            words = variable.dtype.kind in "OUT"
            kind = h5py.string_dtype() if words else variable.dtype
            packed = {} if words or not variable.size else {"compression": "gzip", "shuffle": True}
            fill = {"fillvalue": np.array(np.nan, kind)} if variable.dtype.kind == "f" else {}
            held = out.create_variable(str(name), tuple(map(str, variable.dims)), kind, **packed, **fill)
            if "run" not in variable.dims or variable.ndim == 1:
                held[...] = np.asarray(variable.values, dtype=object) if words else variable.values
                continue
            place = variable.dims.index("run")
            step = max(1, ROWS * variable.sizes["run"] // max(1, variable.size))
            for start in range(0, variable.sizes["run"], step):
                cut = (slice(None),) * place + (slice(start, min(start + step, variable.sizes["run"])),)
                held[cut] = variable[cut].values
