"""How the command line spells what Python calls an argument, and reads lists that are written with commas."""

from __future__ import annotations

import re

from powersim.errors import Argument, PowersimError

OPTIONS = {
    "overrides": "--set", "maps": "--map", "first": "--from", "last": "--to", "form": "--format",
    "actors": "--actor", "issues": "--issue", "mechanisms": "--mechanism", "kinds": "--kind", "dates": "--given",
}  # fmt: skip
"""Options that are not called as their argument is."""


def flags(argument: Argument) -> str:
    """An argument as an option: --runs, --branches keep,cancel, --resume."""
    option = OPTIONS.get(argument.name, "--" + argument.name.replace("_", "-"))
    return option if argument.value in (None, True) else f"{option} {_written(argument.value)}"


def carried(**options: object) -> tuple[str, ...]:
    """Options as they were given, for the command to give next; what was left out is left out, `set_` is --set.

    A list is an option given several times, a table one of NAME=VALUE.
    """
    words: list[str] = []
    for name, value in options.items():
        option = "--" + name.strip("_").replace("_", "-")
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            several = [*map("=".join, value.items())] if isinstance(value, dict) else value
            for each in several if isinstance(several, list) else [several]:
                words += [option, str(each)]
    return tuple(words)


def names(text: str | None) -> tuple[str, ...] | None:
    """The names in a list that is written with commas; None where none is given. PowersimError where one is empty."""
    if text is None:
        return None
    found = tuple(part.strip() for part in text.split(","))
    if "" in found and any(found):
        raise PowersimError(f"found {text}: nothing, without a name between commas; allowed: names like a,b")
    return tuple(filter(None, found))


def _written(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(_written(each) for each in value)
    text = str(value)
    return text if re.fullmatch(r"[^\s'\"]+", text) else f"'{text}'"
