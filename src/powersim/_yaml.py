"""YAML by libyaml's parser, which is ten times as fast as one in Python; where it was not built, by one in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

PARSER: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else None
"""libyaml's parser, None where it is not there."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain data by the core schema of YAML 1.2: on, off, yes and no are words, and no number is a date."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _kind, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(rf"^(?:{_pattern})$"), _first)


def load(text: str) -> Any:
    """The plain data of a text; no object is ever made that it asks for."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506


def events(text: str) -> Iterator[Any]:
    """The parser's events. Raises yaml.YAMLError for what is not YAML 1.1; needs `PARSER`."""
    parser = PARSER(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()
