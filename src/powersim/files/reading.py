"""JSON that this program wrote, read back as if anybody had written it: by a schema, every problem with its line.

Refused: what is not a regular file, too large, not UTF-8, not JSON, nested too deeply, keys that come twice, numbers
that are not finite or have too many digits, halves of characters (lone surrogates), and what the schema does not know.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from powersim.errors import PowersimError, Problem, dotted, show
from powersim.files import grammar

MOST_BYTES = 64 * 2**20  # the record of a study of the flagship has 600,000
MOST_DEPTH = 64  # a scenario has 24 levels at most, and stands a few below the top
MOST_DIGITS = 60
MOST_PROBLEMS = 50
SURROGATE = re.compile("[\ud800-\udfff]")
SPACE = re.compile(r"[ \t\n\r]*")

Keys = tuple[str | int, ...]


class FileError(PowersimError):
    """A file that cannot be used. Holds every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)[:MOST_PROBLEMS]
        super().__init__("\n".join(map(str, self.problems)))


class Strict(BaseModel):
    """A part of a file: unknown keys are refused, types are exact, nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


class Loose(BaseModel):
    """The same of a part to which later versions, or others, may add keys."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


Part = TypeVar("Part", bound=BaseModel)


def read_text(path: Path) -> str:
    """The text of a file. FileError says why it has none."""
    try:
        if not path.is_file():
            raise _stop(path, "not a regular file" if path.exists() else "no such file")
        if path.stat().st_size > MOST_BYTES:
            raise _stop(path, "too large", f"{path.stat().st_size} bytes", f"at most {MOST_BYTES}")
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)  # the size may lie
    except OSError as error:
        raise _stop(path, f"cannot be read: {error.strerror or error}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _stop(path, "not UTF-8 text", f"byte 0x{raw[error.start]:02x}", line=line) from error


def read(path: Path, schema: type[Part], what: str) -> Part:
    """What a file holds. FileError with every problem; `what` says what was looked for: "a section of a report"."""
    return parse(read_text(path), str(path), schema, what)


def parse(text: str, name: str, schema: type[Part], what: str) -> Part:
    """The same of a text; `name` is how errors call it."""
    data = parse_data(text, name, what)
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        raise FileError(list(problems(error, name, text, data, schema))) from error


def parse_data(text: str, name: str, what: str) -> dict[str, Any]:
    """A JSON object as plain data, whatever its keys. FileError as above."""
    try:
        data = json.loads(
            text, object_pairs_hook=_Object, parse_int=_integer, parse_constant=lambda _: math.nan
        )
    except json.JSONDecodeError as error:
        raise FileError(
            [Problem(name, error.lineno, error.colno, "", message=f"not JSON: {error.msg}")]
        ) from error
    except RecursionError as error:
        raise FileError([_too_deep(name, 0, ())]) from error
    except ValueError as error:
        raise FileError([Problem(name, 0, 0, "", message=f"not JSON: {error}")]) from error
    if not isinstance(data, dict):
        raise FileError([Problem(name, 1, 1, "", show(data), message=f"not {what}")])
    found = list(_faults(data, name, text))
    if found:
        raise FileError(found)
    return data


def problems(
    error: ValidationError, name: str, text: str, data: Any, schema: type[BaseModel]
) -> Iterator[Problem]:
    """Validation errors as problems, one for each place."""
    told: dict[Keys, tuple[Any, list[str], str]] = {}
    for detail in error.errors(include_url=False):
        loc = tuple(part for part in detail["loc"] if part != "[key]")
        kind = detail["type"]
        if kind == "extra_forbidden":
            yield _problem(
                name, text, loc, "", ", ".join(grammar.keys_at(schema, loc[:-1])), "", "unknown key"
            )
        elif kind == "missing":
            example = grammar.example(schema, loc)
            example = f'"{loc[-1]}": {example}' if example else ""
            yield _problem(name, text, loc[:-1], "", "", example, f"missing key {loc[-1]}")
        else:
            place = _within(data, loc)  # without the names of alternatives
            value = detail["input"]
            allowed, message = grammar.allowed(kind, detail.get("ctx", {}))
            if kind == "string_pattern_mismatch":
                allowed, message = f"text of the form {detail['ctx']['pattern'].strip('^$')}", ""
            told.setdefault(place, (value, [], message))[1].append(allowed)
    for place, (value, ways, message) in told.items():
        words = " or ".join(dict.fromkeys(way for way in ways if way))
        yield _problem(name, text, place, show(value), words, grammar.example(schema, place), message)


def line_of(text: str, keys: Sequence[str | int]) -> int:
    """The line of JSON on which the value at a path begins, or the deepest part of the path that is there."""
    place = _past(text, 0)
    for key in keys:
        found = _step(text, place, key)
        if found is None:
            break
        place = found
    return text.count("\n", 0, place) + 1


def _step(text: str, place: int, key: str | int) -> int | None:
    """Where the value of a key, or an item, of the value at `place` begins."""
    if text[place : place + 1] != ("{" if isinstance(key, str) else "["):
        return None
    count, place = 0, _past(text, place + 1)
    while text[place : place + 1] not in ("}", "]", ""):
        name: str | int = count
        if isinstance(key, str):
            name, place = JSON.raw_decode(text, place)
            place = _past(text, _past(text, place) + 1)
        if name == key:
            return place
        place = _past(text, JSON.raw_decode(text, place)[1])
        place = _past(text, place + 1) if text[place : place + 1] == "," else place
        count += 1
    return None


def _past(text: str, place: int) -> int:
    """The first place that is no white space."""
    found = SPACE.match(text, place)
    return found.end() if found else place


class _Object(dict[str, Any]):
    """An object of JSON that knows which keys came twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.twice = [] if len(self) == len(pairs) else [name for name in self if names.count(name) > 1]


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= MOST_DIGITS else math.inf


JSON = json.JSONDecoder(parse_int=_integer)


def _faults(data: Any, name: str, text: str) -> Iterator[Problem]:
    """What no file may hold anywhere, with its place."""
    todo: list[tuple[Keys, Any]] = [((), data)]
    while todo:
        keys, value = todo.pop()
        if len(keys) > MOST_DEPTH:
            yield _too_deep(name, line_of(text, keys), keys)
            return
        if isinstance(value, _Object):
            for key in value.twice:
                yield _problem(name, text, (*keys, key), "", "", "", "a key that comes twice")
            for key in value:
                if SURROGATE.search(key):
                    yield _problem(
                        name, text, keys, ascii(key), "whole characters", "", "half a character in a key"
                    )
        if isinstance(value, dict):
            todo += [((*keys, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            todo += [((*keys, index), item) for index, item in enumerate(value)]
        elif isinstance(value, float) and not math.isfinite(value):
            yield _problem(name, text, keys, "", "a finite number", "", "not a finite number, or too long")
        elif isinstance(value, str) and SURROGATE.search(value):
            yield _problem(name, text, keys, ascii(value)[:60], "whole characters", "", "half a character")


def _within(data: Any, loc: Keys) -> Keys:
    """The part of a path that leads somewhere in the data."""
    taken: list[str | int] = []
    for part in loc:
        if isinstance(data, dict) and part in data:
            data = data[str(part)]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            break
        taken.append(part)
    return tuple(taken)


def _problem(
    name: str, text: str, keys: Keys, found: str, allowed: str, example: str, message: str
) -> Problem:
    return Problem(name, line_of(text, keys), 1, dotted(keys), found, allowed, example, message)


def _too_deep(name: str, line: int, keys: Keys) -> Problem:
    return Problem(name, line, 1 if line else 0, dotted(keys[:4]), "", f"at most {MOST_DEPTH} levels", "",
                   "nested too deeply")  # fmt: skip


def _stop(path: Path, message: str, found: str = "", allowed: str = "", line: int = 0) -> FileError:
    return FileError([Problem(str(path), line, 1 if line else 0, "", found, allowed, "", message)])
