"""How results look in a notebook: lines and a table, escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def page(
    title: str, lines: Iterable[str], heads: Sequence[str] = (), rows: Iterable[Sequence[str]] = ()
) -> str:
    """A heading, a table if there is one, and paragraphs."""
    parts = [f"<h4>{escape(title)}</h4>"]
    body = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    if body:
        head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>")
        parts += [f"<tr>{row}</tr>" for row in body]
        parts.append("</tbody></table>")
    return "\n".join([*parts, *(f"<p>{escape(line)}</p>" for line in lines)])


def block(title: str, lines: Iterable[str]) -> str:
    """The same as plain text."""
    return "\n".join([title, *(f"  {line}" for line in lines)])
