"""What a scenario stands on, to be cited: every rule, number and piece of evidence, with the source that it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import powersim.rules
from powersim import _yaml
from powersim.run.opened import Source, open_source
from powersim.scenario.canonical import checksum
from powersim.scenario.library import names
from powersim.scenario.load import Overrides
from powersim.sim.provenance import versions
from powersim.world.params import SPEC

NAMED = re.compile(
    r"(?P<authors>(?:de |van |von )?[A-Z][\w’'-]+,?(?: (?:[A-Z][\w’'-]+,?|and|de|van|von|der|et al\.))*)"
    r" \(?(?P<year>1[7-9]\d\d|20\d\d)[a-z]?\b"
)
"""What may be a work: surnames and a year. It is one if `works.yaml` knows it."""
DATED = re.compile(r"\b(1[7-9]\d\d|20\d\d|press)\b")
YEAR = re.compile(r"\b(1[7-9]\d\d|20\d\d)\b")


@dataclass(frozen=True)
class Rule:
    """A public function of a rule file, as its docstring has it."""

    name: str
    file: str
    about: str
    equation: str
    source: str


def rules_of(path: Path) -> Iterator[Rule]:
    """The public functions of a rule file, in order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            text = ast.get_docstring(node) or ""
            paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
            found = re.search(r"Source: (.*)", " ".join(text.split()))
            equation = paragraphs[1] if len(paragraphs) > 2 else ""
            yield Rule(node.name, path.name, paragraphs[0], equation, found.group(1) if found else "")


@dataclass(frozen=True)
class Reference:
    """A source: its key, what rests on it, and the kind and fields of its BibTeX entry."""

    key: str
    uses: tuple[str, ...]
    kind: str
    fields: tuple[tuple[str, str], ...]

    def bibtex(self) -> str:
        """The entry."""
        lines = [*self.fields, ("note", f"For {', '.join(self.uses)}")]
        written = ((k, v if k in ("author", "doi", "url") else _tex(v)) for k, v in lines)
        return f"@{self.kind}{{{self.key},\n" + "".join(f"  {k} = {{{v}}},\n" for k, v in written) + "}\n"


@dataclass(frozen=True, repr=False)
class Bibliography:
    """What a scenario stands on. `own`: the places whose numbers rest on nothing that could be cited."""

    references: tuple[Reference, ...]
    own: tuple[str, ...]

    def bibtex(self) -> str:
        """All entries, in the order of their keys."""
        return "\n".join(reference.bibtex() for reference in self.references)

    def __repr__(self) -> str:
        return self.bibtex()


def cite(source: Source, overrides: Overrides | None = None) -> Bibliography:
    """The works, collections and bodies that the rules, numbers and evidence of a scenario name, and the scenario.

    A work or collection is one entry however often it is named; of somebody's word on a day (White House, 6 July
    2009) there is an entry a place (an issue, an event). What a scenario codes from dates alone rests on itself, which
    is an entry, too. What is assumed or judged alone is in `own`. Errors as in `check`.
    """
    entries: dict[str, dict[str, str]] = {}
    uses: dict[str, list[str]] = {}
    own: list[str] = []
    scenario = open_source(source, overrides).scenario
    itself = scenario.name
    entries[itself] = {
        "author": "{The powersim developers}"
        if itself.replace("-", "_") in names()
        else "{Authors of the scenario}",
        "title": scenario.title,
        "year": str(datetime.now(UTC).year),
        "howpublished": f"Scenario {itself} of powersim {versions()['powersim']}, sha256 {checksum(scenario)[:16]}",
    }
    for place, title, said, of_record in _sources(scenario):
        found = [
            entry
            for part in re.split(r"; (?![^(]*\))", " ".join(said.split()).rstrip("."))
            for entry in (_works(part) or (_spoken(part, place, title, itself) if of_record else []))
        ]
        for key, entry in found:
            entries.setdefault(key, entry)
            uses.setdefault(key, []).append(place)
        if not found:
            own.append(place)
    references = (
        Reference(key, _once(uses[key]), _kind(entries[key]), tuple(entries[key].items())) for key in uses
    )
    return Bibliography(tuple(sorted(references, key=lambda reference: reference.key)), _once(own))


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def authors_of(named: re.Match[str]) -> list[str]:
    """The surnames of what may be a work; words before a comma may be the end of a title before it."""
    found = re.split(r",? and |, ", named["authors"].strip(" ,"))
    keys = [re.sub(r"\W", "", name.split()[-1]).lower() + named["year"] for name in found]
    first = next((n for n, key in enumerate(keys) if key in known()["works"]), 0)
    return found[first:]


