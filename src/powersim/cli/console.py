"""What the commands print: colours and boxes on a terminal, plain aligned text in a pipe or a file."""

from __future__ import annotations

import os
import shlex
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

from powersim.cli.guard import complain
from powersim.files.plain import one_line, plain
from powersim.run.listener import Listener

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

GAP = "  "


@dataclass(frozen=True)
class Cell:
    """Text with a style that only a terminal shows."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, whether it holds numbers, and whether long text may be folded."""

    title: str
    right: bool = False
    fold: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under columns. An empty `title` leaves the line away."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    title: str = ""


class Page(Listener):
    """Standard output, and standard error for what is not a result. `quiet` keeps only results and errors.

    ahead: modules that the page will need, loaded while histories are computed.
    """

    def __init__(self, quiet: bool = False, ahead: Sequence[str] = ()) -> None:
        super().__init__()
        self.quiet, self.ahead = quiet, ahead
        self._out: Console | None = None
        for stream in (sys.stdout, sys.stderr):
            # A pipe in a narrow encoding shall not stop a study because of a dash.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")

    @property
    def command(self) -> str:  # type: ignore[override]
        """The command as it was given."""
        from powersim.sim import provenance

        return provenance.command_line(sys.argv[1:])

    def meanwhile(self) -> None:
        """Load what the page will need."""
        for name in self.ahead:
            with suppress(ImportError):  # what is not there is not needed, or is missed when it is
                import_module(name)

    def warn(self, text: str) -> None:
        """Something that is wrong and was dealt with: said even when quiet."""
        complain(text)

    @property
    def rich(self) -> Console | None:
        """The terminal, or None when output goes elsewhere."""
        if self._out is None and not _may_be_terminal(sys.stdout):
            return None
        if self._out is None:
            from rich.console import Console

            self._out = Console(highlight=False)
        return self._out if self._out.is_terminal else None

    def line(self, text: str = "", style: str = "") -> None:
        """A line of results."""
        text = one_line(text)
        if self.rich is None:
            sys.stdout.write(text + "\n")
        else:
            self.rich.print(_rich_text(text, style))

    def note(self, text: str) -> None:
        """A remark that is not a result; to standard error, and not when quiet."""
        if not self.quiet:
            complain(text)
            sys.stderr.flush()

    def next(self, *words: object) -> None:
        """Name the command that one would give after this one."""
        self.note(f"next: {shlex.join(['powersim', *map(str, words)])}")

    def fields(self, lines: Sequence[tuple[str, str]]) -> None:
        """Lines of a label and a text; on a terminal long texts stay in their column."""
        lines = [(one_line(label), one_line(text)) for label, text in lines]
        width = max((_length(label) for label, _ in lines), default=0)
        if self.rich is None:
            for label, text in lines:
                self.line(f"{GAP}{label}{' ' * (width - _length(label))}{GAP}{text}")
            return
        from rich.table import Table as RichTable

        grid = RichTable.grid(padding=(0, len(GAP), 0, 0))
        grid.add_column(width=0)
        grid.add_column(min_width=width, no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        for label, text in lines:
            grid.add_row("", _rich_text(label, ""), _rich_text(text, ""))
        self.rich.print(grid)

    def tables(self, tables: Sequence[Table]) -> None:
        """Tables one below the other, with the same columns as wide in each."""
        tables = [_shown(table) for table in tables]
        widths = _widths(tables)
        for index, table in enumerate(tables):
            if index:
                self.line()
            if table.title:
                self.line(table.title, "bold")
            if not table.rows:
                self.line(f"{GAP}none")
                continue
            if self.rich is None:
                for text in _plain(table, widths):
                    sys.stdout.write(text + "\n")
            else:
                self.rich.print(_rich_table(table, widths))

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Callable[[], None]]:
        """A bar on standard error while work goes on, if that is a terminal; yields what counts one step.

        `total` is the number of steps, None when it is not known.
        """
        if self.quiet or not _may_be_terminal(sys.stderr):
            yield _nothing
            return
        from rich.console import Console

        console = Console(stderr=True)
        if not console.is_terminal:
            yield _nothing
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*parts, console=console, transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda: bar.advance(task)


def _may_be_terminal(stream: TextIO) -> bool:
    """False where rich would say so too: it takes a while to load, and pipes and files do without."""
    return stream.isatty() or any(name in os.environ for name in ("FORCE_COLOR", "TTY_COMPATIBLE"))


def put(text: str) -> None:
    """A text of many lines to standard output, as it is but for what would steer a terminal."""
    sys.stdout.write(plain(text))


def _shown(table: Table) -> Table:
    """A table in which nothing steers a terminal, measured as it will be shown."""
    columns = tuple(replace(column, title=one_line(column.title)) for column in table.columns)
    rows = tuple(
        tuple(replace(found, text=one_line(found.text)) for found in map(_cell, row)) for row in table.rows
    )
    return Table(columns, rows, table.title)


def _nothing() -> None:
    """A step that nobody watches."""


def _cell(cell: Cell | str) -> Cell:
    return cell if isinstance(cell, Cell) else Cell(cell)


def _length(text: str) -> int:
    """Places that a text takes: combining marks take none, wide characters two."""
    return sum(
        0 if unicodedata.combining(mark) else 1 + (unicodedata.east_asian_width(mark) in "WF")
        for mark in text
    )


def _widths(tables: Sequence[Table]) -> list[int]:
    count = max((len(table.columns) for table in tables), default=0)
    widths = [0] * count
    for table in tables:
        for row in (tuple(column.title for column in table.columns), *table.rows):
            for place, cell in enumerate(row):
                widths[place] = max(widths[place], _length(_cell(cell).text))
    return widths


def _plain(table: Table, widths: Sequence[int]) -> Iterator[str]:
    headings = tuple(column.title for column in table.columns)
    for row in ((headings,) if any(headings) else ()) + table.rows:
        parts = []
        for column, width, cell in zip(table.columns, widths, row):
            text = _cell(cell).text
            space = " " * (width - _length(text))
            parts.append(space + text if column.right else text + space)
        yield (GAP + GAP.join(parts)).rstrip()


def _rich_text(text: str, style: str) -> Text:
    from rich.text import Text

    return Text(text, style=style)


def _rich_table(table: Table, widths: Sequence[int]) -> RichTable:
    from rich.table import Table as RichTable

    made = RichTable(
        box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim",
        show_header=any(column.title for column in table.columns),
    )  # fmt: skip
    made.add_column("", width=0)
    for column, width in zip(table.columns, widths):
        made.add_column(
            column.title,
            justify="right" if column.right else "left",
            min_width=None if column.fold else width,
            overflow="fold",
            no_wrap=not column.fold,
        )
    for row in table.rows:
        cells = [_cell(cell) for cell in row]
        made.add_row("", *(_rich_text(cell.text, cell.style) for cell in cells))
    return made
