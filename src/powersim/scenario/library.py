"""The library: scenarios that come with powersim, each found by its name wherever a file is asked for.

They lie in the repository's `scenarios/`; a wheel carries that folder as `powersim/library/`, and `docs/` as
`powersim/documents/`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from powersim._words import did_you_mean, nearest
from powersim.errors import PowersimError, Problem, ScenarioError
from powersim.scenario.calendar import Calendar

PACKAGE = Path(__file__).resolve().parents[1]
LIST = "powersim examples lists them"


class Example(NamedTuple):
    """A scenario of the library: its name, what it asks, and how large it is."""

    name: str
    title: str
    question: str
    actors: int
    issues: int
    turns: int
    path: Path


def examples() -> tuple[Example, ...]:
    """The scenarios of the library, by name: each stands wherever a file may, e.g. powersim.Study("july_1914")."""
    return tuple(_example(name) for name in names())


@cache
def folder() -> Path:
    """Where the library's files lie: in an installed powersim beside its modules, else in the repository."""
    return _carried("library", "scenarios")


@cache
def documents() -> Path:
    """Where the documents lie: tutorial.md, odd.md and the others."""
    return _carried("documents", "docs")


@cache
def names() -> tuple[str, ...]:
    """Names of the library's scenarios."""
    return tuple(sorted(path.stem for path in folder().glob("*.yaml")))


def example(name: str) -> Path:
    """The file of an example. PowersimError for a name that none has."""
    if name not in names():
        near = did_you_mean(nearest(name, names()))
        raise PowersimError(f"found {name}, which is no example{near}; allowed: {', '.join(names())}; {LIST}")
    return folder() / f"{name}.yaml"


def named(text: str) -> Path | None:
    """The example that a text names, or nothing."""
    return folder() / f"{text}.yaml" if text in names() else None


def locate(source: Path) -> Path:
    """The file of a path, or of the example that it names where no such file is.

    ScenarioError for a bare name that is neither, with the example that may be meant.
    """
    bare = source.name == str(source)
    if not bare or source.suffix not in ("", ".yaml", ".yml") or source.exists():
        return source
    found = named(source.name)
    if found is not None:
        return found
    near = nearest(source.stem, names())
    if source.suffix and not near:
        return source
    hint = f"; did you mean the example {near}?" if near else f", nor an example; {LIST}"
    raise ScenarioError([Problem(str(source), 0, 0, "", message=f"no such file{hint}")])


def _carried(installed: str, written: str) -> Path:
    """A folder that a wheel carries inside the package, and the repository beside it."""
    inside = PACKAGE / installed
    return inside if inside.is_dir() else PACKAGE.parents[1] / written


@cache
def _example(name: str) -> Example:
    from powersim.scenario.read.merge import read_chain

    path = folder() / f"{name}.yaml"
    data: Any = read_chain(path, name).data()
    dates = data["calendar"]
    calendar = Calendar.between(str(dates["start"]), str(dates["end"]), dates.get("turn", "quarter"))
    size = (len(data["actors"]), len(data["issues"]), calendar.turns)
    return Example(name, data.get("title", ""), data.get("question", ""), *size, path)