def key_of(named: re.Match[str]) -> str:
    """Under what `works.yaml` has a work: the surname of its first author, and its year."""
    return re.sub(r"\W", "", authors_of(named)[0].split()[-1]).lower() + named["year"]


@cache
def known() -> dict[str, dict[str, Any]]:
    """Works, collections and bodies with what a bibliography says of them."""
    found: dict[str, dict[str, Any]] = _yaml.load(
        files("powersim.study").joinpath("works.yaml").read_text("utf-8")
    )
    return found


def _works(part: str) -> list[tuple[str, dict[str, str]]]:
    """Works and collections that a part of a source names; elsewhere a name before a year may be a town's."""
    works = known()["works"]
    keys = [key for key in map(key_of, NAMED.finditer(part)) if key in works]
    found = [(key, {"year": key[-4:], **works[key]}) for key in keys]
    for name, entry in known()["collections"].items():
        if re.search(rf"\b{name}\b", part):
            found.append((entry["key"], {k: v for k, v in entry.items() if k != "key"}))
    return [(key, {name: str(text) for name, text in sorted(e.items(), key=_first)}) for key, e in found]


def _first(field: tuple[str, Any]) -> int:
    """Author, title and year come first."""
    order = ("author", "title", "year")
    return order.index(field[0]) if field[0] in order else len(order)


def _spoken(part: str, place: str, title: str, itself: str) -> list[tuple[str, dict[str, str]]]:
    """Whose word a part of a source in the record is, on a day; the scenario's own where it names nobody but a date."""
    years = YEAR.findall(part)
    found = []
    for name, author in known()["bodies"].items():
        if years and re.search(rf"(?<!\w){re.escape(name)}", part):
            key = re.sub(r"[^A-Za-z0-9_.:-]", "-", f"{place}:{name.strip(',/').lower()}")
            entry = {"author": f"{{{author}}}", "title": title, "year": years[0], "howpublished": part}
            found.append((f"record:{key}", entry))
    return found or ([(itself, {})] if DATED.search(part) else [])


def _kind(entry: dict[str, str]) -> str:
    for field, kind in (("journal", "article"), ("booktitle", "incollection"), ("publisher", "book")):
        if field in entry:
            return kind
    return "misc"


def _sources(scenario: Any) -> Iterator[tuple[str, str, str, bool]]:
    """Where a source is named, what is there called, its words, and whether it may be one in the record."""
    for path in sorted(Path(next(iter(powersim.rules.__path__))).glob("[a-z]*.py")):
        for rule in rules_of(path):
            if rule.source:
                yield f"rule {rule.name}", rule.about, rule.source, False
    for name, spec in SPEC.items():
        yield f"parameter {name}", name, spec.source, False
    defaults = {spec.source for spec in SPEC.values()}
    for place, title, said in _named_in(scenario, "", ""):
        if said not in defaults:
            yield place, title or place.replace("_", " "), said, True


def _named_in(thing: Any, place: str, title: str) -> Iterator[tuple[str, str, str]]:
    """The sources in a resolved scenario, with the place in its file and its title there."""
    if is_dataclass(thing) and not isinstance(thing, type):
        here = getattr(thing, "path", None) or getattr(thing, "id", None) or getattr(thing, "name", None)
        here = here if isinstance(here, str) and here else place
        title = getattr(thing, "title", "") or (title if here == place else "")
        said = getattr(thing, "source", "")
        if isinstance(said, str) and said:
            yield here, title, said
        for field in fields(thing):
            if field.name not in ("document", "source"):
                yield from _named_in(getattr(thing, field.name), here, title)
    elif isinstance(thing, dict):
        for name, value in thing.items():
            yield from _named_in(value, str(name), "")
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from _named_in(value, place, title)


def _tex(text: str) -> str:
    """A text in which TeX finds nothing to act on."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", "")).replace("~", r"\textasciitilde{}")
