"""How the command line spells what Python calls an argument, and reads lists that are written with commas."""

from __future__ import annotations

import re

from powersim.errors import Argument, PowersimError

OPTIONS = {
    "overrides": "--set", "maps": "--map", "first": "--from", "last": "--to", "form": "--format",
    "actors": "--actor", "issues": "--issue", "mechanisms": "--mechanism", "kinds": "--kind",
}  # fmt: skip
"""Options that are not called as their argument is."""


def flags(argument: Argument) -> str:
    """An argument as an option: --runs, --branches keep,cancel, --resume."""
    option = OPTIONS.get(argument.name, "--" + argument.name.replace("_", "-"))
    return option if argument.value in (None, True) else f"{option} {_written(argument.value)}"


def names(text: str | None) -> tuple[str, ...] | None:
    """The names in a list that is written with commas; None where none is given, () where there is nothing in it.

    PowersimError where one is empty or named twice.
    """
    if text is None or not text.strip(" ,"):
        return None if text is None else ()
    found = tuple(part.strip() for part in text.split(","))
    if "" in found:
        raise PowersimError(
            f"found {text}: nothing between two commas, or after the last; allowed: names like a,b"
        )
    twice = ", ".join(sorted({name for name in found if found.count(name) > 1}))
    if twice:
        raise PowersimError(f"found {','.join(found)}: {twice} is named twice; allowed: each once")
    return found


def _written(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(_written(each) for each in value)
    text = str(value)
    return text if re.fullmatch(r"[^\s'\"]+", text) else f"'{text}'"
