"""Opening a scenario: from its file, or from the record of provenance that an earlier study left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from powersim._words import did_you_mean, nearest
from powersim.errors import ArgumentError, PowersimError, ScenarioError
from powersim.run import sweep
from powersim.run.facts import agreed, read_facts, said
from powersim.scenario.load import Overrides, as_text, from_data, load_with_data
from powersim.scenario.resolved import Scenario
from powersim.sim import provenance

BASE = "base"
"""Name of the only theory, or branch, of a scenario that names none."""


Source = str | Path | Scenario | Mapping[str, Any]
"""What a scenario can be made of."""


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario, the document that it comes from (extends merged in, nothing overridden) and what was overridden.

    `recorded` holds the facts of the provenance file that it was opened from, if it was.
    """

    name: str
    scenario: Scenario
    document: Mapping[str, Any]
    overrides: Mapping[str, str]
    recorded: Mapping[str, Any] = field(default_factory=dict)

    @property
    def branches(self) -> tuple[str, ...]:
        """Names of branches as the author lists them; the first is the reference."""
        return self._listed("branches", self.scenario.branches) or (BASE,)

    @property
    def theories(self) -> tuple[str, ...]:
        """Names of theories as the author lists them."""
        return self._listed("theories", self.scenario.theories) or (BASE,)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of outcomes as the author lists them: the first few are the headline."""
        return self._listed("outcomes", self.scenario.outcomes)

    def _listed(self, key: str, known: Iterable[str]) -> tuple[str, ...]:
        written, names = self.document.get(key), list(known)
        order = [name for name in written if name in names] if isinstance(written, dict) else []
        return (*order, *(name for name in names if name not in order))


def open_scenario(path: Path, overrides: Mapping[str, str] | None = None) -> LoadedScenario:
    """The scenario of a YAML file, or of the provenance.json of a study (whose overrides come first).

    Raises ScenarioError with every problem of the scenario, PowersimError for a file that is neither.
    """
    given, name = dict(overrides or {}), provenance.written(path.name)
    if path.suffix != ".json":
        scenario, document = load_with_data(path, given)
        return LoadedScenario(name, scenario, document, given)
    record = read_facts(path)
    origin = record.facts.scenario
    merged = {**record.facts.overrides, **given}
    try:
        scenario = from_data(origin.document, merged, str(path))
    except ScenarioError as error:
        raise record.relocated(error, list(given)) from error
    opened = LoadedScenario(origin.file, scenario, origin.document, merged, record.plain())
    names = {"branches": opened.branches, "theories": opened.theories, "outcomes": opened.outcomes}
    agreed(record, {**names, "hypotheses": [each.id for each in scenario.hypotheses]})
    if record.facts.sweep is not None:
        try:
            sweep.dates(record.facts.sweep, scenario.calendar)
        except PowersimError as error:
            raise said(record, "sweep", error) from error
    return opened


def open_source(source: Source, overrides: Overrides | None = None) -> LoadedScenario:
    """The scenario of a file (see `open_scenario`), of plain data in the shape of a file, or one that is resolved.

    overrides: values as texts in YAML or as numbers.
    """
    given = {key: as_text(value) for key, value in (overrides or {}).items()}
    if isinstance(source, str | Path):
        return open_scenario(Path(source), given)
    if isinstance(source, Scenario):
        merged = {**source.overrides, **given}
        found = from_data(source.document, merged, source.name) if given else source
        return LoadedScenario(source.name, found, source.document, merged)
    if isinstance(source, Mapping):
        scenario = from_data(source, given)
        return LoadedScenario(scenario.name, scenario, scenario.document, given)
    raise ArgumentError(
        "source", f"found {type(source).__name__}; allowed: a file, a resolved scenario, or plain data"
    )


Chosen = str | Sequence[str] | None
"""Names that are asked for: one, several in a list, `["all"]`; None leaves the choice to the record, or means all."""

ALL = "all"
PLURALS = {"branch": "branches", "theory": "theories", "hypothesis": "hypotheses"}


def listed(names: Chosen, argument: str) -> tuple[str, ...] | None:
    """Names as a tuple, each once. ArgumentError for a text with commas: Python has lists."""
    if names is None:
        return None
    asked: object = names
    ordered = isinstance(asked, Iterable) and not isinstance(asked, Set | Mapping)
    if not ordered or not all(isinstance(name, str) for name in names):
        raise ArgumentError(argument, f"found {asked!r}; allowed: a name, or a list of names")
    given = (names,) if isinstance(names, str) else tuple(names)
    for name in given:
        if "," in name:
            parts = [part.strip() for part in name.split(",") if part.strip()]
            raise ArgumentError(argument, f"found {name!r}; allowed: a list of names, e.g. ", str(parts))
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice:
        raise ArgumentError(argument, f"{', '.join(twice)} is named twice; allowed: each once")
    return given


def chosen(names: Chosen, known: Iterable[str], what: str) -> tuple[str, ...]:
    """The names in a list, in its order; all of them for None or "all".

    PowersimError names every unknown one and what may be meant.
    """
    allowed = list(known)
    wanted = listed(names, PLURALS.get(what, f"{what}s"))
    if wanted is None or wanted == (ALL,):
        return tuple(allowed)
    if not wanted:
        raise PowersimError(f"no {what} is named; allowed: {', '.join(allowed)}, or all")
    unknown = [name for name in wanted if name not in allowed]
    if unknown:
        raise PowersimError("\n".join(unknown_name(name, allowed, what) for name in unknown))
    return wanted


def own_name(name: str) -> str:
    """What a scenario calls a branch or a theory: nothing, where it is the world as it goes."""
    return "" if name == BASE else name


def one_of(argument: str, name: str, known: Iterable[str]) -> str:
    """A name that an argument gives, if it is one of those that there are. ArgumentError otherwise."""
    allowed = list(known)
    if not isinstance(name, str):
        raise ArgumentError(argument, f"found {name!r}; allowed: one of {', '.join(allowed)}")
    if name not in allowed:
        raise ArgumentError(argument, unknown_name(name, allowed, argument))
    return name


def unknown_name(name: str, known: Iterable[str], what: str) -> str:
    """What to say about a name that refers to nothing."""
    allowed = list(known)
    near = nearest(name, allowed)
    hint = did_you_mean(near, ".")
    return f"{what} {name} is not known{hint} Allowed: {', '.join(allowed)}"
