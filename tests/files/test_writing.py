"""Every writer alike: what others wrote stays, nothing is half written, no symbolic link is followed."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from powersim.effects.estimates import Estimate, write_rows
from powersim.effects.paired import write_effects
from powersim.errors import PowersimError
from powersim.figures.saving import save
from powersim.figures.section import Section
from powersim.figures.style import Drawing, styled
from powersim.files.page import GENERATOR, PAGE_MARK
from powersim.files.writing import (
    ANY,
    TargetError,
    check_folder,
    check_target,
    replacing,
    subfolder,
    write,
    write_atomically,
)
from powersim.sim import provenance
from powersim.story import tables

MINE = "mine: a file of somebody else\n"


def drawn(path: Path) -> None:
    with styled():
        figure = Figure()
        FigureCanvasAgg(figure)
        figure.add_subplot().set_title("a\x1b[31mb\u202ec")
        save(Drawing(path.stem, figure, "found", "caption"), path.parent, [path.suffix[1:]])


def told(path: Path) -> None:
    with tables.writing(path, path.suffix[1:]):
        pass


WRITERS = {
    "effects.csv": lambda path: write_effects([], path),
    "rows.csv": lambda path: write_rows([], Estimate, path),
    "section.json": lambda path: Section(path.parent.name, "Title", 1, []).write(path.parent.parent),
    "provenance.json": lambda path: provenance.write(path.parent, {"command": "powersim"}),
    "page.html": lambda path: write(path, f"<!doctype html>\n{GENERATOR}\n", PAGE_MARK),
    "figure.png": drawn,
    "figure.svg": drawn,
    "figure.pdf": drawn,
    "told.csv": told,
    "told.sqlite": told,
    "told.parquet": told,
}
"""Whatever writes a file whose name it, or a user, chooses; by a name that such a file has."""

each = pytest.mark.parametrize("name", WRITERS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "study"
    found.mkdir()
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@each
def test_a_writer_replaces_what_it_wrote_and_an_empty_file(folder, name):
    path = folder / name
    path.touch()
    for _ in range(2):
        WRITERS[name](path)
        assert path.stat().st_size > 0
    assert not [left for left in names(folder) if left.endswith((".partial", ".part"))]


@each
def test_a_file_of_another_is_never_replaced(folder, name):
    path = folder / name
    path.write_text(MINE)
    with pytest.raises(TargetError, match=re.escape(name) + ": was not written by powersim"):
        WRITERS[name](path)
    assert (names(folder), path.read_text()) == ([name], MINE)


@each
@pytest.mark.parametrize("target", ["file", "nothing", "itself", "own"])
def test_no_writer_writes_through_a_link(folder, tmp_path, name, target):
    path, other = folder / name, tmp_path / "elsewhere" / name
    other.parent.mkdir()
    if target == "file":
        other.write_text(MINE)
    if target == "own":
        WRITERS[name](other)
    before = other.read_bytes() if other.exists() else None
    path.symlink_to(path if target == "itself" else other)
    with pytest.raises(TargetError, match=re.escape(name) + ": a symbolic link"):
        WRITERS[name](path)
    assert path.is_symlink()
    assert (other.read_bytes() if other.exists() else None) == before
    assert names(folder) == [name]


@each
def test_a_folder_in_the_way_is_named(folder, name):
    path = folder / name
    path.mkdir()
    with pytest.raises(TargetError, match=re.escape(name) + ": a folder is in the way"):
        WRITERS[name](path)
    assert names(folder) == [name]


@each
def test_a_pipe_in_the_way_is_not_waited_for(folder, name):
    os.mkfifo(folder / name)
    with pytest.raises(TargetError, match="not a regular file"):
        WRITERS[name](folder / name)


def test_the_second_file_of_a_table_is_no_way_round(folder):
    (folder / "told_legs.csv").write_text(MINE)
    with pytest.raises(TargetError, match=r"told_legs\.csv: was not written"):
        told(folder / "told.csv")
    assert names(folder) == ["told_legs.csv"]


def test_a_folder_that_is_a_link_is_not_entered(folder, tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    (folder / "figures").symlink_to(other)
    (folder / "why").write_text(MINE)
    for call in (check_folder, subfolder):
        with pytest.raises(TargetError, match="figures: a symbolic link"):
            call(folder, "figures", "effects")
        with pytest.raises(TargetError, match="why: a file is in the way"):
            call(folder, "why")
    with pytest.raises(TargetError, match="figures: a symbolic link"):
        Section("figures", "Title", 1, []).write(folder)
    with styled(), pytest.raises(TargetError, match="figures: a symbolic link"):
        save(Drawing("figures/one", Figure(), "found", "caption"), folder, ["png"])
    assert names(other) == []


def test_the_folder_that_a_user_names_may_be_a_link(folder, tmp_path):
    (tmp_path / "named").symlink_to(folder)
    write(subfolder(tmp_path / "named", "why") / "a.txt", "told")
    assert (folder / "why" / "a.txt").read_text() == "told"


def test_without_a_mark_nothing_is_replaced_not_even_what_came_meanwhile(folder):
    path = folder / "a.txt"
    write(path, "one")
    with pytest.raises(TargetError, match="is there already and is not overwritten"):
        write(path, "two")
    late = folder / "late.txt"

    def overtaken() -> None:
        with replacing(late) as partial:
            partial.write_text("two")
            late.write_text(MINE)

    with pytest.raises(TargetError, match="is there already"):
        overtaken()
    assert (path.read_text(), late.read_text(), names(folder)) == ("one", MINE, ["a.txt", "late.txt"])


def test_of_many_who_write_at_once_one_wins_and_the_file_is_whole(folder):
    path, won = folder / "a.txt", []

    def one(text: str) -> None:
        try:
            write(path, text * 10_000)
            won.append(text)
        except PowersimError:
            pass

    threads = [threading.Thread(target=one, args=(letter,)) for letter in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert path.read_text() == won[0] * 10_000
    assert names(folder) == ["a.txt"]


def test_what_fails_leaves_the_old_content(folder):
    path = write(folder / "a.txt", "one")

    def interrupted() -> None:
        with replacing(path, ANY) as partial:
            partial.write_text("half")
            raise KeyboardInterrupt("enough")

    with pytest.raises(KeyboardInterrupt, match="enough"):
        interrupted()
    assert (path.read_text(), names(folder)) == ("one", ["a.txt"])


def test_state_is_replaced_but_never_through_a_link(folder, tmp_path):
    write_atomically(folder / "progress.npz", b"one")
    write_atomically(folder / "progress.npz", b"two")
    assert (folder / "progress.npz").read_bytes() == b"two"
    (folder / "link.npz").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TargetError, match="symbolic link"):
        write_atomically(folder / "link.npz", b"one")
    assert not (tmp_path / "elsewhere").exists()


def test_a_mark_is_looked_for_at_both_ends(folder):
    path = folder / "a.bin"
    for content, ours in (
        (b"x" * 200_000 + b"OURS", True),
        (b"OURS" + b"x" * 200_000, True),
        (b"x" * 200_000, False),
    ):
        path.write_bytes(content)
        if ours:
            assert check_target(path, re.compile(b"OURS")) == path
        else:
            with pytest.raises(TargetError, match="was not written by powersim"):
                check_target(path, re.compile(b"OURS"))


WRITES = re.compile(
    r"\.write_(text|bytes)\(|open\([^)]*[\"'][wax]b?\+?[\"']|\.(rename|replace|symlink_to|link)\((partial|path)\b"
    r"|to_csv|csv\.(writer|DictWriter)|np\.save\("
)
SHOWS = re.compile(r"sys\.std(out|err)\.write|\bprint\(|typer\.echo")


def test_nobody_writes_files_or_to_the_terminal_past_the_policy(root):
    source = root / "src" / "powersim"
    known = {
        "files/writing.py", "files/table.py",
        "compile/cached.py",  # compiled code, in a folder of its own
        "compile/second.py",  # parts of it, in a folder that goes with the process
        "sim/arrays.py",  # a whole store, laid out beside its place
        "story/tables.py", "run/export.py",  # into what `replacing` yields
    }  # fmt: skip
    shown = {"cli/console.py", "cli/guard.py", "cli/__init__.py"}
    found = {p.relative_to(source).as_posix(): p.read_text() for p in source.rglob("*.py")}
    assert {name for name, text in found.items() if WRITES.search(text)} == known
    assert {name for name, text in found.items() if SHOWS.search(text)} <= shown
    assert {name for name, text in found.items() if "csv.writer" in text} == {"files/table.py"}
