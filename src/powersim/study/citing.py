"""What a scenario stands on, to be cited: every rule, number and piece of evidence, with the source that it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import powersim.rules
from powersim.run.opened import Source, open_source
from powersim.scenario.load import Overrides
from powersim.world.params import SPEC

NAMED = re.compile(
    r"(?P<authors>(?:de |van |von )?[A-Z][\w’'-]+,?(?: (?:[A-Z][\w’'-]+,?|and|de|van|von|der|et al\.))*)"
    r" \(?(?P<year>1[7-9]\d\d|20\d\d)[a-z]?\)?(?P<rest>(?:(?! and [A-Z])[^;(])*)"
)
JOURNAL = re.compile(r"^,? (?P<journal>[A-Z][\w.&: -]*?) (?P<volume>\d+)(?:\(\d+\))?:(?P<pages>\d+(?:-\d+)?)")
BOOK = re.compile(r"^, (?P<title>[A-Z][^,.:]+ [^,.:]+)")
RECORD = re.compile(r"\b(1[7-9]\d\d|20\d\d|SIPRI|IAEA|GSDB|Correlates of War|press)\b")
"""What a source in the record names: a date, or a collection of data."""
MONTHS = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December"}  # fmt: skip


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
        written = ((k, _names(v) if k == "author" else _tex(v)) for k, v in lines)
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
    """The works that the rules, numbers and evidence of a scenario name, and what they say of the record.

    A work is one entry however often it is named; of the record there is an entry a place (an issue, an event), in the
    words in which its source stands. What is assumed or judged alone is in `own`. Errors as in `check`.
    """
    works: dict[str, tuple[dict[str, str], list[str]]] = {}
    records: dict[str, list[str]] = {}
    own: list[str] = []
    for place, said, of_record in _sources(source, overrides):
        cited = False
        for part in re.split(r"; (?![^(]*\))", " ".join(said.split()).rstrip(".")):
            named = [work for work in NAMED.finditer(part) if not _a_date(work)]
            if of_record:  # a name before a year may be a town's there: only works that rules or numbers name
                named = [work for work in named if _work(work)[0] in works]
            for work in named:
                key, entry = _work(work)
                known, uses = works.setdefault(key, ({}, []))
                known.update(
                    {name: text for name, text in entry.items() if len(text) > len(known.get(name, ""))}
                )
                uses.append(place)
            if not named and of_record and RECORD.search(part):
                records.setdefault(place, []).append(part)
                cited = True
            cited = cited or bool(named)
        if not cited:
            own.append(place)
    found = [
        Reference(key, _once(uses), "article" if "journal" in entry else "misc", tuple(entry.items()))
        for key, (entry, uses) in works.items()
    ]
    found += [
        Reference(
            f"record:{re.sub(r'[^A-Za-z0-9_.-]', '-', place)}",
            (place,),
            "misc",
            (("title", "; ".join(parts)),),
        )
        for place, parts in records.items()
    ]
    return Bibliography(tuple(sorted(found, key=lambda reference: reference.key)), _once(own))


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _a_date(work: re.Match[str]) -> bool:
    """Whether what looks like an author and a year is a day, a body or a collection of data, or has no author."""
    words = work["authors"].replace(",", "").split()
    return (
        words[-1] in MONTHS or any(word.isupper() for word in words) or words[-1] in ("Mission", "Register")
    )


def _work(found: re.Match[str]) -> tuple[str, dict[str, str]]:
    """The key of a work, and what is said of it."""
    authors = re.sub(r",? and |, ", " and ", found["authors"].strip(" ,"))
    entry = {"author": authors, "year": found["year"]}
    if journal := JOURNAL.match(found["rest"]):
        entry |= journal.groupdict() | {"pages": journal["pages"].replace("-", "--")}
    elif book := BOOK.match(found["rest"]):
        entry["title"] = book["title"].strip()
    names = [re.sub(r"\W", "", name.split()[-1]).lower() for name in authors.split(" and ")]
    return f"{names[0]}{found['year']}", entry


def _sources(source: Source, overrides: Overrides | None) -> Iterator[tuple[str, str, bool]]:
    """Where a source is named, its words, and whether it may be one in the record."""
    scenario = open_source(source, overrides).scenario
    for path in sorted(Path(next(iter(powersim.rules.__path__))).glob("[a-z]*.py")):
        for rule in rules_of(path):
            if rule.source:
                yield f"rule {rule.name}", rule.source, False
    for name, spec in SPEC.items():
        yield f"parameter {name}", spec.source, False
    defaults = {spec.source for spec in SPEC.values()}
    for place, said in _named_in(scenario, ""):
        if said not in defaults:
            yield place, said, True


def _named_in(thing: Any, place: str) -> Iterator[tuple[str, str]]:
    """The sources in a resolved scenario, with the place in its file."""
    if is_dataclass(thing) and not isinstance(thing, type):
        here = getattr(thing, "path", None) or getattr(thing, "id", None) or getattr(thing, "name", None)
        here = here if isinstance(here, str) and here else place
        said = getattr(thing, "source", "")
        if isinstance(said, str) and said:
            yield here, said
        for field in fields(thing):
            if field.name not in ("document", "source"):
                yield from _named_in(getattr(thing, field.name), here)
    elif isinstance(thing, dict):
        for name, value in thing.items():
            yield from _named_in(value, str(name))
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from _named_in(value, place)


def _names(authors: str) -> str:
    """Surnames for BibTeX, which takes all but the last word of a bare name for first names and the like."""
    names = [_tex(name) for name in authors.split(" and ")]
    return " and ".join(f"{{{name}}}" if " " in name else name for name in names)


def _tex(text: str) -> str:
    """A text in which TeX finds nothing to act on."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", "")).replace("~", r"\textasciitilde{}")
