"""Errors that say where, what was found, what is allowed and what would work.

Every error that a user can cause is a `PowersimError`; the command line prints it and leaves with its exit code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class PowersimError(Exception):
    """Something that the user can put right. The command line prints it without a traceback."""

    exit_code: int = 2


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


class ScenarioError(PowersimError):
    """A scenario that cannot be used. Holds every problem found, in the order of the files' lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


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
