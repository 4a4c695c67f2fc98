"""A story as a page: plain text, Markdown, or JSON with its tables."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby

from powersim.files.plain import one_line
from powersim.story import tables
from powersim.story.frame import About
from powersim.story.story import Entry
from powersim.story.tables import Telling

WIDTH = 100


def text(about: About, opening: str, entries: Sequence[Entry], closing: str, told: Telling) -> str:
    """The story as plain text."""
    lines = [about.title, "", *textwrap.wrap(opening, WIDTH)]
    for date, group in groupby(entries, key=lambda entry: entry.date):
        lines += ["", date]
        for entry in group:
            lines.append(f"  {entry.text}")
            lines += [f"      {detail}" for detail in entry.details]
    return joined([*lines, "", *textwrap.wrap(closing, WIDTH), ""])


def markdown(about: About, opening: str, entries: Sequence[Entry], closing: str, told: Telling) -> str:
    """The story as Markdown: a heading for each date, a bullet for each entry."""
    lines = [f"# {escaped(about.title)}", "", escaped(opening)]
    for date, group in groupby(entries, key=lambda entry: entry.date):
        lines += ["", f"## {date}", ""]
        for entry in group:
            lines.append(f"- **{escaped(entry.text)}**" if entry.details else f"- {escaped(entry.text)}")
            lines += [f"  - {escaped(detail)}" for detail in entry.details]
    return joined([*lines, "", "## How it ends", "", escaped(closing), ""])


def joined(lines: Iterable[str]) -> str:
    """Lines as a text; a title that has line breaks makes no line of its own."""
    return "\n".join(map(one_line, lines))


def escaped(words: str) -> str:
    """Words that Markdown shows as they are."""
    return "".join(f"\\{mark}" if mark in r"\`*_[]<>#|" else mark for mark in words)


def as_json(about: About, opening: str, entries: Sequence[Entry], closing: str, told: Telling) -> str:
    """The story as JSON: about, opening, entries, closing, and the rows (`events`, `legs`) that it is made of."""
    return tables.dumped(
        {
            "about": dict(about.facts),
            "opening": opening,
            "entries": [
                {
                    "turn": entry.turn,
                    "date": entry.date,
                    "topic": entry.topic,
                    "text": entry.text,
                    "details": list(entry.details),
                    "actors": sorted(entry.actors),
                    "seqs": list(entry.seqs),
                }
                for entry in entries
            ],
            "closing": closing,
            **{table: tables.records([told], table) for table in tables.TABLES},
        }
    )
