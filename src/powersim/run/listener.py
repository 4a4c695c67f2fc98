"""Who is told how a computation goes: nobody, a function that counts, or the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Count = Callable[[int, int | None], None]
"""Told after each step how many are done and how many there are, None where that is not known."""


class Listener:
    """Told of everything and says nothing; `notes` are kept. Others say what they override."""

    command = ""
    """What provenance calls the command; empty: the one that computes the same."""

    def __init__(self, count: Count | None = None) -> None:
        self.count = count
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        """A remark that is not a result."""
        self.notes.append(text)

    def warn(self, text: str) -> None:
        """Something that is wrong and was dealt with."""
        self.notes.append(text)

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Callable[[], None]]:
        """Inside, work of `total` steps goes on; yields what counts one step."""
        del label
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            if self.count is not None:
                self.count(done, total)

        yield tick

    def meanwhile(self) -> None:
        """Called from a thread while histories are computed: time to load what is needed afterwards."""


def heard(by: Listener | Count | None) -> Listener:
    """Who listens: what was given, or a listener around a function that counts."""
    return by if isinstance(by, Listener) else Listener(by)
