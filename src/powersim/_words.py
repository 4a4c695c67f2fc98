"""Words that messages of every layer need."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """1 run, 2 runs, 0 runs; `plural` where it is not the noun with an s."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"
