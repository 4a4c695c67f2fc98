"""A section is read as it was written, whatever it holds; another file is refused by name."""

from __future__ import annotations

import json

import pytest

from powersim.errors import PowersimError
from powersim.figures.section import Figure, Section, Table, read_section, sections

SECTION = Section(
    "why",
    "Why – “so”",
    30,
    ["One.", "Two & three."],
    [Figure("figures/shares", "bars", "Shares of the effect")],
    [Table("Shares, 95 % interval", ["channel", "share"], [["trust", 0.25], ["none", None]])],
    ["What it cannot tell."],
    "powersim why two.yaml",
)


def test_a_section_is_read_as_it_was_written(tmp_path):
    found = read_section(SECTION.write(tmp_path))
    assert found.title == SECTION.title
    assert found.figures == tuple(SECTION.figures)
    assert found.tables[0].rows == [["trust", 0.25], ["none", None]]


def test_sections_come_in_the_order_of_the_page(tmp_path):
    for name, order in (("b", 2), ("a", 9), ("c", 1)):
        Section(name, name, order, []).write(tmp_path)
    assert [section.name for section in sections(tmp_path)] == ["c", "b", "a"]


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "name": "x"}'])
def test_a_file_that_is_no_section_is_named(tmp_path, text):
    path = tmp_path / "section.json"
    path.write_text(text)
    with pytest.raises(PowersimError, match=r"section\.json"):
        read_section(path)


def test_a_damaged_section_or_figure_is_named(tmp_path):
    picture = tmp_path / "why" / "figures" / "shares.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a figure")
    path = SECTION.write(tmp_path)
    assert read_section(path).title == SECTION.title
    written = path.read_text("utf-8")
    path.write_text(written.replace("0.25", "0.52"), "utf-8")
    with pytest.raises(PowersimError, match=r"section\.json: is damaged"):
        read_section(path)
    path.write_text(written, "utf-8")
    picture.write_bytes(b"a fugure")
    with pytest.raises(PowersimError, match=r"shares\.png: is damaged"):
        read_section(path)


def test_a_section_of_ones_own_needs_no_checksum(tmp_path):
    path = SECTION.write(tmp_path)
    held = json.loads(path.read_text("utf-8"))
    del held["checksum"], held["files"]
    path.write_text(json.dumps(held), "utf-8")
    assert read_section(path).findings == SECTION.findings
