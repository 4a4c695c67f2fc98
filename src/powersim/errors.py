"""Errors that say where, what was found, what is allowed and what would work.

Every error that a user can cause is a `PowersimError`; the command line prints it and leaves with its exit code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import index
from pathlib import Path
from typing import NamedTuple


class Argument(NamedTuple):
    """An argument that a message names, with a value where it shows one; the command line has an option for it."""

    name: str
    value: object = None

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}={self.value!r}"


class PowersimError(Exception):
    """Something that the user can put right. The command line prints it without a traceback.

    Its message is made of texts and of arguments, which Python and the command line spell in their own ways.
    """

    exit_code: int = 2

    @property
    def parts(self) -> tuple[object, ...]:
        """Texts and arguments, in order."""
        return self.args

    def spelled(self, spell: Callable[[Argument], str]) -> str:
        """The message, with arguments as `spell` writes them."""
        return "".join(spell(part) if isinstance(part, Argument) else str(part) for part in self.parts)

    def __str__(self) -> str:
        return self.spelled(str)


class ArgumentError(PowersimError):
    """An argument that cannot be as it is; the message begins with its name: runs: found 0; allowed: ..."""

    def __init__(self, argument: str, *parts: object) -> None:
        super().__init__(argument, *parts)
        self.argument = argument

    @property
    def parts(self) -> tuple[object, ...]:
        """Texts and arguments, in order; the first names the argument that is wrong."""
        return (Argument(self.argument), ": ", *self.args[1:])


def whole(argument: str, value: object, least: int, most: int | None = None) -> int:
    """A whole number (also numpy's) within these ends. ArgumentError for one outside, and for anything else."""
    try:
        number = None if isinstance(value, bool) else index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        found = repr(value) if isinstance(value, str) else value
        ends = f"from {least}" if most is None else f"from {least} to {most}"
        raise ArgumentError(argument, f"found {found}; allowed: a whole number {ends}")
    return number


class Stopped(KeyboardInterrupt):
    """The user ended a computation. What was done by then is whole, and kept if there is a folder to keep it in."""

    def __init__(self, done: int, wanted: int, what: str, out: Path | None) -> None:
        self.done, self.wanted, self.what, self.out = done, wanted, what, out
        how = "not kept" if out is None else f"kept in {out}; resume=True goes on"
        super().__init__(f"stopped after {done} of {wanted} {what}, {how}")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one place.

    `file` as the user named it, or "--set"; `line` and `column` count from 1, and are 0 where there is no line (an
    override, an unreadable file). `key_path` is the dotted path of the key (`issues.iran_enrichment.start`). `message`
    names the mistake when "found X; allowed Y" does not say it (an unknown key, a cycle).
    """

    file: str
    line: int
    column: int
    key_path: str
    found: str = ""
    allowed: str = ""
    example: str = ""
    message: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        head = f"{where}: {self.key_path}: " if self.key_path else f"{where}: "
        parts = [
            self.message,
            f"found {self.found}" if self.found else "",
            f"allowed: {self.allowed}" if self.allowed else "",
            f"e.g. {self.example}" if self.example else "",
        ]
        return (head + "; ".join(part for part in parts if part)).replace("\n", " ")


SET = "--set"
"""Where a problem is that no file holds: in an override."""


class ScenarioError(PowersimError):
    """A scenario that cannot be used. Holds every problem found, in the order of the files' lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @property
    def parts(self) -> tuple[object, ...]:
        """A line a problem; one of an override begins with the argument that gave it."""
        found: list[object] = []
        for problem in self.problems:
            text = f"{problem}\n"
            found += [Argument("overrides"), text[len(SET) :]] if problem.file == SET else [text]
        return (*found[:-1], str(found[-1])[:-1]) if found else ()


def dotted(path: Sequence[str | int]) -> str:
    """`("events", 2, "date")` as `events[2].date`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def show(value: object, limit: int = 60) -> str:
    """A value as an error shows it: short, YAML rather than Python."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return (
            f"a mapping with the keys {', '.join(map(str, value))}"[:limit] if value else "an empty mapping"
        )
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
